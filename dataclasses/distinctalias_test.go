package dataclasses_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/session"
)

// O-359, O-390: the values behind an alias are those of related entities that the reader may see.
func TestDistinctOfAlias(t *testing.T) {
	t.Parallel()
	type onlyKey struct{}
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		restrict := func(ctx context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
			if name, ok := ctx.Value(onlyKey{}).(string); ok {
				return c.Query("lastName = :1", name)
			}
			return nil, nil
		}
		ds := ordatest.Open(t, db, dataclasses.DefineExposed[Author](dataclasses.Restrict(restrict)),
			dataclasses.DefineExposed[Book](dataclasses.Alias[Book]("authorName", "author.lastName"), dataclasses.Alias[Book]("writer", "author")))
		ines, chidi := newAuthor(t, ds, "Ines", "Duarte"), newAuthor(t, ds, "Chidi", "Okoro")
		newBook(t, ds, "Salt Roads", 9, ines)
		newBook(t, ds, "Ink", 19, ines)
		newBook(t, ds, "Low Water", 29, chidi)
		newBook(t, ds, "Unsigned", 1, nil)
		books := dataclasses.Of[Book](ds)
		dear, err := books.Query("price > :1 order by title", 10)
		if err != nil {
			t.Fatal(err)
		}
		only := context.WithValue(t.Context(), onlyKey{}, "okoro")
		for _, tt := range []struct {
			name      string
			ctx       context.Context
			selection *dataclasses.Selection[Book]
			want      []dataclasses.ValueCount[string]
		}{
			{"all", t.Context(), books.All(), []dataclasses.ValueCount[string]{{Value: "Duarte", Count: 2}, {Value: "Okoro", Count: 1}}},
			{"query", t.Context(), dear, []dataclasses.ValueCount[string]{{Value: "Duarte", Count: 1}, {Value: "Okoro", Count: 1}}},
			{"window", t.Context(), dear.Slice(0, 1), []dataclasses.ValueCount[string]{{Value: "Duarte", Count: 1}}},
			{"restricted", only, books.All(), []dataclasses.ValueCount[string]{{Value: "Okoro", Count: 1}}},
		} {
			got, err := dataclasses.DistinctCounts[string](tt.ctx, tt.selection, "authorName")
			if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
				t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
			}
		}
		if _, err := dataclasses.Distinct[string](t.Context(), books.All(), "writer"); !isAttributeError(err) {
			t.Errorf("an alias of a relation: %v", err)
		}
	})
}

// S-327: different values need the right to read the attribute.
func TestDistinctNeedsRights(t *testing.T) {
	t.Parallel()
	roles := parsedRoles(t, `{"restrictedByDefault":true,"privileges":[{"privilege":"see"},{"privilege":"nobody"}],"permissions":{"allowed":[
	 {"applyTo":"Task","type":"dataclass","read":["see"]},{"applyTo":"Task.budget","type":"attribute","read":["nobody"]}]}}`)
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Task](), dataclasses.Define[Note](), dataclasses.Permissions(roles))
	f := &fixture{ds: ds, manager: &session.Manager{Roles: ds.Roles()}}
	t.Cleanup(func() { _ = f.manager.Close() })
	see, _ := f.as(t, "see")
	guest, _ := f.as(t)
	c := ds.Remote().Class("Task")
	if values, err := c.All().Distinct(see, c.Attribute("name")); err != nil || len(values) != 0 {
		t.Errorf("%v, %v", values, err)
	}
	_, err := c.All().Distinct(see, c.Attribute("budget"))
	refused(t, err, "No permission to read for the Task.budget attribute")
	_, err = c.All().Distinct(guest, c.Attribute("name"))
	refused(t, err, "No permission to read for the Task dataclass")
}
