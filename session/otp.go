package session

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	// minLifespan is the shortest life of a passcode, and the default for
	// desktop sessions (S-183 to S-185).
	minLifespan = 10 * time.Second
	// tokenParameter is the name of the passcode in a URL (S-240).
	tokenParameter = "$4DSID"
	// tokenLength is the length of a passcode: a UUID without dashes.
	tokenLength = 32
	// maxTokens is how many passcodes of one session may be alive, counted by
	// the process that made them.
	maxTokens = 1000
	// maxKeys is how many further browsers may be in one session. One more puts
	// out the one that came in first.
	maxKeys = 32
)

// CreateOTP returns a new one-time passcode for the session, a UUID (S-182 to
// S-188). Who presents it, once and in time, as $4DSID in the URL of a request
// that is not REST, or to [Session.Restore], gets this session; see
// [Manager.Bind].
//
// Without a lifespan it lasts as long as the session may be idle, or 10 seconds
// for a desktop session; less than 10 seconds means 10. It is empty, without an
// error, for the stored procedure session, and for desktop sessions in profile
// P20. The passcodes of a desktop session open something only when it has a
// [Desktop.Manager].
//
// The errors are [ErrNoSession], [ErrClosed], [ErrTooManyTokens] and failures of
// the store.
func (s *Session) CreateOTP(ctx context.Context, lifespan ...time.Duration) (string, error) {
	if s == nil {
		return "", ErrNoSession
	}
	if s.client != nil {
		return s.client.createOTP(ctx, lifespan...)
	}
	st := s.state()
	switch {
	case st.kind == StoredProcedure, s.constant():
		return "", nil
	case st.closed():
		return "", ErrClosed
	}
	return st.createOTP(ctx, lifespan)
}

func (st *state) createOTP(ctx context.Context, lifespan []time.Duration) (string, error) {
	now := st.realm.now()
	o := OTP{Session: st.id, Expires: now.Add(st.lifespan(lifespan))}
	if !st.admitToken(o.Expires, now) {
		return "", ErrTooManyTokens
	}
	token := newID()
	if st.realm.component {
		return token, nil // opens nothing anywhere (S-246)
	}
	o.Token = HashSecret(token)
	if err := st.realm.store.PutOTP(ctx, o); err != nil {
		return "", fmt.Errorf("create passcode: %w", err)
	}
	return token, nil
}

func (st *state) lifespan(asked []time.Duration) time.Duration {
	idle := st.view.Load().record.Idle // 0 for desktop sessions
	for _, d := range asked {
		idle = d
		break
	}
	return min(max(idle, minLifespan), maxIdle)
}

// admitToken counts a passcode and reports whether there may be one more.
func (st *state) admitToken(expires, now time.Time) bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.tokens = slices.DeleteFunc(st.tokens, func(t time.Time) bool { return !now.Before(t) })
	if len(st.tokens) >= maxTokens {
		return false
	}
	st.tokens = append(st.tokens, expires)
	return true
}

// Restore replaces the session of the running request by the one that made the
// passcode, and uses the passcode up (S-189 to S-194). From then on s and
// [Current] are that session, and [Manager.Commit] sends a cookie that keeps the
// browser in it. The replaced session lives on until its own idle timeout.
//
// It reports false, and nothing has changed, for a passcode that is empty,
// unknown, used or expired or whose session has ended, on a desktop session, and
// where sessions are switched off. The errors are [ErrNoSession],
// [ErrClientSide], [ErrAnswerSent] when the cookie cannot be sent any more, and
// failures of the store.
func (s *Session) Restore(ctx context.Context, token string) (bool, error) {
	if err := s.changeable(); err != nil {
		return false, err
	}
	if s.Kind() != Web || token == "" {
		return false, nil
	}
	if s.req == nil {
		return false, ErrAnswerSent
	}
	return s.req.restore(ctx, s, token)
}

// restore is Restore within a request. The lock keeps the answer from leaving.
func (q *request) restore(ctx context.Context, s *Session, token string) (bool, error) {
	if q.manager.Disabled { // S-247
		return false, nil
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.sent {
		return false, ErrAnswerSent
	}
	st, err := q.manager.redeem(context.WithoutCancel(ctx), token)
	if st == nil || err != nil {
		return false, err
	}
	if st == q.current.Load() {
		return true, nil
	}
	if q.cookie, err = st.addKey(); err != nil {
		return false, err
	}
	q.current.Store(st)
	q.handle.st.Store(st)
	s.st.Store(st)
	return true, nil
}

// restoredBy returns the state of the session that the $4DSID in the URL of a
// request opens, or nil (S-238 to S-247).
func (m *Manager) restoredBy(r *http.Request, q *request) (*state, error) {
	if m.Disabled || q.client.typ == restType {
		return nil, nil
	}
	token := tokenIn(r.URL)
	if token == "" {
		return nil, nil
	}
	st, err := m.redeem(context.WithoutCancel(r.Context()), token)
	if st == nil || err != nil {
		return nil, err
	}
	if !m.opensAlready(r, st) {
		q.cookie, err = st.addKey()
	}
	return st, err
}

// tokenIn returns the passcode of a URL. Most URLs have none, and are not parsed.
func tokenIn(u *url.URL) string {
	if !strings.Contains(u.RawQuery, tokenParameter[1:]) {
		return ""
	}
	return u.Query().Get(tokenParameter)
}

// redeem uses a passcode up and returns the state of its session, or nil.
func (m *Manager) redeem(ctx context.Context, token string) (*state, error) {
	if len(token) != tokenLength || m.Component {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, storeTimeout)
	defer cancel()
	o, ok, err := m.takeOTP(ctx, HashSecret(token))
	if err != nil {
		return nil, fmt.Errorf("take passcode: %w", err)
	}
	if !ok || !m.realm.now().Before(o.Expires) {
		return nil, nil
	}
	r, ok, err := m.homeOf(o.Session).LoadID(ctx, o.Session)
	return m.enter(ctx, r, ok, err)
}

func (m *Manager) takeOTP(ctx context.Context, token Hash) (OTP, bool, error) {
	if o, ok := m.desktops.records.otps.take(token); ok {
		return o, true, nil
	}
	return m.realm.store.TakeOTP(ctx, token)
}

// addKey makes a cookie value for one more browser. It begins with the ID, by
// which the session is found.
func (st *state) addKey() (string, error) {
	value := st.id + newSecret()
	err := st.update(func(r *Record) error {
		r.Keys = append(r.Keys, HashSecret(value))
		r.Keys = r.Keys[max(0, len(r.Keys)-maxKeys):]
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("add a browser to a session: %w", err)
	}
	return value, nil
}

// openedBy reports whether the cookie value of that hash opens the session.
func (r *Record) openedBy(h Hash) bool {
	opened := subtle.ConstantTimeCompare(r.Secret[:], h[:])
	for i := range r.Keys {
		opened |= subtle.ConstantTimeCompare(r.Keys[i][:], h[:])
	}
	return opened == 1
}

// opensAlready reports whether the request has a cookie for the session of st.
func (m *Manager) opensAlready(r *http.Request, st *state) bool {
	for value := range cookieValues(r, m.cookie) {
		if st.view.Load().record.openedBy(HashSecret(value)) {
			return true
		}
	}
	return false
}
