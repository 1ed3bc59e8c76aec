package session_test

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/session"
)

// S-001
func TestDefaultProfile(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	if m.Profile != session.P21 || (session.Desktop{}).Profile != session.P21 {
		t.Error("the default is not P21")
	}
	s := session.New(session.Remote, session.Desktop{Roles: roles(t, false)})
	if s.ClientSide() != nil || s.HasPrivilege("simple") || s.Quotas().EntitySets.Set(1) == nil {
		t.Error("the default has something of another profile")
	}
}

// S-002: who gets which session for how long is the same in all profiles.
func TestProfilesKeepIdentity(t *testing.T) {
	t.Parallel()
	for _, p := range []session.Profile{session.P21, session.P20, session.C, session.R4, session.C | session.R4} {
		m := &session.Manager{Profile: p}
		a := newApp(t, m)
		b := a.browser()
		id := b.id()
		a.clock.move(59 * time.Minute)
		if b.id() != id || a.browser().id() == id {
			t.Errorf("profile %d: another session before the idle timeout", p)
		}
		a.clock.move(time.Hour)
		if b.id() == id {
			t.Errorf("profile %d: the session outlives its idle timeout", p)
		}
		for _, kind := range []session.Kind{session.Remote, session.StoredProcedure, session.Standalone} {
			if s := session.New(kind, session.Desktop{Manager: m}); s.IdleTimeout() != 0 || s.IsGuest() {
				t.Errorf("profile %d: %+v", p, s.Info())
			}
		}
	}
}

// S-149, S-157, S-169, S-176
func TestP20Desktop(t *testing.T) {
	t.Parallel()
	for _, kind := range []session.Kind{session.Remote, session.StoredProcedure, session.Standalone} {
		s := session.New(kind, session.Desktop{Roles: roles(t, false), Profile: session.P20})
		if err := s.SetPrivileges(session.Grant{Privileges: []string{"simple"}}); !errors.Is(err, session.ErrNoEffect) || s.SetPrivilegesJSON("simple") {
			t.Errorf("%s: SetPrivileges = %v, want ErrNoEffect", kind, err)
		}
		if err := s.ClearPrivileges(); err != nil {
			t.Errorf("%s: ClearPrivileges = %v", kind, err)
		}
		if diff := cmp.Diff([]string{"WebAdmin"}, s.Privileges()); diff != "" {
			t.Errorf("%s: privileges (-want +got):\n%s", kind, diff)
		}
		if !s.HasPrivilege("simple") || !s.HasPrivilege("nosuch") || s.IsGuest() || s.Info().Type != kind.String() {
			t.Errorf("%s: %+v", kind, s.Info())
		}
		store(t, s, "n", 1)
	}
}

// S-130, S-149
func TestP20Web(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Roles: roles(t, false), Profile: session.P20}
	a := newApp(t, m)
	a.browser().get("/", func(ctx context.Context, _ *http.Request) {
		_, s, leave := session.Enter(ctx, session.Lent{})
		defer leave()
		if promote(t, s, "audit") == 0 || s.HasPrivilege("audit") {
			t.Error("HasPrivilege counts a promotion")
		}
		if diff := cmp.Diff([]string{"audit", "guest"}, held(t, s)); diff != "" {
			t.Errorf("permissions are tested against (-want +got):\n%s", diff)
		}
		_ = s.SetPrivileges(session.Grant{Privileges: []string{"medium"}})
		if !s.HasPrivilege("simple") || !cmp.Equal(s.Privileges(), []string{"simple", "medium"}) {
			t.Errorf("a web session holds %v", s.Privileges())
		}
		if diff := cmp.Diff(session.Info{}, s.Info()); diff != "" {
			t.Errorf("info of a web session (-want +got):\n%s", diff)
		}
	})
	if list, err := m.List(t.Context()); len(list) != 1 || list[0].ID == "" || err != nil {
		t.Errorf("the list of the administrator = %v, %v", list, err)
	}
}

// T-09. S-026, S-144, S-170, S-176, S-191, S-203, S-264
func TestClientSide(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Roles: roles(t, false), Profile: session.C}
	a := newApp(t, m)
	server := session.New(session.Remote, session.Desktop{UserName: "ada", Machine: "laptop", Manager: m})
	client := server.ClientSide()
	if client.ID() != server.ID() || client.User() != "ada" || client.Kind() != session.Remote || client.Closed() || client.ClientSide() != client {
		t.Fatalf("the client-side object is %+v", client.Info())
	}
	if diff := cmp.Diff(server.Info(), client.Info()); diff != "" {
		t.Errorf("info (-server +client):\n%s", diff)
	}
	store(t, server, "where", "server")
	store(t, client, "where", "client")
	wantCopy(t, server.Storage(), map[string]any{"where": "server"})
	wantCopy(t, client.Storage(), map[string]any{"where": "client"})
	_, called, leave := session.Enter(session.NewContext(t.Context(), client), session.Lent{})
	defer leave()
	for name, s := range map[string]*session.Session{
		"the object": client, "in a function": called,
		"detached": session.Current(session.Detach(session.NewContext(t.Context(), client))),
	} {
		_, promoting := s.Promote("simple")
		_, restoring := s.Restore(t.Context(), "x")
		_, connecting := s.Connect()
		for call, err := range map[string]error{
			"SetPrivileges": s.SetPrivileges(session.Grant{}), "ClearPrivileges": s.ClearPrivileges(), "Logout": s.Logout(),
			"Promote": promoting, "Demote": s.Demote(1), "Restore": restoring, "Connect": connecting, "End": s.End(),
		} {
			if !errors.Is(err, session.ErrClientSide) {
				t.Errorf("%s: %s = %v, want ErrClientSide", name, call, err)
			}
		}
	}
	b := a.browser()
	b.enter(newOTP(t, client))
	b.do(func(s *session.Session) {
		if s.ID() != server.ID() {
			t.Error("the passcode of the client opens another session")
		}
		wantCopy(t, s.Storage(), map[string]any{"where": "server"})
	})
}

// S-024: in the other profiles, and for other sessions, there is none.
func TestNoClientSide(t *testing.T) {
	t.Parallel()
	var none *session.Session
	for name, s := range map[string]*session.Session{
		"nil":             none,
		"P21":             session.New(session.Remote, session.Desktop{}),
		"P20":             session.New(session.Remote, session.Desktop{Profile: session.P20 | session.C}),
		"R4":              session.New(session.Remote, session.Desktop{Profile: session.R4}),
		"standalone in C": session.New(session.Standalone, session.Desktop{Profile: session.C}),
	} {
		if got := s.ClientSide(); got != nil {
			t.Errorf("%s: ClientSide = %+v, want nil", name, got.Info())
		}
	}
	if token := newOTP(t, session.NewClientSide(session.Info{ID: "X"}, nil)); token != "" {
		t.Errorf("without a server CreateOTP = %q", token)
	}
}

// T-45. S-023, S-027
func TestR4RestAlwaysHasSession(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{Profile: session.R4, Disabled: true, Roles: roles(t, false)})
	b := a.browser()
	var id string
	for i, path := range []string{"/rest/Book", "/rest/Book", "/page"} {
		b.get(path, func(ctx context.Context, _ *http.Request) {
			s := session.Current(ctx)
			switch {
			case i == 0:
				id = s.ID()
				_ = s.SetPrivileges(session.Grant{Privileges: []string{"simple"}})
			case i == 1 && (s.ID() != id || !s.HasPrivilege("simple") || s.Info().Type != "rest"):
				t.Errorf("the next REST request has %+v", s.Info())
			case i == 2 && s != nil:
				t.Error("a page has a session although they are switched off")
			}
		})
	}
	if id == "" {
		t.Error("a REST request has no session")
	}
}

// S-204, S-206, S-207
func TestQuotas(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		m := &session.Manager{Store: open(), Profile: session.R4, Roles: roles(t, false)}
		m.CountEntitySets(t, func(string) int { return 30 })
		m.CountEntitySets(t, func(string) int { return 31 })
		m.CountEntitySets(m, func(string) int { return 1 })
		a := newApp(t, m)
		b := a.browser()
		values := func(s *session.Session) [3]int {
			q := s.Quotas()
			return [3]int{q.EntitySets.Value(), q.DefaultTimeout.Value(), q.MaxTimeout.Value()}
		}
		b.do(func(s *session.Session) {
			q := s.Quotas()
			steps := []struct {
				name string
				do   func() error
				ok   bool
				want [3]int
			}{
				{"nothing", func() error { return nil }, true, [3]int{0, 7200, 0}},
				{"sets = 2", func() error { return q.EntitySets.Set(2) }, true, [3]int{2, 7200, 0}},
				{"sets = 0", func() error { return q.EntitySets.Set(0) }, false, [3]int{2, 7200, 0}},
				{"default = -1", func() error { return q.DefaultTimeout.Set(-1) }, false, [3]int{2, 7200, 0}},
				{"max = 0", func() error { return q.MaxTimeout.Set(0) }, false, [3]int{2, 7200, 0}},
				{"default = 9000", func() error { return q.DefaultTimeout.Set(9000) }, true, [3]int{2, 9000, 0}},
				{"max = 600", func() error { return q.MaxTimeout.Set(600) }, true, [3]int{2, 600, 600}},
				{"default = 700", func() error { return q.DefaultTimeout.Set(700) }, true, [3]int{2, 600, 600}},
				{"default = 60", func() error { return q.DefaultTimeout.Set(60) }, true, [3]int{2, 60, 600}},
				{"default reset", func() error { return q.DefaultTimeout.Reset() }, true, [3]int{2, 600, 600}},
				{"max reset", func() error { return q.MaxTimeout.Reset() }, true, [3]int{2, 7200, 0}},
			}
			for _, step := range steps {
				if err := step.do(); (err == nil) != step.ok || values(s) != step.want {
					t.Errorf("%s: %v, quotas %v; want %v", step.name, err, values(s), step.want)
				}
			}
			if q.Current() != 32 {
				t.Errorf("Current = %d, want what was counted", q.Current())
			}
			if err := q.Admit(1); err != nil {
				t.Errorf("Admit(1) = %v", err)
			}
			for held := range 4 {
				if err := q.Admit(held); errors.Is(err, session.ErrQuota) != (held >= 2) {
					t.Errorf("Admit(%d) with a limit of 2 = %v", held, err)
				}
			}
			if err := errors.Join(q.EntitySets.Reset(), q.Admit(1_000_000)); err != nil {
				t.Errorf("without a limit: %v", err)
			}
			_ = q.EntitySets.Set(5)
		})
		b.do(func(s *session.Session) {
			if values(s) != [3]int{5, 7200, 0} {
				t.Errorf("the next request has quotas %v", values(s))
			}
		})
		a.browser().do(func(s *session.Session) {
			if values(s) != [3]int{0, 7200, 0} {
				t.Errorf("another session has quotas %v", values(s))
			}
		})
	})
}

// Quotas exist in R4 only, for every kind.
func TestQuotasElsewhere(t *testing.T) {
	t.Parallel()
	for _, p := range []session.Profile{session.P21, session.P20, session.C, session.P20 | session.R4} {
		q := session.New(session.Remote, session.Desktop{Profile: p}).Quotas()
		if err := q.EntitySets.Set(1); !errors.Is(err, session.ErrNoQuotas) || q.EntitySets.Value() != 0 || q.Current() != 0 || q.Admit(9) != nil {
			t.Errorf("profile %d: quotas can be set: %v", p, err)
		}
	}
	for _, kind := range []session.Kind{session.Remote, session.StoredProcedure, session.Standalone} {
		q := session.New(kind, session.Desktop{Profile: session.R4}).Quotas()
		if err := q.MaxTimeout.Set(5); err != nil || q.MaxTimeout.Value() != 5 || q.Current() != 0 {
			t.Errorf("%s in R4: %v", kind, err)
		}
	}
	var none *session.Session
	if none.Quotas().DefaultTimeout.Value() != 0 {
		t.Error("nil has quotas")
	}
}
