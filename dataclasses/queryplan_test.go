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
)

// O-162, O-163, O-367
func TestQueryPlanAndPath(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		even := dataclasses.Formula("even", func(_ context.Context, e *dataclasses.Entity[Book], _ map[string]any) (bool, error) {
			return e.Value.ID%2 == 0, nil
		})
		ds := ordatest.Open(t, db, append(library()[:1:1], dataclasses.DefineExposed[Book](even))...)
		ines := newAuthor(t, ds, "Ines", "Duarte")
		newBook(t, ds, "Salt Roads", 9, ines)
		newBook(t, ds, "Ink", 19, ines)
		books := dataclasses.Of[Book](ds)
		query := func(text string, values ...any) *dataclasses.Selection[Book] {
			t.Helper()
			s, err := books.Query(text, values...)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		fixed, err := books.All().Fix(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		within, err := query("ID > 1").Slice(0, 5).Query("eval(even)")
		if err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			name, want string
			selection  *dataclasses.Selection[Book]
			found      int
		}{
			{"all", `{}`, books.All(), 2},
			{"text", `{"And":[{"item":"Book.price \u003e 10"},{"item":"[Join on Table : Author : Book.author = Author.ID]","subquery":[{"item":"[index : Author.lastName ] = duarte"}]}]}`,
				query("price > :1 and author.lastName = :2", 10, "duarte"), 1},
			{"fixed", `{"item":"[index : Book.ID ] in 2 keys"}`, fixed, 2},
			{"formula", `{"And":[{"item":"[index : Book.ID ] \u003e 1"},{"item":"Book: formula even"}]}`, within, 1},
		} {
			plan, err := tt.selection.QueryPlan(t.Context())
			got, _ := json.Marshal(plan)
			if err != nil || string(got) != tt.want {
				t.Errorf("%s: plan %s, %v; want %s", tt.name, got, err, tt.want)
			}
			path, err := tt.selection.QueryPath(t.Context())
			if err != nil || len(path.Steps) != 1 {
				t.Fatalf("%s: path %v, %v", tt.name, path, err)
			}
			if step := path.Steps[0]; *step.Records != tt.found || *step.Time < 0 || len(step.Steps) != len(plan.Nodes) {
				t.Errorf("%s: %d found in %d ms by %d steps, want %d by %d", tt.name, *step.Records, *step.Time, len(step.Steps), tt.found, len(plan.Nodes))
			}
		}
	})
}

// S-327: a plan tells nothing of what its reader may not use.
func TestQueryPlanNeedsRights(t *testing.T) {
	t.Parallel()
	f := newFixture(t, ordatest.SQLite(t), `{"restrictedByDefault":true,"privileges":[{"privilege":"see"},{"privilege":"all"}],"permissions":{"allowed":[
	 {"applyTo":"Task","type":"dataclass","read":["see","all"]},{"applyTo":"Task.budget","type":"attribute","read":["all"]}]}}`)
	see, _ := f.as(t, "see")
	guest, _ := f.as(t)
	all, _ := f.as(t, "all")
	s, err := dataclasses.Of[Task](f.ds).Query("budget > 3")
	if err != nil {
		t.Fatal(err)
	}
	for _, explain := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := s.QueryPlan(ctx); return err },
		func(ctx context.Context) error { _, err := s.QueryPath(ctx); return err },
	} {
		refused(t, explain(see), "No permission to read for the Task.budget attribute")
		refused(t, explain(guest), "No permission to read for the Task dataclass")
		if err := explain(all); err != nil {
			t.Error(err)
		}
	}
}

// O-390, O-162: a restriction is not in the plan; the path counts what its reader sees.
func TestQueryPlanLeavesRestrictionsOut(t *testing.T) {
	t.Parallel()
	restrict := func(_ context.Context, c *dataclasses.DataClass[Author]) (*dataclasses.Selection[Author], error) {
		return c.Query("secret = :1", "open")
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.DefineExposed[Author](dataclasses.Restrict(restrict)), dataclasses.DefineExposed[Book]())
	newAuthor(t, ds, "Ines", "Duarte")
	s, err := dataclasses.Of[Author](ds).Query("firstName = Ines")
	if err != nil {
		t.Fatal(err)
	}
	path, err := s.QueryPath(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	zero := 0
	want := dataclasses.QueryPath{Steps: []dataclasses.QueryPathStep{{Description: "Author.firstName = Ines", Time: path.Steps[0].Time, Records: &zero}}}
	if diff := cmp.Diff(want, path); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// O-146
func TestNoFormulas(t *testing.T) {
	t.Parallel()
	defs, cheap := priced(nil)
	ds := ordatest.Open(t, ordatest.SQLite(t), defs...)
	books := dataclasses.Of[Book](ds)
	for _, allowed := range []bool{true, false} {
		for _, tt := range []struct {
			text   string
			values []any
		}{{"eval(cheap)", nil}, {"price > 3 and :1", []any{cheap}}, {"price > 3 or eval(nosuch & cheap)", nil}} {
			_, err := books.Query(tt.text, append(tt.values, dataclasses.Settings{NoFormulas: !allowed})...)
			e, ok := errors.AsType[*dataclasses.QueryError](err)
			if refusal := ok && e.Kind == dataclasses.FormulaNotAllowed; refusal == allowed {
				t.Errorf("%s with NoFormulas %t: %v", tt.text, !allowed, err)
			}
		}
	}
	if _, err := books.Query("price > 3", dataclasses.Settings{NoFormulas: true}); err != nil {
		t.Errorf("a query without formula: %v", err)
	}
}
