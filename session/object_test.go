package session_test

import (
	"context"
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

// use is Use, which must not fail here.
func use(t testing.TB, o *session.Object, fn func(ctx context.Context, o *session.Object) error) {
	t.Helper()
	if err := o.Use(context.Background(), fn); err != nil {
		t.Errorf("Use = %v", err)
	}
}

// object returns a shared object with contents.
func object(t testing.TB, properties map[string]any) *session.Object {
	t.Helper()
	o := session.NewObject()
	use(t, o, func(_ context.Context, o *session.Object) error {
		for name, v := range properties {
			if err := o.Set(name, v); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		return nil
	})
	return o
}

// store puts v into the storage of s.
func store(t testing.TB, s *session.Session, name string, v any) {
	t.Helper()
	use(t, s.Storage(), func(_ context.Context, o *session.Object) error { return o.Set(name, v) })
}

func wantCopy(t testing.TB, o *session.Object, want map[string]any) {
	t.Helper()
	if diff := cmp.Diff(want, o.Copy()); diff != "" {
		t.Errorf("contents (-want +got):\n%s", diff)
	}
}

// S-141, S-143, S-249, S-257
func TestStorageTree(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open()})
		b := a.browser()
		when := time.Date(2026, 3, 1, 12, 0, 0, 5_000_000, time.FixedZone("", 3600))
		want := map[string]any{
			"text": "é<&>", "yes": true, "none": nil, "half": 0.5, "int": 7.0, "when": "2026-03-01T11:00:00.005Z",
			"cart": map[string]any{"lines": []any{map[string]any{"item": "tea"}, "x", 2.0}, "n": 1.0}, "list": []any{},
		}
		b.do(func(s *session.Session) {
			if o := s.Storage(); o == nil || len(o.Names()) != 0 || o.Copy() == nil {
				t.Errorf("the storage of a guest: %v", o.Copy())
			}
			lines := session.NewList()
			if err := lines.Append(t.Context(), object(t, map[string]any{"item": "tea"}), "x", uint8(2)); err != nil {
				t.Errorf("Append = %v", err)
			}
			cart := object(t, map[string]any{"lines": lines, "n": 1})
			for name, v := range map[string]any{
				"text": "é<&>", "yes": true, "none": nil, "half": float32(0.5), "int": int64(7), "when": when, "cart": cart, "list": session.NewList(),
			} {
				store(t, s, name, v)
			}
			wantCopy(t, s.Storage(), want)
		})
		b.do(func(s *session.Session) {
			o := s.Storage()
			wantCopy(t, o, want)
			if diff := cmp.Diff([]string{"cart", "half", "int", "list", "none", "text", "when", "yes"}, o.Names()); diff != "" {
				t.Errorf("names (-want +got):\n%s", diff)
			}
			item, _ := o.Object("cart").List("lines").At(0)
			if v, ok := item.(*session.Object).Get("item"); v != "tea" || !ok || o.Object("cart").List("lines").Len() != 3 {
				t.Errorf("storage.cart.lines[0].item = %v, %t", v, ok)
			}
			for _, name := range []string{"none", "nosuch"} {
				if v, ok := o.Get(name); v != nil || ok != (name == "none") {
					t.Errorf("storage.%s = %v, %t", name, v, ok)
				}
			}
			if o.Object("text") != nil || o.List("cart") != nil || o.Object("nosuch").Object("x") != nil || o.List("x").Len() != 0 {
				t.Error("a property has the wrong type")
			}
			o.Copy()["cart"].(map[string]any)["n"] = 99.0
			wantCopy(t, o, want)
		})
	})
}

// S-249: T-38
func TestOrdinaryObjectsAreRefused(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	store(t, s, "list", session.NewList())
	var noObject *session.Object
	var noList *session.List
	for _, v := range []any{
		map[string]any{"a": 1}, []any{1}, []string{}, struct{}{}, new(int), math.NaN(), math.Inf(1), float32(math.Inf(-1)),
		func() {}, errors.New("x"), noObject, noList,
	} {
		err := s.Storage().Use(t.Context(), func(_ context.Context, o *session.Object) error { return o.Set("x", v) })
		if e, ok := errors.AsType[*session.NotSharedError](err); !ok || !strings.Contains(e.Error(), fmt.Sprintf("%T", v)) {
			t.Errorf("Set(%T) = %v, want a NotSharedError that names the type", v, err)
		}
		if err := s.Storage().List("list").Append(t.Context(), 1, v); err == nil {
			t.Errorf("Append(%T) = nil", v)
		}
	}
	wantCopy(t, s.Storage(), map[string]any{"list": []any{}})
}

// S-250
func TestChangeOutsideUse(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	store(t, s, "cart", object(t, map[string]any{"n": 1}))
	list := session.NewList()
	_ = list.Append(t.Context(), 1)
	store(t, s, "list", list)
	var ended, member *session.Object
	use(t, s.Storage(), func(_ context.Context, o *session.Object) error { ended = o; return nil })
	use(t, s.Storage().Object("cart"), func(_ context.Context, o *session.Object) error { member = o; return nil })
	for name, err := range map[string]error{
		"storage":         s.Storage().Set("x", 1),
		"object":          s.Storage().Object("cart").Set("n", 2),
		"list":            s.Storage().List("list").Set(0, 2),
		"new object":      session.NewObject().Set("n", 1),
		"ended":           ended.Set("x", 1),
		"ended, removing": ended.Remove(t.Context(), "cart"),
		"ended, using":    member.Use(t.Context(), func(context.Context, *session.Object) error { return nil }),
	} {
		if !errors.Is(err, session.ErrNotInUse) {
			t.Errorf("%s = %v, want ErrNotInUse", name, err)
		}
	}
	wantCopy(t, s.Storage(), map[string]any{"cart": map[string]any{"n": 1.0}, "list": []any{1.0}})
}

// S-251, S-252: a second Use waits for the first, and readers do not.
func TestUseIsExclusive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := session.NewStandalone("")
		var order []string
		inside, finish := make(chan bool), make(chan bool)
		var wg sync.WaitGroup
		wg.Go(func() {
			use(t, s.Storage(), func(_ context.Context, o *session.Object) error {
				_ = o.Set("n", 1)
				close(inside)
				<-finish
				order = append(order, "first")
				return o.Set("m", 1)
			})
		})
		<-inside
		wg.Go(func() {
			use(t, s.Storage(), func(_ context.Context, o *session.Object) error {
				order = append(order, "second")
				n, _ := o.Get("n")
				return o.Set("n", n.(float64)+1)
			})
		})
		synctest.Wait()
		if len(order) != 0 {
			t.Errorf("two Use blocks at once: %q", order)
		}
		wantCopy(t, s.Storage(), map[string]any{})
		time.Sleep(time.Hour) // of the bubble's clock: there is no limit
		close(finish)
		wg.Wait()
		if diff := cmp.Diff([]string{"first", "second"}, order); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		wantCopy(t, s.Storage(), map[string]any{"n": 2.0, "m": 1.0})
	})
}

func TestWaitingEndsWithContext(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	use(t, s.Storage(), func(context.Context, *session.Object) error {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		err := s.Storage().Use(ctx, func(context.Context, *session.Object) error { return nil })
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Use by another while the storage is in use = %v", err)
		}
		return nil
	})
	store(t, s, "n", 1)
}

// S-253
func TestNestedUse(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	lines := session.NewList()
	store(t, s, "cart", object(t, map[string]any{"n": 1, "lines": lines}))
	cart := s.Storage().Object("cart")
	err := cart.Use(t.Context(), func(ctx context.Context, o *session.Object) error {
		if err := o.Set("n", 2); err != nil {
			return err
		}
		err := cart.Use(ctx, func(ctx context.Context, again *session.Object) error {
			if n, _ := again.Get("n"); n != 2.0 {
				t.Errorf("the inner block sees n = %v", n)
			}
			return s.Storage().Object("cart").List("lines").Append(ctx, "a")
		})
		if err != nil {
			return err
		}
		if n, _ := cart.Get("n"); n != 1.0 {
			t.Errorf("outside n = %v before the outer block has ended", n)
		}
		return o.List("lines").Append(ctx, "b")
	})
	if err != nil {
		t.Errorf("Use = %v", err)
	}
	wantCopy(t, cart, map[string]any{"n": 2.0, "lines": []any{"a", "b"}})
}

// waits reports whether Use of o has to wait while another holds a block.
func waits(t *testing.T, s interface {
	Use(context.Context, func(context.Context, *session.Object) error) error
}) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	err := s.Use(ctx, func(context.Context, *session.Object) error { return nil })
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Use = %v", err)
	}
	return err != nil
}

// S-254: an object that is stored in another shares its lock, for ever.
func TestGroups(t *testing.T) {
	t.Parallel()
	inner, outer, third := object(t, map[string]any{"n": 1}), session.NewObject(), session.NewObject()
	use(t, outer, func(_ context.Context, o *session.Object) error {
		if waits(t, inner) {
			t.Error("objects that are not stored in each other share a lock")
		}
		return o.Set("inner", inner)
	})
	use(t, outer, func(context.Context, *session.Object) error {
		if !waits(t, inner) {
			t.Error("a member of a group can be used while the group is")
		}
		return nil
	})
	use(t, inner, func(_ context.Context, o *session.Object) error {
		if !waits(t, outer) {
			t.Error("the group can be used while a member is")
		}
		return o.Set("n", 2)
	})
	wantCopy(t, outer, map[string]any{"inner": map[string]any{"n": 2.0}})
	refused := map[string]any{"a member": inner, "an item of it": outer.Object("inner"), "itself": third}
	for name, v := range refused {
		err := third.Use(t.Context(), func(_ context.Context, o *session.Object) error { return o.Set("x", v) })
		if !errors.Is(err, session.ErrStored) {
			t.Errorf("storing %s = %v, want ErrStored", name, err)
		}
	}
	use(t, outer, func(ctx context.Context, o *session.Object) error { return o.Remove(ctx, "inner") })
	if err := third.Use(t.Context(), func(_ context.Context, o *session.Object) error { return o.Set("x", inner) }); !errors.Is(err, session.ErrStored) {
		t.Errorf("storing what another group had = %v, want ErrStored", err)
	}
	if err := inner.Use(t.Context(), func(context.Context, *session.Object) error { return nil }); !errors.Is(err, session.ErrGone) {
		t.Errorf("Use of what was removed = %v, want ErrGone", err)
	}
}

// Inside the block that stores it, an object is used through that block; after a
// block that fails it is free again.
func TestStoringBlock(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	cart, refusal := object(t, map[string]any{"n": 1}), errors.New("no")
	for _, result := range []error{refusal, nil} {
		err := s.Storage().Use(t.Context(), func(ctx context.Context, o *session.Object) error {
			if err := o.Set("cart", cart); err != nil {
				t.Errorf("Set = %v", err)
			}
			if err := o.Set("again", cart); !errors.Is(err, session.ErrStored) {
				t.Errorf("Set of the same object elsewhere = %v, want ErrStored", err)
			}
			err := cart.Use(ctx, func(_ context.Context, o *session.Object) error { return o.Set("n", 2) })
			if n, _ := o.Object("cart").Get("n"); err != nil || n != 2.0 {
				t.Errorf("Use of the object just stored = %v, n = %v", err, n)
			}
			return result
		})
		if err != result {
			t.Errorf("Use = %v, want the error of the function itself", err)
		}
	}
	use(t, cart, func(_ context.Context, o *session.Object) error { return o.Set("m", 3) })
	wantCopy(t, s.Storage(), map[string]any{"cart": map[string]any{"n": 2.0, "m": 3.0}})
}

// S-255
func TestStorageDoesNotLockItsObjects(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	store(t, s, "cart", object(t, map[string]any{"n": 1}))
	store(t, s, "other", object(t, nil))
	use(t, s.Storage(), func(_ context.Context, o *session.Object) error {
		if waits(t, s.Storage().Object("cart")) || waits(t, o.Object("other")) {
			t.Error("using the storage locks an object in it")
		}
		return nil
	})
	use(t, s.Storage().Object("cart"), func(context.Context, *session.Object) error {
		if waits(t, s.Storage().Object("other")) || waits(t, s.Storage()) || !waits(t, s.Storage().Object("cart")) {
			t.Error("an object of the storage locks more than itself")
		}
		return nil
	})
}

// S-256
func TestListFunctions(t *testing.T) {
	t.Parallel()
	s := session.NewStandalone("")
	store(t, s, "list", session.NewList())
	l, ctx := s.Storage().List("list"), t.Context()
	for _, err := range []error{l.Append(ctx, "b", "d"), l.Insert(ctx, 0, "a"), l.Insert(ctx, 2, "c"), l.Insert(ctx, 4, "e"), l.Remove(ctx, 3), l.Remove(ctx, 9), l.Remove(ctx, -1)} {
		if err != nil {
			t.Errorf("a list function = %v", err)
		}
	}
	if diff := cmp.Diff([]any{"a", "b", "c", "e"}, l.Copy()); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	err := l.Use(ctx, func(ctx context.Context, l *session.List) error {
		if err := l.Set(3, "z"); err != nil {
			return err
		}
		if err := errors.Join(l.Set(4, "x"), l.Insert(ctx, 9, "x")); err == nil {
			t.Error("an index out of range is no error")
		}
		return l.Remove(ctx, 0)
	})
	if diff := cmp.Diff([]any{"b", "c", "z"}, l.Copy()); err != nil || diff != "" {
		t.Errorf("list: %v (-want +got):\n%s", err, diff)
	}
	if v, ok := l.At(3); v != nil || ok {
		t.Errorf("At(3) = %v, %t", v, ok)
	}
	if err := s.Storage().Remove(ctx, "list"); err != nil {
		t.Errorf("Remove = %v", err)
	}
	if err := l.Append(ctx, 1); !errors.Is(err, session.ErrGone) || l.Len() != 0 || l.Copy() != nil {
		t.Errorf("Append to a list that was removed = %v", err)
	}
}
