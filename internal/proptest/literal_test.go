package proptest_test

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/ordago/ordago/model"
)

// operator is how an operator is written and which it is.
type operator struct{ text, op string }

func (g *generator) operator(ops ...string) operator {
	op := pick(g.r, ops)
	switch op {
	case "IN", "IS", "IS NOT", "LIKE", "begin":
		return operator{" " + pick(g.r, []string{op, strings.ToLower(op), strings.ToUpper(op)}) + " ", op}
	}
	return operator{pick(g.r, []string{op, " " + op + " "}), op}
}

var (
	equality = []string{"=", "==", "===", "IS", "#", "!=", "!==", "IS NOT", "IN"}
	ordering = append([]string{"<", "<=", ">", ">="}, equality...)
)

// comparison writes operator and constant.
func (g *generator) comparison(kind string) (op operator, want any, text string) {
	switch kind {
	case "mixed":
		op = g.operator("IN")
	case "bool", "uuid":
		op = g.operator(equality...)
	case "text":
		ops := append([]string{"%", "%", "=", "="}, ordering...)
		if g.rest {
			ops = append(ops, "begin", "begin", "LIKE")
		}
		op = g.operator(ops...)
	default:
		op = g.operator(ordering...)
	}
	if op.op != "IN" {
		want, text = g.constant(kind, op.op)
		return op, want, text
	}
	want, text = g.list(kind)
	return op, want, text
}

// list is what IN compares with: now and then a long one, which is bound in another way.
func (g *generator) list(kind string) (any, string) {
	n := g.r.IntN(4)
	if g.r.IntN(16) == 0 {
		n = 20
	}
	bound := g.r.IntN(2) == 0 || boundOnly(kind)
	list := []any{}
	texts := []string{}
	for range n {
		of := kind
		if kind == "mixed" {
			of = pick(g.r, []string{"text", "number", "bool", "inner day", "number"})
			if bound && g.r.IntN(4) == 0 {
				of = pick(g.r, []string{"inner time", "milliseconds"})
			}
		}
		v, text := g.literal(of, "IN", bound)
		list, texts = append(list, v), append(texts, text)
	}
	if bound {
		return list, g.placeholder(list)
	}
	return list, "[" + strings.Join(texts, ", ") + "]"
}

// boundOnly reports whether constants of the kind cannot be written in the text.
func boundOnly(kind string) bool { return kind == "inner time" || kind == "milliseconds" }

// constant is a literal or a placeholder.
func (g *generator) constant(kind, op string) (any, string) {
	bound := g.r.IntN(3) == 0 || boundOnly(kind)
	v, text := g.literal(kind, op, bound)
	if bound {
		return v, g.placeholder(v)
	}
	return v, text
}

// placeholder binds a value: by index, by name, or inside of a named object (O-138).
func (g *generator) placeholder(v any) string {
	switch g.r.IntN(5) {
	case 0, 1:
		g.indexed = append(g.indexed, v)
		return fmt.Sprintf(":%d", len(g.indexed))
	case 2:
		object, _ := g.named["given"].(map[string]any)
		if object == nil {
			object = map[string]any{"deep": map[string]any{}}
			g.named["given"] = object
		}
		deep, _ := object["deep"].(map[string]any)
		name := fmt.Sprintf("p%d", len(deep))
		deep[name] = v
		return ":given.deep." + name
	}
	name := fmt.Sprintf("p%d", len(g.named))
	g.named[name] = v
	return ":" + name
}

var bare = regexp.MustCompile(`^[A-Za-zÀ-ÿ_@][A-Za-zÀ-ÿ0-9_@]*$`)

// literal is a value and how it is written in the text; bound says that it will be given through a placeholder.
func (g *generator) literal(kind, op string, bound bool) (any, string) {
	switch kind {
	case "text":
		return g.textLiteral(op, bound)
	case "int":
		n := pick(g.r, []int64{-1 << 60, -5, -1, 0, 1, 7, 20, 30, 65, 1 << 53, 1<<53 + 1, 1 << 62, 3, 1002, 2021})
		return n, strconv.FormatInt(n, 10)
	case "float":
		f := pick(g.r, append([]float64{0.25, 1e9}, scores...))
		return f, strconv.FormatFloat(f, 'f', -1, 64)
	case "number":
		f := pick(g.r, []float64{-3, 0, 1, 2, 2.5, 3, 2000})
		return f, strconv.FormatFloat(f, 'f', -1, 64)
	case "bool":
		b := g.r.IntN(2) == 0
		return b, strconv.FormatBool(b)
	case "day":
		d := pick(g.r, append([]model.Day{model.NewDay(1990, 6, 15)}, days...))
		return d, pick(g.r, []string{d.String(), "'" + d.String() + "'"})
	case "inner day": // between quotes it would be text
		d := pick(g.r, append([]model.Day{model.NewDay(2020, 1, 31)}, days...))
		return d, d.String()
	case "time", "inner time":
		t := pick(g.r, times)
		return t, "'" + t.Format(time.RFC3339Nano) + "'"
	case "duration":
		d := pick(g.r, shifts)
		return d, fmt.Sprintf("'%02d:%02d:%02d'", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
	case "milliseconds":
		return pick(g.r, []time.Duration{0, time.Millisecond, 2500 * time.Microsecond, 2 * time.Millisecond}), ""
	case "uuid":
		u := pick(g.r, tokens)
		return u, "'" + pick(g.r, []string{u, strings.ToLower(u)}) + "'"
	}
	panic(kind)
}

// textLiteral is a searched text: between quotes, or bare where that is one word.
func (g *generator) textLiteral(op string, bound bool) (any, string) {
	text := g.text(op, g.rest && !bound)
	written := "'" + text + "'"
	if op != "IN" && bare.MatchString(text) && g.r.IntN(2) == 0 {
		written = text
	}
	if g.rest && !bound {
		return starred(text), written
	}
	return text, written
}

// searched are texts to search for: those of the attributes, and some of objects.
var searched = append([]string{"red", "home", "x", "L", "2", "2020-01-31", "1999-12-31", "long"}, words...)

// text is a searched text, with wildcards where the operator takes them.
func (g *generator) text(op string, stars bool) string {
	text := pick(g.r, words)
	if g.r.IntN(3) == 0 {
		text = pick(g.r, searched)
	}
	sign := func() rune {
		if stars && g.r.IntN(2) == 0 {
			return '*'
		}
		return '@'
	}
	switch op {
	case "<", "<=", ">", ">=": // take a wildcard at the end only (O-117)
		text = strings.NewReplacer("@", "", "*", "").Replace(text)
	}
	if g.r.IntN(2) == 0 {
		return text
	}
	switch op {
	case "<", "<=", ">", ">=", "%":
		return text + string(sign())
	}
	runes := []rune(text)
	for range 1 + g.r.IntN(2) {
		i := g.r.IntN(len(runes) + 1)
		runes = append(runes[:i:i], append([]rune{sign()}, runes[i:]...)...)
	}
	return string(runes)
}
