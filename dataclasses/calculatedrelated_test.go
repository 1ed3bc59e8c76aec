package dataclasses_test

import (
	"context"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

func dearest(ctx context.Context, e *dataclasses.Entity[Author]) (*dataclasses.Entity[Book], error) {
	books, err := dataclasses.RelatedEntities[Book](e, "books")
	if err == nil {
		books, err = books.OrderBy("price desc")
	}
	if err != nil {
		return nil, err
	}
	return books.First(ctx)
}

func cheapOnes(_ context.Context, e *dataclasses.Entity[Author]) (*dataclasses.Selection[Book], error) {
	if e.Value.FirstName == "" {
		return nil, nil
	}
	books, err := dataclasses.RelatedEntities[Book](e, "books")
	if err != nil {
		return nil, err
	}
	return books.Query("price < 20")
}

func related() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Book](),
		dataclasses.DefineExposed[Author](dataclasses.Computed("dearest", dearest), dataclasses.Computed("cheapOnes", cheapOnes)),
	}
}

// O-452
func TestGettersOfEntitiesAndSelections(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, related()...)
		shelf(t, ds)
		newAuthor(t, ds, "", "Bookless")
		ctx := t.Context()
		e := get[Author](t, ds, 1)
		v, err := e.Compute(ctx, "dearest")
		if book, ok := v.(*dataclasses.Entity[Book]); err != nil || !ok || book.Value.Title != "Salt Roads" {
			t.Errorf("dearest: %v, %v", v, err)
		}
		if v, err := get[Author](t, ds, 3).Compute(ctx, "cheapOnes"); err != nil || v != nil {
			t.Errorf("null selection: %v, %v", v, err)
		}
		class := ds.Remote().Class("Author")
		for _, tt := range []struct {
			attributes []string
			want       string
		}{
			{[]string{"lastName", "dearest.title", "cheapOnes.title"}, "Okoro {Salt Roads} [Salt Roads Low Water], Duarte {Ébène} -, Bookless - -"},
		} {
			p, err := class.Project(ctx, dataclasses.ProjectionSpec{Attributes: tt.attributes})
			if err != nil {
				t.Fatal(err)
			}
			page, err := class.All().Page(ctx, p, 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			if got := rowsText(t, p, page.Rows); got != tt.want {
				t.Errorf("%v: %s, want %s", tt.attributes, got, tt.want)
			}
		}
		s, err := class.RelatedEntities(ctx, dataclasses.KeyText{"1"}, class.Attribute("cheapOnes"))
		if err != nil {
			t.Fatal(err)
		}
		assertKeys(t, "navigation", s, []string{"1", "2"})
		if key, err := remoteGet(ctx, class, "2", "dearest"); err != nil || key != int64(3) {
			t.Errorf("key of the entity that a getter returns: %v, %v", key, err)
		}
	})
}

// O-452, O-456
func TestMistakesInGettersOfEntities(t *testing.T) {
	t.Parallel()
	_, err := dataclasses.Open(ordatest.SQLite(t), dataclasses.DefineExposed[Book](), dataclasses.DefineExposed[Author](
		dataclasses.Computed("dearest", dearest).Query(func(context.Context, dataclasses.ComputedQuery) (string, []any, error) { return "", nil, nil }),
		dataclasses.Computed("cheapOnes", cheapOnes).OrderBy(func(context.Context, bool) (string, error) { return "", nil }),
		dataclasses.Computed("stranger", func(context.Context, *dataclasses.Entity[Author]) (*dataclasses.Entity[Student], error) {
			return nil, nil
		}),
	))
	for _, want := range []string{"dearest of Author: an attribute whose values are entities", "cheapOnes of Author: an attribute whose values", "stranger of Author: its values are of a dataclass that is not in this datastore"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("the error lacks %q: %v", want, err)
		}
	}
}
