package sqlplan_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// O-125, O-138, O-146, O-168, R-165, R-166, R-168, R-170, R-171, R-176, R-179, A-34
func TestErrors(t *testing.T) {
	t.Parallel()
	all := classes(t)
	values := sqlplan.Values{
		Indexed: []any{nil, "x", 7, true, []any{1, nil}, map[string]any{"vector": []any{1}}, map[string]any{}, "a.b[x y]", []any{}, math.NaN(), model.Day{}},
		Named:   map[string]any{"o": map[string]any{"p": 1, "n": nil}},
	}
	for _, c := range []struct {
		class, text string
		language    query.Dialect
		kind        sqlplan.Kind
		offset      int
		msg         string
	}{
		{"book", "titel = x", 0, sqlplan.UnknownAttribute, 0, `attribute "titel" not found in dataclass book`},
		{"book", "Title = x", 0, sqlplan.UnknownAttribute, 0, `attribute "Title" not found in dataclass book`},
		{"book", "year = 1 and author.nom = x", 0, sqlplan.UnknownAttribute, 20, `attribute "nom" not found in dataclass author`},
		{"book", "title.x = 1", 0, sqlplan.UnknownAttribute, 6, `book.title (string) has no attributes, "x" cannot follow it`},
		{"book", "title[] = 1", 0, sqlplan.WrongOperator, 0, "book.title (string) is no object: brackets stand behind collections in objects"},
		{"author", "books[a].price = 1", 0, sqlplan.WrongOperator, 0, "author.books (relatedEntities) is no object: brackets stand behind collections in objects"},
		{"employee", "extra{2}.a = 1", 0, sqlplan.WrongOperator, 0, "employee.extra (object) is no relation: {2} opens another reference to a relation"},
		{"employee", "extra.a{2} = 1", 0, sqlplan.WrongOperator, 6, `"a" is no relation: {2} opens another reference to a relation`},
		{"employee", "extra.a > true", 0, sqlplan.WrongOperator, 8, "true and false have no order: compare them with = or !="},
		{"employee", "extra.a > null", 0, sqlplan.WrongOperator, 8, "null can be compared with = and != only"},
		{"employee", "extra.a = 2020-02-30", 0, sqlplan.BadLiteral, 10, `"2020-02-30" is not a date like 2026-11-21, which employee.extra (object) needs`},
		{"employee", "extra.a begin true", 0, sqlplan.BadLiteral, 14, `"true" is not a text, which employee.extra (object) needs`},
		{"employee", "extra.a % :4", 0, sqlplan.WrongOperator, 8, "begin and % compare texts"},
		{"employee", "age = 1 order by extra.a[].b", 0, sqlplan.BadOrder, 17, "the sort path leads to several employee: sort by an attribute with one value"},
		{"book", "price{2} = 1", 0, sqlplan.WrongOperator, 0, "book.price (number) is no relation: {2} opens another reference to a relation"},
		{"employee", "fullName = x", 0, sqlplan.Unsupported, 0, "calculated attribute employee.fullName cannot be used in queries and sorts"},
		{"employee", "nowhere = x", 0, sqlplan.Unsupported, 0, "alias employee.nowhere leads nowhere"},
		{"employee", "name = x order by fullName", 0, sqlplan.Unsupported, 18, "calculated attribute employee.fullName cannot be used in queries and sorts"},
		{"book", "eval(this.year = 1)", 0, sqlplan.Unsupported, 0, "no formulas are declared: write a condition"},
		{"book", "year = 1 and eval(this.year = 1)", query.REST, sqlplan.FormulaNotAllowed, 13, "formula not allowed in a filter: write a condition"},
		{"book", ":2", query.REST, sqlplan.FormulaNotAllowed, 0, "formula not allowed in a filter: write a condition (:2 stands alone)"},
		{"employee", "extra = 1", 0, sqlplan.WrongOperator, 6, "employee.extra (object) can only be compared with null"},
		{"employee", "photo = x", 0, sqlplan.WrongOperator, 6, "employee.photo (blob) can only be compared with null"},
		{"employee", "age begin 1", query.REST, sqlplan.WrongOperator, 4, "employee.age (long) is no text: begin and % compare texts"},
		{"employee", "age % 1", 0, sqlplan.WrongOperator, 4, "employee.age (long) is no text: begin and % compare texts"},
		{"employee", "active > true", 0, sqlplan.WrongOperator, 7, "employee.active (bool) has no order: compare it with = or !="},
		{"employee", "age < null", 0, sqlplan.WrongOperator, 4, "null can be compared with = and != only"},
		{"employee", "age = abc", 0, sqlplan.BadLiteral, 6, `"abc" is not a number, which employee.age (long) needs`},
		{"employee", "age = v20", query.REST, sqlplan.BadLiteral, 6, `"v20" is not a number, which employee.age (long) needs`},
		{"employee", "age = true", 0, sqlplan.BadLiteral, 6, `"true" is not a number, which employee.age (long) needs`},
		{"employee", "name = true", 0, sqlplan.BadLiteral, 7, `"true" is not a text, which employee.name (string) needs`},
		{"employee", "active = 1", 0, sqlplan.BadLiteral, 9, `"1" is not true or false, which employee.active (bool) needs`},
		{"employee", "born = 2020-02-30", 0, sqlplan.BadLiteral, 7, `"2020-02-30" is not a date like 2026-11-21, which employee.born (date) needs`},
		{"employee", "born = '0!0!0'", 0, sqlplan.BadLiteral, 7, `"0!0!0" is not a date (null is written = null), which employee.born (date) needs`},
		{"employee", "born = 7", 0, sqlplan.BadLiteral, 7, `"7" is not a date, which employee.born (date) needs`},
		{"employee", "shift = '1:2:3'", 0, sqlplan.BadLiteral, 8, `"1:2:3" is not a duration like hh:mm:ss, which employee.shift (duration) needs`},
		{"employee", "badge = x", 0, sqlplan.BadLiteral, 8, `"x" is not a UUID, which employee.badge (uuid) needs`},
		{"employee", "name < 'a@b'", 0, sqlplan.BadLiteral, 7, `"a@b" is not a text with a wildcard at its end only, which employee.name (string) needs`},
		{"employee", "score = :10", 0, sqlplan.BadPlaceholder, 8, "the value of :10 is no text, number, boolean or date"},
		{"employee", "name = :1", 0, sqlplan.MissingPlaceholder, 7, `the value of :1 is null: write "= null" in the text to look for null`},
		{"employee", "born = :11", 0, sqlplan.MissingPlaceholder, 7, `the value of :11 is null: write "= null" in the text to look for null`},
		{"employee", "name = :12", 0, sqlplan.MissingPlaceholder, 7, "no value for :12"},
		{"employee", "name = :who", 0, sqlplan.MissingPlaceholder, 7, "no value for :who"},
		{"employee", "age = :o.q", 0, sqlplan.MissingPlaceholder, 6, "no value for :o.q"},
		{"employee", "age = :o.p.q", 0, sqlplan.MissingPlaceholder, 6, "no value for :o.p.q"},
		{"employee", "age = :o.n", 0, sqlplan.MissingPlaceholder, 6, `the value of :o.n is null: write "= null" in the text to look for null`},
		{"employee", "age in :5", 0, sqlplan.MissingPlaceholder, 7, `the value of :5 is null: write "= null" in the text to look for null`},
		{"employee", "age = :2", query.REST, sqlplan.BadPlaceholder, 6, "the value of :2 is not a number, which employee.age (long) needs"},
		{"employee", "name = :4", 0, sqlplan.BadPlaceholder, 7, "the value of :4 is not a text, which employee.name (string) needs"},
		{"employee", "age = :9", 0, sqlplan.BadPlaceholder, 6, "the value of :9 is a list: compare it with in"},
		{"employee", "age in :3", 0, sqlplan.BadPlaceholder, 7, "the value of :3 must be a list, because of in"},
		{"employee", "age > :6", 0, sqlplan.Unsupported, 6, "vector comparison is not supported: value of :6"},
		{"employee", "age = :7", 0, sqlplan.BadPlaceholder, 6, "the value of :7 is no text, number, boolean or date"},
		{"employee", ":3 = 1", 0, sqlplan.BadPlaceholder, 0, "the value of :3 stands for a path: it must be text or a list of texts"},
		{"employee", ":8 = 1", 0, sqlplan.BadPlaceholder, 0, "the value of :8 is no path: write name, name[], name[a] or name{2} between dots"},
		{"employee", ":9 = 1", 0, sqlplan.BadPlaceholder, 0, "the path of :9 must have 1 to 32 steps"},
		{"employee", ":who = 1", 0, sqlplan.MissingPlaceholder, 0, "no path for :who"},
		{"author", "name = x order by books.price", 0, sqlplan.BadOrder, 18, "the sort path leads to several book: sort by an attribute with one value"},
		{"author", "name = x order by books", 0, sqlplan.BadOrder, 18, "the sort path leads to several author: sort by an attribute with one value"},
		{"book", "year = 1 order by author", 0, sqlplan.BadOrder, 18, "cannot sort by book.author (relatedEntity): name one of its attributes"},
		{"employee", "age = 1 order by photo", 0, sqlplan.BadOrder, 17, "cannot sort by employee.photo (blob)"},
	} {
		s := source(t, all[c.class], c.text, c.language, values)
		err := sqlplan.New(dialect.SQLite{}).Check(s, sqlplan.Lens{})
		e, ok := errors.AsType[*sqlplan.Error](err)
		if !ok {
			t.Errorf("%s: %v, want an *Error", c.text, err)
			continue
		}
		type facts struct {
			Kind      sqlplan.Kind
			Offset    int
			Msg, Text string
		}
		if diff := cmp.Diff(facts{c.kind, c.offset, c.msg, c.text}, facts{e.Kind, e.Offset, e.Msg, e.Text}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.text, diff)
		}
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	all := classes(t)
	p := sqlplan.New(dialect.SQLite{})
	err := p.Check(source(t, all["book"], "year = 1 and titel = :1", query.ORDA, sqlplan.Values{}), sqlplan.Lens{})
	e, _ := errors.AsType[*sqlplan.Error](err)
	want := &sqlplan.Error{
		Kind: sqlplan.UnknownAttribute, Offset: 13, Text: "year = 1 and titel = :1",
		Msg: `attribute "titel" not found in dataclass book`, Class: "book", Attribute: "titel",
	}
	if diff := cmp.Diff(want, e); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	if got, want := e.Error(), `query: column 14: attribute "titel" not found in dataclass book`; got != want {
		t.Errorf("Error = %q, want %q", got, want)
	}
	if got, want := e.Caret(), "year = 1 and titel = :1\n             ^"; got != want {
		t.Errorf("Caret =\n%s\nwant\n%s", got, want)
	}
	err = p.Check(source(t, all["book"], "year = :n", query.ORDA, sqlplan.Values{Named: map[string]any{"n": json.Number("1e")}}), sqlplan.Lens{})
	if e, _ = errors.AsType[*sqlplan.Error](err); e == nil || e.Placeholder != ":n" {
		t.Errorf("Check = %#v, want placeholder :n", err)
	}
	order, _ := query.ParseOrder("year, titel", query.REST)
	err = p.Check(&sqlplan.Source{Class: all["book"], Order: order, Limit: -1}, sqlplan.Lens{})
	if e, _ = errors.AsType[*sqlplan.Error](err); e == nil || e.Caret() != "" || e.Error() != `query: offset 6: attribute "titel" not found in dataclass book` {
		t.Errorf("Check of an order without text = %v", err)
	}
}

// What concerns no place of the text has none in its message.
func TestErrorWithoutPlace(t *testing.T) {
	t.Parallel()
	s := source(t, classes(t)["author"], strings.Repeat("not (books.year = 1) and ", 32)+"books = null", query.ORDA, sqlplan.Values{})
	err := sqlplan.New(dialect.Postgres{}).Check(s, sqlplan.Lens{})
	want := "query: more than 32 questions about related entities: split the query"
	if err == nil || err.Error() != want {
		t.Errorf("Check = %v, want %s", err, want)
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	all := classes(t)
	chain := func(n int, one string, sep string) string { return strings.Repeat(one+sep, n-1) + one }
	for _, c := range []struct {
		class, text string
		values      []any
		ok          bool
	}{
		{"employee", chain(15, "manager", ".") + ".name = x", nil, true},
		{"employee", chain(17, "manager", ".") + ".name = x", nil, false},
		{"author", chain(32, "not (books.year = 1)", " and "), nil, true},
		{"author", chain(33, "not (books.year = 1)", " and "), nil, false},
		{"author", chain(33, "books = null", " and "), nil, false},
		{"author", chain(100, "books.year = 1", " and "), nil, true},
		{"employee", "name = :1", []any{strings.Repeat("a@", 32)}, true},
		{"employee", "name = :1", []any{strings.Repeat("a@", 33)}, false},
		{"employee", "name = :1", []any{strings.Repeat("a", 10_000) + "@"}, false},
		{"employee", "name = :1", []any{strings.Repeat("a", 100_000)}, true},
		{"employee", "name % :1", []any{strings.Repeat("a", 1_000)}, true},
		{"employee", "name % :1", []any{strings.Repeat("a", 1_001)}, false},
		{"employee", "age in :1", []any{many(10_000, 1)}, true},
		{"employee", "age in :1", []any{many(10_001, 1)}, false},
		{"employee", "name in :1", []any{many(10_000, "x")}, true},
		{"employee", "name in :1", []any{many(1_001, "x@")}, false},
		{"employee", "active in :1 or active in :1 or active in :1", []any{many(10_000, true)}, true},
		{"employee", "active in :1 or active in :1 or active in :1 or active = true", []any{many(10_000, true)}, false},
		{"employee", "age = :128", many(128, 1), true},
		{"employee", "age = :1", many(129, 1), false},
		{"employee", "name = :1", []any{"a\x00"}, false},
		{"employee", "name = :1", []any{"\xff"}, false},
	} {
		err := sqlplan.New(dialect.SQLite{}).Check(source(t, all[c.class], c.text, query.ORDA, sqlplan.Values{Indexed: c.values}), sqlplan.Lens{})
		e, isError := errors.AsType[*sqlplan.Error](err)
		if (err == nil) != c.ok || err != nil && (!isError || e.Kind != sqlplan.TooComplex && e.Kind != sqlplan.BadPlaceholder) {
			t.Errorf("%.60s: %.200v, want ok: %v", c.text, err, c.ok)
		}
	}
}

// What is allowed must also run: databases limit the depth of expressions and the number of values.
func TestLargeQueriesRun(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		texts := make([]any, 0, 1000)
		for range 1000 {
			texts = append(texts, "h@s")
		}
		or := strings.Repeat("name = holmes or ", 900) + "name = 'x@'"
		for _, c := range []struct {
			text   string
			values []any
			want   string
		}{
			{"name in :1", []any{texts}, "2 3"},
			{or, nil, "3"},
			{strings.Repeat("not (", 60) + "name = holmes" + strings.Repeat(")", 60), nil, "3"},
		} {
			s := source(t, d.classes["employee"], c.text, query.ORDA, sqlplan.Values{Indexed: c.values})
			if got := d.keys(t, s); got != c.want {
				t.Errorf("%.40s: got %q, want %q", c.text, got, c.want)
			}
		}
	})
}
