package dataclasses_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

// O-600: selections and dataclasses are used by many goroutines; of two writers of one stamp one wins.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		books := dataclasses.Of[Book](ds)
		s, err := books.Query("price > 5 order by price")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		saved, stale := 0, 0
		start := make(chan struct{})
		for i := range 8 {
			e := get[Book](t, ds, 4)
			e.Value.Title = fmt.Sprintf("writer %d", i)
			wg.Go(func() {
				<-start
				err := e.Save(t.Context())
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					saved++
				case errors.Is(err, dataclasses.ErrConflict):
					stale++
				default:
					t.Error(err)
				}
			})
			wg.Go(func() {
				<-start
				narrowed, err := s.Query("title = '@a@'")
				if err != nil {
					t.Error(err)
					return
				}
				for _, one := range []*dataclasses.Selection[Book]{s, s.Slice(0, 2), narrowed} {
					if _, err := one.Collect(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		close(start)
		wg.Wait()
		if saved != 1 || stale != 7 {
			t.Errorf("%d writers saved and %d were stale, want 1 and 7", saved, stale)
		}
		if got := get[Book](t, ds, 4).Stamp(); got != 2 {
			t.Errorf("stamp %d, want 2", got)
		}
	})
}

// A context that ends in the middle ends an iteration and undoes a function.
func TestCancelledIteration(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		for range 450 {
			newTicket(t, ds, "x")
		}
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := 0
		var last error
		for _, err := range dataclasses.Of[Ticket](ds).All().Entities(ctx) {
			if last = err; err != nil {
				break
			}
			if n++; n == 10 {
				cancel()
			}
		}
		if n != 200 || !errors.Is(last, context.Canceled) {
			t.Errorf("%d entities before the error %v", n, last)
		}
		dropping, cancelDrop := context.WithCancel(t.Context())
		defer cancelDrop()
		rec := &recorder{do: map[string]func(context.Context, *dataclasses.Entity[Ticket]) error{"afterDrop": func(context.Context, *dataclasses.Entity[Ticket]) error {
			n++
			return nil
		}}}
		n = 0
		rec.do["validateDrop"] = func(context.Context, *dataclasses.Entity[Ticket]) error {
			if n == 5 {
				cancelDrop()
			}
			return nil
		}
		_, err := ds.Remote().Class("Ticket").All().Drop(context.WithValue(dropping, recorderKey{}, rec))
		if left := len(storedTitles(t, ds)); !errors.Is(err, context.Canceled) || left != 445 {
			t.Errorf("drop: %v, %d entities left, want 445", err, left)
		}
	})
}

// O-200, O-218, O-274
func TestEntitiesOfOneRow(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		a, b := get[Book](t, ds, 1), get[Book](t, ds, 1)
		a.Value.Title = "changed in memory"
		if a == b || b.Value.Title != "Salt Roads" {
			t.Error("two entities of one row share their values")
		}
		if title, err := a.Get("title"); err != nil || title != "changed in memory" {
			t.Errorf("get: %v, %v", title, err)
		}
		if err := errors.Join(a.Set("pages", 300), a.Set("price", "12.5")); err != nil || *a.Value.Pages != 300 || a.Value.Price != 12.5 {
			t.Errorf("set: %v, %+v", err, a.Value)
		}
		if diff := cmp.Diff([]string{"title", "price", "pages"}, a.TouchedAttributes()); diff != "" {
			t.Errorf("touched (-want +got):\n%s", diff)
		}
		if err := a.Reload(t.Context()); err != nil || a.Touched() || a.Value.Title != "Salt Roads" || a.Value.Pages != nil {
			t.Errorf("reloaded: %v, %+v", err, a.Value)
		}
		if a.DataClass().Name() != "Book" || a.DataClass().DataStore() != ds {
			t.Error("an entity does not know its dataclass")
		}
		for _, wrong := range []struct {
			name  string
			value any
		}{{"nosuch", 1}, {"price", "dear"}, {"price", true}, {"title", 5.0}, {"pages", 1.5}, {"title", []int{1}}, {"pages", map[string]any{}}, {"books", nil}} {
			if err := a.Set(wrong.name, wrong.value); err == nil || a.Touched() {
				t.Errorf("set %s to %v: %v, touched %v", wrong.name, wrong.value, err, a.Touched())
			}
		}
		if n, err := dataclasses.Of[Book](ds).Count(t.Context()); err != nil || n != 4 {
			t.Errorf("count %d, %v", n, err)
		}
		err := ds.Transaction(t.Context(), func(ctx context.Context) error {
			if err := a.Drop(ctx); err != nil {
				return err
			}
			if n, err := dataclasses.Of[Book](ds).Count(ctx); err != nil || n != 3 {
				t.Errorf("count inside the transaction %d, %v", n, err)
			}
			return errUndo
		})
		if n, countErr := dataclasses.Of[Book](ds).Count(t.Context()); !errors.Is(err, errUndo) || countErr != nil || n != 4 {
			t.Errorf("count after the transaction %d, %v", n, countErr)
		}
	})
}
