package rest

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/ordago/ordago/session"
)

// DefaultMobileAge is how long the sign-in of a mobile app lasts, unless [Mobile.MaxAge] says otherwise.
const DefaultMobileAge = 90 * 24 * time.Hour

// Mobile lets mobile apps sign in and request actions (session 5.5, section 10). Give it to a mount of its own, usually /mobileapp, with
// [MobileApps]. The zero value rejects every app. Set the fields before the first use and do not copy it.
//
// An app signs in with POST $authenticate and gets a token, which it sends as "Authorization: Bearer …" from then on; the cookie of its
// session does as well while that lives. A sign-in outlives its session and, with a store that does, the server: the session then comes
// back with its ID, user name and privileges, and nothing else (S-086). Whatever else is asked for without a sign-in is answered 401.
type Mobile struct {
	// Authentication is the hook On Mobile App Authentication: it is called when an app on a device signs in for the first time, guests
	// included (S-081). A zero result rejects the app, as a nil hook does (S-083). Privileges are granted only if it calls
	// [session.Session.SetPrivileges]; they are taken back when it rejects. s is nil when sessions are switched off.
	//
	// An error of package dataclasses that is meant for clients is answered as it is, any other as "internal error".
	Authentication func(ctx context.Context, s *session.Session, in MobileLogin) (MobileLoginResult, error)

	// Action is the hook On Mobile App Action: it is called for each action that an app requests after it has signed in (S-087). The zero
	// result says that nobody handled the action, as a nil hook does (S-089). s and errors are as in Authentication.
	Action func(ctx context.Context, s *session.Session, in MobileAction) (MobileActionResult, error)

	// Store keeps the sign-ins, default a memory store: apps then have to sign in again when the server has restarted.
	Store MobileStore

	// MaxAge is how long a sign-in lasts, default [DefaultMobileAge]. Then the app has to sign in again.
	MaxAge time.Duration

	// DeveloperLocalhost accepts every sign-in from this machine, whatever the hook says (S-084), for trying an app out. Requests that a
	// proxy says to have forwarded do not count. NEVER set it behind a proxy that does not say so: everybody would be accepted.
	DeveloperLocalhost bool

	once  sync.Once
	store MobileStore
	mu    sync.Mutex // while a sign-in is changed
}

// MobileApps makes a mount one for mobile apps: it answers $authenticate and $action/name, and everything else only to apps that have
// signed in. One Mobile may be given to several mounts.
func MobileApps(m *Mobile) Option { return func(o *options) { o.mobile = m } }

// Verify accepts a sign-in that waits for it because the hook asked to [MobileLoginResult.Verify], and reports whether there was one.
// id is [MobileSession.ID]. The app gets its token and its privileges when it signs in again with its cookie; the hook is not called for
// that.
func (m *Mobile) Verify(ctx context.Context, id string) (bool, error) {
	verified := false
	_, err := m.change(ctx, id, func(s *MobileSignIn) {
		verified = s.Status == MobilePending
		s.Status = MobileAccepted
	})
	return verified, err
}

// Forget ends the sign-in of a session: its token opens nothing any more. The session lives on; [session.Manager.Drop] ends both.
// An unknown ID is no error.
func (m *Mobile) Forget(ctx context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.signIns().Delete(ctx, id); err != nil {
		return fmt.Errorf("forget mobile sign-in: %w", err)
	}
	return nil
}

func (m *Mobile) signIns() MobileStore {
	m.once.Do(func() {
		if m.store = m.Store; m.store == nil {
			m.store = NewMobileMemory()
		}
	})
	return m.store
}

// load returns the sign-in of a session, nil when there is none or it is too old.
func (m *Mobile) load(ctx context.Context, id string, now time.Time) (*MobileSignIn, error) {
	s, ok, err := m.signIns().Load(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("load mobile sign-in: %w", err)
	}
	if !ok || !now.Before(s.At.Add(m.maxAge())) {
		return nil, nil
	}
	return &s, nil
}

func (m *Mobile) maxAge() time.Duration {
	if m.MaxAge > 0 {
		return m.MaxAge
	}
	return DefaultMobileAge
}

func (m *Mobile) save(ctx context.Context, s MobileSignIn) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.signIns().Save(ctx, s); err != nil {
		return fmt.Errorf("save mobile sign-in: %w", err)
	}
	return nil
}

// change applies fn to a sign-in and reports whether there is one.
func (m *Mobile) change(ctx context.Context, id string, fn func(*MobileSignIn)) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok, err := m.signIns().Load(ctx, id)
	if err != nil || !ok {
		return false, err
	}
	fn(&s)
	if err := m.signIns().Save(ctx, s); err != nil {
		return false, fmt.Errorf("save mobile sign-in: %w", err)
	}
	return true, nil
}

// storeTimeout bounds what is done to a sign-in because a session changed.
const storeTimeout = 5 * time.Second

// attach keeps the sign-ins in step with the sessions of a manager: an app must not come back with rights that it has lost since.
func (m *Mobile) attach(manager *session.Manager, log *slog.Logger) {
	manager.OnDrop(func(id string) {
		ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
		defer cancel()
		if err := m.Forget(ctx, id); err != nil {
			log.Error("the sign-in of a mobile app outlives its dropped session", "session", id, "error", err)
		}
	})
	manager.OnGrant(func(id string) {
		ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
		defer cancel()
		if err := m.follow(ctx, manager, id); err != nil {
			log.Error("the sign-in of a mobile app keeps rights that its session has changed", "session", id, "error", err)
		}
	})
}

// follow takes over the rights of a session. Those of a sign-in that has no token yet wait for their session instead.
func (m *Mobile) follow(ctx context.Context, manager *session.Manager, id string) error {
	if s, ok, err := m.signIns().Load(ctx, id); err != nil || !ok || !s.opened() {
		return err
	}
	var lookup error
	_, err := m.change(ctx, id, func(s *MobileSignIn) {
		var live *session.Session
		if live, lookup = manager.Lookup(ctx, id); live != nil && s.opened() {
			s.hold(live)
		}
	})
	if lookup != nil {
		return lookup
	}
	return err
}
