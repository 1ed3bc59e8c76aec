package query_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/query"
)

// valid is a text, what it means, and how the printer writes it.
type valid struct {
	text    string
	where   query.Node
	order   []query.OrderItem
	printed string // "": the text itself
}

// noText marks a query that prints as nothing.
const noText = "\x00"

// both dialects read these texts in the same way.
func both() []valid {
	abc := [3]query.Node{is("a", "x"), is("b", "y"), is("c", "z")}
	return []valid{
		{text: ""},
		{text: " \t\r\n", printed: noText},

		// Connectives, in any letter case and in signs.
		{text: "a = x and b = y", where: and(abc[0], abc[1])},
		{text: "a = x AND b = y & c = z", where: and(abc[:]...), printed: "a = x and b = y and c = z"},
		{text: "a = x&&b = y", where: and(abc[0], abc[1]), printed: "a = x and b = y"},
		{text: "a = x or b = y | c = z", where: or(abc[:]...), printed: "a = x or b = y or c = z"},
		{text: "a = x||b = y", where: or(abc[0], abc[1]), printed: "a = x or b = y"},
		{text: "a = x Or b = y", where: or(abc[0], abc[1]), printed: "a = x or b = y"},

		// Precedence.
		{text: "a = x and b = y or c = z", where: or(and(abc[0], abc[1]), abc[2])},
		{text: "a = x or b = y and c = z", where: or(abc[0], and(abc[1], abc[2]))},
		{text: "a = x and (b = y or c = z)", where: and(abc[0], or(abc[1], abc[2]))},
		{text: "(a = x and b = y) or c = z", where: or(and(abc[0], abc[1]), abc[2]), printed: "a = x and b = y or c = z"},
		{text: "(a = x and b = y) and c = z", where: and(and(abc[0], abc[1]), abc[2])},
		{text: "a = x or (b = y or c = z)", where: or(abc[0], or(abc[1], abc[2]))},
		{text: "((a = x))", where: abc[0], printed: "a = x"},

		// Not and except.
		{text: "not(a = x)", where: not(abc[0])},
		{text: "NOT (a = x)", where: not(abc[0]), printed: "not(a = x)"},
		{text: "not a = x and b = y", where: and(not(abc[0]), abc[1]), printed: "not(a = x) and b = y"},
		{text: "not(a = x and b = y)", where: not(and(abc[0], abc[1]))},
		{text: "not not a = x", where: not(not(abc[0])), printed: "not(not(a = x))"},
		{text: "a = x EXCEPT b = y", where: and(abc[0], not(abc[1])), printed: "a = x and not(b = y)"},
		{text: "a = x except b = y and c = z", where: and(abc[0], not(abc[1]), abc[2]), printed: "a = x and not(b = y) and c = z"},
		{text: "a = x and b = y except (c = z)", where: and(abc[0], abc[1], not(abc[2])), printed: "a = x and b = y and not(c = z)"},
		{text: "a = x or b = y except c = z", where: or(abc[0], and(abc[1], not(abc[2]))), printed: "a = x or b = y and not(c = z)"},
		{text: "a = x except not b = y", where: and(abc[0], not(not(abc[1]))), printed: "a = x and not(not(b = y))"},

		// Comparators.
		{text: "a = 1", where: compare(path("a"), query.Equal, number("1"))},
		{text: "a==1", where: compare(path("a"), query.Equal, number("1")), printed: "a = 1"},
		{text: "a === 1", where: compare(path("a"), query.Identical, number("1"))},
		{text: "a IS 1", where: compare(path("a"), query.Identical, number("1")), printed: "a === 1"},
		{text: "a != 1", where: compare(path("a"), query.NotEqual, number("1"))},
		{text: "a#1", where: compare(path("a"), query.NotEqual, number("1")), printed: "a != 1"},
		{text: "a !== 1", where: compare(path("a"), query.NotIdentical, number("1"))},
		{text: "a is Not 1", where: compare(path("a"), query.NotIdentical, number("1")), printed: "a !== 1"},
		{text: "a<1", where: compare(path("a"), query.Less, number("1")), printed: "a < 1"},
		{text: "a<=1", where: compare(path("a"), query.LessEqual, number("1")), printed: "a <= 1"},
		{text: "a>1", where: compare(path("a"), query.Greater, number("1")), printed: "a > 1"},
		{text: "a>=1", where: compare(path("a"), query.GreaterEqual, number("1")), printed: "a >= 1"},
		{text: "a % 'word'", where: compare(path("a"), query.Keyword, quoted("word"))},
		{text: "a Begin 'word'", where: compare(path("a"), query.Begin, quoted("word")), printed: "a begin 'word'"},
		{text: "a LIKE 'w@d'", where: compare(path("a"), query.Like, quoted("w@d")), printed: "a like 'w@d'"},

		// Values.
		{text: "a = null", where: compare(path("a"), query.Equal, literal(query.Null, "null"))},
		{text: "a IS NULL", where: compare(path("a"), query.Identical, literal(query.Null, "null")), printed: "a === null"},
		{text: "a IS NOT null", where: compare(path("a"), query.NotIdentical, literal(query.Null, "null")), printed: "a !== null"},
		{text: "a = true", where: compare(path("a"), query.Equal, literal(query.Bool, "true"))},
		{text: "a = false", where: compare(path("a"), query.Equal, literal(query.Bool, "false"))},
		{text: "a = True", where: is("a", "True")},
		{text: "a = FALSE", where: is("a", "FALSE")},
		{text: "a = 'true'", where: compare(path("a"), query.Equal, quoted("true"))},
		{text: "a = -12.50", where: compare(path("a"), query.Equal, number("-12.50"))},
		{text: "a=-1", where: compare(path("a"), query.Equal, number("-1")), printed: "a = -1"},
		{text: "a = 1e5", where: is("a", "1e5")},
		{text: "a = 12.", where: is("a", "12.")},
		{text: "a = .5", where: is("a", ".5")},
		{text: "a = 10:30:00", where: is("a", "10:30:00")},
		{text: "a = 2026-11-21", where: compare(path("a"), query.Equal, literal(query.Date, "2026-11-21"))},
		{text: "a = 2026-11-2", where: is("a", "2026-11-2")},
		{text: "a = ''", where: compare(path("a"), query.Equal, quoted(""))},
		{text: "a = 'New York'", where: compare(path("a"), query.Equal, quoted("New York"))},
		{text: `a = 'say "x" and (y) | z'`, where: compare(path("a"), query.Equal, quoted(`say "x" and (y) | z`))},
		{text: "a = 'x'and b = 'y'", where: and(compare(path("a"), query.Equal, quoted("x")), compare(path("b"), query.Equal, quoted("y"))), printed: "a = 'x' and b = 'y'"},
		{text: "a = h@", where: is("a", "h@")},
		{text: "a = Zoë", where: is("a", "Zoë")},
		{text: "a = in", where: is("a", "in")},
		{text: "a = order", where: is("a", "order")},
		{text: "a = sand or b = android", where: or(is("a", "sand"), is("b", "android"))},
		{text: "a = =5", where: is("a", "=5")},

		// Lists.
		{text: "a in [1, -2.5]", where: compare(path("a"), query.In, list(number("1"), number("-2.5")))},
		{text: "a IN[]", where: compare(path("a"), query.In, list()), printed: "a in []"},
		{text: "a in [ ]", where: compare(path("a"), query.In, list()), printed: "a in []"},
		{
			text:    `a in ['x y',"it's",bare ,true, 2026-01-31]`,
			where:   compare(path("a"), query.In, list(quoted("x y"), quoted("it's"), bare("bare"), literal(query.Bool, "true"), literal(query.Date, "2026-01-31"))),
			printed: `a in ['x y', "it's", bare, true, 2026-01-31]`,
		},
		{text: "a in [and, or]", where: compare(path("a"), query.In, list(bare("and"), bare("or")))},
		{text: "a in :1", where: compare(path("a"), query.In, index(1))},
		{text: "not (a in :who)", where: not(compare(path("a"), query.In, named("who"))), printed: "not(a in :who)"},

		// Paths.
		{text: "a.b.c = x", where: is("a.b.c", "x")},
		{text: " a . b\t. c = x", where: is("a.b.c", "x"), printed: "a.b.c = x"},
		{text: "_a.$b.c1_ = x", where: is("_a.$b.c1_", "x")},
		{text: "straße.é = x", where: is("straße.é", "x")},
		{text: "Name = x and name = x", where: and(is("Name", "x"), is("name", "x"))},
		{text: "a[] = x", where: compare(steps(query.Step{Name: "a", Collection: true}), query.Equal, bare("x"))},
		{
			text:    "a.b[Z].c != 0",
			where:   compare(steps(query.Step{Name: "a"}, query.Step{Name: "b", Collection: true, Letter: 'z'}, query.Step{Name: "c"}), query.NotEqual, number("0")),
			printed: "a.b[z].c != 0",
		},
		{
			text:    "a.b{ 2 }.c = x",
			where:   compare(steps(query.Step{Name: "a"}, query.Step{Name: "b", Ref: 2}, query.Step{Name: "c"}), query.Equal, bare("x")),
			printed: "a.b{2}.c = x",
		},
		{text: "a{-3} = x", where: compare(steps(query.Step{Name: "a", Ref: -3}), query.Equal, bare("x"))},
		{
			text:    "a[b]{4} = x",
			where:   compare(steps(query.Step{Name: "a", Ref: 4, Collection: true, Letter: 'b'}), query.Equal, bare("x")),
			printed: "a{4}[b] = x",
		},
		{text: "a.length > 1", where: compare(path("a.length"), query.Greater, number("1"))},

		// Placeholders.
		{text: "a = :1", where: compare(path("a"), query.Equal, index(1))},
		{text: "a=:128", where: compare(path("a"), query.Equal, index(128)), printed: "a = :128"},
		{text: "a = :who", where: compare(path("a"), query.Equal, named("who"))},
		{text: "a = :who.name.first", where: compare(path("a"), query.Equal, named("who", "name", "first"))},
		{text: ":1 = :2", where: compare(query.Path{Placeholder: index(1)}, query.Equal, index(2))},
		{text: ":p.q in [1]", where: compare(query.Path{Placeholder: named("p", "q")}, query.In, list(number("1")))},
		{text: "(:1=:2)and:3=:and", where: and(compare(query.Path{Placeholder: index(1)}, query.Equal, index(2)), compare(query.Path{Placeholder: index(3)}, query.Equal, named("and"))), printed: ":1 = :2 and :3 = :and"},

		// Formulas.
		{text: ":1", where: &query.Formula{Placeholder: index(1)}},
		{text: "not :f.g or (:2)", where: or(not(&query.Formula{Placeholder: named("f", "g")}), &query.Formula{Placeholder: index(2)}), printed: "not(:f.g) or :2"},
		{text: "eval(this.a > 1)", where: &query.Formula{Text: "this.a > 1"}},
		{text: "EVAL ( f(g(1), (2)) ) and a = x", where: and(&query.Formula{Text: " f(g(1), (2)) "}, abc[0]), printed: "eval( f(g(1), (2)) ) and a = x"},
		{text: `eval(a = ")" & b = '\'(' | c = ` + "`\\`" + `)`, where: &query.Formula{Text: `a = ")" & b = '\'(' | c = ` + "`\\`"}},

		// Order.
		{text: "order by a", order: by(asc(path("a")))},
		{text: "ORDER  BY a ASC, b.c DESC,:1 desc, :p", order: by(asc(path("a")), desc(path("b.c")), desc(query.Path{Placeholder: index(1)}), asc(query.Path{Placeholder: named("p")})), printed: "order by a, b.c desc, :1 desc, :p"},
		{text: "a = x order by b desc, c", where: abc[0], order: by(desc(path("b")), asc(path("c")))},
		{text: "(a = x)order by b", where: abc[0], order: by(asc(path("b"))), printed: "a = x order by b"},
		{text: ":1 order by :2", where: &query.Formula{Placeholder: index(1)}, order: by(asc(query.Path{Placeholder: index(2)}))},
		{text: "a in [1] order by b", where: compare(path("a"), query.In, list(number("1"))), order: by(asc(path("b")))},

		// Attributes that are called like keywords.
		{text: "begin = 3", where: compare(path("begin"), query.Equal, number("3"))},
		{text: "in in [1]", where: compare(path("in"), query.In, list(number("1")))},
		{text: "order = 3", where: compare(path("order"), query.Equal, number("3"))},
		{text: "order.by = 3", where: compare(path("order.by"), query.Equal, number("3"))},
		{text: "a = x order by order desc, desc, by desc", where: abc[0], order: by(desc(path("order")), asc(path("desc")), desc(path("by")))},
		{text: "is is null", where: compare(path("is"), query.Identical, literal(query.Null, "null")), printed: "is === null"},
		{text: "like like 'x'", where: compare(path("like"), query.Like, quoted("x"))},
		{text: "and = x and or = y", where: and(is("and", "x"), is("or", "y"))},
		{text: "except.and[] = x or and{2} in :1", where: or(compare(steps(query.Step{Name: "except"}, query.Step{Name: "and", Collection: true}), query.Equal, bare("x")), compare(steps(query.Step{Name: "and", Ref: 2}), query.In, index(1)))},
		{text: "eval = x and eval.not in :1", where: and(is("eval", "x"), compare(path("eval.not"), query.In, index(1)))},
		{text: "not = x", where: is("not", "x")},
		{text: "not in [1]", where: compare(path("not"), query.In, list(number("1")))},
		{text: "not in in [1]", where: not(compare(path("in"), query.In, list(number("1")))), printed: "not(in in [1])"},
		{text: "not in = 1", where: not(compare(path("in"), query.Equal, number("1"))), printed: "not(in = 1)"},
		{text: "not begin.x = 1", where: not(compare(path("begin.x"), query.Equal, number("1"))), printed: "not(begin.x = 1)"},
		{text: "not not = x", where: not(is("not", "x")), printed: "not(not = x)"},
		{text: "not.not[] in :1", where: compare(steps(query.Step{Name: "not"}, query.Step{Name: "not", Collection: true}), query.In, index(1))},
		{text: "null = true", where: compare(path("null"), query.Equal, literal(query.Bool, "true"))},
	}
}

// onlyREST holds texts that the REST dialect reads differently, or alone.
func onlyREST() []valid {
	return []valid{
		{text: "a = New York", where: is("a", "New York")},
		{text: "a =  New  York  and b = O'Neil", where: and(is("a", "New  York"), is("b", "O'Neil")), printed: "a = New  York and b = O'Neil"},
		{text: "(a = a, b [c] (d)", where: is("a", "a, b [c] (d"), printed: "a = a, b [c] (d"},
		{text: "a = x y|b = z", where: or(is("a", "x y"), is("b", "z")), printed: "a = x y or b = z"},
		{text: "a = x y EXCEPT b = z", where: and(is("a", "x y"), not(is("b", "z"))), printed: "a = x y and not(b = z)"},
		{text: "a = x and(b = y)", where: and(is("a", "x"), is("b", "y")), printed: "a = x and b = y"},
		{text: "a = rock-and-roll and-b", where: is("a", "rock-and-roll and-b")},
		{text: "a = made to order order by b", where: is("a", "made to order"), order: by(asc(path("b")))},
		{text: "a = in order bypass", where: is("a", "in order bypass")},
		{text: "a = 10 EUR", where: is("a", "10 EUR")},
		{text: "a = not null", where: is("a", "not null")},
		{text: `a = "x" and b = "it's"`, where: and(compare(path("a"), query.Equal, quoted("x")), compare(path("b"), query.Equal, quoted("it's"))), printed: `a = 'x' and b = "it's"`},
		{text: "a begin New Y", where: compare(path("a"), query.Begin, bare("New Y"))},
		{text: "a = *x*", where: is("a", "*x*")},
		{text: "a in [New York, O'Neil, rock and roll & (more)]", where: compare(path("a"), query.In, list(bare("New York"), bare("O'Neil"), bare("rock and roll & (more)")))},
		{text: ":(this.a = 1) and b = x", where: and(&query.Formula{Text: "this.a = 1"}, is("b", "x")), printed: "eval(this.a = 1) and b = x"},
	}
}

func dialects() map[string]query.Dialect {
	return map[string]query.Dialect{"ORDA": query.ORDA, "REST": query.REST}
}

// validIn lists all texts that a dialect reads.
func validIn(d query.Dialect) []valid {
	if d == query.REST {
		return append(both(), onlyREST()...)
	}
	return both()
}

// The grammar: O-104, O-105, O-106, O-107, O-109, O-121, O-140, O-148, O-153, O-169, R-160, R-161, R-164
func TestParse(t *testing.T) {
	t.Parallel()
	for name, d := range dialects() {
		for _, tc := range validIn(d) {
			t.Run(name+"/"+tc.text, func(t *testing.T) {
				t.Parallel()
				got, err := query.Parse(tc.text, d)
				if err != nil {
					t.Fatalf("Parse(%q): %v", tc.text, err)
				}
				want := &query.Query{Where: tc.where, Order: tc.order, Dialect: d}
				if diff := cmp.Diff(want, got, meaning()); diff != "" {
					t.Errorf("Parse(%q) (-want +got):\n%s", tc.text, diff)
				}
				if got.Text != tc.text {
					t.Errorf("Parse(%q).Text = %q", tc.text, got.Text)
				}
			})
		}
	}
}

func TestQueryString(t *testing.T) {
	t.Parallel()
	for name, d := range dialects() {
		for _, tc := range validIn(d) {
			t.Run(name+"/"+tc.text, func(t *testing.T) {
				t.Parallel()
				q, err := query.Parse(tc.text, d)
				if err != nil {
					t.Fatalf("Parse(%q): %v", tc.text, err)
				}
				want := tc.printed
				switch want {
				case "":
					want = tc.text
				case noText:
					want = ""
				}
				printed := q.String()
				if printed != want {
					t.Errorf("Parse(%q).String() = %q, want %q", tc.text, printed, want)
				}
				again, err := query.Parse(printed, d)
				if err != nil {
					t.Fatalf("Parse(%q): %v", printed, err)
				}
				if diff := cmp.Diff(q, again, meaning()); diff != "" {
					t.Errorf("%q printed as %q and parsed again (-want +got):\n%s", tc.text, printed, diff)
				}
			})
		}
	}
}

// Every position is the offset of the first byte of what it belongs to.
func TestParsePositions(t *testing.T) {
	t.Parallel()
	const text = "é.b = 'x' and not(c in [1, d]) except :p.q != :2 or eval(1) order by é, f desc"
	want := &query.Query{
		Where: &query.Or{At: 0, Operands: []query.Node{
			&query.And{At: 0, Operands: []query.Node{
				&query.Comparison{
					Path:  query.Path{Steps: []query.Step{{Name: "é", At: 0}, {Name: "b", At: 3}}, At: 0},
					Value: query.Literal{Kind: query.Quoted, Text: "x", At: 7},
					At:    0, OpAt: 5,
				},
				&query.Not{At: 15, Operand: &query.Comparison{
					Path: query.Path{Steps: []query.Step{{Name: "c", At: 19}}, At: 19},
					Op:   query.In,
					Value: &query.List{At: 24, Items: []query.Literal{
						{Kind: query.Number, Text: "1", At: 25},
						{Kind: query.Bare, Text: "d", At: 28},
					}},
					At: 19, OpAt: 21,
				}},
				&query.Not{At: 32, Operand: &query.Comparison{
					Path:  query.Path{Placeholder: &query.Placeholder{Name: []string{"p", "q"}, At: 39}, At: 39},
					Op:    query.NotEqual,
					Value: &query.Placeholder{Index: 2, At: 47},
					At:    39, OpAt: 44,
				}},
			}},
			&query.Formula{Text: "1", At: 53},
		}},
		Order: []query.OrderItem{
			{Path: query.Path{Steps: []query.Step{{Name: "é", At: 70}}, At: 70}, At: 70},
			{Path: query.Path{Steps: []query.Step{{Name: "f", At: 74}}, At: 74}, Descending: true, At: 74},
		},
		Text: text,
	}
	got, err := query.Parse(text, query.ORDA)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Parse(%q) (-want +got):\n%s", text, diff)
	}
}

// O-338, R-177
func TestParseOrder(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text string
		want []query.OrderItem
	}{
		{"", nil},
		{" \n", nil},
		{"a", by(asc(path("a")))},
		{"a desc, b.c", by(desc(path("a")), asc(path("b.c")))},
		{"a ASC,b DESC", by(asc(path("a")), desc(path("b")))},
		{"desc desc, asc", by(desc(path("desc")), asc(path("asc")))},
		{"order, by desc", by(asc(path("order")), desc(path("by")))},
		{":1 desc, :p.q", by(desc(query.Path{Placeholder: index(1)}), asc(query.Path{Placeholder: named("p", "q")}))},
		{"a{2}.b", by(asc(steps(query.Step{Name: "a", Ref: 2}, query.Step{Name: "b"})))},
	}
	for name, d := range dialects() {
		for _, tc := range tests {
			t.Run(name+"/"+tc.text, func(t *testing.T) {
				t.Parallel()
				got, err := query.ParseOrder(tc.text, d)
				if err != nil {
					t.Fatalf("ParseOrder(%q): %v", tc.text, err)
				}
				if diff := cmp.Diff(tc.want, got, meaning()); diff != "" {
					t.Errorf("ParseOrder(%q) (-want +got):\n%s", tc.text, diff)
				}
			})
		}
	}
}

// The steps of several paths share memory: writing to one must not change another.
func TestParsePathsAreIndependent(t *testing.T) {
	t.Parallel()
	got, err := query.ParseOrder("a.b, c, d.e.f.g.h.i, j", query.ORDA)
	if err != nil {
		t.Fatal(err)
	}
	for i := range got {
		got[i].Path.Steps = append(got[i].Path.Steps, query.Step{Name: "x"})
	}
	want := by(asc(path("a.b.x")), asc(path("c.x")), asc(path("d.e.f.g.h.i.x")), asc(path("j.x")))
	if diff := cmp.Diff(want, got, meaning()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
