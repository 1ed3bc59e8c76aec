package session_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// S-015, S-017, S-024, S-031, S-034
// otherKey is a context key of someone else.
type otherKey struct{}

func TestCurrent(t *testing.T) {
	t.Parallel()
	s := session.New(session.Remote, session.Desktop{UserName: "ada"})
	bare := t.Context()
	bound := session.NewContext(bare, s)
	hidden := session.Hide(bound)
	tests := []struct {
		name            string
		ctx             context.Context
		current, caller *session.Session
		enforced        bool
	}{
		{"nothing bound", bare, nil, nil, false},
		{"nil bound", session.NewContext(bound, nil), nil, nil, false},
		{"bound", bound, s, s, false},
		{"derived", context.WithValue(bound, otherKey{}, 1), s, s, false},
		{"local function", hidden, nil, s, false},
		{"called by a local function", session.NewContext(hidden, session.Caller(hidden)), s, s, false},
		{"hidden nothing", session.Hide(bare), nil, nil, false},
		{"nil bound in a web process", session.NewContext(session.Anonymous(bound), nil), nil, nil, true},
		{"web process without sessions", session.Anonymous(bound), nil, nil, true},
		{"local function there", session.Hide(session.Anonymous(bare)), nil, nil, true},
	}
	for _, test := range tests {
		if got := session.Current(test.ctx); got != test.current {
			t.Errorf("%s: Current = %p, want %p", test.name, got, test.current)
		}
		if got := session.Caller(test.ctx); got != test.caller {
			t.Errorf("%s: Caller = %p, want %p", test.name, got, test.caller)
		}
		if got := session.Enforced(test.ctx); got != test.enforced {
			t.Errorf("%s: Enforced = %t, want %t", test.name, got, test.enforced)
		}
	}
}

// S-020, S-029, S-281: a web process has its web session, wherever it runs, and
// permissions apply to it, in local functions too.
func TestWebProcess(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	standalone := session.NewStandalone("")
	a.browser().get("/", func(ctx context.Context, r *http.Request) {
		s := session.Current(ctx)
		if s.Kind() != session.Web || s.ID() == standalone.ID() || !session.Enforced(ctx) || !session.Enforced(session.Hide(ctx)) {
			t.Errorf("in a web process: %+v, enforced %t", s.Info(), session.Enforced(ctx))
		}
	})
	if standalone.Enforced() {
		t.Error("permissions apply to a standalone session")
	}
}

// S-148, S-151, S-154, S-172, S-181, S-201, S-318, S-319, S-320, S-323
func TestPromote(t *testing.T) {
	t.Parallel()
	r := roles(t, false)
	_, medium := r.Grant([]string{"medium"}, nil)
	_, audit := r.Grant([]string{"audit"}, nil)
	a := newApp(t, &session.Manager{Roles: r})
	b := a.browser()
	b.id()
	b.get("/", func(ctx context.Context, _ *http.Request) {
		s := session.Current(ctx)
		inner, promoted := session.Promote(ctx, session.Lent{Roles: r, Set: medium})
		innermost, both := session.Promote(inner, session.Lent{Roles: r, Set: audit})
		names := func(s *session.Session) []string { return r.Names(s.Held(r)) }
		expect := func(what string, s *session.Session, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, names(s)); diff != "" {
				t.Errorf("%s holds (-want +got):\n%s", what, diff)
			}
		}
		expect("the caller", s, "guest")
		expect("the promoted function", promoted, "medium", "simple", "guest")
		expect("the nested one", both, "medium", "simple", "audit", "guest")
		if session.Current(inner) != promoted || session.Current(innermost) != both || session.Current(ctx) != s {
			t.Error("the contexts do not carry their handles")
		}
		if !promoted.HasPrivilege("SIMPLE") || s.HasPrivilege("simple") || promoted.HasPrivilege("audit") {
			t.Error("HasPrivilege does not follow the promotion")
		}
		if !both.IsGuest() || len(both.Privileges()) != 0 || both.ID() != s.ID() || !both.Enforced() {
			t.Errorf("a promotion shows: %+v", both.Info())
		}
		b.do(func(parallel *session.Session) {
			if parallel.ID() != s.ID() || parallel.HasPrivilege("medium") {
				t.Error("a parallel request is promoted too")
			}
		})
		_ = s.SetPrivileges(session.Grant{Privileges: []string{"audit"}})
		expect("the promoted function, after a grant", promoted, "medium", "simple", "audit")
		_ = both.ClearPrivileges()
		expect("the promoted function, after a clear", promoted, "medium", "simple", "guest")
		expect("the same, asked again", promoted, "medium", "simple", "guest")
	})
}

// S-202, S-321: a desktop session is promoted all the same; without a session
// nothing happens.
func TestPromoteElsewhere(t *testing.T) {
	t.Parallel()
	r := roles(t, false)
	s := session.New(session.StoredProcedure, session.Desktop{Roles: r})
	ctx, p := session.Promote(session.Hide(session.NewContext(t.Context(), s)), lent(r, "audit"))
	if !p.HasPrivilege("audit") || s.HasPrivilege("audit") || p.Enforced() || session.Current(ctx) != p {
		t.Error("the promotion of a desktop session is wrong")
	}
	bare := t.Context()
	if ctx, p := session.Promote(bare, lent(r, "audit")); p != nil || ctx != bare {
		t.Errorf("Promote without a session = %v, %v", ctx, p)
	}
}

// S-038
func TestDetach(t *testing.T) {
	t.Parallel()
	type key struct{}
	r := roles(t, false)
	a := newApp(t, &session.Manager{Roles: r})
	b := a.browser()
	var detached context.Context
	var id string
	b.signIn(session.Grant{Privileges: []string{"simple"}})
	b.get("/", func(ctx context.Context, _ *http.Request) {
		id = session.Current(ctx).ID()
		ctx, cancel := context.WithTimeout(context.WithValue(ctx, key{}, "transaction"), time.Hour)
		defer cancel()
		ctx, _ = session.Promote(ctx, lent(r, "audit"))
		detached = session.Detach(ctx)
	})
	s := session.Current(detached)
	_, deadline := detached.Deadline()
	if s.ID() != id || detached.Err() != nil || deadline || detached.Value(key{}) != nil {
		t.Errorf("Detach: session %q, error %v, deadline %t, value %v", s.ID(), detached.Err(), deadline, detached.Value(key{}))
	}
	if s.HasPrivilege("audit") || !s.HasPrivilege("simple") || !s.Enforced() || !session.Enforced(detached) {
		t.Error("Detach: the promotion must end, the privileges and their enforcement stay")
	}
	if err := a.manager.Drop(t.Context(), id); err != nil {
		t.Error(err)
	}
	if s := session.Current(detached); s.ID() != id || !s.Closed() {
		t.Errorf("after the session ended a detached context has %+v", s.Info())
	}
	if ctx := session.Detach(t.Context()); session.Current(ctx) != nil || session.Enforced(ctx) {
		t.Error("Detach of a bare context made a session")
	}
	if !session.Enforced(session.Detach(session.Anonymous(t.Context()))) {
		t.Error("Detach dropped the enforcement of a web process without sessions")
	}
}

// S-019: nil answers nothing and refuses every change.
func TestNilSession(t *testing.T) {
	t.Parallel()
	var s *session.Session
	k := session.NewKey[int]("x")
	if s.ID() != "" || s.User() != "" || s.IsGuest() || s.HasPrivilege("x") || s.Enforced() || s.Closed() || s.Kind() != session.Web ||
		len(s.Privileges()) != 0 || s.Privileges() == nil || s.IdleTimeout() != 0 || !s.Expiration().IsZero() || s.ExpirationDate() != "" ||
		!s.Held(nil).Equal(privileges.Set{}) || s.SetPrivilegesJSON("x") {
		t.Error("a nil session answered")
	}
	if diff := cmp.Diff(session.Info{}, s.Info()); diff != "" {
		t.Errorf("Info (-want +got):\n%s", diff)
	}
	if v, ok := k.Get(s); ok || v != 0 {
		t.Errorf("Get = %d, %t", v, ok)
	}
	for name, err := range map[string]error{
		"SetPrivileges":   s.SetPrivileges(session.Grant{}),
		"ClearPrivileges": s.ClearPrivileges(),
		"Logout":          s.Logout(),
		"SetIdleTimeout":  s.SetIdleTimeout(time.Hour),
		"Set":             k.Set(s, 1),
		"Update":          k.Update(s, func(int) (int, error) { return 1, nil }),
		"Delete":          k.Delete(s),
	} {
		if !errors.Is(err, session.ErrNoSession) {
			t.Errorf("%s = %v, want ErrNoSession", name, err)
		}
	}
}

// S-016
func TestCurrentIsSafe(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{Roles: roles(t, false)})
	a.browser().get("/", func(ctx context.Context, _ *http.Request) {
		var wg sync.WaitGroup
		ids := make([]string, 32)
		for i := range ids {
			wg.Go(func() {
				if i == 0 {
					_ = a.manager.Drop(ctx, session.Current(ctx).ID())
				}
				s := session.Current(ctx)
				_ = s.SetPrivileges(session.Grant{Privileges: []string{"simple"}})
				ids[i] = session.Current(ctx).ID()
				s.Info()
				s.Held(nil)
			})
		}
		wg.Wait()
		for _, id := range ids {
			if id == "" {
				t.Errorf("a goroutine saw no session: %q", ids)
			}
		}
	})
}
