package proptest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/ordago/ordago/dataclasses"
)

// generator writes a random query as text and says what it means.
type generator struct {
	r     *rand.Rand
	class string // that the query is about
	rest  bool   // in the dialect of REST filters
	plain bool   // nothing that code of the program must evaluate
	args  map[string]any

	indexed []any
	named   map[string]any
	paths   map[string]any
	leaves  int
	refs    int // refs that are chosen in the evaluation, which takes time exponential in their number
	calls   int // conditions that code of the program decides
}

// question is a query with the values of its placeholders and its meaning.
type question struct {
	class    string
	text     string
	indexed  []any
	settings dataclasses.Settings
	holds    condition
	order    []criterion
}

// values are what the query takes behind its text.
func (q question) values() []any {
	return append(q.indexed[:len(q.indexed):len(q.indexed)], q.settings)
}

func newGenerator(r *rand.Rand, class string) *generator {
	return &generator{r: r, class: class, args: map[string]any{"least": pick(r, scores)}, named: map[string]any{}, paths: map[string]any{}}
}

const (
	maxLeaves = 8
	maxRefs   = 6
	maxCalls  = 8
)

func (g *generator) question() question {
	q := question{class: g.class}
	text, c := g.condition(3)
	q.holds = c
	for range g.r.IntN(3) {
		q.order = append(q.order, g.criterion(q.order))
	}
	q.text = text + g.orderText(q.order)
	return g.finished(q)
}

// finished adds the values of placeholders.
func (g *generator) finished(q question) question {
	q.indexed = g.indexed
	q.settings = dataclasses.Settings{Parameters: g.named, Attributes: g.paths, Args: g.args}
	return q
}

// condition writes a condition, and parentheses where it would not be one operand.
func (g *generator) condition(depth int) (string, condition) {
	if depth == 0 || g.leaves >= maxLeaves || g.r.IntN(3) == 0 {
		g.leaves++
		return g.leaf()
	}
	switch g.r.IntN(7) {
	case 0:
		text, c := g.condition(depth - 1)
		return pick(g.r, []string{"not (", "not(", "NOT ("}) + text + ")", not(c)
	case 1, 2:
		return g.joined(depth, []string{" or ", " OR ", " | ", " || "}, either)
	case 3:
		if g.rest {
			return g.joined(depth, []string{" except ", " EXCEPT "}, func(a, b condition) condition { return both(a, not(b)) })
		}
	}
	return g.joined(depth, []string{" and ", " AND ", " & ", " && "}, both)
}

func (g *generator) joined(depth int, words []string, join func(a, b condition) condition) (string, condition) {
	left, a := g.condition(depth - 1)
	right, b := g.condition(depth - 1)
	return "(" + left + ")" + pick(g.r, words) + "(" + right + ")", join(a, b)
}

func (g *generator) leaf() (string, condition) {
	if g.class == "Person" && !g.plain && g.calls < maxCalls && g.r.IntN(12) == 0 {
		g.calls++
		if g.rest || g.r.IntN(2) == 0 {
			return g.evaluatedLeaf()
		}
		return g.formulaLeaf()
	}
	at := g.walk(func(relation) bool { return true })
	switch {
	case g.r.IntN(8) == 0:
		return g.relationLeaf(at)
	case at.class == "Person" && g.r.IntN(3) == 0:
		return g.objectLeaf(at)
	}
	return g.compared(at, pick(g.r, attributes[at.class]))
}

// compared compares an attribute of the row that the path leads to.
func (g *generator) compared(at place, a attribute) (string, condition) {
	text := g.path(at.prefix() + a.name)
	p := append(at.path[:len(at.path):len(at.path)], a.behind...)
	if g.r.IntN(6) == 0 {
		isNull := func(r *row) bool { return r == nil || a.of(r) == nil } // what leads to nothing has only nulls (O-125)
		if g.r.IntN(2) == 0 {
			return text + " = null", p.condition(isNull)
		}
		return text + " != null", p.condition(func(r *row) bool { return !isNull(r) })
	}
	op, want, constant := g.comparison(a.kind)
	return text + op.text + constant, p.condition(func(r *row) bool { return r != nil && test(a.of(r), op.op, want) })
}

// relationLeaf asks whether something is related (O-127), or a certain row is.
func (g *generator) relationLeaf(at place) (string, condition) {
	rel := pick(g.r, relations[at.class])
	to := at.through(rel, 0)
	text := g.path(to.text)
	if g.r.IntN(3) == 0 {
		op, want, constant := g.comparison("int")
		return text + op.text + constant, rel.linked(to.path, func(v any) bool { return test(v, op.op, want) })
	}
	if g.r.IntN(2) == 0 {
		return text + " != null", rel.linked(to.path, func(v any) bool { return v != nil })
	}
	if last := to.path[len(to.path)-1]; last.many {
		from := to.path[:len(to.path)-1]
		return text + " = null", from.condition(func(r *row) bool { return r == nil || len(r.many[last.name]) == 0 })
	}
	return text + " = null", rel.linked(to.path, func(v any) bool { return v == nil })
}

// formulaLeaf asks formulas of the program, by name or as a value (O-140 to O-143).
func (g *generator) formulaLeaf() (string, condition) {
	one, two, three := pick(g.r, formulas), pick(g.r, formulas), pick(g.r, formulas)
	a, b, c := one.fact(g.args), two.fact(g.args), three.fact(g.args)
	switch g.r.IntN(4) {
	case 0:
		g.indexed = append(g.indexed, one.formula)
		return fmt.Sprintf(":%d", len(g.indexed)), a
	case 1:
		g.calls += 2
		return "eval(" + one.name + " & (" + two.name + "|" + three.name + "))", both(a, either(b, c))
	case 2:
		g.calls++
		return "eval(" + one.name + " | " + two.name + ")", either(a, b)
	}
	return "eval(" + one.name + ")", a
}

// namedFormula is a formula of Person, and what the evaluator says of it.
type namedFormula struct {
	name    string
	formula *dataclasses.NamedFormula[Person]
	holds   func(p *row, args map[string]any) bool
}

func (f namedFormula) fact(args map[string]any) condition {
	return fact(func(r *row) bool { return f.holds(r, args) })
}

var formulas = []namedFormula{
	{"adult", dataclasses.Formula("adult", func(_ context.Context, e *dataclasses.Entity[Person], _ map[string]any) (bool, error) {
		return e.Value.Age != nil && *e.Value.Age >= 20, nil
	}), func(p *row, _ map[string]any) bool { return test(p.values["age"], ">=", 20) }},
	{"rich", dataclasses.Formula("rich", func(_ context.Context, e *dataclasses.Entity[Person], args map[string]any) (bool, error) {
		least, _ := args["least"].(float64)
		return e.Value.Score != nil && *e.Value.Score >= least, nil
	}), func(p *row, args map[string]any) bool { return test(p.values["score"], ">=", args["least"]) }},
	{"short", dataclasses.Formula("short", func(_ context.Context, e *dataclasses.Entity[Person], _ map[string]any) (bool, error) {
		return len(e.Value.Name) < 3, nil
	}), func(p *row, _ map[string]any) bool { return len(p.values["name"].(string)) < 3 }},
}

// orderText writes the criteria of a sort.
func (g *generator) orderText(order []criterion) string {
	if len(order) == 0 {
		return ""
	}
	texts := make([]string, len(order))
	for i, c := range order {
		texts[i] = c.text
		if c.descending {
			texts[i] += " desc"
		} else if g.r.IntN(2) == 0 {
			texts[i] += " asc"
		}
	}
	return " order by " + strings.Join(texts, ", ")
}
