package dataclasses_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
)

// desk is a singleton whose function takes a selection.
type desk struct{}

func countBooks(ctx context.Context, _ *session.Session, _ *dataclasses.Singleton[desk], in struct{ Books *dataclasses.Selection[Book] }) (int, error) {
	return in.Books.Count(ctx)
}

func restrictedShelf(t *testing.T, db *gorm.DB, defs ...dataclasses.Definition) *dataclasses.DataStore {
	t.Helper()
	ds := ordatest.Open(t, db, append(defs, restrictedBooks()...)...)
	shelf(t, ds)
	return ds
}

// restrictedBooks shows authors and their books to those that [only] names, or everything.
func restrictedBooks() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Author](dataclasses.Restrict(visibleAuthors),
			dataclasses.Computed("dearest", dearest), dataclasses.Computed("cheapOnes", cheapOnes), dataclasses.Alias[Author]("writings", "books")),
		dataclasses.DefineExposed[Book](dataclasses.Restrict(visibleBooks), dataclasses.Alias[Book]("authorName", "author.lastName"),
			dataclasses.Computed("shout", func(_ context.Context, b *dataclasses.Entity[Book]) (string, error) { return b.Value.Title + "!", nil }),
			dataclasses.Formula("dear", func(_ context.Context, b *dataclasses.Entity[Book], _ map[string]any) (bool, error) {
				return b.Value.Price > 5, nil
			})),
		dataclasses.SharedSingleton("Desk", func(context.Context, *dataclasses.DataStore) (*desk, error) { return &desk{}, nil },
			dataclasses.OnSingleton(dataclasses.Exposed("countBooks", countBooks))),
	}
}

// Every read of a selection shows as much as if what is hidden were not there: it is compared with the same read of a shelf that holds the
// visible book only. That is so for lazy selections, and for fixed ones that somebody made who sees everything.
//
// O-390, O-392, O-393, S-411, S-412
func TestEverySelectionIsRestricted(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := restrictedShelf(t, db)
		class := dataclasses.Of[Book](ds)
		reader := only(t.Context(), "Duarte")
		visible := must(must(class.Query("title = 'ébène'")).Fix(t.Context()))
		fixed := must(class.All().Fix(t.Context()))
		for name, read := range selectionReads(ds) {
			want := must(read(reader, visible))
			all := must(read(t.Context(), class.All()))
			if cmp.Diff(want, all) == "" {
				t.Errorf("%s: restricted or not, the answer is %v: it proves nothing", name, want)
			}
			got, err := read(reader, class.All())
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
			got, err = read(only(t.Context()), class.All())
			if text, _ := json.Marshal(got); err != nil || len(text) > 4 {
				t.Errorf("%s with nothing visible: %s, %v", name, text, err)
			}
			got, err = read(reader, fixed)
			if name == "first" || name == "at the end" || name == "slice from end" { // hidden members keep their places
				continue
			}
			if diff := cmp.Diff(want, got); err != nil || diff != "" {
				t.Errorf("%s of fixed members: %v (-want +got):\n%s", name, err, diff)
			}
		}
	})
}

// The places of hidden members in fixed selections are like those of entities that are gone (O-303): they count, and there is nothing at
// them. A restriction that changes changes the next read.
func TestPlacesOfHiddenMembers(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := restrictedShelf(t, db)
		class := dataclasses.Of[Book](ds)
		duarte, okoro, none := only(t.Context(), "Duarte"), only(t.Context(), "Okoro"), only(t.Context())
		fixed := must(class.All().Fix(t.Context()))
		count := func(ctx context.Context, s *dataclasses.Selection[Book], err error) int {
			return must(must(s, err).Count(ctx))
		}
		for what, tt := range map[string]struct{ got, want int }{
			"fixed":                       {count(duarte, fixed, nil), 4},
			"its clean copy":              {count(duarte, must(fixed.Clean(duarte)), nil), 1},
			"fixed by the reader":         {count(t.Context(), must(class.All().Fix(duarte)), nil), 1},
			"and with what another sees":  {count(t.Context(), must(fixed.And(okoro, class.All())), nil), 2},
			"and with what nobody sees":   {count(t.Context(), must(fixed.And(none, class.All())), nil), 0},
			"minus what another sees":     {count(t.Context(), must(fixed.Minus(okoro, class.All())), nil), 2},
			"lazy, changed between":       {count(okoro, must(class.All().Or(duarte, must(class.Query("price > 5")))), nil), 2},
			"of a query, changed between": {count(okoro, must(must(class.All().Fix(duarte)).Query("price > 0")), nil), 0},
			"slice from the end":          {count(duarte, class.All().Slice(-3, dataclasses.End), nil), 1},
			"slice of a fixed one, clean": {count(duarte, must(fixed.Slice(0, 2).Clean(duarte)), nil), 0},
		} {
			if tt.got != tt.want {
				t.Errorf("%s: %d members, want %d", what, tt.got, tt.want)
			}
		}
		for i, want := range []bool{false, false, true, false} {
			e := must(fixed.At(duarte, i))
			if (e != nil) != want {
				t.Errorf("at(%d) is there: %v, want %v", i, e != nil, want)
			}
		}
		hidden, shown := get[Book](t, ds, 1), get[Book](t, ds, 3)
		if must(class.All().Contains(duarte, hidden)) || !must(class.All().Contains(duarte, shown)) || !must(class.All().Contains(okoro, hidden)) {
			t.Error("a lazy selection contains what is hidden, or lacks what is not")
		}
		ranges := must(class.All().Selected(duarte, class.All()))
		if diff := cmp.Diff([]dataclasses.Range{{Start: 0, End: 0}}, ranges); diff != "" {
			t.Errorf("selected (-want +got):\n%s", diff)
		}
		if ranges := must(class.All().Selected(duarte, must(must(class.Query("price < 20")).Fix(t.Context())))); len(ranges) != 0 {
			t.Errorf("places of hidden ones: %v", ranges)
		}
	})
}

// O-077, O-393
func TestRestrictedEntitiesOfSelections(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := restrictedShelf(t, db)
		authors, books := dataclasses.Of[Author](ds), dataclasses.Of[Book](ds)
		reader := only(t.Context(), "Duarte")
		okoro := get[Author](t, ds, 1)
		for ctx, want := range map[context.Context][]any{reader: {nil, 0, 0, 1}, t.Context(): {"Salt Roads", 2, 2, 4}} {
			var got []any
			v := must(okoro.Compute(ctx, "dearest"))
			if book, _ := v.(*dataclasses.Entity[Book]); book != nil {
				got = append(got, book.Value.Title)
			} else {
				got = append(got, nil)
			}
			cheap, _ := must(okoro.Compute(ctx, "cheapOnes")).(*dataclasses.Selection[Book])
			byAlias := must(dataclasses.RelatedEntities[Book](okoro, "writings"))
			n, err := callSingletonWithBooks(ctx, ds)
			if got = append(got, must(cheap.Count(ctx)), must(byAlias.Count(ctx)), n); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("dearest, cheap ones, writings, books for a singleton (-want +got):\n%s", diff)
			}
		}

		// An object with the key of a hidden entity creates one, which fails, and one with a visible key updates it.
		_, err := authors.FromCollection(reader, []map[string]any{{"ID": 1, "firstName": "stolen"}})
		if c, ok := errors.AsType[*dataclasses.ConstraintError](err); !ok || c.Kind != dataclasses.Duplicate {
			t.Errorf("an object with a hidden key: %v, want a duplicate", err)
		}
		updated, err := authors.FromCollection(reader, []map[string]any{{"ID": 2, "firstName": "Ines"}, {"__KEY": 1, "lastName": "Lindqvist"}})
		if err != nil || must(updated.Count(reader)) != 2 {
			t.Fatalf("objects: %v", err)
		}
		if found := must(updated.Collect(reader)); len(found) != 1 || found[0].Value.FirstName != "Ines" {
			t.Errorf("read back: %v, want only what is visible", found)
		}
		if diff := cmp.Diff([]string{"Okoro", "Duarte", "Lindqvist"}, must(dataclasses.Extract[string](t.Context(), authors.All(), "lastName"))); diff != "" {
			t.Errorf("authors (-want +got):\n%s", diff)
		}
		if get[Author](t, ds, 1).Value.FirstName != "Chidi" {
			t.Error("a hidden entity was changed")
		}

		// Of a fixed selection that somebody else made, what is visible is dropped.
		left, err := must(books.All().Fix(t.Context())).Drop(reader)
		if err != nil || must(left.Count(t.Context())) != 0 {
			t.Errorf("drop: %v", err)
		}
		if diff := cmp.Diff([]string{"Salt Roads", "Low Water", "Orphan"}, titles(t, books.All())); diff != "" {
			t.Errorf("books left (-want +got):\n%s", diff)
		}
	})
}

func callSingletonWithBooks(ctx context.Context, ds *dataclasses.DataStore) (any, error) {
	fn := ds.Remote().Singleton("Desk").Function("countBooks")
	r, err := fn.Call(ctx, nil, []json.RawMessage{json.RawMessage(`{"__DATASET":"x","__ENTITIES":true}`)},
		func(context.Context, string) (*dataclasses.RemoteSelection, error) {
			return ds.Remote().Class("Book").All(), nil
		})
	return r.Value, err
}

// What the objects of hidden entities hold is not told either.
func TestRestrictedPathsOfObjects(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := parcels(t, db)
		depots := dataclasses.Of[Depot](ds)
		create(t, ds, Depot{Name: "Faro", Info: model.JSON{"secret": 1}})
		for hidden, want := range map[string][]string{"": {"secret", "size"}, "Faro": {"size"}} {
			ctx := context.WithValue(t.Context(), hiddenDepot{}, hidden)
			for _, s := range []*dataclasses.Selection[Depot]{depots.All(), must(depots.All().Fix(t.Context()))} {
				if diff := cmp.Diff(want, must(s.DistinctPaths(ctx, "info"))); diff != "" {
					t.Errorf("without %q (-want +got):\n%s", hidden, diff)
				}
			}
		}
	})
}
