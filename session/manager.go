package session

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/ordago/ordago/privileges"
)

// Defaults of a [Manager].
const (
	DefaultAppName       = "ordago"
	DefaultMaxSessions   = 100_000
	DefaultMaxPerAddress = 600
)

// sweepInterval is how often expired sessions are removed. Expiry itself does
// not wait for it.
const sweepInterval = time.Minute

// Manager gives every request of one web server its session. The zero value
// works, with a memory store. Set the fields before the first use and do not
// copy it. The first use starts a goroutine that removes expired sessions:
// [Manager.Close] ends it.
type Manager struct {
	// Store keeps the sessions; nil: a memory store of its own.
	Store Store
	// Roles tell what privileges stand for; nil: nothing but WebAdmin is declared. Sessions keep the names of their privileges, so
	// that the roles of a [privileges.Source] may be exchanged while they live: what is no longer declared is lost, and comes back if it
	// is declared again. What a role or a privilege with includes stands for is settled when it is given.
	Roles privileges.Provider
	// AppName is the second half of the cookie's name, default "ordago" (S-212).
	AppName string
	// Idle is the idle timeout of new sessions, default and at least [MinIdle].
	Idle time.Duration
	// SameSite of the cookie, default Strict (S-213).
	SameSite http.SameSite
	// CookieDomain and CookiePath limit where browsers send the cookie (S-214).
	// Default: the host alone, and "/".
	CookieDomain, CookiePath string
	// Secure marks the cookie Secure even when the request did not come over
	// TLS: for a server behind a proxy that ends TLS.
	Secure bool
	// MaxSessions is how many sessions may live, default 100,000. Requests in
	// flight may pass it by their number.
	MaxSessions int
	// MaxPerAddress is how many sessions one address may open in a minute,
	// default 600. An IPv6 address counts with its /64 network.
	MaxPerAddress int
	// MaxStorage is the size in bytes of one session's storage, default 1 MiB.
	MaxStorage int
	// Address returns the IP address of the client; default the one of the
	// connection. Behind a proxy it must be set, or all clients count as one.
	Address func(*http.Request) string
	// Disabled switches sessions off: Bind returns nil and sends no cookie (S-225).
	Disabled bool
	// Profile chooses the version of 4D whose rules hold, default P21.
	Profile Profile
	// Component marks the web server of a component: passcodes of its sessions
	// open nothing, and it honours none (S-246).
	Component bool
	// Now is the clock, default [time.Now].
	Now func() time.Time
	// Log receives failures of the sweep, default [slog.Default].
	Log *slog.Logger

	once   sync.Once
	realm  *realm
	live   *registry
	cookie string // name

	desktops   *desktops
	entitySets map[any]func(id string) int // by store
	limiter    addressLimiter
	stop       context.CancelFunc
	sweeper    sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	onClose []func(id string)
	onGrant []func(id string)
	onDrop  []func(id string)
}

// start prepares the manager at its first use.
func (m *Manager) start() error {
	m.once.Do(func() {
		m.realm = &realm{
			store:      m.Store,
			roles:      m.Roles,
			maxStorage: cmp.Or(m.MaxStorage, DefaultMaxStorage),
			now:        clock(m.Now),
			profile:    m.Profile,
			component:  m.Component,
			entitySets: m.countEntitySets,
			ended:      m.ended,
			granted:    m.granted,
			dropped:    m.dropped,
		}
		m.live, m.desktops = newRegistry(), newDesktops()
		m.realm.keep = m.live.keep
		if m.realm.store == nil {
			m.realm.store = NewMemoryStore()
		}
		m.cookie = m.CookieName()
		m.limiter.max = cmp.Or(m.MaxPerAddress, DefaultMaxPerAddress)
		var ctx context.Context
		ctx, m.stop = context.WithCancel(context.Background())
		m.sweeper.Go(func() { m.sweepUntil(ctx) })
	})
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return ErrManagerClosed
	}
	return nil
}

// Bind returns the session of a request: the one its cookie opens, or a new
// guest session whose cookie is added to the header of w (section 7.3). A value
// that opens nothing is never adopted (S-221). typ is "rest" for requests under
// /rest/ and "web" for others; it becomes info.type of a new session (S-129).
//
// A request that is not REST runs in the session that made the passcode in the
// $4DSID of its URL, if that is valid, and its browser gets a cookie that keeps it
// there (S-238 to S-247). That may be a desktop session, see [Desktop.Manager].
//
// Call it once for each request, before any code of the user runs, bind the
// result with [NewContext], and call [Manager.Commit] before the header of the
// answer is sent. When sessions are switched off the result is nil without an
// error (S-023), but for "rest" in profile R4 (S-027): bind [Anonymous] then. Other errors are [ErrTooMany],
// [ErrManagerClosed] and failures of the store.
func (m *Manager) Bind(w http.ResponseWriter, r *http.Request, typ string) (*Session, error) {
	if m.off(typ) {
		return nil, nil
	}
	if err := m.start(); err != nil {
		return nil, err
	}
	q := &request{manager: m, client: m.clientOf(r, typ)}
	st, err := m.find(r, q)
	if err != nil {
		return nil, err
	}
	if st == nil {
		if st, q.cookie, err = m.create(r.Context(), q.client); err != nil {
			return nil, err
		}
	}
	m.sendCookie(w, q)
	return q.bind(st), nil
}

// Commit adds the cookie to the header of w if it changed since [Manager.Bind]:
// a guest signed in, or the session ended and another took its place. It must
// come before the header is sent; no guest can sign in through this request
// afterwards. A nil session is nothing to commit.
func (m *Manager) Commit(w http.ResponseWriter, s *Session) error {
	if s == nil || s.req == nil {
		return nil
	}
	s.req.mu.Lock()
	defer s.req.mu.Unlock()
	s.req.sent = true
	m.sendCookie(w, s.req)
	return nil
}

// find returns the state of the session that the request's passcode opens, or
// one of its cookies, or nil (S-218).
func (m *Manager) find(r *http.Request, q *request) (*state, error) {
	if st, err := m.restoredBy(r, q); st != nil || err != nil {
		return st, err
	}
	for _, name := range [...]string{m.cookie, "WASID4D", "WASID"} {
		for value := range cookieValues(r, name) {
			st, err := m.open(r.Context(), value)
			if st != nil || err != nil {
				return st, err
			}
		}
	}
	return nil, nil
}

// open returns the live session of a cookie value and records the activity.
func (m *Manager) open(ctx context.Context, secret string) (*state, error) {
	switch len(secret) {
	case secretLength:
		r, ok, err := m.realm.store.Load(ctx, HashSecret(secret))
		return m.enter(ctx, r, ok, err)
	case idLength + secretLength:
		id := secret[:idLength]
		r, ok, err := m.homeOf(id).LoadID(ctx, id)
		return m.enter(ctx, r, ok && r.openedBy(HashSecret(secret)), err)
	default:
		return nil, nil
	}
}

// enter returns the state of a session that a store gave out, and records the
// activity; nil when it does not live.
func (m *Manager) enter(ctx context.Context, r Record, ok bool, err error) (*state, error) {
	if err != nil {
		return nil, fmt.Errorf("load session: %w", err)
	}
	now := m.realm.now()
	if !ok || r.Expired(now) {
		return nil, nil
	}
	if ok, err := m.touch(ctx, &r, now); !ok || err != nil {
		return nil, err
	}
	if st := m.stateOf(&r); st != nil && !st.closed() {
		return st, nil
	}
	return nil, nil
}

// touch records activity. When the store wants to hear of it only now and then,
// it is recorded ahead, so that a session never ends too early.
func (m *Manager) touch(ctx context.Context, r *Record, now time.Time) (bool, error) {
	if !r.Seen.Before(now) || r.Kind != Web {
		return true, nil
	}
	r.Seen = now.Add(m.realm.store.TouchEvery())
	ok, err := m.realm.store.Touch(ctx, r.ID, r.Seen)
	if err != nil {
		return false, fmt.Errorf("touch session: %w", err)
	}
	return ok, nil
}

// create makes a guest session and returns it with its secret.
func (m *Manager) create(ctx context.Context, c client) (*state, string, error) {
	return m.createAs(ctx, c, Record{ID: newID()})
}

// createAs completes the record of a new web session, of which ID and sign-in are given.
func (m *Manager) createAs(ctx context.Context, c client, r Record) (*state, string, error) {
	now := m.realm.now()
	if err := m.admit(ctx, c.address, now); err != nil {
		return nil, "", err
	}
	secret := newSecret()
	r.Secret, r.Version = HashSecret(secret), 1
	r.Kind, r.Type = Web, c.typ
	r.Idle = min(max(m.Idle, MinIdle), maxIdle)
	r.Created, r.Seen = now, now.Add(m.realm.store.TouchEvery())
	r.Address, r.UserAgent = c.address, c.userAgent
	if err := m.realm.store.Create(ctx, r); err != nil {
		return nil, "", fmt.Errorf("create session: %w", err)
	}
	return m.live.open(m.realm, &r), secret, nil
}

// admit refuses a new session that would pass a limit.
func (m *Manager) admit(ctx context.Context, address string, now time.Time) error {
	if !m.limiter.allow(address, now) {
		return fmt.Errorf("%w: wait a minute before opening another", ErrTooMany)
	}
	n, err := m.realm.store.Count(ctx)
	if err != nil {
		return fmt.Errorf("count sessions: %w", err)
	}
	if n >= cmp.Or(m.MaxSessions, DefaultMaxSessions) {
		return ErrTooMany
	}
	return nil
}
