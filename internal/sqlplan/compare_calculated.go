package sqlplan

import (
	"fmt"
	"strings"

	"github.com/ordago/ordago/internal/query"
)

// compareCalculated replaces a condition on a calculated attribute by the query that is declared for it (O-165, O-455),
// which may be at the end of any path. Without one Go decides.
func (r *resolver) compareCalculated(t target, c *query.Comparison) (*node, error) {
	r.fixed = true
	value, err := r.plainOperand(c)
	if err != nil {
		return nil, err
	}
	q, err := r.calculated.Query(t.attr, c.Op, value)
	switch {
	case err != nil:
		return nil, fmt.Errorf("query function of %s.%s: %w", t.attr.Class.Name, t.attr.Name, err)
	case q != nil:
		return r.splice(t, q, c)
	case t.at != r.top:
		return nil, r.failAttribute(Unsupported, c.At, t.attr, "%s has no query function: it can be compared only as an attribute of the entity itself", label(t.attr))
	}
	return r.call(Call{Attribute: t.attr, Op: c.Op, Value: value}, c.At)
}

// call is the leaf for what Go decides.
func (r *resolver) call(c Call, at int) (*node, error) {
	if len(r.calls) == maxCalls {
		return nil, r.fail(TooComplex, at, "more than %d formulas and calculated attributes without query function", maxCalls)
	}
	r.calls = append(r.calls, c)
	return &node{kind: callNode, call: len(r.calls) - 1}, nil
}

// plainOperand is the value of a comparison as Go code takes it.
func (r *resolver) plainOperand(c *query.Comparison) (any, error) {
	if isNullLiteral(c.Value) {
		return nil, nil
	}
	values, err := r.operand(c)
	if err != nil {
		return nil, err
	}
	if c.Op != query.In {
		return r.searched(c.Op, values[0]), nil
	}
	list := make([]any, len(values))
	for i, v := range values {
		list[i] = r.searched(c.Op, v)
	}
	return list, nil
}

// searched is a value with "@" as the only wildcard, for comparators that have any.
func (r *resolver) searched(op query.Op, v value) any {
	exact := op == query.Identical || op == query.NotIdentical
	if v.kind == textValue && !exact && strings.Contains(r.wildcards(v), "*") {
		return strings.ReplaceAll(v.text, "*", "@")
	}
	return plain(v)
}

func plain(v value) any {
	switch v.kind {
	case numberValue:
		return numberOf(v)
	case boolValue:
		return v.yes
	case dayValue:
		return v.day
	case instantValue:
		return v.instant
	case durationValue:
		return v.duration
	}
	return v.text
}

// splice resolves a query of the program relative to the row that t ends in. Behind a relation the row must be there:
// a query that holds for nothing, such as one with not, must not hold for a missing row. Only null is what a missing row has (O-125).
func (r *resolver) splice(t target, q *Query, c *query.Comparison) (*node, error) {
	if r.depth++; r.depth > maxWithin {
		return nil, r.failAttribute(TooComplex, c.At, t.attr, "more than %d query functions within each other, the last of %s", maxWithin, label(t.attr))
	}
	outer := *r
	r.root = t.at
	r.reading(q)
	r.trusted = true
	r.enter()
	present := target{at: t.at, attr: t.at.class.Key[0]}.is(notNullTest)
	n := present
	var err error
	if q.Query.Where != nil {
		n, err = r.node(q.Query.Where)
	}
	r.root, r.text, r.language, r.values, r.trusted, r.scope = outer.root, outer.text, outer.language, outer.values, outer.trusted, outer.scope
	r.depth--
	if err != nil {
		return nil, hideQuery(t, err)
	}
	if t.at == r.top {
		return n, nil
	}
	if n != present {
		n = both(present, n)
	}
	if isNullLiteral(c.Value) && !negative(c.Op) && !t.at.many {
		n = either(target{at: t.at, attr: t.at.class.Key[0]}.is(nullTest), n)
	}
	return n, nil
}

// hideQuery makes a plain error of what is wrong with a query that the program wrote: it is none of the caller's.
func hideQuery(t target, err error) error {
	return fmt.Errorf("query function of %s.%s: %v", t.attr.Class.Name, t.attr.Name, err)
}

// orderCalculated replaces a sort by a calculated attribute by the criteria that are declared for it (O-457).
func (r *resolver) orderCalculated(t target, item query.OrderItem) ([]term, error) {
	r.fixed = true
	items, err := r.calculated.Order(t.attr, item.Descending)
	if err != nil {
		return nil, fmt.Errorf("order function of %s.%s: %w", t.attr.Class.Name, t.attr.Name, err)
	}
	if len(items) == 0 {
		return nil, r.failAttribute(Unsupported, item.At, t.attr, "%s has no order function: it cannot be sorted by", label(t.attr))
	}
	if r.depth++; r.depth > maxWithin {
		return nil, r.failAttribute(TooComplex, item.At, t.attr, "more than %d order functions within each other", maxWithin)
	}
	outer := *r
	r.root, r.text, r.values, r.trusted = t.at, "", Values{}, true
	var terms []term
	for _, inner := range items {
		more, failed := r.criterion(inner)
		if failed != nil {
			err = hideQuery(t, failed)
			break
		}
		terms = append(terms, more...)
	}
	r.root, r.text, r.values, r.trusted = outer.root, outer.text, outer.values, outer.trusted
	r.depth--
	return terms, err
}
