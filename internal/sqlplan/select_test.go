package sqlplan_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// O-148, O-149, O-151, R-177, R-178
func TestOrder(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"employee", "age != 1000 or age = null order by age", "3 5 2 1 6 4", nil},
		{"employee", "age != 1000 or age = null order by age desc", "4 1 6 2 5 3", nil},
		{"employee", "name = '@' order by name", "2 1 3 5 4 6", nil},
		{"employee", "name = '@' order by name desc", "6 4 5 3 1 2", nil},
		{"employee", "name = '@' order by active", "3 5 6 2 1 4", nil},
		{"employee", "name = '@' order by born desc, name", "4 2 1 5 3 6", nil},
		{"employee", "name = '@' order by employer.country, ID desc", "6 5 4 3 2 1", nil},
		{"employee", "name = '@' order by employer.country desc, age desc", "1 2 3 4 6 5", nil},
		{"employee", "name = '@' order by employer.name desc, name, name desc", "5 6 3 2 1 4", nil},
		{"employee", "name = '@' order by land desc, manager.land, ID", "1 2 3 6 4 5", nil},
		{"employee", "manager.name = '@' order by manager.name, ID desc", "5 4 3 2 6", nil},
		{"employee", "name = '@' order by ID desc", "6 5 4 3 2 1", nil},
		{"company", "name = '@' order by city, name desc", "4 3 1 2", nil},
		{"line", "text = '@'", "1,B 1,a 2,a 2,c", nil},
		{"line", "text = '@' order by no desc", "2,c 1,B 1,a 2,a", nil},
	})
}

// O-137, O-138, O-140
func TestPlaceholders(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		v := sqlplan.Values{
			Indexed: []any{"employer.name", "acme", []any{"manager", "name"}, []string{"age"}},
			Named:   map[string]any{"min": 25, "extra": map[string]any{"a": map[string]any{"b": "h@"}}, "field": "nick"},
			Paths:   map[string]any{"who": "name", "a.b": []string{"manager", "age"}},
		}
		for _, c := range []struct{ text, want string }{
			{":1 = :2 and age > :min", "1"},
			{":1 = 'ac@' and :who = :extra.a.b", "1 2"},
			{":3 = 'h@'", "2 3 4 5"},
			{":4 = 20", "2"},
			{":a.b = 30", "2 3"},
			{":field = nandu", "3"},
			{":who = '@' order by :4 desc, :who", "4 1 6 2 5 3"},
		} {
			if got := d.keys(t, source(t, d.classes["employee"], c.text, query.ORDA, v)); got != c.want {
				t.Errorf("%s: got %q, want %q", c.text, got, c.want)
			}
		}
	})
}

func all(c *model.Class, conditions ...sqlplan.Condition) *sqlplan.Source {
	return &sqlplan.Source{Class: c, Conditions: conditions, Limit: -1}
}

func window(s *sqlplan.Source, offset, limit int) *sqlplan.Source {
	w := *s
	w.Offset, w.Limit = offset, limit
	return &w
}

func condition(t testing.TB, text string) *sqlplan.Query {
	t.Helper()
	q, err := query.Parse(text, query.ORDA)
	if err != nil {
		t.Fatal(err)
	}
	return &sqlplan.Query{Query: q}
}

//
func TestSources(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		e, l := d.classes["employee"], d.classes["line"]
		byName := source(t, e, "name = '@' order by name", query.ORDA, sqlplan.Values{})
		numbers := func(n int) (list [][]any) {
			for i := range n {
				list = append(list, []any{int64(i + 2)})
			}
			return list
		}
		codes := [][]any{{"kn"}, {"KN"}, {"pe"}}
		manyCodes := codes
		for range 20 {
			manyCodes = append(manyCodes, []any{"zz"})
		}
		for _, c := range []struct {
			name string
			s    *sqlplan.Source
			want string
		}{
			{"all", all(e), "1 2 3 4 5 6"},
			{"window", window(all(e), 1, 2), "2 3"},
			{"offset only", window(all(e), 4, -1), "5 6"},
			{"negative offset", window(all(e), -4, 1), "1"},
			{"beyond", window(all(e), 10, 5), ""},
			{"nothing", window(all(e), 0, 0), ""},
			{"ordered window", window(byName, 1, 3), "1 3 5"},
			{"keys", all(e, &sqlplan.Keys{List: [][]any{{int64(5)}, {int64(1)}, {int64(99)}}}), "1 5"},
			{"no keys", all(e, &sqlplan.Keys{}), ""},
			{"many keys", all(e, &sqlplan.Keys{List: numbers(40_000)}), "2 3 4 5 6"},
			{"text keys are exact", all(d.classes["publisher"], &sqlplan.Keys{List: codes}), "kn"},
			{"many text keys", all(d.classes["publisher"], &sqlplan.Keys{List: manyCodes}), "kn zz"},
			{"composite keys", all(l, &sqlplan.Keys{List: [][]any{{int64(1), "a"}, {int64(2), "c"}, {int64(2), "B"}}}), "1,a 2,c"},
			{"no composite keys", all(l, &sqlplan.Keys{}), ""},
			{"related", all(e, &sqlplan.Related{Attribute: e.Attribute("managerID"), Values: []any{int64(1), nil, int64(4)}}), "2 3 6"},
			{"related to nothing", all(e, &sqlplan.Related{Attribute: e.Attribute("managerID"), Values: []any{nil}}), ""},
			{"related by day", all(e, &sqlplan.Related{Attribute: e.Attribute("born"), Values: []any{model.NewDay(1990, 1, 31), nil}}), "1 5"},
			{"within", all(e, &sqlplan.Within{Source: all(e, condition(t, "age >= 20"))}, condition(t, "name = 'h@'")), "1 2"},
			{"within all", all(e, &sqlplan.Within{Source: all(e)}), "1 2 3 4 5 6"},
			{"within a window", all(e, &sqlplan.Within{Source: window(byName, 0, 3)}, condition(t, "age != null")), "1 2"},
			{"within twice", all(e, &sqlplan.Within{Source: all(e, &sqlplan.Within{Source: window(byName, 1, 3)}, condition(t, "employer.name = '@'"))}), "1 3 5"},
			{"composite within a window", all(l, &sqlplan.Within{Source: window(all(l), 1, 2)}), "1,a 2,a"},
			{"window within window", window(all(e, &sqlplan.Within{Source: window(byName, 0, 4)}), 1, 2), "2 3"},
			// Each condition has related rows of its own, unlike the operands of one AND.
			{"query of a query", all(d.classes["author"], condition(t, "books.title = salt"), condition(t, "books.price > 10")), "1 4"},
		} {
			if got := d.keys(t, c.s); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	})
}

// O-166
func TestColumns(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		e := d.classes["employee"]
		s := source(t, e, "ID <= 4 order by ID desc", query.ORDA, sqlplan.Values{})
		st, err := d.planner.Select(s, []*model.Attribute{e.Attribute("land"), e.Attribute("ID"), e.Attribute("name"), e.Attribute("bossLand")}, sqlplan.Lens{})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"<nil>,4,Smith Bravo,Germany", "France,3,holmes,Germany", "Germany,2,HARNESS,Germany", "Germany,1,Hétrick,<nil>"}
		if diff := cmp.Diff(want, d.read(t, st)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

// What only a mistake of the data layer can cause is a plain error.
func TestWrongSources(t *testing.T) {
	t.Parallel()
	c := classes(t)
	e, l, a := c["employee"], c["line"], c["author"]
	p := sqlplan.New(dialect.SQLite{})
	nested := all(e)
	for range 40 {
		nested = all(e, &sqlplan.Within{Source: nested})
	}
	for _, s := range []*sqlplan.Source{
		all(e, nil),
		all(e, &sqlplan.Related{}),
		all(e, &sqlplan.Related{Attribute: a.Attribute("name")}),
		all(e, &sqlplan.Related{Attribute: e.Attribute("ID"), Values: []any{"x"}}),
		all(e, &sqlplan.Within{}),
		all(e, &sqlplan.Within{Source: all(a)}),
		all(l, &sqlplan.Keys{List: [][]any{{int64(1)}}}),
		all(e, &sqlplan.Related{Attribute: e.Attribute("born"), Values: []any{"x"}}),
		nested,
	} {
		if err := p.Check(s, sqlplan.Lens{}); err == nil {
			t.Errorf("Check(%+v) = nil, want an error", s.Conditions)
		}
	}
	for _, columns := range [][]*model.Attribute{
		nil, {a.Attribute("name")}, {e.Attribute("employer")}, {e.Attribute("fullName")}, {e.Attribute("reports")}, {e.Attribute("nowhere")},
	} {
		if _, err := p.Select(all(e), columns, sqlplan.Lens{}); err == nil {
			t.Errorf("Select(%v) succeeds, want an error", columns)
		}
	}
	if _, err := p.Select(all(a), []*model.Attribute{a.Attribute("stars")}, sqlplan.Lens{}); err == nil {
		t.Error("Select of a to-many alias succeeds, want an error")
	}
}

// S-296, S-327
func TestLens(t *testing.T) {
	t.Parallel()
	all := classes(t)
	p := sqlplan.New(dialect.SQLite{})
	refused := errors.New("refused")
	ask := func(text string, trusted bool, refuse string) (string, error) {
		var used []string
		s := source(t, all["employee"], text, query.ORDA, sqlplan.Values{})
		s.Conditions[0].(*sqlplan.Query).Trusted = trusted
		err := p.Check(s, sqlplan.Lens{
			Visible: func(a *model.Attribute) bool { return a.Name != "secret" },
			Use: func(a *model.Attribute) error {
				used = append(used, a.Class.Name+"."+a.Name)
				if a.Name == refuse {
					return refused
				}
				return nil
			},
		})
		return strings.Join(used, " "), err
	}
	for _, c := range []struct {
		text, used string
	}{
		{"name = x and name = y", "employee.name"},
		{"employer.country = x order by employer.city", "employee.employer company.country company.city"},
		{"manager.manager.name = x", "employee.manager employee.name"},
		{"employer = 3", "employee.employer"},
		{"reports = null order by age", "employee.reports employee.age"},
		{"land = x", "employee.land"},
		{"bossLand = x order by land", "employee.bossLand employee.land"},
		{"manager.land = x", "employee.manager employee.land"},
		{"name = '@'", "employee.name"},
	} {
		if used, err := ask(c.text, false, ""); used != c.used || err != nil {
			t.Errorf("%s: used %q, %v, want %q", c.text, used, err, c.used)
		}
		if used, err := ask(c.text, true, "name"); used != "" || err != nil {
			t.Errorf("%s, trusted: used %q, %v, want none", c.text, used, err)
		}
	}
	for _, text := range []string{"not (employer.city = x)", "age = 1 order by employer.city", "city in []"} {
		text = strings.Replace(text, "city in", "employer.city in", 1)
		if _, err := ask(text, false, "city"); err != refused {
			t.Errorf("%s: %v, want the lens's own error", text, err)
		}
	}
	for _, text := range []string{"secret = x", "manager.secret = x", "age = 1 order by secret"} {
		_, err := ask(text, false, "")
		if e, ok := errors.AsType[*sqlplan.Error](err); !ok || e.Kind != sqlplan.UnknownAttribute || e.Msg != `attribute "secret" not found in dataclass employee` {
			t.Errorf("%s: %v, want an unknown attribute", text, err)
		}
		if _, err := ask(text, true, ""); err != nil {
			t.Errorf("%s, trusted: %v", text, err)
		}
	}
}

func TestPlannerIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	c := classes(t)["author"]
	p := sqlplan.New(dialect.SQLite{})
	s := source(t, c, "books.price > 1 and books.year = 2", query.ORDA, sqlplan.Values{})
	done := make(chan string)
	for range 4 {
		go func() {
			st, err := p.Keys(s, sqlplan.Lens{})
			done <- fmt.Sprint(st, err)
		}()
	}
	first := <-done
	for range 3 {
		if got := <-done; got != first {
			t.Errorf("got %s, want %s", got, first)
		}
	}
}
