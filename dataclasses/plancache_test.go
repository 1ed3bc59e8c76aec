package dataclasses_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// tasksOver reads tasks by an attribute that only "in" may read.
func tasksOver(ctx context.Context, ds *dataclasses.DataStore, budget int) error {
	sel, err := dataclasses.Of[Task](ds).Query("budget >= :1 order by budget", budget)
	if err != nil {
		return err
	}
	if _, err := sel.Slice(0, 10).Collect(ctx); err != nil {
		return err
	}
	_, err = sel.Count(ctx)
	return err
}

// remoteTasksOver does the same for a remote caller.
func remoteTasksOver(ctx context.Context, ds *dataclasses.DataStore, budget int) error {
	c := ds.Remote().Class("Task")
	p, err := c.Project(ctx, dataclasses.ProjectionSpec{Attributes: []string{"name"}})
	if err != nil {
		return err
	}
	sel, err := c.All().Query("budget >= :1 order by budget", dataclasses.Values{Indexed: []any{budget}})
	if err != nil {
		return err
	}
	_, err = sel.Page(ctx, p, 0, 10)
	return err
}

// S-318, S-327: a plan that is remembered for one caller never serves one with other rights, whoever comes first and while the
// numbers of privileges are exchanged.
func TestRememberedPlansBelongToRights(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		both := []*privileges.Roles{swapped(t, "in", "out"), swapped(t, "out", "in")}
		w := &swapping{lendIn: dataclasses.Private("lendIn", updates), lendOut: dataclasses.Private("lendOut", updates)}
		w.ds = ordatest.Open(t, db, dataclasses.DefineExposed[Task](dataclasses.OnEntity(w.lendIn, w.lendOut)), dataclasses.Define[Note](),
			dataclasses.Permissions(both[0]))
		w.entity(t)
		f := &fixture{ds: w.ds, manager: &session.Manager{Roles: w.ds.Roles()}}
		t.Cleanup(func() { _ = f.manager.Close() })
		in, _ := f.as(t, "in")
		out, _ := f.as(t, "out")
		check := func(budget int) {
			if err := tasksOver(t.Context(), w.ds, budget); err != nil {
				t.Errorf("the program: %v", err)
			}
			for _, read := range []func(context.Context, *dataclasses.DataStore, int) error{tasksOver, remoteTasksOver} {
				if err := read(in, w.ds, budget); err != nil {
					t.Errorf("in: %v", err)
				}
				refused(t, read(out, w.ds, budget), "No permission to read for the Task.budget attribute")
			}
		}
		for i := range 4 {
			check(i)
			if err := w.ds.SetRoles(both[(i+1)%2]); err != nil {
				t.Fatal(err)
			}
			check(i)
		}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				for i := range 40 {
					check(i)
				}
			})
		}
		for i := range 200 {
			if err := w.ds.SetRoles(both[i%2]); err != nil {
				t.Error(err)
			}
		}
		wg.Wait()
	})
}

// S-316: a right that new roles take away is gone for queries that were answered before, and one that they give is there.
func TestRememberedPlansFollowRoles(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		rule := func(who string) *privileges.Roles {
			return parsedRoles(t, `{"restrictedByDefault":true,"privileges":[{"privilege":"a"},{"privilege":"b"}],"permissions":{"allowed":[
			 {"applyTo":"Task","type":"dataclass","read":["a","b"]},{"applyTo":"Task.budget","type":"attribute","read":["`+who+`"]}]}}`)
		}
		ds := ordatest.Open(t, db, dataclasses.DefineExposed[Task](), dataclasses.Define[Note](), dataclasses.Permissions(rule("a")))
		f := &fixture{ds: ds, manager: &session.Manager{Roles: ds.Roles()}}
		t.Cleanup(func() { _ = f.manager.Close() })
		a, _ := f.as(t, "a")
		b, _ := f.as(t, "b")
		const denied = "No permission to read for the Task.budget attribute"
		for range 2 {
			if err := tasksOver(a, ds, 1); err != nil {
				t.Fatal(err)
			}
			refused(t, tasksOver(b, ds, 1), denied)
		}
		if err := ds.SetRoles(rule("b")); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := tasksOver(b, ds, 1); err != nil {
				t.Fatal(err)
			}
			refused(t, tasksOver(a, ds, 1), denied)
		}
	})
}

// O-017: what is hidden stays unknown to remote callers when the program has used it in the same words.
func TestRememberedPlansKeepHiddenAttributes(t *testing.T) {
	t.Parallel()
	for _, defs := range [][]dataclasses.Definition{library(), {dataclasses.DefineExposed[Author](), dataclasses.DefineExposed[Book]()}} {
		ds := ordatest.Open(t, ordatest.SQLite(t), defs...)
		all := dataclasses.Of[Author](ds).All()
		for range 2 {
			if sel, err := all.Query("secret = :1", "x"); err != nil {
				t.Fatal(err)
			} else if _, err := sel.Collect(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, err := ds.Remote().Class("Author").All().Query("secret = :1", dataclasses.Values{Indexed: []any{"x"}})
			if e, ok := errors.AsType[*dataclasses.QueryError](err); !ok || e.Kind != dataclasses.UnknownAttribute {
				t.Errorf("a remote caller asked for a hidden attribute: %v", err)
			}
		}
	}
}

// A restriction is asked for each read: its answer for one is not kept for the next.
// O-390
func TestRestrictionsAreNotRemembered(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		type wanted struct{}
		restrict := func(ctx context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
			name, ok := ctx.Value(wanted{}).(string)
			if !ok {
				return nil, nil
			}
			return c.Query("firstName = :1", name)
		}
		ds := ordatest.Open(t, db, dataclasses.DefineExposed[Author](dataclasses.Restrict(restrict)), dataclasses.DefineExposed[Book]())
		newAuthor(t, ds, "Ines", "Duarte")
		newAuthor(t, ds, "Chidi", "Okoro")
		for range 2 {
			for _, name := range []string{"", "Ines", "Chidi"} {
				ctx, want := t.Context(), []string{"Ines", "Chidi"}
				if name != "" {
					ctx, want = context.WithValue(ctx, wanted{}, name), []string{name}
				}
				sel, err := dataclasses.Of[Author](ds).Query("ID > :1", 0)
				if err != nil {
					t.Fatal(err)
				}
				entities, err := sel.Collect(ctx)
				if err != nil {
					t.Fatal(err)
				}
				var got []string
				for _, e := range entities {
					got = append(got, e.Value.FirstName)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("as %q (-want +got):\n%s", name, diff)
				}
			}
		}
	})
}

// A restriction may use a calculated attribute that has a query function, wherever entities are read.
// O-390, O-455
func TestRestrictionByQueryFunction(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		initial := dataclasses.Computed("initial", func(_ context.Context, e *dataclasses.Entity[Author]) (string, error) {
			return e.Value.LastName[:1], nil
		}).Query(func(_ context.Context, q dataclasses.ComputedQuery) (string, []any, error) {
			letter, _ := q.Value.(string)
			return "lastName = :1", []any{strings.TrimSuffix(letter, "@") + "@"}, nil
		})
		restrict := func(_ context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
			return c.Query("initial = :1", "d")
		}
		ds := ordatest.Open(t, db, dataclasses.DefineExposed[Author](initial, dataclasses.Restrict(restrict)), dataclasses.DefineExposed[Book]())
		seen, hidden := newAuthor(t, ds, "Ines", "Duarte"), newAuthor(t, ds, "Chidi", "Okoro")
		book := newBook(t, ds, "Salt Roads", 9, seen)
		authors := dataclasses.Of[Author](ds)
		if e, err := authors.Get(t.Context(), seen.Value.ID); err != nil || e.Value.FirstName != "Ines" {
			t.Errorf("Get: %v", err)
		}
		if _, err := authors.Get(t.Context(), hidden.Value.ID); !errors.Is(err, dataclasses.ErrNotFound) {
			t.Errorf("Get of what is hidden: %v", err)
		}
		all, err := authors.All().Fix(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if list, err := all.Collect(t.Context()); err != nil || len(list) != 1 {
			t.Errorf("%d entities, %v", len(list), err)
		}
		if e, err := dataclasses.RelatedEntity[Author](t.Context(), book, "author"); err != nil || e == nil || e.Value.ID != seen.Value.ID {
			t.Errorf("the author of the book: %v", err)
		}
		seen.Value.FirstName = "Inês"
		if err := seen.Save(t.Context()); err != nil {
			t.Errorf("Save: %v", err)
		}
	})
}
