package dataclasses_test

import (
	"context"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

// O-165, O-390: a restriction may ask for a calculated attribute, whatever way its dataclass is read.
func TestRestrictionByCalculatedAttribute(t *testing.T) {
	t.Parallel()
	byInitial := func(_ context.Context, q dataclasses.ComputedQuery) (string, []any, error) {
		return "lastName " + q.Operator + " :1", []any{q.Value.(string) + "@"}, nil
	}
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db,
			dataclasses.DefineExposed[Author](
				dataclasses.Computed("initial", func(_ context.Context, e *dataclasses.Entity[Author]) (string, error) {
					return e.Value.LastName[:1], nil
				}).Query(byInitial),
				dataclasses.Restrict(func(ctx context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
					names, ok := ctx.Value(visibleTo{}).([]any)
					if !ok {
						return nil, nil
					}
					return c.Query("initial = :1", names...)
				}),
			),
			dataclasses.DefineExposed[Book](),
		)
		seen, hidden := create(t, ds, Author{LastName: "Duarte"}), create(t, ds, Author{LastName: "Okoro"})
		books := []*dataclasses.Entity[Book]{newBook(t, ds, "a", 1, seen), newBook(t, ds, "b", 2, hidden)}
		ctx := only(t.Context(), "d")
		for i, want := range []*int64{&seen.Value.ID, nil} {
			author, err := dataclasses.RelatedEntity[Author](ctx, must(dataclasses.Of[Book](ds).Get(ctx, books[i].Value.ID)), "author")
			if err != nil || (author == nil) != (want == nil) || author != nil && author.Value.ID != *want {
				t.Errorf("author of book %d: %v, %v", i, author, err)
			}
		}
		fixed := must(dataclasses.Of[Author](ds).All().Fix(t.Context()))
		if found, err := fixed.Collect(ctx); err != nil || len(found) != 1 || found[0].Value.ID != seen.Value.ID {
			t.Errorf("fixed members: %d, %v", len(found), err)
		}
		seen.Value.FirstName, hidden.Value.FirstName = "x", "x"
		if err := seen.Save(ctx); err != nil {
			t.Errorf("save: %v", err)
		}
		if err := hidden.Save(ctx); err == nil {
			t.Error("what is hidden was saved")
		}
	})
}
