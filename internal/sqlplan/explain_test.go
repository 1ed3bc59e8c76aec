package sqlplan_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// O-105, O-162
func TestExplain(t *testing.T) {
	t.Parallel()
	p := formulaPlanner(dialect.SQLite{}, sqlplan.WithCalculated(declared{}))
	for _, c := range []struct {
		class, text, want string
		values            []any
	}{
		{"employee", "", `{}`, nil},
		{"employee", "ID = 3", `{"item":"[index : employee.ID ] = 3"}`, nil},
		{"employee", "name = 'h@' and age > :1 or employer = 1", `{"Or":[{"And":[{"item":"employee.name = h@"},{"item":"employee.age \u003e 30"}]},{"item":"[index : employee.employer ] = 1"}]}`, []any{30}},
		{"employee", "not (ID in [1, 2])", `{"Not":[{"item":"[index : employee.ID ] in [2 values]"}]}`, nil},
		{"employee", "ID != :1 and ID in :2", `{"And":[{"item":"employee.ID != 7"},{"item":"[index : employee.ID ] in [3 values]"}]}`, []any{7, []int{1, 2, 3}}},
		{"author", "books.publisher.name = x", `{"item":"[Join on Table : book : author.books = book.authorID]","subquery":[{"item":"[Join on Table : publisher : book.publisher = publisher.code]","subquery":[{"item":"publisher.name = x"}]}]}`, nil},
		{"note", "info.coll[a].val = 1", `{"item":"note.info.coll[a].val = 1"}`, nil},
		{"employee", "land = null", `{"item":"employee.land = null"}`, nil},
		{"author", "eval(even) and :1", `{"And":[{"item":"author: formula even"},{"item":"author: formula :1"}]}`, []any{sqlplan.Formula{Name: "even"}}},
		{"note", "meaning > :1", `{"item":"note.meaning \u003e :1"}`, []any{like("", nil, 1, 2)}},
	} {
		s := source(t, classes(t)[c.class], c.text, query.ORDA, sqlplan.Values{Indexed: c.values})
		plan, err := p.Explain(s, sqlplan.Lens{})
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		got, err := json.Marshal(plan)
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, %v\nwant %s", c.text, got, err, c.want)
		}
	}
}

// A plan shows nothing of what the program adds to the query of a caller, and nothing that the caller may not use.
func TestExplainHides(t *testing.T) {
	t.Parallel()
	all := classes(t)
	s := source(t, all["employee"], "age = 1", query.ORDA, sqlplan.Values{})
	secret, err := query.Parse("secret = x", query.ORDA)
	if err != nil {
		t.Fatal(err)
	}
	s.Conditions = append(s.Conditions, &sqlplan.Query{Query: secret, Trusted: true}, &sqlplan.Keys{List: [][]any{{int64(1)}}},
		&sqlplan.Within{Source: &sqlplan.Source{Class: s.Class, Conditions: s.Conditions[:1], Limit: 3}})
	plan, err := sqlplan.New(dialect.SQLite{}).Explain(s, sqlplan.Lens{})
	got, _ := json.Marshal(plan)
	if want := `{"And":[{"item":"employee.age = 1"},{"item":"[index : employee.ID ] in 1 keys"},{"item":"employee.age = 1"}]}`; err != nil || string(got) != want {
		t.Errorf("Explain = %s, %v, want %s", got, err, want)
	}
	lens := sqlplan.Lens{Visible: func(a *model.Attribute) bool { return a.Name != "age" }}
	plan, err = sqlplan.New(dialect.SQLite{}).Explain(s, lens)
	if e, ok := errors.AsType[*sqlplan.Error](err); !ok || e.Kind != sqlplan.UnknownAttribute {
		t.Errorf("Explain of a hidden attribute = %v, %v", plan, err)
	}
}

// What the caller did not name is named only if the caller may see it.
func TestExplainHidesKeysOfJoins(t *testing.T) {
	t.Parallel()
	all := classes(t)
	s := source(t, all["author"], "books.year = 2020", query.ORDA, sqlplan.Values{})
	related := &sqlplan.Source{Class: all["book"], Conditions: []sqlplan.Condition{&sqlplan.Related{Attribute: all["book"].Attribute("authorID"), Values: []any{int64(1)}}}, Limit: -1}
	notKey := func(a *model.Attribute) bool { return a.Name != "authorID" }
	for _, lens := range []sqlplan.Lens{{Visible: notKey}, {Use: func(a *model.Attribute) error {
		if !notKey(a) {
			return errors.New("denied")
		}
		return nil
	}}} {
		for want, s := range map[string]*sqlplan.Source{
			`{"item":"[Join on Table : book : author.books]","subquery":[{"item":"book.year = 2020"}]}`: s,
			`{"item":"book in 1 values"}`: related,
		} {
			plan, err := sqlplan.New(dialect.SQLite{}).Explain(s, lens)
			if got, _ := json.Marshal(plan); err != nil || string(got) != want {
				t.Errorf("Explain = %s, %v, want %s", got, err, want)
			}
		}
	}
}

// Selections that were put together.
func TestExplainSetOperations(t *testing.T) {
	t.Parallel()
	e := classes(t)["employee"]
	young, old := source(t, e, "age < 30", query.ORDA, sqlplan.Values{}), source(t, e, "age > 60", query.ORDA, sqlplan.Values{})
	s := &sqlplan.Source{Class: e, Limit: -1, Conditions: []sqlplan.Condition{
		&sqlplan.Union{Sources: []*sqlplan.Source{young, old}}, &sqlplan.Except{Source: old}, &sqlplan.Keys{Numbers: []int64{4, 5}}}}
	plan, err := sqlplan.New(dialect.SQLite{}).Explain(s, sqlplan.Lens{})
	if err != nil {
		t.Fatal(err)
	}
	want := sqlplan.PlanNode{Operator: "And", Nodes: []sqlplan.PlanNode{
		{Operator: "Or", Nodes: []sqlplan.PlanNode{{Item: "employee.age < 30"}, {Item: "employee.age > 60"}}},
		{Operator: "Not", Nodes: []sqlplan.PlanNode{{Item: "employee.age > 60"}}}, {Item: "[index : employee.ID ] in 2 keys"}}}
	if diff := cmp.Diff(want, plan); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// O-163
func TestPath(t *testing.T) {
	t.Parallel()
	s := source(t, classes(t)["author"], "name = x and books.year = 2020", query.ORDA, sqlplan.Values{})
	plan, err := sqlplan.New(dialect.SQLite{}).Explain(s, sqlplan.Lens{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(plan.Path(1500*time.Microsecond, 0))
	want := `{"steps":[{"description":"AND","time":1,"recordsfounds":0,"steps":[{"description":"author.name = x"},` +
		`{"description":"[Join on Table : book : author.books = book.authorID]","steps":[{"description":"book.year = 2020"}]}]}]}`
	if err != nil || string(got) != want {
		t.Errorf("Path = %s, %v\nwant %s", got, err, want)
	}
	got, _ = json.Marshal(sqlplan.PlanNode{}.Path(time.Second, 3))
	if want := `{"steps":[{"description":"all entities","time":1000,"recordsfounds":3}]}`; string(got) != want {
		t.Errorf("Path of all = %s", got)
	}
}
