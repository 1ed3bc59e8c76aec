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
)

// priced are books with formulas; evaluated counts the entities that cheap was asked for.
func priced(evaluated *atomic.Int64) (defs []dataclasses.Definition, cheap *dataclasses.NamedFormula[Book]) {
	cheap = dataclasses.Formula("cheap", func(_ context.Context, e *dataclasses.Entity[Book], args map[string]any) (bool, error) {
		evaluated.Add(1)
		most, ok := args["most"].(int)
		if !ok {
			most = 10
		}
		return e.Value.Price <= float64(most), nil
	})
	short := dataclasses.Formula("short", func(_ context.Context, e *dataclasses.Entity[Book], _ map[string]any) (bool, error) {
		return len(e.Value.Title) < 8, nil
	})
	fails := dataclasses.Formula("fails", func(_ context.Context, e *dataclasses.Entity[Book], _ map[string]any) (bool, error) {
		if e.Value.ID == 4 {
			panic("formula")
		}
		return false, errPlain
	})
	return []dataclasses.Definition{dataclasses.DefineExposed[Author](), dataclasses.DefineExposed[Book](cheap, short, fails)}, cheap
}

// O-140, O-141, O-142, O-143, O-144, O-145
func TestFormulas(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var evaluated atomic.Int64
		defs, cheap := priced(&evaluated)
		ds := ordatest.Open(t, db, defs...)
		shelf(t, ds)
		books := dataclasses.Of[Book](ds)
		args := dataclasses.Settings{Args: map[string]any{"most": 20}}
		for _, tt := range []struct {
			query     string
			values    []any
			want      []string
			evaluated int64 // 0: not looked at
		}{
			{"eval(cheap)", nil, []string{"Low Water", "Orphan"}, 4},
			{":1", []any{cheap}, []string{"Low Water", "Orphan"}, 4},
			{"eval(cheap)", []any{args}, []string{"Salt Roads", "Low Water", "Orphan"}, 4},
			{"author.lastName = 'okoro' and eval(cheap)", nil, []string{"Low Water"}, 2},
			{"author.lastName = 'okoro' and :1", []any{cheap, args}, []string{"Salt Roads", "Low Water"}, 2},
			{"not (eval(cheap)) order by title desc", nil, []string{"Salt Roads", "Ébène"}, 4},
			{"eval(cheap & short)", nil, []string{"Orphan"}, 0},
			{"eval(cheap | short)", nil, []string{"Low Water", "Ébène", "Orphan"}, 0},
			{"eval(short) or title = 'salt roads' order by price", nil, []string{"Orphan", "Salt Roads", "Ébène"}, 0},
		} {
			s, err := books.Query(tt.query, tt.values...)
			if err != nil {
				t.Errorf("%s: %v", tt.query, err)
				continue
			}
			evaluated.Store(0)
			if diff := cmp.Diff(tt.want, titles(t, s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", tt.query, diff)
			}
			if n := evaluated.Load(); tt.evaluated != 0 && n != tt.evaluated {
				t.Errorf("%s: the formula was evaluated %d times, want %d", tt.query, n, tt.evaluated)
			}
		}
		for _, tt := range []struct {
			query  string
			values []any
			kind   dataclasses.QueryErrorKind
		}{
			{"eval(nosuch)", nil, dataclasses.UnknownFormula}, {"eval(cheap > 3)", nil, dataclasses.BadFormula},
			{":1", []any{(*dataclasses.NamedFormula[Book])(nil)}, dataclasses.NoFormula}, {":1", []any{"cheap"}, dataclasses.NoFormula}, {":1", nil, dataclasses.MissingPlaceholder},
		} {
			_, err := books.Query(tt.query, tt.values...)
			if e, ok := errors.AsType[*dataclasses.QueryError](err); !ok || e.Kind != tt.kind {
				t.Errorf("%s with %v: %v, want kind %d", tt.query, tt.values, err, tt.kind)
			}
		}
		failing, err := books.Query("eval(fails) and ID < 4")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := failing.Count(t.Context()); !errors.Is(err, errPlain) {
			t.Errorf("error of a formula: %v", err)
		}
		panicking, err := books.Query("eval(fails) and ID = 4")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := panicking.Count(t.Context()); err == nil || !strings.Contains(err.Error(), "formula fails") {
			t.Errorf("panic of a formula: %v", err)
		}
		if _, err := ds.Remote().Class("Book").All().Query("eval(cheap)", dataclasses.Values{}); err == nil || !strings.Contains(err.Error(), "formula not allowed") {
			t.Errorf("formula of a remote caller: %v", err)
		}
	})
}

// A window is filled from what holds, and no more is evaluated than it needs.
func TestFormulasAndWindows(t *testing.T) {
	t.Parallel()
	var evaluated atomic.Int64
	defs, _ := priced(&evaluated)
	ds := ordatest.Open(t, ordatest.SQLite(t), defs...)
	for i := range 900 {
		newBook(t, ds, "t", float64(i%30), nil)
	}
	s, err := dataclasses.Of[Book](ds).Query("eval(cheap) order by ID desc")
	if err != nil {
		t.Fatal(err)
	}
	evaluated.Store(0)
	first, err := s.Slice(5, 8).Collect(t.Context())
	if err != nil || len(first) != 3 {
		t.Fatalf("%d entities, %v", len(first), err)
	}
	if n := evaluated.Load(); n > 200 {
		t.Errorf("%d entities were evaluated for a window of 3", n)
	}
	inWindow, err := s.Slice(0, 11).Query("price < 5")
	if err != nil {
		t.Fatal(err)
	}
	if n, err := inWindow.Count(t.Context()); err != nil || n != 5 {
		t.Errorf("query of a window over a formula: %d, %v; want 5", n, err)
	}
}

// O-341
func TestOrderByFormula(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var evaluated atomic.Int64
		defs, _ := priced(&evaluated)
		ds := ordatest.Open(t, db, defs...)
		shelf(t, ds)
		all := dataclasses.Of[Book](ds).All()
		last := func(_ context.Context, e *dataclasses.Entity[Book]) (*string, error) {
			if e.Value.AuthorID == nil {
				return nil, nil
			}
			return new(e.Value.Title[len(e.Value.Title)-1:]), nil
		}
		for d, want := range map[dataclasses.Direction][]string{
			dataclasses.Ascending: {"Orphan", "Ébène", "Low Water", "Salt Roads"}, dataclasses.Descending: {"Salt Roads", "Low Water", "Ébène", "Orphan"},
		} {
			s, err := dataclasses.OrderByFormula(t.Context(), all, last, d)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, titles(t, s)); diff != "" {
				t.Errorf("direction %d (-want +got):\n%s", d, diff)
			}
		}
		even := func(_ context.Context, e *dataclasses.Entity[Book]) (bool, error) { return e.Value.ID%2 == 0, nil }
		s, err := dataclasses.OrderByFormula(t.Context(), all.Slice(0, 3), even, dataclasses.Descending)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"Low Water", "Salt Roads", "Ébène"}, titles(t, s)); diff != "" {
			t.Errorf("equal values keep their order (-want +got):\n%s", diff)
		}
		if _, err := dataclasses.OrderByFormula(t.Context(), all, func(context.Context, *dataclasses.Entity[Book]) (int, error) { return 0, errPlain }, dataclasses.Ascending); !errors.Is(err, errPlain) {
			t.Errorf("error of a formula: %v", err)
		}
	})
}
