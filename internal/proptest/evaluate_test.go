package proptest_test

import (
	"cmp"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// condition is a condition of the language in the evaluator's form. It holds for an entity if there is a choice of related rows, one
// of each to-many path or none, for which it holds; not chooses anew (O-131, O-136).
type condition struct {
	refs  []path // to-many paths in it, outer ones first
	holds func(choice) bool
}

// choice is the entity that is asked about, and the row chosen for each to-many path; nil: none.
type choice struct {
	root   *row
	chosen map[string]any // *row, or an element of a collection; missing: not chosen yet
}

// matches reports whether some choice makes the condition true.
func (c condition) matches(root *row) bool {
	return c.try(choice{root, map[string]any{}}, distinct(c.refs))
}

func (c condition) try(ch choice, open []path) bool {
	if len(open) == 0 {
		return c.holds(ch)
	}
	ref := open[0]
	for _, candidate := range append(ref.candidates(ch), nil) {
		ch.chosen[ref.String()] = candidate
		if c.try(ch, open[1:]) {
			return true
		}
	}
	delete(ch.chosen, ref.String())
	return false
}

func distinct(refs []path) []path {
	var list []path
	for _, r := range refs {
		if !slices.ContainsFunc(list, func(o path) bool { return o.String() == r.String() }) {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b path) int { return cmp.Compare(len(a), len(b)) })
	return list
}

// step is one step of a path through relations.
type step struct {
	name string
	many bool
	text string // name and reference, as in the query
}

type path []step

func (p path) String() string {
	texts := make([]string, len(p))
	for i, s := range p {
		texts[i] = s.text
	}
	return strings.Join(texts, ".")
}

// candidates are the rows that the last step, a to-many one, leads to.
func (p path) candidates(ch choice) []any {
	at, ok := p[:len(p)-1].row(ch)
	if !ok || at == nil {
		return nil
	}
	var list []any
	for _, r := range at.many[p[len(p)-1].name] {
		list = append(list, r)
	}
	return list
}

// row is where the path leads: nil for null, false where no row was chosen on the way.
func (p path) row(ch choice) (*row, bool) {
	at := ch.root
	for i, s := range p {
		if s.many {
			chosen, _ := ch.chosen[p[:i+1].String()].(*row)
			if chosen == nil {
				return nil, false
			}
			at = chosen
			continue
		}
		if at != nil {
			at = at.one[s.name]
		}
	}
	return at, true
}

func (p path) refs() []path {
	var list []path
	for i, s := range p {
		if s.many {
			list = append(list, p[:i+1])
		}
	}
	return list
}

// compare gives the order of two values of one attribute that are not null.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(dialect.Fold(a), dialect.Fold(b.(string)))
	case bool:
		return cmp.Compare(number(a), number(b.(bool)))
	case time.Time:
		return a.Compare(b.(time.Time))
	case model.Day:
		return cmp.Compare(a.String(), b.(model.Day).String())
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration))
	}
	return exact(a).Cmp(exact(b))
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// exact is a number without rounding.
func exact(v any) *big.Rat {
	switch v := v.(type) {
	case int:
		return new(big.Rat).SetInt64(int64(v))
	case int32:
		return new(big.Rat).SetInt64(int64(v))
	case int64:
		return new(big.Rat).SetInt64(v)
	case float64:
		return new(big.Rat).SetFloat64(v)
	}
	panic("no number")
}

// equal is = and its kin: texts may have wildcards (O-115, O-116).
func equal(v, want any, wild bool) bool {
	text, isText := v.(string)
	if !isText || !wild {
		return compare(v, want) == 0
	}
	pattern := dialect.Fold(want.(string))
	if strings.Contains(pattern, "@@") {
		return false
	}
	parts := strings.Split(pattern, "@")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)\A` + strings.Join(parts, ".*") + `\z`).MatchString(dialect.Fold(text))
}

// ordered is <, <=, > and >=. With a wildcard at the end, all texts that begin so count as equal (O-117).
func ordered(v any, op string, want any) bool {
	c := 0
	text, isText := want.(string)
	begin, wild := strings.CutSuffix(text, "@")
	if isText && wild {
		if !strings.HasPrefix(dialect.Fold(v.(string)), dialect.Fold(begin)) {
			c = compare(v, begin)
		}
	} else {
		c = compare(v, want)
	}
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// test is one comparison of the language. Null passes none of them (O-126, O-128).
func test(v any, op string, want any) bool {
	if v == nil {
		return false
	}
	switch op {
	case "=", "==":
		return equal(v, want, true)
	case "===", "IS":
		return equal(v, want, false)
	case "!=", "#":
		return !equal(v, want, true)
	case "!==", "IS NOT":
		return !equal(v, want, false)
	case "%":
		return dialect.Keyword(v.(string), want.(string))
	case "IN":
		return slices.ContainsFunc(want.([]any), func(one any) bool { return equal(v, one, true) })
	}
	return ordered(v, op, want)
}
