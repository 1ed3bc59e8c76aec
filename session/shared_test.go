package session_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/session"
)

// T-36. S-142, S-182, S-191, S-260, S-261, S-262
func TestDesktopSessionSharedWithWeb(t *testing.T) {
	t.Parallel()
	for _, kind := range []session.Kind{session.Remote, session.Standalone} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			r := roles(t, true)
			m := &session.Manager{Roles: r}
			a := newApp(t, m)
			s := session.New(kind, session.Desktop{UserName: "ada", Manager: m})
			_ = s.SetPrivileges(session.Grant{Roles: []string{"Medium"}})
			n := session.NewKey[int]("n")
			_ = n.Set(s, 1)
			b := a.browser()
			replaced, token := b.id(), newOTP(t, s)
			for _, path := range []string{"/?$4DSID=" + token, "/page", "/rest/Book"} {
				b.get(path, func(ctx context.Context, _ *http.Request) {
					got := session.Current(ctx)
					if v, _ := n.Get(got); got.ID() != s.ID() || v != 1 || got.User() != "ada" || !got.HasPrivilege("simple") || got.IsGuest() {
						t.Errorf("%s runs in %+v", path, got.Info())
					}
					if !session.Enforced(ctx) || s.Enforced() {
						t.Errorf("%s: permissions must apply to the web request, and not to the desktop code", path)
					}
					if ok, err := got.Restore(ctx, newOTP(t, got)); ok || err != nil {
						t.Errorf("Restore in a shared desktop session = %t, %v", ok, err)
					}
					_ = n.Set(got, 2)
				})
				if v, _ := n.Get(s); v != 2 {
					t.Errorf("the desktop code sees %d, want what the web request wrote", v)
				}
				_ = n.Set(s, 1)
			}
			if a.browser().enter(token) == s.ID() {
				t.Error("the passcode worked twice")
			}
			if old, _ := m.Lookup(t.Context(), replaced); old == nil {
				t.Error("the replaced session was closed")
			}
			a.clock.move(1000 * time.Hour)
			if b.id() != s.ID() {
				t.Error("a shared desktop session has an idle timeout")
			}
		})
	}
}

// S-189 with a desktop session: restore in a function called by REST.
func TestRestoreDesktopSession(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Roles: roles(t, false)}
	a := newApp(t, m)
	s := session.New(session.Remote, session.Desktop{Manager: m})
	b := a.browser()
	b.get("/rest/$singleton", func(ctx context.Context, _ *http.Request) {
		if ok, err := session.Current(ctx).Restore(ctx, newOTP(t, s)); !ok || err != nil || session.Current(ctx).ID() != s.ID() {
			t.Errorf("Restore = %t, %v", ok, err)
		}
	})
	if b.id() != s.ID() {
		t.Error("the browser does not stay in the session")
	}
}

// S-263
func TestSharedWithoutPrivileges(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Roles: roles(t, false)}
	a := newApp(t, m)
	s := session.New(session.Remote, session.Desktop{Manager: m})
	b := a.browser()
	b.enter(newOTP(t, s))
	b.do(func(got *session.Session) {
		if got.ID() != s.ID() || len(held(t, got)) != 0 {
			t.Errorf("without privileges the request holds %v", held(t, got))
		}
	})
}

// S-183, S-184
func TestDesktopOTPLifespan(t *testing.T) {
	t.Parallel()
	for _, kind := range []session.Kind{session.Remote, session.Standalone} {
		m := &session.Manager{}
		a := newApp(t, m)
		s := session.New(kind, session.Desktop{Manager: m})
		inTime, late, long := newOTP(t, s), newOTP(t, s), newOTP(t, s, time.Minute)
		a.clock.move(9 * time.Second)
		if a.browser().enter(inTime) != s.ID() {
			t.Errorf("%s: not valid after 9 seconds", kind)
		}
		a.clock.move(time.Second)
		if a.browser().enter(late) == s.ID() {
			t.Errorf("%s: still valid after 10 seconds", kind)
		}
		if a.browser().enter(long) != s.ID() {
			t.Errorf("%s: a longer lifespan does not count", kind)
		}
	}
}

// S-187; S-186, S-267, T-37 for profile P20
func TestDesktopsWithoutOTP(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]*session.Session{
		"stored procedure":         session.NewStoredProcedure(),
		"stored procedure, C | R4": session.New(session.StoredProcedure, session.Desktop{Profile: session.C | session.R4}),
		"remote, P20":              session.New(session.Remote, session.Desktop{Profile: session.P20}),
		"standalone, P20":          session.New(session.Standalone, session.Desktop{Profile: session.P20}),
		"remote, P20 of manager":   session.New(session.Remote, session.Desktop{Manager: &session.Manager{Profile: session.P20}}),
	} {
		if token := newOTP(t, s); token != "" {
			t.Errorf("%s: CreateOTP = %q, want empty text", name, token)
		}
	}
}

// S-004, S-028, S-266: without web sessions there is no sharing, and desktop
// sessions live on.
func TestSharingNeedsSessions(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Disabled: true}
	a := newApp(t, m)
	s := session.New(session.Remote, session.Desktop{Manager: m})
	a.browser().get("/?$4DSID="+newOTP(t, s), func(ctx context.Context, _ *http.Request) {
		if session.Current(ctx) != nil {
			t.Error("a passcode made a session")
		}
	})
	if s.Closed() || s.Storage() == nil {
		t.Error("switching web sessions off ended a remote session")
	}
}

// S-097, S-230, S-265, S-268
func TestConnections(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	a := newApp(t, m)
	var told []string
	m.OnClose(func(id string) { told = append(told, id) })
	ended := 0
	s := session.New(session.Remote, session.Desktop{Manager: m, OnEnd: func() { ended++ }})
	connect := func() func() error {
		disconnect, err := s.Connect()
		if err != nil {
			t.Fatalf("Connect = %v", err)
		}
		return disconnect
	}
	first, second := connect(), connect()
	b := a.browser()
	b.enter(newOTP(t, s))
	unused := newOTP(t, s)
	for range 2 { // the second call does nothing
		if err := first(); err != nil || s.Closed() || b.id() != s.ID() {
			t.Errorf("one of two connections closed: %v, closed %t", err, s.Closed())
		}
	}
	if err := second(); err != nil || !s.Closed() || ended != 1 {
		t.Errorf("the last connection closed: %v, closed %t, told %d times", err, s.Closed(), ended)
	}
	if diff := cmp.Diff([]string{s.ID()}, told); diff != "" {
		t.Errorf("listeners were told (-want +got):\n%s", diff)
	}
	if m.StorageOf(t.Context(), s.ID()) != nil {
		t.Error("the storage of the ended session is still there")
	}
	b.do(func(next *session.Session) {
		if next.ID() == s.ID() || next.Kind() != session.Web || !next.IsGuest() {
			t.Errorf("after the client left its browser has %+v, want a new guest", next.Info())
		}
	})
	if a.browser().enter(unused) == s.ID() {
		t.Error("a passcode outlives its session")
	}
	if _, err := s.Connect(); !errors.Is(err, session.ErrClosed) {
		t.Errorf("Connect to an ended session = %v", err)
	}
	if _, err := session.NewStandalone("").Connect(); err == nil || !strings.Contains(err.Error(), "standalone") {
		t.Errorf("Connect to a standalone session = %v", err)
	}
}

// A request that runs in a shared session when the client leaves gets a guest.
func TestSharedSessionEndsDuringRequest(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	a := newApp(t, m)
	s := session.New(session.Remote, session.Desktop{Manager: m})
	b := a.browser()
	b.enter(newOTP(t, s))
	var id string
	b.get("/", func(ctx context.Context, _ *http.Request) {
		if err := s.End(); err != nil {
			t.Errorf("End = %v", err)
		}
		id = session.Current(ctx).ID()
	})
	if id == s.ID() || b.id() != id {
		t.Error("the browser is not in the guest session that took the place")
	}
	if err := s.End(); err != nil {
		t.Errorf("End of an ended session = %v", err)
	}
}

// End is for web sessions too.
func TestEndWebSession(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open()})
		b := a.browser()
		var id string
		b.do(func(s *session.Session) {
			id = s.ID()
			if err := s.End(); err != nil || !s.Closed() {
				t.Errorf("End = %v", err)
			}
		})
		if b.id() == id {
			t.Error("the ended session is given out")
		}
	})
}

// A closed manager takes no session in, and keeps those it has.
func TestNewWithClosedManager(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	live := session.New(session.Remote, session.Desktop{Manager: m})
	if err := m.Close(); err != nil {
		t.Error(err)
	}
	if late := session.New(session.Remote, session.Desktop{Manager: m}); !late.Closed() || live.Closed() {
		t.Errorf("after Close a new session is closed %t, an earlier one %t; want true, false", late.Closed(), live.Closed())
	}
}
