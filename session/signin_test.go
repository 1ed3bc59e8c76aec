package session_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/session"
)

// T-19, T-20. S-146, S-152, S-153, S-155, S-156, S-158, S-159, S-160, S-162, S-163, S-164, S-167, S-168
func TestSetPrivilegesForms(t *testing.T) {
	t.Parallel()
	type object = map[string]any
	tests := []struct {
		name string
		arg  any
		ok   bool
		want []string
		user string
	}{
		{"text", "simple", true, []string{"simple"}, ""},
		{"text with commas", " simple ,AUDIT,, ", true, []string{"simple", "audit"}, ""},
		{"list", []any{"medium", "audit"}, true, []string{"simple", "medium", "audit"}, ""},
		{"typed list", []string{"audit"}, true, []string{"audit"}, ""},
		{"undeclared", "simple,nosuch", true, []string{"simple"}, ""},
		{"undeclared only", "nosuch", true, []string{}, ""},
		{"WebAdmin", "webadmin", true, []string{"WebAdmin"}, ""},
		{"a role is no privilege", "Medium", true, []string{"simple", "medium"}, ""},
		{"object with role", object{"roles": "medium"}, true, []string{"simple", "medium"}, ""},
		{"object with texts", object{"privileges": "audit, simple", "roles": "x,Medium"}, true, []string{"audit", "simple", "medium"}, ""},
		{"object with lists", object{"privileges": []any{"audit"}, "roles": []any{"Medium"}, "userName": "ada"}, true, []string{"audit", "simple", "medium"}, "ada"},
		{"object with name", object{"userName": "ada"}, true, []string{}, "ada"},
		{"object with other things", object{"x": 1}, true, []string{}, ""},
		{"empty object", object{}, true, []string{}, ""},
		{"empty text", "", true, []string{}, ""},
		{"empty list", []any{}, true, []string{}, ""},
		{"number", 3.0, false, []string{}, ""},
		{"boolean", true, false, []string{}, ""},
		{"null", nil, false, []string{}, ""},
		{"list with a number", []any{"simple", 1.0}, false, []string{}, ""},
		{"object with a number", object{"privileges": 1.0, "roles": "Medium", "userName": "ada"}, false, []string{}, ""},
		{"object with a wrong role", object{"privileges": "simple", "roles": []any{true}}, false, []string{}, ""},
		{"object with null", object{"privileges": nil}, false, []string{}, ""},
		{"name that is no text", object{"privileges": "simple", "userName": 1.0}, false, []string{}, ""},
	}
	a := newApp(t, &session.Manager{Roles: roles(t, false)})
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a.browser().do(func(s *session.Session) {
				if got := s.SetPrivilegesJSON(test.arg); got != test.ok {
					t.Errorf("SetPrivilegesJSON(%v) = %t, want %t", test.arg, got, test.ok)
				}
				if diff := cmp.Diff(test.want, s.Privileges()); diff != "" || s.User() != test.user {
					t.Errorf("user %q, want %q; privileges (-want +got):\n%s", s.User(), test.user, diff)
				}
				for _, name := range test.want {
					if !s.HasPrivilege(name) {
						t.Errorf("HasPrivilege(%q) = false", name)
					}
				}
			})
		})
	}
}

// S-125, S-147, S-150, S-152, S-161
func TestSetPrivilegesAdds(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, false)})
		b := a.browser()
		b.signIn(session.Grant{Privileges: []string{"audit"}, UserName: "ada"})
		b.signIn(session.Grant{Roles: []string{"MEDIUM"}})
		b.do(func(s *session.Session) {
			list := s.Privileges()
			if diff := cmp.Diff([]string{"audit", "simple", "medium"}, list); diff != "" || s.User() != "ada" {
				t.Errorf("user %q, privileges (-want +got):\n%s", s.User(), diff)
			}
			list[0] = "mine"
			if s.Privileges()[0] != "audit" {
				t.Error("Privileges() is not a new list")
			}
			for name, want := range map[string]bool{"SIMPLE": true, "Audit": true, "": false, "nosuch": false, "guest": false, "WebAdmin": false} {
				if got := s.HasPrivilege(name); got != want {
					t.Errorf("HasPrivilege(%q) = %t, want %t", name, got, want)
				}
			}
		})
		b.signIn(session.Grant{UserName: "grace"})
		b.do(func(s *session.Session) {
			if s.User() != "grace" || len(s.Privileges()) != 3 {
				t.Errorf("after a new name: %q with %v", s.User(), s.Privileges())
			}
		})
	})
}

// T-21. S-171, S-173, S-174, S-175, S-178, S-180, S-237
func TestGuestWithoutForceLogin(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*session.Session) error{
		"ClearPrivileges": (*session.Session).ClearPrivileges,
		"Logout":          (*session.Session).Logout,
	} {
		a := newApp(t, &session.Manager{Roles: roles(t, false)})
		b := a.browser()
		note := session.NewKey[string]("note")
		b.do(func(s *session.Session) {
			_ = note.Set(s, "x")
			_ = s.SetPrivileges(session.Grant{UserName: "ada"})
			if !s.IsGuest() {
				t.Error("a name alone ended the guest state")
			}
			_ = s.SetPrivileges(session.Grant{Privileges: []string{"audit"}})
			if s.IsGuest() {
				t.Error("a guest in spite of a privilege")
			}
		})
		id, cookie := b.id(), b.cookie()
		b.do(func(s *session.Session) {
			_ = s.SetIdleTimeout(90 * 60e9)
			for range 2 {
				if err := leave(s); err != nil {
					t.Errorf("%s = %v", name, err)
				}
				if v, _ := note.Get(s); !s.IsGuest() || len(s.Privileges()) != 0 || s.User() != "ada" || v != "x" || s.IdleTimeout() != 90*60e9 {
					t.Errorf("after %s: %+v, note %q", name, s.Info(), v)
				}
			}
		})
		if b.id() != id || b.cookie() != cookie {
			t.Errorf("%s changed the ID or the cookie", name)
		}
	}
}

// T-22, T-25. S-166, S-173, S-179, S-233, S-234, S-235
func TestGuestWithForceLogin(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, true)})
		b := a.browser()
		note := session.NewKey[string]("note")
		expect := func(step string, guest bool, user string) {
			t.Helper()
			b.do(func(s *session.Session) {
				if v, _ := note.Get(s); s.IsGuest() != guest || s.User() != user || v != "kept" {
					t.Errorf("%s: guest %t, user %q, note %q; want %t, %q and the note", step, s.IsGuest(), s.User(), v, guest, user)
				}
			})
		}
		b.do(func(s *session.Session) { _ = note.Set(s, "kept") })
		expect("at first", true, "")
		b.do(func(s *session.Session) {
			if s.SetPrivilegesJSON(17.0) || !s.IsGuest() {
				t.Error("an unsuccessful call ended the guest state")
			}
		})
		b.signIn(session.Grant{UserName: "x"})
		expect("after a name alone", false, "x")
		id := b.id()
		b.signIn(session.Grant{Privileges: []string{"audit"}})
		b.do(func(s *session.Session) { _ = s.ClearPrivileges() })
		expect("after ClearPrivileges", false, "x")
		cookie := b.cookie()
		b.do(func(s *session.Session) {
			before := s.Expiration()
			_ = s.SetPrivileges(session.Grant{Privileges: []string{"audit"}})
			if err := s.Logout(); err != nil || s.HasPrivilege("audit") || len(s.Privileges()) != 0 || !s.Expiration().Equal(before) {
				t.Errorf("Logout = %v, left %v", err, s.Privileges())
			}
		})
		expect("after Logout", true, "")
		if b.id() != id || b.cookie() != cookie {
			t.Error("Logout changed the ID or the cookie")
		}
		b.signIn(session.Grant{Privileges: []string{"audit"}, UserName: "ada"})
		expect("signed in again", false, "ada")
		if b.id() != id {
			t.Error("the second sign-in is in another session")
		}
	})
}

// A cookie planted before the sign-in opens nothing after it; what the session
// is and remembers stays. S-013, S-120
func TestFixation(t *testing.T) {
	t.Parallel()
	for _, forceLogin := range []bool{false, true} {
		eachStore(t, func(t *testing.T, open func() session.Store) {
			a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, forceLogin)})
			attacker, victim := a.browser(), a.browser()
			id, planted := attacker.id(), attacker.cookie()
			attacker.do(func(s *session.Session) { _ = session.NewKey[int]("n").Set(s, 7) })
			victim.plant(a.manager.CookieName(), planted)
			resp := victim.signIn(session.Grant{Roles: []string{"Medium"}})
			if len(resp.Header.Values("Set-Cookie")) != 1 || victim.cookie() == planted {
				t.Errorf("the cookie was not renewed: %q", resp.Header.Values("Set-Cookie"))
			}
			victim.do(func(s *session.Session) {
				if n, _ := session.NewKey[int]("n").Get(s); s.ID() != id || n != 7 || !s.HasPrivilege("simple") {
					t.Errorf("after the sign-in: %+v, n = %d", s.Info(), n)
				}
			})
			attacker.do(func(s *session.Session) {
				if s.ID() == id || s.HasPrivilege("simple") || !s.IsGuest() {
					t.Error("the planted cookie opens the session of the victim")
				}
			})
			again := victim.signIn(session.Grant{Privileges: []string{"audit"}})
			if again.Header.Get("Set-Cookie") != "" {
				t.Error("a second SetPrivileges renewed the cookie again")
			}
		})
	}
}

// The first request of a browser may sign in: one cookie, the renewed one.
func TestSignInAtOnce(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{Roles: roles(t, false)})
	b := a.browser()
	var id string
	resp := b.do(func(s *session.Session) {
		id = s.ID()
		_ = s.SetPrivileges(session.Grant{Privileges: []string{"audit"}})
		_ = s.ClearPrivileges()
		_ = s.SetPrivileges(session.Grant{Privileges: []string{"audit"}})
	})
	if n := len(resp.Header.Values("Set-Cookie")); n != 1 || b.id() != id {
		t.Errorf("%d cookies, then session %s, want 1 and %s", n, b.id(), id)
	}
}

// S-165, S-316: requests that run see the change at once, and keep their session when
// its secret is renewed.
func TestEffectIsImmediate(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, false)})
		b := a.browser()
		id := b.id()
		b.get("/slow", func(ctx context.Context, _ *http.Request) {
			slow := session.Current(ctx)
			if slow.HasPrivilege("audit") {
				t.Error("audit is held before it is granted")
			}
			b.signIn(session.Grant{Privileges: []string{"audit"}, UserName: "ada"})
			if s := session.Current(ctx); !slow.HasPrivilege("audit") || slow.User() != "ada" || slow.IsGuest() || s.ID() != id {
				t.Errorf("the running request sees %+v", slow.Info())
			}
			b.do(func(s *session.Session) { _ = s.ClearPrivileges() })
			if slow.HasPrivilege("audit") || !slices.Equal(held(t, slow), []string{"guest"}) {
				t.Error("audit is still held after it was taken away")
			}
		})
	})
}

// A browser that cannot be told of the new secret cannot sign in.
func TestSignInTooLate(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{Roles: roles(t, true)})
	b := a.browser()
	var late, detached *session.Session
	b.get("/", func(ctx context.Context, _ *http.Request) {
		late = session.Current(ctx)
		detached = session.Current(session.Detach(ctx))
	})
	byID, err := a.manager.Lookup(t.Context(), late.ID())
	if err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*session.Session{"after the answer": late, "detached": detached, "looked up": byID} {
		if err := s.SetPrivileges(session.Grant{Privileges: []string{"audit"}}); !errors.Is(err, session.ErrAnswerSent) {
			t.Errorf("%s: SetPrivileges = %v, want ErrAnswerSent", name, err)
		}
		if s.SetPrivilegesJSON("audit") || !s.IsGuest() || s.HasPrivilege("audit") {
			t.Errorf("%s: signed in nevertheless", name)
		}
	}
	b.signIn(session.Grant{UserName: "ada"})
	for name, s := range map[string]*session.Session{"after the answer": late, "detached": detached, "looked up": byID} {
		if err := s.SetPrivileges(session.Grant{Privileges: []string{"audit"}}); err != nil {
			t.Errorf("%s, signed in already: SetPrivileges = %v", name, err)
		}
	}
}

// S-313, S-151: the guest privilege counts while nothing else is held.
func TestGuestPrivilege(t *testing.T) {
	t.Parallel()
	r := roles(t, false)
	a := newApp(t, &session.Manager{Roles: r})
	a.browser().do(func(s *session.Session) {
		if !s.HasPrivilege("guest") || !s.Held(r).Equal(r.Guest()) || s.HasPrivilege("simple") || !s.IsGuest() || len(s.Privileges()) != 0 {
			t.Errorf("a guest holds %v, listed %v", r.Names(s.Held(r)), s.Privileges())
		}
		_ = s.SetPrivileges(session.Grant{Privileges: []string{"simple"}})
		if s.HasPrivilege("guest") || !s.Held(r).Equal(r.SetOf([]string{"simple"})) {
			t.Errorf("after simple was granted: %v", r.Names(s.Held(r)))
		}
	})
}

// Commit without a session, or twice, does nothing.
func TestCommit(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	w := httptest.NewRecorder()
	s, err := a.manager.Bind(w, httptest.NewRequest("GET", "/", nil), "web")
	if err != nil {
		t.Fatal(err)
	}
	first := w.Header().Clone()
	w.Header().Add("Set-Cookie", "theme=dark")
	for _, s := range []*session.Session{s, s, nil, session.NewStandalone("")} {
		if err := a.manager.Commit(w, s); err != nil {
			t.Errorf("Commit = %v", err)
		}
	}
	got := w.Header().Values("Set-Cookie")
	if len(got) != 2 || got[0] != "theme=dark" || got[1] != first.Get("Set-Cookie") {
		t.Errorf("Set-Cookie = %q, want the other cookie and %q", got, first.Get("Set-Cookie"))
	}
}
