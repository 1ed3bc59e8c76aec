package session

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/ordago/ordago/privileges"
)

// MinIdle is the shortest idle timeout a web session can have, and the default
// (S-133, S-134).
const MinIdle = 60 * time.Minute

// maxIdle keeps expiry dates within what times and stores can express.
const maxIdle = 100 * 365 * 24 * time.Hour

// dateFormat is ISO 8601 in UTC with milliseconds (S-138).
const dateFormat = "2006-01-02T15:04:05.000Z"

// Session is a handle on one session, as one chain of calls sees it. All
// handles of a session show the same state; a promotion belongs to the handle
// that [Enter] made for a function, and to those of the functions it calls
// (S-195, S-319).
//
// A nil *Session is Null: questions about it answer false or empty and changes
// return [ErrNoSession]. A session that has ended answers like a guest that
// holds nothing, and changes return [ErrClosed]. Safe for concurrent use.
type Session struct {
	st     atomic.Pointer[state] // another one after Restore
	req    *request              // nil for desktop sessions and detached handles
	web    bool                  // the chain of calls is a web process
	client *clientSide           // nil for what lives on the server
	frame

	union atomic.Pointer[union]
}

// union remembers what a promoted handle holds, for one view of the session, one
// value of the roles and one state of its promotions.
type union struct {
	of   *rights
	turn int64
	held privileges.Set
}

func newHandle(st *state, req *request, web bool) *Session {
	s := &Session{req: req, web: web}
	s.st.Store(st)
	return s
}

func (s *Session) state() *state { return s.st.Load() }

// changeable returns why the session cannot be changed through s, if so.
func (s *Session) changeable() error {
	switch {
	case s == nil:
		return ErrNoSession
	case s.client != nil:
		return ErrClientSide
	default:
		return nil
	}
}

// ID returns the UUID of the session, 32 upper-case hexadecimal digits (S-118).
// It names the session and opens nothing (S-120). It is empty for nil.
func (s *Session) ID() string {
	if s == nil {
		return ""
	}
	return s.state().id
}

// User returns the user name: for a web session what SetPrivileges was given,
// before that nothing (S-121).
func (s *Session) User() string {
	if s == nil {
		return ""
	}
	return s.state().view.Load().record.UserName
}

// Kind returns the type of the session; [Web] for nil, so test for nil first.
func (s *Session) Kind() Kind {
	if s == nil {
		return Web
	}
	return s.state().kind
}

// IsGuest reports whether nobody has signed in: without forceLogin, whether a
// web session holds no privilege; with it, whether SetPrivileges has not
// succeeded since the session or its last logout (S-177 to S-181). It is false
// for desktop sessions and for nil.
func (s *Session) IsGuest() bool { return s != nil && s.rights().guest }

// rights are those of the session under the roles in force.
func (s *Session) rights() *rights {
	st := s.state()
	return st.view.Load().under(st.realm.current())
}

// HasPrivilege reports whether the session holds the privilege, includes and
// the promotions of this handle counted, case ignored (S-146 to S-151).
//
// In profile P20 promotions do not count, and desktop sessions answer true to
// everything.
func (s *Session) HasPrivilege(name string) bool {
	switch {
	case s == nil:
		return false
	case s.constant():
		return true
	}
	st := s.state()
	roles := st.realm.current()
	if st.realm.profile.p20() {
		return roles.Has(st.view.Load().under(roles).held, name)
	}
	return roles.Has(s.Held(roles), name)
}

// Privileges returns a new list of the privileges that were granted, with what
// they include, included ones first. Roles, promotions and the guest privilege
// never appear in it (S-152 to S-156). It is empty, not nil, for a guest. In
// profile P20 desktop sessions have WebAdmin alone (S-157).
// In profile P20 it is WebAdmin alone for desktop sessions (S-157).
func (s *Session) Privileges() []string {
	names := []string{}
	if s == nil {
		return names
	}
	if s.constant() {
		return append(names, adminPrivilege)
	}
	roles := s.state().realm.current()
	for _, name := range s.state().view.Load().record.Privileges {
		if roles.Declared(name) {
			names = append(names, name)
		}
	}
	return names
}

// Held returns what permissions of these roles are tested against at this moment:
// the granted privileges, or the guest privilege when a web session has none, and
// the promotions of this handle (S-313, S-316, S-318). It is empty for nil.
//
// The set is made for the roles that are asked about, whether they are in force
// or not, and must be compared with no other's.
func (s *Session) Held(roles *privileges.Roles) privileges.Set {
	if s == nil {
		return privileges.Set{}
	}
	v := s.state().view.Load()
	own := v.under(roles)
	if v.closed || !s.promoted() {
		return own.held
	}
	turn := s.process.turn.Load() // before what it stands for is read
	if u := s.union.Load(); u != nil && u.of == own && u.turn == turn {
		return u.held
	}
	u := &union{own, turn, own.held.Union(s.promotions(roles))}
	s.union.Store(u)
	return u.held
}

// Enforced reports whether permissions apply to what this handle does: in web
// processes only (S-281). It is false for nil; see [Enforced] for code that
// has a context.
func (s *Session) Enforced() bool { return s != nil && s.web }

// Closed reports whether the session has ended, as far as this process knows.
// A nil session is not closed.
func (s *Session) Closed() bool { return s != nil && s.state().closed() }

// IdleTimeout returns the inactivity after which a web session ends; 0 for
// other kinds, which have none (S-116), and for nil.
func (s *Session) IdleTimeout() time.Duration {
	if s == nil {
		return 0
	}
	return s.state().view.Load().record.Idle
}

// SetIdleTimeout sets the idle timeout and with it the expiration. Less than
// [MinIdle] means MinIdle (S-134, S-135). Desktop sessions ignore it (S-116).
func (s *Session) SetIdleTimeout(d time.Duration) error {
	if s == nil {
		return ErrNoSession
	}
	if s.state().kind != Web {
		return nil
	}
	return s.state().update(func(r *Record) error {
		r.Idle = min(max(d, MinIdle), maxIdle)
		return nil
	})
}

// Expiration returns when a web session ends unless it is used before: its last
// activity plus the idle timeout (S-138). It is the zero time for other kinds,
// for a session that has ended and for nil.
//
// With a store that records activity ahead of time ([Store.TouchEvery]) it may
// be later by that duration, and the session lasts as long as it says.
func (s *Session) Expiration() time.Time {
	idle := s.IdleTimeout()
	if idle == 0 {
		return time.Time{}
	}
	return s.state().lastSeen().Add(idle)
}

// ExpirationDate returns [Session.Expiration] as ISO 8601 text in UTC with
// milliseconds, or empty text for the zero time (S-138, S-140).
func (s *Session) ExpirationDate() string { return formatDate(s.Expiration()) }

// ParseDate reads a date as ExpirationDate and Info write it; milliseconds may
// be missing (S-140).
func ParseDate(text string) (time.Time, error) { return time.Parse(time.RFC3339, text) }

func formatDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(dateFormat)
}

// merged returns list followed by the names it does not have yet.
func merged(list, names []string) []string {
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
