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

// declared answers for the calculated attributes of the tests, and keeps what it was asked.
type declared struct {
	queries map[string]string // by attribute; :1 is the value
	orders  map[string]string
	err     error
	asked   *[]asked
}

type asked struct {
	Attribute string
	Op        query.Op
	Value     any
}

func (d declared) Query(a *model.Attribute, op query.Op, value any) (*sqlplan.Query, error) {
	if d.asked != nil {
		*d.asked = append(*d.asked, asked{a.Name, op, value})
	}
	text, ok := d.queries[a.Name]
	if d.err != nil || !ok {
		return nil, d.err
	}
	q, err := query.Parse(text, query.ORDA)
	return &sqlplan.Query{Query: q, Values: sqlplan.Values{Indexed: []any{value}}}, err
}

func (d declared) Order(a *model.Attribute, descending bool) ([]query.OrderItem, error) {
	text, ok := d.orders[a.Name]
	if d.err != nil || !ok {
		return nil, d.err
	}
	if descending {
		text = strings.ReplaceAll(text, ",", " desc,") + " desc"
	}
	return query.ParseOrder(text, query.ORDA)
}

func (d declared) on(of database) database {
	of.planner = sqlplan.New(of.dialect, sqlplan.WithCalculated(d))
	return of
}

// O-165, O-455, O-457
func TestCalculatedAttributes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		for _, c := range []struct{ class, query, order, text, want string }{
			{"employee", "name = :1", "", "fullName = holmes", "3"},
			{"employee", "name = :1", "", "not (fullName = 'h@')", "4 5 6"},
			{"employee", "name = :1 or nick = :1", "", "fullName = 'h@' and age = null", "3"},
			{"employee", "", "", "fullName = x and age = 30", "1 6"},
			{"employee", "name = :1", "", "manager.fullName = 'h@'", "2 3 4 5"},
			{"employee", "not (name = :1)", "", "manager.fullName = 'har@'", "2 3 6"}, // not the one without manager
			{"company", "not (name = :1)", "", "staff.fullName = 'har@'", "1 2 3"},
			{"company", "not (name = :1) and age = 30", "", "staff.fullName = holmes and staff.active = true", "1"},
			{"company", "not (name = :1) or age = 20", "", "not (staff.fullName = 'h@')", "2 4"},
			{"company", "reports.name = holmes", "", "staff.fullName = x and staff.age = 30", "1"},
			{"company", "employer.name = :1", "", "staff.fullName = acme", "1"},
			{"employee", "age = 99", "", "manager.fullName = null", "1"}, // nothing has null only
			{"employee", "age = 99", "", "not (manager.fullName = null)", "2 3 4 5 6"},
			{"company", "age = 99", "", "staff.fullName = null", ""},
			{"employee", "", "name", "ID > 0 order by fullName", "2 1 3 5 4 6"},
			{"employee", "", "age, name", "ID > 0 order by fullName desc", "4 6 1 2 5 3"},
			{"employee", "", "name", "ID > 1 order by manager.fullName, ID desc", "5 4 3 2 6"},
		} {
			calculated := declared{queries: map[string]string{"fullName": c.query}, orders: map[string]string{"fullName": c.order}}
			s := source(t, d.classes[c.class], c.text, query.ORDA, sqlplan.Values{})
			if got := calculated.on(d).keys(t, s); got != c.want {
				st, _ := calculated.on(d).planner.Keys(s, sqlplan.Lens{})
				t.Errorf("%s with %q, %q: got %q, want %q\n%s", c.text, c.query, c.order, got, c.want, st.SQL)
			}
		}
	})
}

func TestCalculatedIsAsked(t *testing.T) {
	t.Parallel()
	var got []asked
	p := sqlplan.New(dialect.SQLite{}, sqlplan.WithCalculated(declared{queries: map[string]string{"fullName": ""}, asked: &got}))
	values := sqlplan.Values{Indexed: []any{[]any{1, "b@"}, model.NewDay(2020, 1, 31)}}
	for _, text := range []string{"fullName = null", "fullName > 2", "fullName != 2.5", "fullName begin h*", "fullName in :1", "fullName = true", "fullName = :2", "fullName === 'h*'", "fullName is not h*", "fullName != h*"} {
		if err := p.Check(source(t, classes(t)["employee"], text, query.REST, values), sqlplan.Lens{}); err != nil {
			t.Fatal(err)
		}
	}
	want := []asked{
		{"fullName", query.Equal, nil},
		{"fullName", query.Greater, int64(2)},
		{"fullName", query.NotEqual, 2.5},
		{"fullName", query.Begin, "h@"},
		{"fullName", query.In, []any{int64(1), "b@"}},
		{"fullName", query.Equal, true},
		{"fullName", query.Equal, model.NewDay(2020, 1, 31)},
		{"fullName", query.Identical, "h*"},
		{"fullName", query.NotIdentical, "h*"},
		{"fullName", query.NotEqual, "h@"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What is wrong with the program's own query is no error of the caller, who must not read it.
func TestCalculatedErrors(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	for _, c := range []struct {
		class, text string
		calculated  declared
		own         bool // the caller's *Error
		want        string
	}{
		{"employee", "fullName = x", declared{err: refused}, false, "query function of employee.fullName: refused"},
		{"employee", "fullName = x", declared{queries: map[string]string{"fullName": "secrt = 1"}}, false, `query function of employee.fullName: query: column 1: attribute "secrt" not found in dataclass employee`},
		{"employee", "fullName = x", declared{queries: map[string]string{"fullName": "fullName = :1"}}, false, "within each other"},
		{"employee", "age = 1 order by fullName", declared{}, true, "query: column 18: employee.fullName (string) has no order function: it cannot be sorted by"},
		{"employee", "age = 1 order by fullName", declared{err: refused}, false, "order function of employee.fullName: refused"},
		{"employee", "age = 1 order by fullName", declared{orders: map[string]string{"fullName": "secrt"}}, false, `query function of employee.fullName: query: attribute "secrt" not found in dataclass employee`},
		{"company", "staff.fullName = x", declared{}, true, "query: column 1: employee.fullName (string) has no query function: it can be compared only as an attribute of the entity itself"},
		{"employee", "fullName = :7", declared{}, true, "query: column 12: no value for :7"},
	} {
		p := sqlplan.New(dialect.SQLite{}, sqlplan.WithCalculated(c.calculated))
		err := p.Check(source(t, classes(t)[c.class], c.text, query.ORDA, sqlplan.Values{}), sqlplan.Lens{})
		_, own := errors.AsType[*sqlplan.Error](err)
		if err == nil || !strings.Contains(err.Error(), c.want) || own != c.own {
			t.Errorf("%s: %v (the caller's: %v), want %s", c.text, err, own, c.want)
		}
		if c.calculated.err != nil && !errors.Is(err, refused) {
			t.Errorf("%s: %v is not the function's error", c.text, err)
		}
	}
}

// The lens is asked for the calculated attribute, and not for what its query uses.
func TestCalculatedUnderLens(t *testing.T) {
	t.Parallel()
	calculated := declared{queries: map[string]string{"fullName": "secret = :1"}}
	var used []string
	lens := sqlplan.Lens{Use: func(a *model.Attribute) error {
		used = append(used, a.Name)
		return nil
	}, Visible: func(a *model.Attribute) bool { return a.Name != "secret" }}
	p := sqlplan.New(dialect.SQLite{}, sqlplan.WithCalculated(calculated))
	if err := p.Check(source(t, classes(t)["employee"], "fullName = x and age = 3", query.ORDA, sqlplan.Values{}), lens); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(used); got != "[fullName age]" {
		t.Errorf("asked for %s", got)
	}
	err := p.Check(source(t, classes(t)["employee"], "fullName = x and secret = y", query.ORDA, sqlplan.Values{}), lens)
	if e, ok := errors.AsType[*sqlplan.Error](err); !ok || e.Attribute != "secret" {
		t.Errorf("a hidden attribute after a query function: %v", err)
	}
}
