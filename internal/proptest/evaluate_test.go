package proptest_test

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// condition is a condition of the language in the evaluator's form. It holds for an entity if there is a choice of rows and elements, one
// of each to-many path and of each collection with a letter, or none, for which it holds; not chooses anew (O-131, O-134, O-136).
type condition struct {
	refs  []ref
	holds func(choice) bool
	parts []condition // of an or, and of an and whose parts have no ref in common: each has a choice of its own
	any   bool        // one of the parts is enough
}

// ref is something that is chosen: a related row, or an element of a collection.
type ref struct {
	key        string // what is spelled the same is the same
	depth      int    // how many others lead to it
	candidates func(choice) []any
}

// choice is the entity that is asked about, and what is chosen for each ref.
type choice struct {
	root   *row
	chosen map[string]any // *row or *element; nil: none
}

// matches reports whether some choice makes the condition true.
func (c condition) matches(root *row) bool {
	for _, part := range c.parts {
		if part.matches(root) == c.any {
			return c.any
		}
	}
	if c.parts != nil {
		return !c.any
	}
	return c.try(choice{root, map[string]any{}}, distinct(c.refs))
}

func (c condition) try(ch choice, open []ref) bool {
	if len(open) == 0 {
		return c.holds(ch)
	}
	for _, candidate := range append(open[0].candidates(ch), nil) {
		ch.chosen[open[0].key] = candidate
		if c.try(ch, open[1:]) {
			return true
		}
	}
	delete(ch.chosen, open[0].key)
	return false
}

// distinct are the refs without repetitions, outer ones first.
func distinct(refs []ref) []ref {
	var list []ref
	for _, r := range refs {
		if !slices.ContainsFunc(list, func(o ref) bool { return o.key == r.key }) {
			list = append(list, r)
		}
	}
	slices.SortStableFunc(list, func(a, b ref) int { return cmp.Compare(a.depth, b.depth) })
	return list
}

func both(a, b condition) condition {
	c := condition{refs: together(a, b), holds: func(ch choice) bool { return a.holds(ch) && b.holds(ch) }}
	if len(distinct(c.refs)) == len(distinct(a.refs))+len(distinct(b.refs)) {
		c.parts = []condition{a, b}
	}
	return c
}

func either(a, b condition) condition {
	return condition{together(a, b), func(ch choice) bool { return a.holds(ch) || b.holds(ch) }, []condition{a, b}, true}
}

func not(c condition) condition {
	return condition{holds: func(ch choice) bool { return !c.matches(ch.root) }}
}

func together(a, b condition) []ref { return append(slices.Clone(a.refs), b.refs...) }

// fact is a condition on the entity itself.
func fact(holds func(*row) bool) condition {
	return condition{holds: func(ch choice) bool { return holds(ch.root) }}
}

// hop is one relation of a path, aliases replaced.
type hop struct {
	name   string
	many   bool
	number int // {n}
}

// path leads from the entity to a row.
type path []hop

// numbered says which reference each relation is of: {n} behind an N→1 relation counts for the 1→N relations next to it (O-136).
func (p path) numbered() path {
	result := slices.Clone(p)
	for i, h := range p {
		for j := i + 1; result[i].number == 0 && j < len(p) && !p[j].many; j++ {
			result[i].number = p[j].number
		}
		for j := i - 1; h.many && result[i].number == 0 && j >= 0 && !p[j].many; j-- {
			result[i].number = p[j].number
		}
	}
	for i := range result {
		if !result[i].many {
			result[i].number = 0
		}
	}
	return result
}

// key spells the row that the path leads to.
func (p path) key() string {
	texts := make([]string, len(p))
	for i, h := range p {
		texts[i] = h.name
		if h.number != 0 {
			texts[i] += fmt.Sprintf("{%d}", h.number)
		}
	}
	return strings.Join(texts, ".")
}

// row is where the path leads: nil for null, false where no row was chosen on the way.
func (p path) row(ch choice) (*row, bool) {
	at := ch.root
	for i, h := range p {
		switch {
		case h.many:
			at, _ = ch.chosen[p[:i+1].key()].(*row)
			if at == nil {
				return nil, false
			}
		case at != nil:
			at = at.one[h.name]
		}
	}
	return at, true
}

// refs are the rows to choose on the way.
func (p path) refs() []ref {
	var list []ref
	for i, h := range p {
		if h.many {
			list = append(list, ref{key: p[:i+1].key(), depth: len(list), candidates: p[:i+1].candidates})
		}
	}
	return list
}

// candidates are the rows that the last relation, a to-many one, leads to.
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

// condition asks something of the row that the path leads to, nil for null.
func (p path) condition(holds func(*row) bool) condition {
	return condition{refs: p.refs(), holds: func(ch choice) bool {
		r, ok := p.row(ch)
		return ok && holds(r)
	}}
}
