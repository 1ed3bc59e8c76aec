package session_test

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// promote is Promote, which must not return an error here.
func promote(t testing.TB, s *session.Session, name string) int {
	t.Helper()
	id, err := s.Promote(name)
	if err != nil {
		t.Errorf("Promote(%q) = %v", name, err)
	}
	return id
}

func demote(t testing.TB, s *session.Session, id int) {
	t.Helper()
	if err := s.Demote(id); err != nil {
		t.Errorf("Demote(%d) = %v", id, err)
	}
}

// inRequest runs work in a request of a fresh browser.
func inRequest(t *testing.T, work func(ctx context.Context, b *browser)) {
	t.Helper()
	b := newApp(t, &session.Manager{Roles: roles(t, false)}).browser()
	b.id()
	b.get("/", func(ctx context.Context, _ *http.Request) { work(ctx, b) })
}

func held(t testing.TB, s *session.Session) []string {
	r := roles(t, false)
	return r.Names(s.Held(r))
}

// lent is what a function is lent that promotes these privileges.
func lent(r *privileges.Roles, names ...string) session.Lent {
	return session.Lent{Roles: r, Set: r.SetOf(names)}
}

// S-148, S-154, S-181, S-195, S-196, S-197, S-198, S-199, S-201
func TestPromoteByName(t *testing.T) {
	t.Parallel()
	inRequest(t, func(ctx context.Context, b *browser) {
		ctx, s, leave := session.Enter(ctx, session.Lent{})
		defer leave()
		medium, audit := promote(t, s, "MEDIUM"), promote(t, s, "audit")
		if diff := cmp.Diff([]int{1, 2, 0, 0, 0, 0}, []int{medium, audit, promote(t, s, "audit"), promote(t, s, " Audit "), promote(t, s, "nosuch"), promote(t, s, "")}); diff != "" {
			t.Errorf("Promote (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"medium", "simple", "audit", "guest"}, held(t, s)); diff != "" {
			t.Errorf("held (-want +got):\n%s", diff)
		}
		if !s.HasPrivilege("simple") || !session.Current(ctx).HasPrivilege("audit") || len(s.Privileges()) != 0 || !s.IsGuest() {
			t.Errorf("promoted: %+v", s.Info())
		}
		b.do(func(parallel *session.Session) {
			if parallel.HasPrivilege("audit") || promote(t, parallel, "audit") != 1 {
				t.Error("a promotion is seen by another request, or its numbers are")
			}
		})
		for _, id := range []int{0, -1, 99} {
			demote(t, s, id)
		}
		demote(t, s, medium)
		demote(t, s, medium)
		if diff := cmp.Diff([]string{"audit", "guest"}, held(t, s)); diff != "" {
			t.Errorf("after Demote of the first (-want +got):\n%s", diff)
		}
		if id := promote(t, s, "medium"); id != 3 {
			t.Errorf("the third promotion has number %d", id)
		}
		demote(t, s, audit)
		demote(t, s, 3)
		if s.HasPrivilege("medium") || s.HasPrivilege("audit") {
			t.Errorf("after all were demoted: %v", held(t, s))
		}
	})
}

// S-195, S-200: a promotion reaches the functions that are called, and ends when
// the function that made it returns, for goroutines that it left behind too.
func TestPromotionEndsWithFunction(t *testing.T) {
	t.Parallel()
	inRequest(t, func(ctx context.Context, _ *browser) {
		top := session.Current(ctx)
		outer, caller, leaveOuter := session.Enter(ctx, session.Lent{})
		defer leaveOuter()
		var left *session.Session
		func() {
			inner, called, leave := session.Enter(outer, session.Lent{})
			defer leave()
			left = called
			if promote(t, caller, "simple") != 1 || promote(t, called, "simple") != 0 || promote(t, called, "audit") != 2 {
				t.Error("the numbers or the refusal of what the caller has promoted are wrong")
			}
			_, deepest, leaveDeepest := session.Enter(inner, session.Lent{})
			defer leaveDeepest()
			for name, s := range map[string]*session.Session{"the function": called, "one that it calls": deepest} {
				if !s.HasPrivilege("audit") || !s.HasPrivilege("simple") {
					t.Errorf("%s holds %v", name, held(t, s))
				}
			}
			if caller.HasPrivilege("audit") || top.HasPrivilege("simple") {
				t.Error("a promotion reaches a caller")
			}
			demote(t, deepest, 1)
			if caller.HasPrivilege("simple") {
				t.Error("a called function cannot demote")
			}
		}()
		if left.HasPrivilege("audit") || promote(t, left, "audit") != 0 {
			t.Error("the promotion outlives its function")
		}
		if promote(t, caller, "audit") != 3 {
			t.Error("what ended counts as promoted")
		}
	})
}

// S-196, S-198, S-318, S-323: promotion by roles.json is no number.
func TestStaticAndDynamicPromotion(t *testing.T) {
	t.Parallel()
	inRequest(t, func(ctx context.Context, _ *browser) {
		ctx, s, leave := session.Enter(ctx, lent(roles(t, false), "audit"))
		_, called, _ := session.Enter(ctx, session.Lent{})
		if promote(t, s, "audit") != 0 || promote(t, called, "audit") != 0 {
			t.Error("what roles.json lends is promoted again")
		}
		demote(t, s, 0)
		demote(t, s, 1)
		if !s.HasPrivilege("audit") || !called.HasPrivilege("audit") {
			t.Error("Demote ended what roles.json lends")
		}
		leave()
		if s.HasPrivilege("audit") || called.HasPrivilege("audit") {
			t.Error("what roles.json lends outlives the function")
		}
	})
}

// A request is a process: without Enter a promotion ends with the request.
func TestPromoteWithoutEnter(t *testing.T) {
	t.Parallel()
	inRequest(t, func(ctx context.Context, b *browser) {
		s := session.Current(ctx)
		if promote(t, s, "audit") != 1 || !s.HasPrivilege("audit") || !session.Current(ctx).HasPrivilege("audit") {
			t.Error("the promotion has no effect")
		}
		if session.Current(session.Detach(ctx)).HasPrivilege("audit") {
			t.Error("Detach takes promotions along")
		}
		b.do(func(next *session.Session) {
			if next.HasPrivilege("audit") {
				t.Error("another request is promoted")
			}
		})
	})
}

// S-195, S-202
func TestPromoteDesktop(t *testing.T) {
	t.Parallel()
	s := session.New(session.StoredProcedure, session.Desktop{Roles: roles(t, false)})
	if id := promote(t, s, "audit"); id != 0 || s.HasPrivilege("audit") {
		t.Error("a promotion outside of any function")
	}
	ctx := session.NewContext(t.Context(), s)
	_, one, leave := session.Enter(ctx, session.Lent{})
	_, other, _ := session.Enter(ctx, session.Lent{})
	if promote(t, one, "audit") != 1 || !one.HasPrivilege("audit") || other.HasPrivilege("audit") || one.Enforced() {
		t.Error("the promotion in a desktop session is wrong")
	}
	leave()
	if one.HasPrivilege("audit") {
		t.Error("the promotion outlives its function")
	}
}

func TestPromoteErrors(t *testing.T) {
	t.Parallel()
	var none *session.Session
	if _, err := none.Promote("x"); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("Promote of nil = %v", err)
	}
	if err := none.Demote(1); !errors.Is(err, session.ErrNoSession) {
		t.Errorf("Demote of nil = %v", err)
	}
	ctx, s, leave := session.Enter(t.Context(), session.Lent{})
	leave()
	if s != nil || ctx != t.Context() {
		t.Error("Enter without a session made one")
	}
}

// S-230: what was promoted in a session that ended is not promoted in the one
// that takes its place.
func TestPromotionEndsWithSession(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{Roles: roles(t, false)})
	a.browser().get("/", func(ctx context.Context, _ *http.Request) {
		ctx, s, leave := session.Enter(ctx, session.Lent{})
		defer leave()
		promote(t, s, "audit")
		_ = a.manager.Drop(ctx, s.ID())
		next := session.Current(ctx)
		if s.HasPrivilege("audit") || next.HasPrivilege("audit") || next.ID() == s.ID() {
			t.Error("the promotion outlives its session")
		}
		if promote(t, next, "audit") != 1 || !session.Current(ctx).HasPrivilege("audit") {
			t.Error("nothing can be promoted in the new session")
		}
	})
}

// Promotions of many functions at once, with permissions checked all the time.
func TestPromoteConcurrently(t *testing.T) {
	t.Parallel()
	inRequest(t, func(ctx context.Context, _ *browser) {
		var wg sync.WaitGroup
		for range 32 {
			wg.Go(func() {
				_, s, leave := session.Enter(ctx, session.Lent{})
				defer leave()
				for range 50 {
					id := promote(t, s, "audit")
					if id == 0 || !s.HasPrivilege("audit") {
						t.Errorf("promotion %d is not in force", id)
					}
					demote(t, s, id)
					if s.HasPrivilege("audit") {
						t.Errorf("promotion %d is still in force", id)
					}
				}
			})
		}
		wg.Wait()
	})
}
