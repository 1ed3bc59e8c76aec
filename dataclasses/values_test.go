package dataclasses_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// Trip has an attribute of each type that values are computed of.
type Trip struct {
	model.Record
	ID      int64
	City    *string
	Day     *model.Day
	Leaves  *time.Time
	Seats   *int64
	Price   *float64
	Open    *bool
	Lasts   *time.Duration
	Ref     string `orda:"type=uuid"`
	Extra   model.JSON
	Picture []byte `orda:"type=image"`
}

func trips(t *testing.T, db *gorm.DB) *dataclasses.DataClass[Trip] {
	t.Helper()
	ds := ordatest.Open(t, db, dataclasses.Define[Trip](
		dataclasses.Computed("label", func(_ context.Context, e *dataclasses.Entity[Trip]) (string, error) {
			return fmt.Sprint("trip ", e.Value.ID), nil
		})))
	class := dataclasses.Of[Trip](ds)
	noon := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
	rows := []Trip{
		{City: new("Évora"), Day: new(model.NewDay(2026, 3, 1)), Leaves: new(noon), Seats: new(int64(1 << 60)), Price: new(2.5), Open: new(true), Lasts: new(time.Hour), Extra: model.JSON{"a": 1, "b": map[string]any{"c": nil}}},
		{City: new("evora"), Day: new(model.NewDay(2026, 3, 3)), Leaves: new(noon.Add(2 * time.Second)), Seats: new(int64(3)), Price: new(7.5), Open: new(false), Extra: model.JSON{"list": []any{map[string]any{"p": 1}, map[string]any{"q": []any{}}}}, Picture: []byte{1}},
		{City: new("Ürümqi"), Price: new(-1.0)},
		{City: new("zürich"), Seats: new(int64(2))},
		{},
	}
	for i := range rows {
		e := class.New()
		e.Value = rows[i]
		save(t, e)
	}
	return class
}

// eachKind runs a test on a lazy selection and on the same one fixed.
func eachKind[T any](t *testing.T, s *dataclasses.Selection[T], test func(t *testing.T, s *dataclasses.Selection[T])) {
	t.Helper()
	t.Run("lazy", func(t *testing.T) { test(t, s) })
	t.Run("fixed", func(t *testing.T) { test(t, must(s.Fix(t.Context()))) })
}

func extremes[V any](t *testing.T, s *dataclasses.Selection[Trip], of string, low, high V) {
	t.Helper()
	least, ok, err := dataclasses.Min[V](t.Context(), s, of)
	if diff := cmp.Diff(low, least); err != nil || !ok || diff != "" {
		t.Errorf("min(%s): %v, %v (-want +got):\n%s", of, ok, err, diff)
	}
	most, ok, err := dataclasses.Max[V](t.Context(), s, of)
	if diff := cmp.Diff(high, most); err != nil || !ok || diff != "" {
		t.Errorf("max(%s): %v, %v (-want +got):\n%s", of, ok, err, diff)
	}
}

// O-361
func TestAggregates(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		class := trips(t, db)
		noon := time.Date(2026, 3, 1, 12, 0, 0, 500_000_000, time.UTC)
		eachKind(t, class.All(), func(t *testing.T, s *dataclasses.Selection[Trip]) {
			extremes(t, s, "city", "evora", "zürich") // of texts with one fold the first in the order of bytes
			extremes(t, s, "day", model.NewDay(2026, 3, 1), model.NewDay(2026, 3, 3))
			extremes(t, s, "leaves", noon, noon.Add(2*time.Second))
			extremes(t, s, "seats", int64(2), int64(1<<60))
			extremes(t, s, "price", -1.0, 7.5)
			extremes(t, s, "open", false, true)
			extremes(t, s, "lasts", time.Hour, time.Hour)
			extremes[any](t, s, "seats", int64(2), int64(1<<60))
			for of, want := range map[string]float64{"price": 3, "day": 1772409600, "leaves": 1772366401.5} {
				if got, ok, err := s.Average(t.Context(), of); err != nil || !ok || got != want {
					t.Errorf("average(%s) = %f, %v, %v; want %f", of, got, ok, err, want)
				}
			}
			for of, want := range map[string]int{"city": 4, "day": 2, "seats": 3, "ID": 5, "extra": 0, "open": 2} {
				if got, err := s.CountOf(t.Context(), of); err != nil || got != want {
					t.Errorf("count(%s) = %d, %v; want %d", of, got, err, want)
				}
			}
		})
		two := must(class.All().OrderBy("price desc")).Slice(0, 2)
		if got, _, err := two.Average(t.Context(), "price"); err != nil || got != 5 {
			t.Errorf("average of a window = %f, %v", got, err)
		}
		for name, none := range map[string]*dataclasses.Selection[Trip]{"empty": must(class.Query("city = nowhere")), "no value": class.All().Slice(4, 5), "fixed": class.NewSelection()} {
			low, ok, err := dataclasses.Min[string](t.Context(), none, "city")
			_, average, err2 := none.Average(t.Context(), "price")
			n, err3 := none.CountOf(t.Context(), "city")
			sum, err4 := dataclasses.Sum[int64](t.Context(), none, "seats")
			if err := errors.Join(err, err2, err3, err4); err != nil || ok || average || low != "" || n != 0 || sum != 0 {
				t.Errorf("%s: min %q %v, average %v, count %d, sum %d: %v", name, low, ok, average, n, sum, err)
			}
		}
		_, _, wrongType := dataclasses.Min[int64](t.Context(), class.All(), "city")
		_, _, unknown := class.All().Average(t.Context(), "nosuch")
		_, _, text := class.All().Average(t.Context(), "city")
		_, _, object := dataclasses.Max[any](t.Context(), class.All(), "extra")
		_, _, picture := dataclasses.Max[any](t.Context(), class.All(), "picture")
		for what, err := range map[string]error{"min as another type": wrongType, "unknown": unknown, "average of text": text, "max of object": object, "max of picture": picture} {
			if err == nil {
				t.Errorf("%s is no error", what)
			}
		}
	})
}

// O-359
func TestDistinct(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		class := trips(t, db)
		eachKind(t, class.All(), func(t *testing.T, s *dataclasses.Selection[Trip]) {
			counts := must(dataclasses.DistinctCounts[string](t.Context(), s, "city"))
			if diff := cmp.Diff([]dataclasses.ValueCount[string]{{Value: "evora", Count: 2}, {Value: "Ürümqi", Count: 1}, {Value: "zürich", Count: 1}}, counts); diff != "" {
				t.Errorf("cities (-want +got):\n%s", diff)
			}
			cities := must(dataclasses.Distinct[string](t.Context(), s, "city", dataclasses.Diacritical))
			if diff := cmp.Diff([]string{"evora", "Évora", "Ürümqi", "zürich"}, cities); diff != "" {
				t.Errorf("cities with diacritics (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]int64{2, 3, 1 << 60}, must(dataclasses.Distinct[int64](t.Context(), s, "seats"))); diff != "" {
				t.Errorf("seats (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]model.Day{model.NewDay(2026, 3, 1), model.NewDay(2026, 3, 3)}, must(dataclasses.Distinct[model.Day](t.Context(), s, "day"))); diff != "" {
				t.Errorf("days (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]bool{false, true}, must(dataclasses.Distinct[bool](t.Context(), s, "open"))); diff != "" {
				t.Errorf("open (-want +got):\n%s", diff)
			}
		})
		data, err := json.Marshal(dataclasses.ValueCount[string]{Value: "x", Count: 2})
		if err != nil || string(data) != `{"value":"x","count":2}` {
			t.Errorf("a counted value is %s", data)
		}
		if got := must(dataclasses.Distinct[string](t.Context(), class.All().Slice(0, 1), "city")); len(got) != 1 || got[0] != "Évora" {
			t.Errorf("distinct in a window: %v", got)
		}
		for _, of := range []string{"nosuch", "extra", "picture", "label"} {
			if _, err := dataclasses.Distinct[any](t.Context(), class.All(), of); err == nil {
				t.Errorf("distinct(%s) is no error", of)
			}
		}
		if _, err := dataclasses.Distinct[string](t.Context(), class.All(), "seats"); err == nil {
			t.Error("numbers were given as texts")
		}
	})
}

// O-360
func TestDistinctPaths(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		class := trips(t, db)
		eachKind(t, class.All(), func(t *testing.T, s *dataclasses.Selection[Trip]) {
			got := must(s.DistinctPaths(t.Context(), "extra"))
			want := []string{"a", "b", "b.c", "list", "list.length", "list[].p", "list[].q", "list[].q.length"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("paths (-want +got):\n%s", diff)
			}
		})
		for _, of := range []string{"city", "nosuch"} {
			if _, err := class.All().DistinctPaths(t.Context(), of); err == nil {
				t.Errorf("paths of %s are no error", of)
			}
		}
	})
}

// O-355, O-356, O-357
func TestExtract(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		ctx := t.Context()
		eachKind(t, must(dataclasses.Of[Book](ds).All().OrderBy("title desc")), func(t *testing.T, s *dataclasses.Selection[Book]) {
			for path, want := range map[string][]string{
				"title":            {"Salt Roads", "Orphan", "Low Water", "Ébène"},
				"author.lastName":  {"Okoro", "Okoro", "Duarte"},
				"authorName":       {"Okoro", "Okoro", "Duarte"},
				"author.firstName": {"Chidi", "Chidi", "Inês"},
			} {
				if diff := cmp.Diff(want, must(dataclasses.Extract[string](ctx, s, path))); diff != "" {
					t.Errorf("extract %s (-want +got):\n%s", path, diff)
				}
			}
			if diff := cmp.Diff([]any{"Okoro", nil, "Okoro", "Duarte"}, must(dataclasses.Extract[any](ctx, s, "author.lastName", dataclasses.KeepNull))); diff != "" {
				t.Errorf("extract with null (-want +got):\n%s", diff)
			}
			rows := must(s.Slice(0, 2).ExtractObjects(ctx, "title", "t", "author.lastName", "who", "price"))
			if diff := cmp.Diff([]map[string]any{{"t": "Salt Roads", "who": "Okoro"}, {"t": "Orphan", "who": nil}}, rows); diff != "" {
				t.Errorf("objects (-want +got):\n%s", diff)
			}
			authors := must(dataclasses.ExtractEntities[Author](ctx, s, "author"))
			if len(authors) != 3 || authors[0].Value.LastName != "Okoro" || authors[1].Value.LastName != "Okoro" || authors[2].Value.LastName != "Duarte" {
				t.Errorf("entities: %v", authors)
			}
			for _, path := range []string{"nosuch", "author", "author.books.title", "author.nosuch", "", "title.length"} {
				if got, err := dataclasses.Extract[any](ctx, s, path); err == nil {
					t.Errorf("extract %q: %v", path, got)
				}
			}
		})
		names := must(dataclasses.Extract[string](ctx, must(dataclasses.Of[Author](ds).All().OrderBy("lastName")), "fullName"))
		if diff := cmp.Diff([]string{"Inês Duarte", "Chidi Okoro"}, names); diff != "" {
			t.Errorf("calculated (-want +got):\n%s", diff)
		}
		list := dataclasses.Of[Book](ds).NewSelection(dataclasses.KeepOrder)
		for _, id := range []int64{2, 1, 2} {
			if err := list.Add(ctx, get[Book](t, ds, id)); err != nil {
				t.Fatal(err)
			}
		}
		if err := get[Book](t, ds, 1).Drop(ctx); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Low Water", "Low Water"}, must(dataclasses.Extract[string](ctx, list, "title"))); diff != "" {
			t.Errorf("values of repeated and dead members (-want +got):\n%s", diff)
		}
		if _, err := dataclasses.ExtractEntities[Book](ctx, list, "author"); err == nil {
			t.Error("authors were extracted as books")
		}
	})
}

// O-355
func TestRelatedSelections(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		ctx := t.Context()
		lastNames := func(s *dataclasses.Selection[Author], err error) []string {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			if s.IsOrdered() {
				t.Error("a projection is ordered")
			}
			return must(dataclasses.Extract[string](ctx, s, "lastName"))
		}
		eachKind(t, must(dataclasses.Of[Book](ds).Query("price > 5 order by price")), func(t *testing.T, s *dataclasses.Selection[Book]) {
			if diff := cmp.Diff([]string{"Okoro", "Duarte"}, lastNames(dataclasses.Related[Author](s, "author"))); diff != "" {
				t.Errorf("authors (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"Okoro"}, lastNames(dataclasses.Related[Author](s.Slice(0, 2), "author"))); diff != "" {
				t.Errorf("authors of the two cheapest (-want +got):\n%s", diff)
			}
			all := must(dataclasses.Related[Book](s.Slice(0, 1), "author.books"))
			if diff := cmp.Diff([]string{"Salt Roads", "Low Water"}, titles(t, all)); diff != "" {
				t.Errorf("books of the author of the cheapest (-want +got):\n%s", diff)
			}
			again := must(must(dataclasses.Related[Book](must(dataclasses.Related[Author](s, "author")), "books")).Query("title = :1 order by title", "salt@"))
			if diff := cmp.Diff([]string{"Salt Roads"}, titles(t, again)); diff != "" {
				t.Errorf("query on a projection (-want +got):\n%s", diff)
			}
			if got := lastNames(dataclasses.Related[Author](must(s.Query("title = orphan")), "author")); len(got) != 0 {
				t.Errorf("authors of nothing: %v", got)
			}
			for _, path := range []string{"title", "nosuch", "author.lastName", "authorName", "author.nosuch", ""} {
				if _, err := dataclasses.Related[Author](s, path); err == nil {
					t.Errorf("%q was taken for a relation", path)
				}
			}
			if _, err := dataclasses.Related[Book](s, "author"); err == nil {
				t.Error("authors were taken for books")
			}
		})
		alterable := must(dataclasses.Related[Author](dataclasses.Of[Book](ds).All().Copy(), "author"))
		if !alterable.IsAlterable() { // O-315
			t.Error("the projection of an alterable selection is not alterable")
		}
	})
}

// O-339, O-340
func TestNullsFirst(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		class := trips(t, db)
		for order, want := range map[string][]any{"price, ID": {nil, nil, -1.0, 2.5, 7.5}, "price desc, ID": {7.5, 2.5, -1.0, nil, nil}} {
			got := must(dataclasses.Extract[any](t.Context(), must(class.All().OrderBy(order)), "price", dataclasses.KeepNull))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("order by %s (-want +got):\n%s", order, diff)
			}
		}
		if _, err := class.All().OrderBy("nosuch"); err == nil {
			t.Error("a sort by what does not exist was taken")
		}
	})
}

const bookRoles = `{"restrictedByDefault": false, "privileges": [{"privilege":"read"},{"privilege":"never"}], "permissions": {"allowed": [
 {"applyTo":"Book.author","type":"attribute","read":["never"]}, {"applyTo":"Author.lastName","type":"attribute","read":["never"]}]}}`

// A relation that the caller may not read is not followed, neither by a projection nor by a path.
func TestRightsOfProjections(t *testing.T) {
	t.Parallel()
	roles, err := privileges.Parse([]byte(bookRoles))
	if err != nil {
		t.Fatal(err)
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), append(library(), dataclasses.Permissions(roles))...)
	shelf(t, ds)
	f := &fixture{ds: ds, manager: &session.Manager{Roles: roles}}
	t.Cleanup(func() { _ = f.manager.Close() })
	ctx, _ := f.as(t)
	books := dataclasses.Of[Book](ds).All()
	authors := must(dataclasses.Related[Author](books, "author"))
	_, counted := authors.Count(ctx)
	refused(t, counted, "No permission to read for the Book.author attribute")
	_, path := dataclasses.Extract[any](ctx, books, "author.firstName")
	refused(t, path, "No permission to read for the Book.author attribute")
	_, entities := dataclasses.ExtractEntities[Author](ctx, books, "author")
	refused(t, entities, "No permission to read for the Book.author attribute")
	_, both := must(dataclasses.Of[Author](ds).All().And(ctx, must(dataclasses.Of[Author](ds).Query("lastName = okoro")))).Count(ctx)
	refused(t, both, "No permission to read for the Author.lastName attribute")
	objects := must(books.ToCollection(ctx, "title,author.firstName", dataclasses.CollectionOptions{HowMany: 1}))
	if diff := cmp.Diff([]map[string]any{{"title": "Salt Roads"}}, objects); diff != "" {
		t.Errorf("objects (-want +got):\n%s", diff)
	}
	if n, err := authors.Count(t.Context()); err != nil || n != 2 {
		t.Errorf("without a session: %d, %v", n, err)
	}
}

// Values, aggregates and projections need the rights that reading and querying need.
func TestRightsOfValues(t *testing.T) {
	t.Parallel()
	f := newFixture(t, ordatest.SQLite(t), taskRoles)
	worker, _ := f.as(t, "work")
	guest, _ := f.as(t)
	s := dataclasses.Of[Task](f.ds).All()
	for name, do := range map[string]func(ctx context.Context, of string) error{
		"min":     func(ctx context.Context, of string) error { _, _, err := dataclasses.Min[any](ctx, s, of); return err },
		"average": func(ctx context.Context, of string) error { _, _, err := s.Average(ctx, of); return err },
		"count":   func(ctx context.Context, of string) error { _, err := s.CountOf(ctx, of); return err },
		"distinct": func(ctx context.Context, of string) error {
			_, err := dataclasses.Distinct[any](ctx, s, of)
			return err
		},
		"extract": func(ctx context.Context, of string) error { _, err := dataclasses.Extract[any](ctx, s, of); return err },
		"objects": func(ctx context.Context, of string) error { _, err := s.ExtractObjects(ctx, of, "x"); return err },
	} {
		refused(t, do(worker, "budget"), "No permission to read for the Task.budget attribute")
		refused(t, do(guest, "budget"), "No permission to read for the Task dataclass")
		if err := do(worker, "ID"); err != nil {
			t.Errorf("%s of a free attribute: %v", name, err)
		}
	}
	for name, do := range map[string]func(ctx context.Context) error{
		"fix":  func(ctx context.Context) error { _, err := s.Fix(ctx); return err },
		"last": func(ctx context.Context) error { _, err := s.Last(ctx); return err },
		"toCollection": func(ctx context.Context) error {
			_, err := s.ToCollection(ctx, "", dataclasses.CollectionOptions{})
			return err
		},
		"selected": func(ctx context.Context) error { _, err := s.Selected(ctx, s); return err },
	} {
		refused(t, do(guest), "No permission to read for the Task dataclass")
		if err := do(worker); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := s.Drop(worker)
	refused(t, err, "No permission to drop for the Task dataclass")
	boss, _ := f.as(t, "money")
	k := dataclasses.Of[Task](f.ds).New()
	k.Value.Name, k.Value.Budget = "plan", 100
	save(t, k)
	for who, want := range map[context.Context]map[string]any{
		boss:   {"ID": int64(1), "name": "plan", "budget": int64(100), "__STAMP": int64(1), "__KEY": int64(1)},
		worker: {"ID": int64(1), "name": "plan", "__STAMP": int64(1), "__KEY": int64(1)},
	} {
		got := must(s.ToCollection(who, "", dataclasses.CollectionOptions{PrimaryKey: true, Stamp: true}))
		if diff := cmp.Diff([]map[string]any{want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", session.Current(who).ID(), diff)
		}
	}
}
