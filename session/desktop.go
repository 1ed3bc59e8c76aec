package session

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"time"

	"github.com/ordago/ordago/privileges"
)

// defaultUser is the name of the one user of an application without users (S-123).
const defaultUser = "designer"

// Desktop describes a session that does not come from the web. The zero value
// is useful.
type Desktop struct {
	UserName   string              // default "designer"; cannot be changed later (S-124)
	Roles      privileges.Provider // what SetPrivileges knows; nil: WebAdmin only
	Machine    string              // default the name of this machine; for Remote that of the client
	System     string              // Remote only: the user of the client's operating system
	Address    string              // Remote only: IP address of the client
	MaxStorage int                 // bytes, default [DefaultMaxStorage]
	Now        func() time.Time    // default [time.Now]
	Profile    Profile             // default P21
	Created    time.Time           // when the session began, default now: S-012 counts from the start of the program

	// Manager is the web server of the application: it lists, finds and drops the
	// session, and requests that present one of its passcodes run in it, with its
	// privileges enforced (S-260 to S-263). Its Roles, clock and profile hold for
	// the session too.
	Manager *Manager

	// OnEnd is called once when the session has ended: dropped, or its last
	// connection closed. It must not block.
	OnEnd func()
}

// New returns a new desktop session of the given kind. It lives in memory, has
// no idle timeout, is never a guest and is never restricted by roles.json
// (S-014, S-116, S-177). It panics for [Web]: web sessions come from
// [Manager.Bind]. When its manager is closed already, so is the session.
func New(kind Kind, d Desktop) *Session {
	if kind == Web || int(kind) >= len(kindNames) {
		panic(fmt.Sprintf("session.New: %s is no desktop session", kind))
	}
	rl := newRealm(d)
	created := rl.now()
	if !d.Created.IsZero() {
		created = clock(func() time.Time { return d.Created })()
	}
	s := rl.open(d.record(kind, created))
	st := s.state()
	st.onEnd = d.OnEnd
	switch {
	case d.Manager == nil:
	case d.Manager.start() != nil:
		st.close()
	default:
		d.Manager.desktops.add(st)
	}
	return s
}

func newRealm(d Desktop) *realm {
	rl := &realm{
		store:      NewMemoryStore(),
		roles:      d.Roles,
		maxStorage: cmp.Or(d.MaxStorage, DefaultMaxStorage),
		now:        clock(d.Now),
		profile:    d.Profile,
		ended:      func(string) {},
	}
	if m := d.Manager; m != nil {
		_ = m.start() // New looks again whether it is closed
		rl.store, rl.roles, rl.now = m.desktops.records, m.Roles, m.realm.now
		rl.profile, rl.component = m.Profile, m.Component
		rl.entitySets, rl.ended = m.countEntitySets, m.ended
	}
	return rl
}

// open creates the record of a desktop session and returns its handle.
func (rl *realm) open(r Record) *Session {
	if err := rl.store.Create(context.Background(), r); err != nil {
		panic("session: " + err.Error()) // a new random ID is refused by no memory store
	}
	r.Version = 1
	return newHandle(newState(rl, r), nil, false)
}

// NewStandalone returns the session of a single-user application (S-010). An
// empty name means "designer".
func NewStandalone(userName string) *Session { return New(Standalone, Desktop{UserName: userName}) }

// NewStoredProcedure returns the session of what a server runs on its own
// account. A server has one of them (S-009).
func NewStoredProcedure() *Session { return New(StoredProcedure, Desktop{}) }

func (d Desktop) record(kind Kind, now time.Time) Record {
	r := Record{
		ID:       newID(),
		Secret:   HashSecret(newSecret()),
		Kind:     kind,
		Type:     kind.String(),
		UserName: cmp.Or(d.UserName, defaultUser),
		Created:  now,
		Seen:     now,
		Machine:  d.Machine,
	}
	if kind == Remote {
		r.System, r.Address = d.System, d.Address
		return r
	}
	if r.Machine == "" {
		r.Machine, _ = os.Hostname() // without a name info has no machineName
	}
	if kind == Standalone {
		r.Address = "localhost"
	}
	return r
}

// clock returns a clock whose times every store can keep exactly.
func clock(now func() time.Time) func() time.Time {
	if now == nil {
		now = time.Now
	}
	return func() time.Time { return now().UTC().Truncate(time.Millisecond) }
}
