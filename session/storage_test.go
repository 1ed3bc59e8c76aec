package session_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/session"
)

type line struct {
	Item  string
	Count int
	At    time.Time
}

// S-141, S-142, S-143, S-257
func TestKey(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open()})
		b, other := a.browser(), a.browser()
		cart := session.NewKey[[]line]("cart")
		tea := line{"tea", 2, time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}
		b.do(func(s *session.Session) {
			if v, ok := cart.Get(s); ok || v != nil {
				t.Errorf("Get of nothing = %v, %t", v, ok)
			}
			if err := cart.Set(s, []line{tea}); err != nil {
				t.Errorf("Set = %v", err)
			}
		})
		other.do(func(s *session.Session) {
			if v, ok := cart.Get(s); ok {
				t.Errorf("another session sees %v", v)
			}
		})
		b.do(func(s *session.Session) {
			v, ok := cart.Get(s)
			if diff := cmp.Diff([]line{tea}, v); !ok || diff != "" {
				t.Errorf("Get = %t (-want +got):\n%s", ok, diff)
			}
			v[0].Count = 99
			if v, _ := cart.Get(s); v[0].Count != 2 {
				t.Error("changing a copy changed the session")
			}
			err := cart.Update(s, func(l []line) ([]line, error) { return append(l, line{Item: "milk"}), nil })
			if v, _ := cart.Get(s); err != nil || len(v) != 2 || v[1].Item != "milk" {
				t.Errorf("after Update (%v): %v", err, v)
			}
			for range 2 {
				if err := cart.Delete(s); err != nil {
					t.Errorf("Delete = %v", err)
				}
			}
			if v, ok := cart.Get(s); ok {
				t.Errorf("after Delete: %v", v)
			}
		})
	})
}

func TestKeyErrors(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	number, text := session.NewKey[int]("x"), session.NewKey[string]("x")
	if err := number.Set(s, 7); err != nil || number.Name() != "x" {
		t.Fatalf("Set = %v", err)
	}
	if v, ok := text.Get(s); ok || v != "" {
		t.Errorf("Get of another type = %q, %t; want nothing", v, ok)
	}
	called := false
	if err := text.Update(s, func(string) (string, error) { called = true; return "", nil }); err == nil || called {
		t.Errorf("Update of another type = %v, called %t; want an error", err, called)
	}
	refusal := errors.New("no")
	if err := number.Update(s, func(int) (int, error) { return 8, refusal }); err != refusal {
		t.Errorf("Update = %v, want the error of the function itself", err)
	}
	endless := session.NewKey[float64]("x")
	if err := endless.Set(s, math.Inf(1)); err == nil || !strings.Contains(err.Error(), `"x"`) {
		t.Errorf("Set of a value without JSON form = %v, want an error that names the key", err)
	}
	if err := endless.Update(s, func(float64) (float64, error) { return math.NaN(), nil }); err == nil {
		t.Error("Update to a value without JSON form = nil")
	}
	if v, _ := number.Get(s); v != 7 {
		t.Errorf("after errors only the value is %d, want 7", v)
	}
}

func TestStorageLimit(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{MaxStorage: 100})
	a.browser().do(func(s *session.Session) {
		first, second := session.NewKey[string]("first"), session.NewKey[string]("second")
		fill := strings.Repeat("x", 40) // 42 bytes as JSON, and the name
		if err := first.Set(s, fill); err != nil {
			t.Errorf("Set = %v", err)
		}
		err := second.Set(s, strings.Repeat("x", 46))
		full, ok := errors.AsType[*session.StorageFullError](err)
		if want := (session.StorageFullError{Key: "second", Size: 101, Limit: 100}); !ok || *full != want {
			t.Errorf("Set over the limit = %v, want %v", err, &want)
		}
		if _, ok := second.Get(s); ok {
			t.Error("a refused value was stored")
		}
		if err := second.Set(s, strings.Repeat("x", 45)); err != nil {
			t.Errorf("Set up to the limit = %v", err)
		}
		if err := first.Set(s, strings.Repeat("y", 40)); err != nil {
			t.Errorf("replacing a value within the limit = %v", err)
		}
		if err := first.Update(s, func(v string) (string, error) { return v + "y", nil }); err == nil {
			t.Error("Update over the limit = nil")
		}
	})
}

// Nothing is lost by 64 writers in two servers on one store. S-252
func TestConcurrentWriters(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		const writers = 64
		one := newApp(t, &session.Manager{Store: open()})
		two := newApp(t, &session.Manager{Store: open()})
		b := one.browser()
		b.id()
		b2 := two.browser()
		b2.plant(two.manager.CookieName(), b.cookie())
		total, set := session.NewKey[int]("total"), session.NewKey[map[string]bool]("set")
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				browser := b
				if i%2 == 1 {
					browser = b2
				}
				browser.do(func(s *session.Session) {
					if err := total.Update(s, func(n int) (int, error) { return n + 1, nil }); err != nil {
						t.Errorf("Update = %v", err)
					}
					if err := session.NewKey[int](fmt.Sprint("own", i)).Set(s, i); err != nil {
						t.Errorf("Set = %v", err)
					}
					err := set.Update(s, func(m map[string]bool) (map[string]bool, error) {
						if m == nil {
							m = map[string]bool{}
						}
						m[fmt.Sprint(i)] = true
						return m, nil
					})
					if err != nil {
						t.Errorf("Update = %v", err)
					}
				})
			})
		}
		wg.Wait()
		for _, browser := range []*browser{b, b2} {
			browser.do(func(s *session.Session) {
				n, _ := total.Get(s)
				m, _ := set.Get(s)
				if n != writers || len(m) != writers {
					t.Errorf("%d increments and %d entries arrived, want %d of each", n, len(m), writers)
				}
				for i := range writers {
					if v, ok := session.NewKey[int](fmt.Sprint("own", i)).Get(s); !ok || v != i {
						t.Errorf("the value of writer %d is %d, %t", i, v, ok)
					}
				}
			})
		}
	})
}

// Two servers on one store: what one changes, the next request to the other
// sees, whatever either remembers.
func TestTwoManagersOneStore(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		r := roles(t, false)
		one := newApp(t, &session.Manager{Store: open(), Roles: r})
		two := newApp(t, &session.Manager{Store: open(), Roles: r})
		b, b2 := one.browser(), two.browser()
		id := b.id()
		follow := func() { b2.plant(two.manager.CookieName(), b.cookie()) }
		follow()
		if b2.id() != id {
			t.Fatal("the second server does not know the session")
		}
		b.signIn(session.Grant{Privileges: []string{"audit"}, UserName: "ada"})
		if b2.id() == id {
			t.Error("the old secret opens the session on the second server")
		}
		follow()
		b2.do(func(s *session.Session) {
			if s.ID() != id || !s.HasPrivilege("audit") || s.User() != "ada" {
				t.Errorf("the second server sees %+v", s.Info())
			}
			_ = s.ClearPrivileges()
			_ = s.SetIdleTimeout(2 * time.Hour)
		})
		b.do(func(s *session.Session) {
			if s.HasPrivilege("audit") || s.IdleTimeout() != 2*time.Hour {
				t.Errorf("the first server sees %+v", s.Info())
			}
		})
		if err := two.manager.Drop(t.Context(), id); err != nil {
			t.Errorf("Drop = %v", err)
		}
		if b.id() == id {
			t.Error("the first server still has the dropped session")
		}
	})
}

// Changing a session inside an update of the same session cannot work: it ends
// with an error that says so, and not with a stand-still.
func TestChangeInsideUpdate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := session.NewStandalone("")
		k := session.NewKey[int]("n")
		err := k.Update(s, func(n int) (int, error) {
			return n + 1, k.Set(s, 100)
		})
		if !errors.Is(err, session.ErrBusy) {
			t.Errorf("Update = %v, want ErrBusy", err)
		}
		if err := k.Set(s, 1); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}
