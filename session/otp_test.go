package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ordago/ordago/session"
)

// otp makes a passcode inside a request of b.
func (b *browser) otp(lifespan ...time.Duration) (token string) {
	b.app.t.Helper()
	b.do(func(s *session.Session) { token = newOTP(b.app.t, s, lifespan...) })
	return token
}

func newOTP(t testing.TB, s *session.Session, lifespan ...time.Duration) string {
	t.Helper()
	token, err := s.CreateOTP(t.Context(), lifespan...)
	if err != nil {
		t.Errorf("CreateOTP = %v", err)
	}
	return token
}

// enter requests a page with a passcode and returns the ID of its session.
func (b *browser) enter(token string) (id string) {
	b.app.t.Helper()
	b.get("/page?a=1&$4DSID="+token, func(ctx context.Context, _ *http.Request) { id = session.Current(ctx).ID() })
	return id
}

// S-182, S-188, S-189, S-192, S-193, S-218, S-238, S-241, S-242
func TestOTPInURL(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, false)})
		owner, guest := a.browser(), a.browser()
		owner.signIn(session.Grant{Privileges: []string{"simple"}, UserName: "ada"})
		n := session.NewKey[int]("n")
		owner.do(func(s *session.Session) { _ = n.Set(s, 7) })
		id, first, second := owner.id(), owner.otp(), owner.otp()
		if first == second || !regexp.MustCompile(`^[0-9A-F]{32}$`).MatchString(first) {
			t.Errorf("CreateOTP = %q, then %q; want two different UUIDs", first, second)
		}
		replaced := guest.id()
		if got := guest.enter(first); got != id {
			t.Errorf("with a passcode the request runs in %s, want %s", got, id)
		}
		guest.do(func(s *session.Session) {
			if v, _ := n.Get(s); s.ID() != id || v != 7 || s.User() != "ada" || !s.HasPrivilege("simple") {
				t.Errorf("the next request runs in %+v with %d", s.Info(), v)
			}
		})
		if owner.id() != id {
			t.Error("the first browser fell out of its session")
		}
		if s, err := a.manager.Lookup(t.Context(), replaced); s == nil || err != nil {
			t.Errorf("the replaced session is gone: %v", err)
		}
		stranger := a.browser()
		if stranger.enter(first) == id {
			t.Error("the passcode worked twice")
		}
		if got := stranger.enter(second); got != id {
			t.Error("another passcode of the session does not work any more")
		}
	})
}

// S-241, S-243: with a passcode that opens nothing the request stays where its
// cookie is, or in a new guest session.
func TestInvalidOTPInURL(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	owner := a.browser()
	expired, ofExpired, used := owner.otp(10*time.Second), "", owner.otp()
	a.browser().enter(used)
	a.clock.move(11 * time.Second)
	dead := a.browser()
	ofExpired = dead.otp(5 * time.Hour)
	a.clock.move(50 * time.Minute)
	owner.id() // stays alive
	a.clock.move(11 * time.Minute)
	b := a.browser()
	id := b.id()
	for name, token := range map[string]string{
		"used": used, "expired": expired, "of an expired session": ofExpired, "empty": "",
		"unknown": strings.Repeat("A", 32), "an ID": owner.id(), "a cookie": owner.cookie(), "long": strings.Repeat("x", 5000),
	} {
		if got := b.enter(token); got != id {
			t.Errorf("%s: the request runs in another session", name)
		}
		fresh := a.browser()
		got := fresh.enter(token)
		if got == "" || got == id || got == owner.id() || fresh.id() != got {
			t.Errorf("%s: without a cookie the request runs in %q", name, got)
		}
	}
}

// S-183, S-185, S-244, T-33
func TestOTPLifespan(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		lifespan []time.Duration
		lasts    time.Duration
	}{
		{"omitted", nil, time.Hour},
		{"a minute", []time.Duration{time.Minute}, time.Minute},
		{"three seconds", []time.Duration{3 * time.Second}, 10 * time.Second},
		{"zero", []time.Duration{0}, 10 * time.Second},
		{"negative", []time.Duration{-time.Hour}, 10 * time.Second},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := newApp(t, &session.Manager{})
			owner := a.browser()
			id, inTime, late := owner.id(), owner.otp(test.lifespan...), owner.otp(test.lifespan...)
			a.clock.move(test.lasts - time.Second)
			if a.browser().enter(inTime) != id {
				t.Errorf("not valid after %v", test.lasts-time.Second)
			}
			a.clock.move(time.Second)
			if a.browser().enter(late) == id {
				t.Errorf("still valid after %v", test.lasts)
			}
		})
	}
}

// The default lifespan follows the idle timeout. S-183
func TestOTPLifespanFollowsIdleTimeout(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	owner := a.browser()
	owner.do(func(s *session.Session) { _ = s.SetIdleTimeout(3 * time.Hour) })
	id, token := owner.id(), owner.otp()
	a.clock.move(3*time.Hour - time.Second)
	if a.browser().enter(token) != id {
		t.Error("the passcode is not valid as long as the session may be idle")
	}
}

// T-34: 64 requests with one passcode, on one server and on two that share a
// store: exactly one gets the session. S-242
func TestOTPOnce(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		apps := []*app{newApp(t, &session.Manager{Store: open()}), newApp(t, &session.Manager{Store: open()})}
		owner := apps[0].browser()
		id, token := owner.id(), owner.otp()
		var (
			wg   sync.WaitGroup
			wins atomic.Int32
		)
		for i := range 64 {
			wg.Go(func() {
				if apps[i%2].browser().enter(token) == id {
					wins.Add(1)
				}
			})
		}
		wg.Wait()
		if n := wins.Load(); n != 1 {
			t.Errorf("%d of 64 requests were let in, want 1", n)
		}
	})
}

// S-189, S-190, S-192, S-193, S-194, S-239, T-35
func TestRestore(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, false)})
		owner, b := a.browser(), a.browser()
		owner.signIn(session.Grant{Privileges: []string{"audit"}})
		id, own, token, expired := owner.id(), b.id(), owner.otp(), owner.otp(10*time.Second)
		a.clock.move(11 * time.Second)
		b.get("/rest/$catalog?$4DSID="+token, func(ctx context.Context, _ *http.Request) {
			s := session.Current(ctx)
			if s.ID() != own {
				t.Error("$4DSID was honoured in a REST URL")
			}
			for _, bad := range []string{"", "x", expired, strings.Repeat("0", 32)} {
				if ok, err := s.Restore(ctx, bad); ok || err != nil || s.ID() != own || session.Current(ctx) != s {
					t.Errorf("Restore(%q) = %t, %v", bad, ok, err)
				}
			}
			inner, called, leave := session.Enter(ctx, session.Lent{})
			defer leave()
			if ok, err := called.Restore(inner, token); !ok || err != nil {
				t.Errorf("Restore = %t, %v", ok, err)
			}
			for name, s := range map[string]*session.Session{
				"the handle": called, "the function": session.Current(inner), "its caller": session.Current(ctx), "the first handle": s,
			} {
				if s.ID() != id || !s.HasPrivilege("audit") {
					t.Errorf("after Restore %s has session %s", name, s.ID())
				}
			}
			if ok, err := s.Restore(ctx, token); ok || err != nil || s.ID() != id {
				t.Errorf("Restore of a used passcode = %t, %v", ok, err)
			}
		})
		if b.id() != id || owner.id() != id {
			t.Error("the browsers are not in the restored session")
		}
		if s, _ := a.manager.Lookup(t.Context(), own); s == nil {
			t.Error("the replaced session was closed")
		}
	})
}

// Restoring the session one is in uses the passcode up and changes nothing.
func TestRestoreOwnSession(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	b := a.browser()
	id := b.id()
	resp := b.get("/", func(ctx context.Context, _ *http.Request) {
		s := session.Current(ctx)
		token := newOTP(t, s)
		for _, want := range []bool{true, false} {
			if ok, err := s.Restore(ctx, token); ok != want || err != nil || s.ID() != id {
				t.Errorf("Restore = %t, %v; want %t", ok, err, want)
			}
		}
	})
	if len(resp.Header.Values("Set-Cookie")) != 0 || b.id() != id {
		t.Error("the browser got another cookie")
	}
	if resp := b.get("/?$4DSID="+b.otp(), func(context.Context, *http.Request) {}); len(resp.Header.Values("Set-Cookie")) != 0 {
		t.Error("a browser that is in the session got another cookie")
	}
}

func TestRestoreErrors(t *testing.T) {
	t.Parallel()
	a := startApp(t, &session.Manager{})
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	s, _ := a.manager.Bind(w, r, "web")
	token := newOTP(t, s)
	late, _ := a.manager.Bind(w, r, "web")
	_ = a.manager.Commit(w, late)
	detached := session.Current(session.Detach(session.NewContext(t.Context(), s)))
	for name, s := range map[string]*session.Session{"after Commit": late, "detached": detached} {
		if ok, err := s.Restore(t.Context(), token); ok || !errors.Is(err, session.ErrAnswerSent) {
			t.Errorf("Restore %s = %t, %v; want ErrAnswerSent", name, ok, err)
		}
	}
	other, _ := a.manager.Bind(w, r, "web")
	if ok, err := other.Restore(t.Context(), token); !ok || err != nil {
		t.Errorf("a refused Restore used the passcode up: %t, %v", ok, err)
	}
	var none *session.Session
	if _, err := none.Restore(t.Context(), token); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("Restore of nil = %v", err)
	}
	if _, err := none.CreateOTP(t.Context()); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("CreateOTP of nil = %v", err)
	}
	_ = a.manager.Drop(t.Context(), s.ID())
	if _, err := s.CreateOTP(t.Context()); !errors.Is(err, session.ErrClosed) {
		t.Errorf("CreateOTP of an ended session = %v", err)
	}
}

// S-230: passcodes go with their session, also when another gets its ID.
func TestOTPDroppedWithSession(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		store := open()
		a := newApp(t, &session.Manager{Store: store})
		owner := a.browser()
		id, token := owner.id(), owner.otp()
		_ = a.manager.Drop(t.Context(), id)
		if got, ok, err := store.TakeOTP(t.Context(), session.HashSecret(token)); ok || err != nil {
			t.Errorf("the store still has %+v, %v", got, err)
		}
		if a.browser().enter(token) == id {
			t.Error("the passcode of a dropped session works")
		}
	})
}

// S-248: the store never sees the passcode itself.
func TestOTPStoredHashed(t *testing.T) {
	t.Parallel()
	store := session.NewMemoryStore()
	a := newApp(t, &session.Manager{Store: store})
	token := a.browser().otp()
	o, ok, _ := store.TakeOTP(t.Context(), session.HashSecret(token))
	if !ok || strings.Contains(fmt.Sprintf("%+v", o), token) {
		t.Errorf("stored as %+v", o)
	}
}

// S-216, S-245
func TestOTPOverTLS(t *testing.T) {
	t.Parallel()
	a := startApp(t, &session.Manager{})
	w := httptest.NewRecorder()
	owner, _ := a.manager.Bind(w, httptest.NewRequest("GET", "/", nil), "web")
	for _, url := range []string{"http://example.org/?$4DSID=", "https://example.org/?%244DSID="} {
		w := httptest.NewRecorder()
		s, err := a.manager.Bind(w, httptest.NewRequest("GET", url+newOTP(t, owner), nil), "web")
		cookie := w.Header().Get("Set-Cookie")
		if err != nil || s.ID() != owner.ID() || strings.Contains(cookie, "Secure") != strings.HasPrefix(url, "https") {
			t.Errorf("%s: session %s, cookie %s, %v", url, s.ID(), cookie, err)
		}
	}
}

// S-246: a component's web server is out of it.
func TestOTPOfComponent(t *testing.T) {
	t.Parallel()
	store := session.NewMemoryStore()
	host := newApp(t, &session.Manager{Store: store, AppName: "host"})
	component := newApp(t, &session.Manager{Store: store, AppName: "component", Component: true})
	inHost, inComponent := host.browser(), component.browser()
	hostID, componentID := inHost.id(), inComponent.id()
	token := inComponent.otp()
	if len(token) != 32 {
		t.Errorf("CreateOTP in a component = %q", token)
	}
	if host.browser().enter(token) == componentID || component.browser().enter(token) == componentID {
		t.Error("a component's passcode works")
	}
	if component.browser().enter(inHost.otp()) == hostID {
		t.Error("a component's web server restored a session of the host")
	}
}

// S-225, S-247: sessions switched off.
func TestOTPWithoutSessions(t *testing.T) {
	t.Parallel()
	store := session.NewMemoryStore()
	on := newApp(t, &session.Manager{Store: store})
	off := newApp(t, &session.Manager{Store: store, Disabled: true})
	b := on.browser()
	id, token := b.id(), b.otp()
	off.browser().get("/?$4DSID="+token, func(ctx context.Context, _ *http.Request) {
		if session.Current(ctx) != nil {
			t.Error("a passcode made a session")
		}
	})
	if on.browser().enter(token) != id {
		t.Error("the passcode was used up")
	}
}

// A guest that signs in is alone in its session: browsers that a passcode brought
// in before are out, as whoever has the old cookie is.
func TestSignInPutsOthersOut(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{Roles: roles(t, false)})
	planted, victim := a.browser(), a.browser()
	id := planted.id()
	second := a.browser()
	second.enter(planted.otp())
	if victim.enter(planted.otp()) != id || second.id() != id {
		t.Fatal("the passcodes do not work")
	}
	victim.signIn(session.Grant{Privileges: []string{"simple"}})
	if victim.id() != id || planted.id() == id || second.id() == id {
		t.Error("an old cookie opens the session of who signed in")
	}
}

// A session takes in a limited number of browsers; the oldest makes room.
func TestManyBrowsers(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	owner := a.browser()
	id := owner.id()
	var all []*browser
	for range 33 {
		b := a.browser()
		b.enter(owner.otp())
		all = append(all, b)
	}
	if all[0].id() == id || all[1].id() != id || all[32].id() != id || owner.id() != id {
		t.Error("want the first of 33 browsers out, the others and the owner in")
	}
}

func TestTooManyTokens(t *testing.T) {
	t.Parallel()
	c := newClock()
	s := session.New(session.Standalone, session.Desktop{Now: c.Now})
	for range 1000 {
		newOTP(t, s)
	}
	if _, err := s.CreateOTP(t.Context()); !errors.Is(err, session.ErrTooManyTokens) {
		t.Errorf("CreateOTP = %v, want ErrTooManyTokens", err)
	}
	c.move(10 * time.Second)
	newOTP(t, s)
}

// FuzzToken: whatever the URL says, the request gets a session and not another's.
func FuzzToken(f *testing.F) {
	m := &session.Manager{MaxPerAddress: 1 << 30, MaxSessions: 1 << 30}
	f.Cleanup(func() { m.Close() })
	s, err := m.Bind(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "web")
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", "$4DSID=", "$4DSID=" + s.ID(), "%244DSID=%00", "$4DSID=A;B&$4DSID", "a=4DSID"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, query, cookie string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.RawQuery = query
		r.Header.Set("Cookie", m.CookieName()+"="+cookie)
		got, err := m.Bind(httptest.NewRecorder(), r, "web")
		if err != nil || got.ID() == "" || got.ID() == s.ID() {
			t.Errorf("Bind(%q, %q) = %s, %v", query, cookie, got.ID(), err)
		}
	})
}
