package session_test

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/session"
)

// S-258
func TestUseInOrder(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	store(t, s, "cart", object(t, map[string]any{"n": 0}))
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			err := s.Storage().Use(t.Context(), func(ctx context.Context, storage *session.Object) error {
				return storage.Object("cart").Use(ctx, func(_ context.Context, cart *session.Object) error {
					n, _ := cart.Get("n")
					return cart.Set("n", n.(float64)+1)
				})
			})
			if err != nil {
				t.Errorf("Use = %v", err)
			}
		})
	}
	wg.Wait()
	wantCopy(t, s.Storage(), map[string]any{"cart": map[string]any{"n": 16.0}})
}

// What is no storage of a session is in none.
func TestStorageIsOfOneSession(t *testing.T) {
	t.Parallel()
	one, other := session.NewStandalone(""), session.NewStandalone("")
	machine := object(t, map[string]any{"n": 1})
	store(t, one, "x", 1)
	wantCopy(t, other.Storage(), map[string]any{})
	wantCopy(t, machine, map[string]any{"n": 1.0})
}

// The tree and typed keys are two views of one thing.
func TestTreeAndKeys(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	cart, n := session.NewKey[[]line]("cart"), session.NewKey[int64]("n")
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	_ = cart.Set(s, []line{{"tea", 1, at}})
	_ = n.Set(s, math.MaxInt64)
	lines := s.Storage().List("cart")
	err := lines.Use(t.Context(), func(ctx context.Context, l *session.List) error {
		item, _ := l.At(0)
		if err := item.(*session.Object).Set("Count", 2); err != nil {
			return err
		}
		return l.Append(ctx, object(t, map[string]any{"Item": "milk", "At": at}))
	})
	got, _ := cart.Get(s)
	if diff := cmp.Diff([]line{{"tea", 2, at}, {"milk", 0, at}}, got); err != nil || diff != "" {
		t.Errorf("the key reads %v (-want +got):\n%s", err, diff)
	}
	store(t, s, "more", true)
	if v, _ := n.Get(s); v != math.MaxInt64 {
		t.Errorf("a value next to a change is %d now", v)
	}
	// Changed by a key while a block runs: the block runs again.
	runs := 0
	use(t, s.Storage(), func(_ context.Context, o *session.Object) error {
		if runs++; runs == 1 {
			_ = n.Set(s, 5)
		}
		v, _ := o.Get("n")
		return o.Set("n", v.(float64)+1)
	})
	if v, _ := n.Get(s); v != 6 || runs != 2 {
		t.Errorf("n = %d after %d runs, want 6 after 2", v, runs)
	}
}

func TestUseErrors(t *testing.T) {
	t.Parallel()
	s := session.New(session.Standalone, session.Desktop{MaxStorage: 60})
	store(t, s, "a", 1)
	err := s.Storage().Use(t.Context(), func(_ context.Context, o *session.Object) error {
		return errors.Join(o.Set("a", 2), o.Set("b", strings.Repeat("x", 70)))
	})
	if _, ok := errors.AsType[*session.StorageFullError](err); !ok {
		t.Errorf("Use over the limit = %v, want a StorageFullError", err)
	}
	func() {
		defer func() { _ = recover() }()
		_ = s.Storage().Use(t.Context(), func(_ context.Context, o *session.Object) error {
			_ = o.Set("a", 3)
			panic("in the block")
		})
	}()
	wantCopy(t, s.Storage(), map[string]any{"a": 1.0})
	deep := session.NewObject()
	for range 300 {
		next := session.NewObject()
		if err = next.Use(t.Context(), func(_ context.Context, o *session.Object) error { return o.Set("x", deep) }); err != nil {
			break
		}
		deep = next
	}
	if err == nil || !strings.Contains(err.Error(), "nested") {
		t.Errorf("300 levels = %v, want an error", err)
	}
	var none *session.Session
	nothing := func(context.Context, *session.Object) error { return nil }
	for name, err := range map[string]error{
		"Use": none.Storage().Use(t.Context(), nothing), "Set": none.Storage().Set("x", 1), "Remove": none.Storage().Remove(t.Context(), "x"),
		"Append": none.Storage().List("x").Append(t.Context(), 1), "List.Set": none.Storage().List("x").Set(0, 1),
	} {
		if !errors.Is(err, session.ErrNoSession) {
			t.Errorf("%s of the storage of nil = %v, want ErrNoSession", name, err)
		}
	}
	if none.Storage().Names() != nil || none.Storage().Copy() != nil {
		t.Error("the storage of nil holds something")
	}
	_ = s.End()
	if err := s.Storage().Use(t.Context(), nothing); !errors.Is(err, session.ErrClosed) {
		t.Errorf("Use in a session that ended = %v, want ErrClosed", err)
	}
}

// Nothing is lost by 64 blocks on two servers with one store. S-252, S-269
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		const writers = 64
		managers := []*session.Manager{{Store: open()}, {Store: open()}}
		one := newApp(t, managers[0])
		startApp(t, managers[1])
		id := one.browser().id()
		use(t, managers[0].StorageOf(t.Context(), id), func(_ context.Context, o *session.Object) error { return o.Set("cart", session.NewObject()) })
		count := func(_ context.Context, o *session.Object) error {
			n, _ := o.Get("n")
			f, _ := n.(float64)
			return o.Set("n", f+1)
		}
		var wg sync.WaitGroup
		for i := range writers {
			wg.Go(func() {
				o := managers[i%2].StorageOf(context.Background(), id)
				use(t, o, count)
				use(t, o.Object("cart"), count)
			})
		}
		wg.Wait()
		want := map[string]any{"n": float64(writers), "cart": map[string]any{"n": float64(writers)}}
		for _, m := range managers {
			wantCopy(t, m.StorageOf(t.Context(), id), want)
		}
	})
}

// T-39. S-268, S-269, S-271
func TestStorageOf(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	a := newApp(t, m)
	remote := session.New(session.Remote, session.Desktop{Manager: m})
	standalone := session.New(session.Standalone, session.Desktop{Manager: m})
	b := a.browser()
	var web *session.Session
	b.get("/", func(ctx context.Context, _ *http.Request) { web = session.Current(ctx) })
	end := web.Expiration()
	a.clock.move(time.Minute)
	for _, s := range []*session.Session{web, remote, standalone} {
		use(t, m.StorageOf(t.Context(), s.ID()), func(_ context.Context, o *session.Object) error { return o.Set("n", 1) })
		wantCopy(t, s.Storage(), map[string]any{"n": 1.0})
	}
	if !web.Expiration().Equal(end) {
		t.Error("reaching a storage counts as activity")
	}
	if o := m.StorageOf(t.Context(), "unknown"); o != nil {
		t.Errorf("the storage of an unknown session is %v", o.Copy())
	}
	for _, s := range []*session.Session{web, remote} {
		_ = m.Drop(t.Context(), s.ID())
		if o := m.StorageOf(t.Context(), s.ID()); o != nil {
			t.Errorf("the storage of a dropped session is %v", o.Copy())
		}
	}
}
