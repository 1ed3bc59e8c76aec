package proptest_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// generator writes a random query as text and says what it means.
type generator struct {
	r       *rand.Rand
	indexed []any
	named   map[string]any
	leaves  int
}

// question is a query with the values of its placeholders and its meaning.
type question struct {
	text   string
	values []any
	holds  condition
	order  []criterion
}

type criterion struct {
	path       path
	attribute  string
	descending bool
}

func newQuestion(r *rand.Rand) question {
	g := &generator{r: r, named: map[string]any{}}
	text, c := g.condition(3)
	q := question{holds: c}
	for range r.IntN(3) {
		q.order = append(q.order, g.criterion())
	}
	q.text = text + orderText(r, q.order)
	q.values = append(g.indexed, dataclasses.Settings{Parameters: g.named})
	return q
}

// condition writes a condition, and parentheses where it would not be one operand.
func (g *generator) condition(depth int) (string, condition) {
	if depth == 0 || g.leaves > 8 || g.r.IntN(3) == 0 {
		g.leaves++
		return g.leaf()
	}
	switch g.r.IntN(6) {
	case 0:
		text, c := g.condition(depth - 1)
		return pick(g.r, []string{"not (", "not(", "NOT ("}) + text + ")", condition{holds: func(ch choice) bool { return !c.matches(ch.root) }}
	case 1, 2:
		return g.joined(depth, []string{" or ", " OR ", " | ", " || "}, func(a, b bool) bool { return a || b })
	}
	return g.joined(depth, []string{" and ", " AND ", " & ", " && "}, func(a, b bool) bool { return a && b })
}

func (g *generator) joined(depth int, words []string, join func(a, b bool) bool) (string, condition) {
	left, a := g.condition(depth - 1)
	right, b := g.condition(depth - 1)
	text := "(" + left + ")" + pick(g.r, words) + "(" + right + ")"
	return text, condition{
		refs:  append(append([]path{}, a.refs...), b.refs...),
		holds: func(ch choice) bool { return join(a.holds(ch), b.holds(ch)) },
	}
}

// relation leads from one class to another.
type relation struct {
	name, to string
	many     bool
}

var relations = map[string][]relation{
	"Person": {{"city", "City", false}, {"boss", "Person", false}, {"reports", "Person", true}, {"orders", "Order", true}},
	"City":   {{"inhabitants", "Person", true}},
	"Order":  {{"person", "Person", false}, {"items", "Item", true}},
	"Item":   {{"order", "Order", false}},
}

// attributes are what can be compared, by the type of their constants.
var attributes = map[string]map[string]string{
	"Person": {"name": "text", "nick": "text", "age": "int", "big": "int", "score": "float", "active": "bool", "born": "day", "seen": "time",
		"shift": "duration", "token": "uuid", "ID": "int"},
	"City":  {"name": "text", "country": "text", "ID": "int"},
	"Order": {"total": "float", "note": "text", "ID": "int"},
	"Item":  {"kind": "text", "count": "int", "ID": "int"},
}

var attributeNames = map[string][]string{
	"Person": {"name", "nick", "age", "big", "score", "active", "born", "seen", "shift", "token", "ID"},
	"City":   {"name", "country", "ID"},
	"Order":  {"total", "note", "ID"},
	"Item":   {"kind", "count", "ID"},
}

// walk goes a few steps from Person; only says which relations it may take.
func (g *generator) walk(only func(relation) bool) (path, string) {
	class := "Person"
	var p path
	for range g.r.IntN(4) {
		rel := pick(g.r, relations[class])
		if !only(rel) {
			continue
		}
		s := step{name: rel.name, many: rel.many, text: rel.name}
		if rel.many && g.r.IntN(4) == 0 {
			s.text += fmt.Sprintf("{%d}", 1+g.r.IntN(2))
		}
		p, class = append(p, s), rel.to
	}
	return p, class
}

func (g *generator) leaf() (string, condition) {
	p, class := g.walk(func(relation) bool { return true })
	if g.r.IntN(8) == 0 {
		return g.relationLeaf(p, class)
	}
	name := pick(g.r, attributeNames[class])
	get := func(r *row) any { return r.values[name] }
	kind := attributes[class][name]
	if class == "Person" && g.r.IntN(12) == 0 {
		name, get, kind = alias(g.r)
	}
	text := prefix(p) + name
	if g.r.IntN(6) == 0 {
		return g.nullLeaf(text, p, get)
	}
	op, want, constant := g.comparison(kind)
	return text + op.text + constant, leafOf(p, func(r *row) bool { return r != nil && test(get(r), op.op, want) })
}

// alias is one of the aliases of Person.
func alias(r *rand.Rand) (name string, get func(*row) any, kind string) {
	lead := func(to, attribute string) func(*row) any {
		return func(r *row) any {
			if r.one[to] == nil {
				return nil
			}
			return r.one[to].values[attribute]
		}
	}
	if r.IntN(2) == 0 {
		return "country", lead("city", "country"), "text"
	}
	return "chief", lead("boss", "name"), "text"
}

func prefix(p path) string {
	if len(p) == 0 {
		return ""
	}
	return p.String() + "."
}

func leafOf(p path, holds func(*row) bool) condition {
	return condition{refs: p.refs(), holds: func(ch choice) bool {
		r, ok := p.row(ch)
		return ok && holds(r)
	}}
}

// nullLeaf asks for null: a row that a to-one relation does not lead to has only nulls (O-125).
func (g *generator) nullLeaf(text string, p path, get func(*row) any) (string, condition) {
	isNull := func(r *row) bool { return r == nil || get(r) == nil }
	if g.r.IntN(2) == 0 {
		return text + " = null", leafOf(p, isNull)
	}
	return text + " != null", leafOf(p, func(r *row) bool { return !isNull(r) })
}

// relationLeaf asks whether something is related (O-127).
func (g *generator) relationLeaf(p path, class string) (string, condition) {
	rel := pick(g.r, relations[class])
	text := prefix(p) + rel.name
	if !rel.many {
		if g.r.IntN(2) == 0 {
			return text + " = null", leafOf(p, func(r *row) bool { return r == nil || r.one[rel.name] == nil })
		}
		return text + " != null", leafOf(p, func(r *row) bool { return r != nil && r.one[rel.name] != nil })
	}
	if g.r.IntN(2) == 0 {
		return text + " = null", leafOf(p, func(r *row) bool { return r == nil || len(r.many[rel.name]) == 0 })
	}
	p = append(append(path{}, p...), step{rel.name, true, rel.name})
	return text + " != null", leafOf(p, func(r *row) bool { return r != nil })
}

// operator is how an operator is written and which it is.
type operator struct{ text, op string }

func (g *generator) operator(ops ...string) operator {
	op := pick(g.r, ops)
	if op == "IN" || op == "IS" || op == "IS NOT" {
		return operator{" " + pick(g.r, []string{op, strings.ToLower(op)}) + " ", op}
	}
	return operator{pick(g.r, []string{op, " " + op + " "}), op}
}

var equality = []string{"=", "==", "===", "IS", "#", "!=", "!==", "IS NOT", "IN"}

// comparison writes operator and constant.
func (g *generator) comparison(kind string) (op operator, want any, text string) {
	switch kind {
	case "bool", "uuid":
		op = g.operator(equality...)
	case "text":
		op = g.operator(append([]string{"<", "<=", ">", ">=", "%", "%", "=", "="}, equality...)...)
	default:
		op = g.operator(append([]string{"<", "<=", ">", ">="}, equality...)...)
	}
	if op.op != "IN" {
		want, text = g.constant(kind, op.op)
		return op, want, text
	}
	list := []any{}
	texts := []string{}
	for range g.r.IntN(4) {
		v, t := g.literal(kind, "IN")
		list, texts = append(list, v), append(texts, t)
	}
	if g.r.IntN(2) == 0 {
		return op, list, g.placeholder(list)
	}
	return op, list, "[" + strings.Join(texts, ", ") + "]"
}

// constant is a literal or a placeholder.
func (g *generator) constant(kind, op string) (any, string) {
	v, text := g.literal(kind, op)
	if g.r.IntN(3) > 0 {
		return v, text
	}
	return v, g.placeholder(v)
}

func (g *generator) placeholder(v any) string {
	if g.r.IntN(2) == 0 {
		g.indexed = append(g.indexed, v)
		return fmt.Sprintf(":%d", len(g.indexed))
	}
	name := fmt.Sprintf("p%d", len(g.named))
	g.named[name] = v
	return ":" + name
}

var bare = regexp.MustCompile(`^[A-Za-zÀ-ÿ_@][A-Za-zÀ-ÿ0-9_@]*$`)

// literal is a value and how it is written in the text.
func (g *generator) literal(kind, op string) (any, string) {
	switch kind {
	case "text":
		text := g.text(op)
		if op != "IN" && bare.MatchString(text) && g.r.IntN(2) == 0 {
			return text, text
		}
		return text, "'" + text + "'"
	case "int":
		n := pick(g.r, []int64{-1 << 60, -5, -1, 0, 1, 7, 20, 30, 65, 1 << 53, 1<<53 + 1, 1 << 62, 3})
		return n, strconv.FormatInt(n, 10)
	case "float":
		f := pick(g.r, append([]float64{0.25, 1e9}, scores...))
		return f, strconv.FormatFloat(f, 'f', -1, 64)
	case "bool":
		b := g.r.IntN(2) == 0
		return b, strconv.FormatBool(b)
	case "day":
		d := pick(g.r, append([]model.Day{model.NewDay(1990, 6, 15)}, days...))
		return d, pick(g.r, []string{d.String(), "'" + d.String() + "'"})
	case "time":
		t := pick(g.r, times)
		return t, "'" + t.Format(time.RFC3339Nano) + "'"
	case "duration":
		d := pick(g.r, shifts)
		return d, fmt.Sprintf("'%02d:%02d:%02d'", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	case "uuid":
		u := pick(g.r, tokens)
		return u, "'" + pick(g.r, []string{u, strings.ToLower(u)}) + "'"
	}
	panic(kind)
}

// text is a searched text, with wildcards where the operator takes them.
func (g *generator) text(op string) string {
	text := pick(g.r, words)
	if g.r.IntN(2) == 0 {
		return text
	}
	switch op {
	case "<", "<=", ">", ">=", "%":
		return text + "@"
	}
	runes := []rune(text)
	for range 1 + g.r.IntN(2) {
		i := g.r.IntN(len(runes) + 1)
		runes = append(runes[:i:i], append([]rune{'@'}, runes[i:]...)...)
	}
	return string(runes)
}

func (g *generator) criterion() criterion {
	p, class := g.walk(func(r relation) bool { return !r.many })
	return criterion{p, pick(g.r, attributeNames[class]), g.r.IntN(2) == 0}
}

func orderText(r *rand.Rand, order []criterion) string {
	texts := make([]string, len(order))
	for i, c := range order {
		texts[i] = prefix(c.path) + c.attribute
		if c.descending {
			texts[i] += " desc"
		} else if r.IntN(2) == 0 {
			texts[i] += " asc"
		}
	}
	if len(texts) == 0 {
		return ""
	}
	return " order by " + strings.Join(texts, ", ")
}
