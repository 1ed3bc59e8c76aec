package dataclasses_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
)

// computing is the library with calculated attributes and aliases of every kind; calls counts the pages that worth was asked for.
func computing(calls *atomic.Int64) []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Author](
			dataclasses.Computed("fullName", func(_ context.Context, e *dataclasses.Entity[Author]) (string, error) {
				return e.Value.FirstName + " " + e.Value.LastName, nil
			}),
			dataclasses.Computed("mail", func(_ context.Context, e *dataclasses.Entity[Author]) (*string, error) { return e.Value.Email, nil }),
			dataclasses.Alias[Author]("surname", "lastName"),
		),
		dataclasses.DefineExposed[Book](
			dataclasses.ComputedMany("worth", func(_ context.Context, books []*dataclasses.Entity[Book]) ([]float64, error) {
				calls.Add(1)
				worth := make([]float64, len(books))
				for i, b := range books {
					worth[i] = b.Value.Price * 2
				}
				return worth, nil
			}),
			dataclasses.Computed("panics", func(_ context.Context, e *dataclasses.Entity[Book]) (int, error) { panic("computed " + e.Value.Title) }),
			dataclasses.Computed("fails", func(context.Context, *dataclasses.Entity[Book]) (int, error) { return 0, errPlain }),
			dataclasses.ComputedMany("short", func(context.Context, []*dataclasses.Entity[Book]) ([]int, error) { return []int{1}, nil }),
			dataclasses.Alias[Book]("authorName", "author.surname"),
			dataclasses.Alias[Book]("name", "title"),
		),
	}
}

// O-450, O-451, O-452, O-462, O-463, O-464
func TestCalculatedAttributesAndAliases(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var calls atomic.Int64
		ds := ordatest.Open(t, db, computing(&calls)...)
		shelf(t, ds)
		books := ds.Remote().Class("Book")
		p, err := books.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"name", "worth", "authorName", "author.fullName", "author.mail"}})
		if err != nil {
			t.Fatal(err)
		}
		page, err := books.All().Page(t.Context(), p, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got []map[string]any
		for i := range page.Rows {
			got = append(got, shown(p, &page.Rows[i]))
		}
		want := []map[string]any{
			{"name": "Salt Roads", "worth": 37.0, "authorName": "Okoro"}, {"name": "Low Water", "worth": 18.0, "authorName": "Okoro"},
			{"name": "Ébène", "worth": 60.0, "authorName": "Duarte"}, {"name": "Orphan", "worth": 2.0, "authorName": nil},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("page (-want +got):\n%s", diff)
		}
		if n := calls.Load(); n != 1 {
			t.Errorf("worth was computed %d times for one page, want 1", n)
		}
		author := nested(t, p, "author")
		if diff := cmp.Diff(map[string]any{"fullName": "Chidi Okoro", "mail": nil}, shown(author.Nested, page.Rows[0].One[author.Slot])); diff != "" {
			t.Errorf("author (-want +got):\n%s", diff)
		}
		named, err := books.All().Query("name = 'low@' and authorName = 'okoro'", dataclasses.Values{})
		if err != nil {
			t.Fatal(err)
		}
		assertKeys(t, "query by aliases", named, []string{"2"})
	})
}

func nested(t *testing.T, p *dataclasses.Projection, name string) dataclasses.Field {
	t.Helper()
	for _, f := range p.Fields {
		if f.Attribute.Name == name && f.Nested != nil {
			return f
		}
	}
	t.Fatalf("the projection has no expanded %s", name)
	return dataclasses.Field{}
}

// A relation that is not shown with its foreign key shows its calculated attributes all the same.
func TestCalculatedAttributeOfAnExpandedRelation(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var calls atomic.Int64
		ds := ordatest.Open(t, db, computing(&calls)...)
		shelf(t, ds)
		authors := ds.Remote().Class("Author")
		p, err := authors.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"lastName", "books.title", "books.worth"}})
		if err != nil {
			t.Fatal(err)
		}
		row, err := authors.Get(t.Context(), dataclasses.KeyText{"1"}, p)
		if err != nil {
			t.Fatal(err)
		}
		books := nested(t, p, "books")
		var got []map[string]any
		for i := range row.Many[books.Slot] {
			got = append(got, shown(books.Nested, &row.Many[books.Slot][i]))
		}
		if diff := cmp.Diff([]map[string]any{{"title": "Salt Roads", "worth": 37.0}, {"title": "Low Water", "worth": 18.0}}, got); diff != "" {
			t.Errorf("books (-want +got):\n%s", diff)
		}
	})
}

// O-451, O-454: without setter a calculated attribute is read-only, and so are aliases.
func TestComputeAndItsFailures(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	ds := ordatest.Open(t, ordatest.SQLite(t), computing(&calls)...)
	shelf(t, ds)
	book := get[Book](t, ds, 1)
	if calls.Load() != 0 {
		t.Error("reading an entity ran a getter that was not asked for")
	}
	book.Value.Price = 100
	for name, want := range map[string]any{"worth": 200.0, "authorName": "Okoro", "name": "Salt Roads", "price": 100.0} {
		if got, err := book.Compute(t.Context(), name); err != nil || got != want {
			t.Errorf("%s = %v, %v; want %v", name, got, err, want)
		}
	}
	if err := book.Set("author", nil); err != nil {
		t.Fatal(err)
	}
	if got, err := book.Compute(t.Context(), "authorName"); err != nil || got != nil {
		t.Errorf("alias after the link was cleared: %v, %v", got, err)
	}
	for _, name := range []string{"worth", "authorName"} {
		if err := book.Set(name, 1); err == nil || !strings.Contains(err.Error(), "is read-only") {
			t.Errorf("set %s: %v", name, err)
		}
	}
	_, err := book.Compute(t.Context(), "panics")
	if p, ok := errors.AsType[*dataclasses.PanicError](err); !ok || strings.Contains(err.Error(), "Salt") {
		t.Errorf("panic of a getter: %v, %v", p, err)
	}
	if _, err := book.Compute(t.Context(), "fails"); !errors.Is(err, errPlain) {
		t.Errorf("error of a getter: %v", err)
	}
	if _, err := book.Compute(t.Context(), "nosuch"); err == nil {
		t.Error("an unknown attribute was computed")
	}
	books := ds.Remote().Class("Book")
	p, err := books.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"short"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := books.All().Page(t.Context(), p, 0, 10); err == nil || !strings.Contains(err.Error(), "1 values for 4 entities") {
		t.Errorf("a getter that returned too few values: %v", err)
	}
	if a := books.Attribute("worth"); a.Kind != model.Calculated || a.Type != model.Number || !a.ReadOnly {
		t.Errorf("worth is described as %+v", a)
	}
}
