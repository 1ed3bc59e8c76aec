package dataclasses_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

func shelf(t *testing.T, ds *dataclasses.DataStore) {
	t.Helper()
	okoro, duarte := newAuthor(t, ds, "Chidi", "Okoro"), newAuthor(t, ds, "Inês", "Duarte")
	newBook(t, ds, "Salt Roads", 18.5, okoro)
	newBook(t, ds, "Low Water", 9, okoro)
	newBook(t, ds, "Ébène", 30, duarte)
	newBook(t, ds, "Orphan", 1, nil)
}

func titles(t *testing.T, s *dataclasses.Selection[Book]) []string {
	t.Helper()
	got := []string{}
	for e, err := range s.Entities(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e.Value.Title)
	}
	return got
}

// O-042, O-055, O-061, O-100, O-101, O-102, O-115, O-116, O-126, O-127, O-130, O-137, O-138, O-140, O-148, O-338, O-345, O-307
func TestSelections(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		books := dataclasses.Of[Book](ds)
		author := get[Author](t, ds, 1)
		tests := []struct {
			query  string
			values []any
			want   []string
		}{
			{"", nil, []string{"Salt Roads", "Low Water", "Ébène", "Orphan"}},
			{"title = 'ebene'", nil, []string{"Ébène"}},
			{"title = 's@' or title = '@PHA@'", nil, []string{"Salt Roads", "Orphan"}},
			{"price > :1 order by price desc", []any{5}, []string{"Ébène", "Salt Roads", "Low Water"}},
			{"author.lastName = okoro order by title", nil, []string{"Low Water", "Salt Roads"}},
			{"author.books.author.books.title = 'low water'", nil, []string{"Salt Roads", "Low Water"}},
			{"author = null", nil, []string{"Orphan"}},
			{"author = :1", []any{author}, []string{"Salt Roads", "Low Water"}},
			{"authorName = :who", []any{dataclasses.Settings{Parameters: map[string]any{"who": "DUARTE"}}}, []string{"Ébène"}},
			{"authorName = :p.last", []any{dataclasses.Settings{Parameters: map[string]any{"p": map[string]any{"last": "duarte"}}}}, []string{"Ébène"}},
			{":1 = :2", []any{"title", "orphan"}, []string{"Orphan"}},
			{"title = :1", []any{"x' or 1=1 --"}, []string{}},
			{"pages != 3", nil, []string{}},
		}
		for _, tt := range tests {
			s, err := books.Query(tt.query, tt.values...)
			if err != nil {
				t.Errorf("query %q: %v", tt.query, err)
				continue
			}
			if diff := cmp.Diff(tt.want, titles(t, s)); diff != "" {
				t.Errorf("query %q (-want +got):\n%s", tt.query, diff)
			}
			if n, err := s.Count(t.Context()); err != nil || n != len(tt.want) {
				t.Errorf("query %q: count %d, %v; want %d", tt.query, n, err, len(tt.want))
			}
		}
		sorted, err := books.All().OrderBy("author.lastName desc, title")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Low Water", "Salt Roads", "Ébène", "Orphan"}, titles(t, sorted)); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"Salt Roads", "Ébène"}, titles(t, sorted.Slice(1, 3))); diff != "" {
			t.Errorf("slice (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"Ébène"}, titles(t, sorted.Slice(1, 4).Slice(1, 2))); diff != "" {
			t.Errorf("slice of a slice (-want +got):\n%s", diff)
		}
		cheap, err := sorted.Slice(0, 2).Query("price < 10")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Low Water"}, titles(t, cheap)); diff != "" {
			t.Errorf("query in a slice (-want +got):\n%s", diff)
		}
		first, err := sorted.First(t.Context())
		if err != nil || first.Value.Title != "Low Water" {
			t.Errorf("first: %v, %v", first, err)
		}
		none, err := sorted.Slice(9, 12).First(t.Context())
		if err != nil || none != nil {
			t.Errorf("first of nothing: %v, %v", none, err)
		}
	})
}

// O-041, O-043, O-044, O-045, O-212
func TestRelations(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		book := get[Book](t, ds, 1)
		author, err := dataclasses.RelatedEntity[Author](t.Context(), book, "author")
		if err != nil || author.Value.LastName != "Okoro" {
			t.Fatalf("author: %v, %v", author, err)
		}
		again, _ := dataclasses.RelatedEntity[Author](t.Context(), book, "author")
		if again != author {
			t.Error("successive reads of a relation give different entities")
		}
		of, err := dataclasses.RelatedEntities[Book](author, "books")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Salt Roads", "Low Water"}, titles(t, of)); diff != "" {
			t.Errorf("books (-want +got):\n%s", diff)
		}
		if err := book.Set("author", nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"authorID", "author"}, book.TouchedAttributes()); diff != "" {
			t.Errorf("touched (-want +got):\n%s", diff)
		}
		if none, err := dataclasses.RelatedEntity[Author](t.Context(), book, "author"); err != nil || none != nil {
			t.Errorf("author after clearing: %v, %v", none, err)
		}
		if err := book.Set("author", book); err == nil {
			t.Error("an entity of another dataclass was accepted as author")
		}
		if _, err := dataclasses.RelatedEntity[Book](t.Context(), book, "author"); err == nil {
			t.Error("a relation was read as another dataclass")
		}
	})
}

// O-168
func TestQueryMistakes(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), library()...)
	books := dataclasses.Of[Book](ds)
	tests := []struct {
		query string
		kind  dataclasses.QueryErrorKind
		at    int
	}{
		{"title = ", dataclasses.Syntax, 8},
		{"titel = x", dataclasses.UnknownAttribute, 0},
		{"price > 3 and author.nme = x", dataclasses.UnknownAttribute, 21},
		{"price > abc", dataclasses.BadLiteral, 8},
		{"price > :1", dataclasses.MissingPlaceholder, 8},
		{"eval(true)", dataclasses.UnknownFormula, 5},
	}
	for _, tt := range tests {
		_, err := books.Query(tt.query)
		e, ok := errors.AsType[*dataclasses.QueryError](err)
		if !ok || e.Kind != tt.kind || e.Offset != tt.at {
			t.Errorf("query %q: %#v, want kind %d at %d", tt.query, err, tt.kind, tt.at)
		}
	}
	if _, err := books.All().OrderBy("author.books.title"); err == nil {
		t.Error("a sort through a 1 to N relation was accepted")
	}
}

// TestIterationHoldsNoCursor saves every entity while iterating over a thousand of them.
func TestIterationHoldsNoCursor(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		for i := range 450 {
			newAuthor(t, ds, "A", fmt.Sprintf("%03d", i))
		}
		n := 0
		for e, err := range dataclasses.Of[Author](ds).All().Entities(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			e.Value.Active = true
			save(t, e)
			n++
		}
		if n != 450 {
			t.Errorf("visited %d entities, want 450", n)
		}
	})
}
