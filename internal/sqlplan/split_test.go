package sqlplan_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// formulas are those of the tests, over the key of an author.
func formulas() map[string]func(id int64) bool {
	return map[string]func(int64) bool{
		"even":  func(id int64) bool { return id%2 == 0 },
		"early": func(id int64) bool { return id < 3 },
		"never": func(int64) bool { return false },
	}
}

func formulaPlanner(d dialect.Dialect, options ...sqlplan.Option) *sqlplan.Planner {
	known := func(_ *model.Class, name string) bool { return formulas()[name] != nil }
	return sqlplan.New(d, append(options, sqlplan.WithFormulas(known))...)
}

// held reads the keys of a split source, and counts the candidates and the calls.
func (d database) held(t testing.TB, r *sqlplan.Residual, st sqlplan.Statement, call func(id int64, c sqlplan.Call) bool) (keys []string, candidates, calls int) {
	t.Helper()
	rows, err := d.db.QueryContext(t.Context(), st.SQL, st.Args...)
	if err != nil {
		t.Fatalf("%s: %v", st.SQL, err)
	}
	defer rows.Close()
	for rows.Next() {
		raw := make([]any, 1+r.Tests())
		pointers := make([]any, len(raw))
		for i := range raw {
			pointers[i] = &raw[i]
		}
		if err := rows.Scan(pointers...); err != nil {
			t.Fatal(err)
		}
		candidates++
		id, _ := raw[0].(int64)
		yes, err := r.Holds(raw[1:], func(c sqlplan.Call) (bool, error) {
			calls++
			return call(id, c), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if yes {
			keys = append(keys, fmt.Sprint(id))
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return keys, candidates, calls
}

// O-141, O-142, O-144
func TestSplit(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		p := formulaPlanner(d.dialect)
		for _, c := range []struct {
			text, want        string
			candidates, calls int
		}{
			{"eval(even)", "2 4", 4, 4},
			{"eval( early & even )", "2", 4, 6},
			{"eval(early | (even & never))", "1 2", 4, 7},
			{"city = oslo and eval(even)", "4", 2, 2},
			{"city = oslo or eval(even)", "1 2 4", 4, 2},
			{"not (eval(even))", "1 3", 4, 4},
			{"not (city = oslo and eval(even))", "1 2 3", 4, 2},
			{"not (city = oslo) and not (eval(even))", "3", 2, 2},
			{"books.price > 10 and eval(even)", "2 4", 3, 3},
			{"(books.price > 25 or eval(early)) and books.year = 2021", "1", 1, 1},
			{"(books.price > 25 or eval(even)) and books.year = 2020", "2", 2, 1},
			{"(books.price > 25 or not (eval(even))) and books.year = 2020", "1 2", 2, 1},
			{":1 and city = oslo order by name desc", "4", 2, 2},
			{"eval(even) order by name desc", "2 4", 4, 4},
			{"eval(even) and eval(even)", "2 4", 4, 6},
		} {
			s := source(t, d.classes["author"], c.text, query.ORDA, sqlplan.Values{Indexed: []any{sqlplan.Formula{Name: "even"}}})
			r, err := p.Split(s, s.Class.Key, sqlplan.Lens{})
			if err != nil {
				t.Fatalf("%s: %v", c.text, err)
			}
			if _, err := p.Keys(s, sqlplan.Lens{}); !errors.Is(err, sqlplan.ErrResidual) {
				t.Errorf("%s: Keys: %v", c.text, err)
			}
			keys, candidates, calls := d.held(t, r, r.Statement(0, -1), func(id int64, c sqlplan.Call) bool { return formulas()[c.Formula](id) })
			if got := strings.Join(keys, " "); got != c.want || candidates != c.candidates || calls != c.calls {
				t.Errorf("%s: %q of %d candidates with %d calls, want %q, %d, %d\n%s", c.text, got, candidates, calls, c.want, c.candidates, c.calls, r.Statement(0, -1).SQL)
			}
		}
		s := source(t, d.classes["author"], "eval(never | even)", query.ORDA, sqlplan.Values{})
		r, err := p.Split(s, s.Class.Key, sqlplan.Lens{})
		if err != nil {
			t.Fatal(err)
		}
		if keys, candidates, _ := d.held(t, r, r.Statement(1, 2), func(id int64, c sqlplan.Call) bool { return formulas()[c.Formula](id) }); fmt.Sprint(keys, candidates) != "[2] 2" {
			t.Errorf("window of candidates: %v of %d", keys, candidates)
		}
		if r, err := p.Split(source(t, d.classes["author"], "name = x", query.ORDA, sqlplan.Values{}), nil, sqlplan.Lens{}); r != nil || err != nil {
			t.Errorf("Split of a query without formulas = %v, %v", r, err)
		}
	})
}

// O-144, O-131, O-136: random conditions with formulas hold for the same entities as they do without SQL.
func TestSplitRandomly(t *testing.T) {
	t.Parallel()
	all := authors()
	atoms := tests()
	for name, f := range formulas() {
		atoms = append(atoms, test("eval("+name+")", func(w world) bool { return f(int64(w.author.ID)) }))
	}
	slices.SortFunc(atoms, func(a, b formula) int { return strings.Compare(a.text, b.text) })
	onEach(t, func(t *testing.T, d database) {
		random := rand.New(rand.NewPCG(3, 4))
		p := formulaPlanner(d.dialect)
		split := 0
		for range 600 {
			f := randomOf(random, atoms, 3)
			s := source(t, d.classes["author"], f.text, query.ORDA, sqlplan.Values{})
			r, err := p.Split(s, s.Class.Key, sqlplan.Lens{})
			if e, ok := errors.AsType[*sqlplan.Error](err); ok && e.Kind == sqlplan.TooComplex || r == nil && err == nil {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			split++
			var want []string
			for i := range all {
				if f.chosen(&all[i]) {
					want = append(want, fmt.Sprint(all[i].ID))
				}
			}
			got, _, _ := d.held(t, r, r.Statement(0, -1), func(id int64, c sqlplan.Call) bool { return formulas()[c.Formula](id) })
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Fatalf("%s\n got %v\nwant %v\n%s", f.text, got, want, r.Statement(0, -1).SQL)
			}
		}
		if split < 200 {
			t.Errorf("only %d conditions were split", split)
		}
	})
}

// O-143, O-165
func TestCalls(t *testing.T) {
	t.Parallel()
	p := formulaPlanner(dialect.SQLite{}, sqlplan.WithCalculated(declared{}))
	args := map[string]any{"x": 1}
	s := source(t, classes(t)["employee"], "eval(even) and fullName = 'h@' or fullName = null", query.ORDA, sqlplan.Values{Args: args})
	r, err := p.Split(s, s.Class.Key, sqlplan.Lens{})
	if err != nil {
		t.Fatal(err)
	}
	fullName := s.Class.Attribute("fullName")
	calls := r.Calls()
	if len(calls) != 3 || calls[1].Attribute != fullName || calls[2].Attribute != fullName {
		t.Fatalf("calls = %v", calls)
	}
	for i := range calls {
		calls[i].Attribute = nil
	}
	want := []sqlplan.Call{{Formula: "even", Args: args}, {Op: query.Equal, Value: "h@"}, {Op: query.Equal}}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	failed := errors.New("failed")
	if _, err := r.Holds(nil, func(sqlplan.Call) (bool, error) { return false, failed }); !errors.Is(err, failed) {
		t.Errorf("Holds = %v, want the error of the call", err)
	}
}

// O-140, O-142, O-145, O-146, O-168
func TestFormulaErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text   string
		values sqlplan.Values
		kind   sqlplan.Kind
		offset int
		msg    string
	}{
		{"eval(odd)", sqlplan.Values{}, sqlplan.UnknownFormula, 5, `formula "odd" is not declared for dataclass author`},
		{"eval(this.name = 'x')", sqlplan.Values{}, sqlplan.UnknownFormula, 5, `formula "this.name" is not declared for dataclass author`},
		{"eval(even and early)", sqlplan.Values{}, sqlplan.BadFormula, 10, "a formula is the name of a declared one, or several joined by & and |"},
		{"eval(even &)", sqlplan.Values{}, sqlplan.BadFormula, 11, "a formula is the name of a declared one, or several joined by & and |"},
		{"eval((even)", sqlplan.Values{}, 0, 0, ""},
		{"eval(" + strings.Repeat("(", 20) + "even" + strings.Repeat(")", 20) + ")", sqlplan.Values{}, sqlplan.BadFormula, 22, "a formula is the name of a declared one, or several joined by & and |"},
		{":1", sqlplan.Values{}, sqlplan.MissingPlaceholder, 0, "no formula for :1"},
		{":1", sqlplan.Values{Indexed: []any{nil}}, sqlplan.NoFormula, 0, "expecting a formula: the value of :1 is none"},
		{":1", sqlplan.Values{Indexed: []any{"even"}}, sqlplan.NoFormula, 0, "expecting a formula: the value of :1 is none"},
		{"eval(even)", sqlplan.Values{NoFormulas: true}, sqlplan.FormulaNotAllowed, 0, "formula not allowed in this query"},
		{":1", sqlplan.Values{Indexed: []any{sqlplan.Formula{Name: "even"}}, NoFormulas: true}, sqlplan.FormulaNotAllowed, 0, "formula not allowed in this query (:1 stands alone)"},
		{strings.Repeat("eval(even) and ", 16) + "eval(early)", sqlplan.Values{}, sqlplan.TooComplex, 245, "more than 16 formulas and calculated attributes without query function"},
	} {
		q, err := query.Parse(c.text, query.ORDA)
		if c.kind == 0 {
			if err == nil {
				t.Errorf("%s: parsed", c.text)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		s := &sqlplan.Source{Class: classes(t)["author"], Conditions: []sqlplan.Condition{&sqlplan.Query{Query: q, Values: c.values}}, Limit: -1}
		_, err = formulaPlanner(dialect.SQLite{}).Split(s, s.Class.Key, sqlplan.Lens{})
		e, ok := errors.AsType[*sqlplan.Error](err)
		if !ok || e.Kind != c.kind || e.Offset != c.offset || e.Msg != c.msg {
			t.Errorf("%s: %#v, want %d at %d: %s", c.text, err, c.kind, c.offset, c.msg)
		}
	}
}

// A window of another selection would have to be decided by Go first.
func TestFormulaInWindow(t *testing.T) {
	t.Parallel()
	inner := source(t, classes(t)["author"], "eval(even)", query.ORDA, sqlplan.Values{})
	inner.Limit = 3
	s := &sqlplan.Source{Class: inner.Class, Conditions: []sqlplan.Condition{&sqlplan.Within{Source: inner}}, Limit: -1}
	_, err := formulaPlanner(dialect.SQLite{}).Split(s, s.Class.Key, sqlplan.Lens{})
	if e, ok := errors.AsType[*sqlplan.Error](err); !ok || e.Kind != sqlplan.Unsupported {
		t.Errorf("Split = %v", err)
	}
}
