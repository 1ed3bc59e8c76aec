package session_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// parsed declares these privileges, in this order, and what else the text says.
func parsed(t testing.TB, text string) *privileges.Roles {
	t.Helper()
	r, err := privileges.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	firstRoles  = `{"privileges":[{"privilege":"read"},{"privilege":"write"}],"permissions":{}}`
	secondRoles = `{"privileges":[{"privilege":"write"},{"privilege":"guest"}],"permissions":{}}`
)

// S-159, S-313: a session keeps names, and has those rights that the roles in force give them.
func TestSessionsFollowTheRoles(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		first, second := parsed(t, firstRoles), parsed(t, secondRoles)
		source, set := privileges.NewSource(first)
		b := newApp(t, &session.Manager{Store: open(), Roles: source}).browser()
		b.signIn(session.Grant{Privileges: []string{"read"}})
		see := func() (list []string, guest bool) {
			b.do(func(s *session.Session) { list, guest = s.Privileges(), s.IsGuest() })
			return list, guest
		}
		for _, want := range []struct {
			roles *privileges.Roles
			list  []string
			guest bool
		}{{first, []string{"read"}, false}, {second, []string{}, true}, {first, []string{"read"}, false}} {
			set(want.roles)
			if list, guest := see(); !slices.Equal(list, want.list) || guest != want.guest {
				t.Errorf("privileges %v, guest %t, want %v, %t", list, guest, want.list, want.guest)
			}
		}
		set(second)
		b.do(func(s *session.Session) {
			if err := s.SetPrivileges(session.Grant{Privileges: []string{"read", "write"}}); err != nil || !s.HasPrivilege("write") || s.HasPrivilege("read") {
				t.Errorf("a grant under the new roles: %v, %v", s.Privileges(), err)
			}
			if got := second.Names(s.Held(second)); !slices.Equal(got, []string{"write"}) {
				t.Errorf("held under the new roles: %v", got)
			}
			if got := first.Names(s.Held(first)); !slices.Equal(got, []string{"read", "write"}) {
				t.Errorf("held under the roles before: %v", got)
			}
		})
	})
}

// S-318, S-323: what is lent keeps its names too, for the roles that made it and for others.
func TestLentUnderOtherRoles(t *testing.T) {
	t.Parallel()
	first, second := parsed(t, firstRoles), parsed(t, secondRoles)
	source, set := privileges.NewSource(first)
	b := newApp(t, &session.Manager{Roles: source}).browser()
	b.id()
	b.get("/", func(ctx context.Context, _ *http.Request) {
		_, s, leave := session.Enter(ctx, lent(first, "write"))
		if promote(t, s, "read") == 0 {
			t.Error("read was not promoted")
		}
		set(second)
		for _, c := range []struct {
			roles *privileges.Roles
			want  []string
		}{{first, []string{"read", "write"}}, {second, []string{"write", "guest"}}, {first, []string{"read", "write"}}} {
			if diff := cmp.Diff(c.want, c.roles.Names(s.Held(c.roles))); diff != "" {
				t.Errorf("held (-want +got):\n%s", diff)
			}
		}
		if promote(t, s, "write") != 0 {
			t.Error("what was lent under the roles before is promoted again")
		}
		leave()
		if got := second.Names(s.Held(second)); !slices.Equal(got, []string{"guest"}) {
			t.Errorf("held after the function: %v", got)
		}
	})
}

// O-442: what is attached belongs to one session, is made once, and ends with it.
func TestAttached(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open()})
		type key struct{}
		var made atomic.Int64
		attach := func(s *session.Session) any {
			v, err := s.Attached(key{}, func() any { made.Add(1); return new(int64) })
			if err != nil {
				t.Errorf("Attached: %v", err)
			}
			return v
		}
		one, two := a.browser(), a.browser()
		var first, again, other any
		one.do(func(s *session.Session) {
			var all sync.Map
			var wg sync.WaitGroup
			for range 20 {
				wg.Go(func() { all.Store(attach(s), true) })
			}
			wg.Wait()
			all.Range(func(v, _ any) bool { first = v; return true })
		})
		// Twice more than a state without requests would live.
		for range 3 {
			if err := a.manager.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		one.do(func(s *session.Session) { again = attach(s) })
		two.do(func(s *session.Session) { other = attach(s) })
		if made.Load() != 2 || first != again || first == other {
			t.Errorf("%d made, same again %t, other session's the same %t", made.Load(), first == again, first == other)
		}
		var old *session.Session
		one.do(func(s *session.Session) { old = s })
		a.clock.move(2 * time.Hour)
		if err := a.manager.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if v, err := old.Attached(key{}, func() any { return 1 }); v != nil || !errors.Is(err, session.ErrClosed) {
			t.Errorf("after the end: %v, %v", v, err)
		}
		one.do(func(s *session.Session) {
			if attach(s) == first {
				t.Error("the next session has what was attached to the one before")
			}
		})
	})
	var none *session.Session
	if _, err := none.Attached(1, func() any { return 1 }); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("without a session: %v", err)
	}
}

// O-442: a session that another server has ended keeps nothing here.
func TestAttachedEndsWhenAnotherServerEndsTheSession(t *testing.T) {
	t.Parallel()
	store := session.NewMemoryStore()
	a := newApp(t, &session.Manager{Store: store})
	var old *session.Session
	a.browser().do(func(s *session.Session) {
		old = s
		if _, err := s.Attached(1, func() any { return 1 }); err != nil {
			t.Fatal(err)
		}
	})
	if _, err := store.Delete(t.Context(), old.ID()); err != nil {
		t.Fatal(err)
	}
	a.clock.move(2 * time.Hour)
	for range 2 { // the first one sees that the session is not in use
		if err := a.manager.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if !old.Closed() {
		t.Error("the session is kept though it has ended")
	}
}
