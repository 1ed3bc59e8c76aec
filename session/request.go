package session

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

// restType is what [Manager.Bind] is told for requests under /rest/.
const restType = "rest"

// maxUserAgent is how much of the header a session keeps.
const maxUserAgent = 256

// client is what a new session records of its first request.
type client struct {
	typ, address, userAgent string
	secure                  bool
}

func (m *Manager) clientOf(r *http.Request, typ string) client {
	agent := r.UserAgent()
	agent = strings.ToValidUTF8(agent[:min(len(agent), maxUserAgent)], "")
	return client{typ, m.addressOf(r), agent, m.Secure || r.TLS != nil}
}

func (m *Manager) addressOf(r *http.Request) string {
	if m.Address != nil {
		return m.Address(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// request ties the handles of one request to its answer.
type request struct {
	manager *Manager
	client  client
	current atomic.Pointer[state]
	next    atomic.Pointer[Session] // handle of a session that took another's place
	handle  Session                 // the first one, here to save an allocation
	process process                 // what runs with the first handle

	mu     sync.Mutex
	cookie string // secret that the answer has to carry, if any
	sent   bool   // too late for another
}

// bind returns the first handle of the request.
func (q *request) bind(st *state) *Session {
	q.current.Store(st)
	q.handle.st.Store(st)
	q.handle.req, q.handle.web, q.handle.process = q, true, &q.process
	return &q.handle
}

// successor returns the handle of the session that took the place of one that
// ended, without the promotions of that one (S-230).
func (q *request) successor(st *state) *Session {
	if s := q.next.Load(); s != nil && s.state() == st {
		return s
	}
	s := newHandle(st, q, true)
	s.process = new(process)
	q.next.Store(s)
	return s
}

// state returns the session of the request; when it has ended, a new guest
// session takes its place (S-228). If none can be made, the ended one stays:
// it answers like a guest, and changes to it are refused.
func (q *request) state(ctx context.Context) *state {
	if st := q.current.Load(); !st.closed() {
		return st
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	st := q.current.Load()
	if !st.closed() || q.manager.start() != nil {
		return st
	}
	next, secret, err := q.manager.create(context.WithoutCancel(ctx), q.client)
	if err != nil {
		return st
	}
	q.current.Store(next)
	q.cookie = secret
	return next
}

// signIn is SetPrivileges within a request: it renews the secret of a guest.
// The lock keeps the answer from leaving between the two.
func (q *request) signIn(st *state, g Grant) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	secret := ""
	err := st.update(func(r *Record) error {
		secret = ""
		if !st.realm.grant(r, g) {
			return nil
		}
		if q.sent {
			return ErrAnswerSent
		}
		secret = newSecret()
		r.Secret, r.Keys = HashSecret(secret), nil
		return nil
	})
	if err == nil && secret != "" {
		q.cookie = secret
	}
	return err
}
