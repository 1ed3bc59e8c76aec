package session_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/session"
)

// resume binds a request without cookies to the session of past.
func resume(t testing.TB, m *session.Manager, past session.Past) (*session.Session, string) {
	t.Helper()
	w := httptest.NewRecorder()
	s, err := m.Resume(w, httptest.NewRequest("GET", "/mobileapp/Book", nil), "rest", past)
	if err != nil {
		t.Fatalf("Resume(%q) = %v", past.ID, err)
	}
	return s, w.Header().Get("Set-Cookie")
}

// S-086: a session that has ended comes back with ID, user and privileges, and nothing else; one that lives is entered as it is.
func TestResume(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		cart := session.NewKey[string]("cart")
		m := &session.Manager{Store: open(), Roles: roles(t, true)}
		a := startApp(t, m)
		past := session.Past{ID: strings.Repeat("A1", 16), UserName: "mira", Privileges: []string{"simple", "medium", "gone"}, SignedIn: true}
		first, cookie := resume(t, m, past)
		if first.ID() != past.ID || first.User() != "mira" || first.IsGuest() || cookie == "" || first.Info().Type != "rest" {
			t.Errorf("resumed: %+v, cookie %q", first.Info(), cookie)
		}
		if diff := cmp.Diff([]string{"simple", "medium"}, first.Privileges()); diff != "" {
			t.Errorf("privileges (-want +got):\n%s", diff)
		}
		if err := cart.Set(first, "apples"); err != nil {
			t.Fatal(err)
		}
		if err := first.SetIdleTimeout(2 * time.Hour); err != nil {
			t.Fatal(err)
		}

		// While it lives, what the caller believes of it does not count.
		live, cookie := resume(t, m, session.Past{ID: past.ID, UserName: "eve", Privileges: []string{"audit"}})
		text, _ := cart.Get(live)
		if live.User() != "mira" || live.HasPrivilege("audit") || !live.HasPrivilege("simple") || text != "apples" || cookie != "" {
			t.Errorf("a living session was changed: %+v, cart %q, cookie %q", live.Info(), text, cookie)
		}
		if want := a.clock.Now().Add(2 * time.Hour); live.Expiration().Before(want) {
			t.Errorf("resuming is no activity: it expires at %v, want %v", live.Expiration(), want)
		}

		a.clock.move(3 * time.Hour)
		again, cookie := resume(t, m, past)
		if _, stored := cart.Get(again); again.ID() != past.ID || stored || again.IdleTimeout() != time.Hour || cookie == "" {
			t.Errorf("after it expired: %+v, storage kept %v, idle timeout %v", again.Info(), stored, again.IdleTimeout())
		}
		if err := first.SetPrivileges(session.Grant{Privileges: []string{"audit"}}); err == nil || again.HasPrivilege("audit") {
			t.Errorf("an old handle changes the new session: %v", err)
		}
		if err := again.ClearPrivileges(); err != nil || len(again.Privileges()) != 0 {
			t.Errorf("ClearPrivileges = %v, left %v", err, again.Privileges())
		}
	})
}

// Of several requests at once one brings the session back, and all are in it.
func TestResumeAtOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		m := &session.Manager{Store: open(), Roles: roles(t, false)}
		startApp(t, m)
		n := session.NewKey[int]("n")
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				s, _ := resume(t, m, session.Past{ID: strings.Repeat("B2", 16), Privileges: []string{"simple"}})
				if err := n.Update(s, func(n int) (int, error) { return n + 1, nil }); err != nil || !s.HasPrivilege("simple") {
					t.Errorf("Update = %v, privileges %v", err, s.Privileges())
				}
			})
		}
		wg.Wait()
		s, _ := resume(t, m, session.Past{ID: strings.Repeat("B2", 16)})
		if got, _ := n.Get(s); got != 16 {
			t.Errorf("%d of 16 updates arrived", got)
		}
	})
}

// S-120: what is no ID is refused, and limits and the switch hold as for any other session.
func TestResumeRefused(t *testing.T) {
	t.Parallel()
	m := &session.Manager{MaxSessions: 1}
	startApp(t, m)
	for _, id := range []string{"", "x", strings.Repeat("A", 33)} {
		if s, err := m.Resume(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "rest", session.Past{ID: id}); s != nil || err == nil {
			t.Errorf("Resume(%q) = %v, %v", id, s, err)
		}
	}
	resume(t, m, session.Past{ID: strings.Repeat("A", 32)})
	if _, err := m.Resume(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "rest", session.Past{ID: strings.Repeat("B", 32)}); err == nil {
		t.Error("Resume passes the limit of sessions")
	}
	for _, profile := range []session.Profile{session.P21, session.C} {
		off := &session.Manager{Disabled: true, Profile: profile}
		if s, _ := resume(t, off, session.Past{ID: strings.Repeat("A", 32)}); s != nil {
			t.Errorf("profile %d: a session although they are switched off", profile)
		}
	}
}

// Who asked hears of each change of a sign-in, and of each session that is dropped or ended; not of storage, expiry or other sessions.
func TestListeners(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var heard []string
	m := &session.Manager{Roles: roles(t, true)}
	note := func(what string) func(string) {
		return func(string) { mu.Lock(); defer mu.Unlock(); heard = append(heard, what) }
	}
	a := newApp(t, m)
	m.OnGrant(note("granted"))
	m.OnDrop(note("dropped"))
	b := a.browser()
	key := session.NewKey[int]("n")
	ctx := context.Background()
	for _, step := range []struct {
		name string
		do   func(*session.Session) error
		want []string
	}{
		{"storage", func(s *session.Session) error { return key.Set(s, 1) }, nil},
		{"sign-in", func(s *session.Session) error { return s.SetPrivileges(session.Grant{Privileges: []string{"simple"}}) }, []string{"granted"}},
		{"the same again", func(s *session.Session) error { return s.SetPrivileges(session.Grant{Privileges: []string{"simple"}}) }, nil},
		{"name", func(s *session.Session) error { return s.SetPrivileges(session.Grant{UserName: "mira"}) }, []string{"granted"}},
		{"clear", func(s *session.Session) error { return s.ClearPrivileges() }, []string{"granted"}},
		{"logout", func(s *session.Session) error { return s.Logout() }, []string{"granted"}},
		{"end", func(s *session.Session) error { return s.End() }, []string{"dropped"}},
		{"drop", func(s *session.Session) error { return m.Drop(ctx, s.ID()) }, []string{"dropped"}},
		{"drop of nobody", func(*session.Session) error { return m.Drop(ctx, "nobody") }, []string{"dropped"}},
		{"desktop", func(*session.Session) error {
			return session.New(session.Remote, session.Desktop{Manager: m}).SetPrivileges(session.Grant{Privileges: []string{"simple"}})
		}, nil},
	} {
		b.do(func(s *session.Session) {
			if err := step.do(s); err != nil {
				t.Errorf("%s: %v", step.name, err)
			}
		})
		mu.Lock()
		if !slices.Equal(heard, step.want) {
			t.Errorf("%s: heard %v, want %v", step.name, heard, step.want)
		}
		heard = nil
		mu.Unlock()
	}
	a.clock.move(2 * time.Hour)
	if err := m.Sweep(ctx); err != nil || len(heard) != 0 {
		t.Errorf("expiry: heard %v, %v", heard, err)
	}
}

// A cookie of before opens nothing after the session has come back.
func TestResumeKeepsNoCookie(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	a := startApp(t, m)
	past := session.Past{ID: strings.Repeat("C3", 16)}
	_, cookie := resume(t, m, past)
	a.clock.move(2 * time.Hour)
	_, next := resume(t, m, past)
	for line, want := range map[string]bool{cookie: false, next: true} {
		r := httptest.NewRequest("GET", "/rest/Book", nil)
		pair, _, _ := strings.Cut(line, ";")
		r.Header = http.Header{"Cookie": {pair}}
		s, err := m.Bind(httptest.NewRecorder(), r, "rest")
		if err != nil || (s.ID() == past.ID) != want {
			t.Errorf("cookie %q opens %q, %v", pair, s.ID(), err)
		}
	}
}
