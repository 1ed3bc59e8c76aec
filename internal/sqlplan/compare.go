package sqlplan

import (
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// comparison resolves path, operator and value.
func (r *resolver) comparison(c *query.Comparison) (*node, error) {
	t, err := r.path(c.Path)
	if err != nil {
		return nil, err
	}
	if t.attr.Kind == model.Calculated {
		return r.compareCalculated(t, c)
	}
	if t.free != nil && negative(c.Op) {
		return r.compareNone(t, c)
	}
	return r.compareTarget(t, c)
}

// compareTarget compares what a path leads to.
func (r *resolver) compareTarget(t target, c *query.Comparison) (*node, error) {
	if isNullLiteral(c.Value) {
		return r.compareNull(t, c)
	}
	if t.attr.Vector {
		return r.compareVector(t, c)
	}
	t, err := r.linked(t, c)
	if err != nil {
		return nil, err
	}
	if err := r.checkOperator(t, c); err != nil {
		return nil, err
	}
	n, err := r.compareValue(t, c)
	if _, bound := c.Value.(*query.Placeholder); bound && err == nil {
		r.rebinds = append(r.rebinds, rebind{r.current, c, t, n})
		r.fixed = r.fixed || c.Op == query.In // the number of values is in the SQL
	}
	return n, err
}

// compareValue compares with the value of the comparison, which is not null.
func (r *resolver) compareValue(t target, c *query.Comparison) (*node, error) {
	values, err := r.operand(c)
	switch {
	case err != nil:
		return nil, err
	case t.doc != nil:
		return r.compareInside(t, c, values)
	case c.Op == query.In:
		return r.compareAny(t, values)
	}
	return r.compare(t, c.Op, values[0])
}

func isNullLiteral(o query.Operand) bool {
	l, ok := o.(query.Literal)
	return ok && l.Kind == query.Null
}

// compareNull resolves "= null" and its spellings (O-125, O-127, R-176).
func (r *resolver) compareNull(t target, c *query.Comparison) (*node, error) {
	null := false
	switch c.Op {
	case query.Equal, query.Identical, query.Like:
		null = true
	case query.NotEqual, query.NotIdentical:
	default:
		return nil, r.failAttribute(WrongOperator, c.OpAt, t.attr, "null can be compared with = and != only")
	}
	if null && t.attr.Kind == model.RelatedEntities {
		return r.unrelated(t)
	}
	t, err := r.linked(t, c)
	if err != nil {
		return nil, err
	}
	if null {
		return t.is(nullTest), nil
	}
	return t.is(notNullTest), nil
}

// linked replaces a relation at the end of a path by the column that holds the key: the foreign key of a
// relatedEntity, the primary key of the related rows of a relatedEntities attribute.
func (r *resolver) linked(t target, c *query.Comparison) (target, error) {
	a := t.attr
	switch {
	case a.Kind == model.RelatedEntity && a.ForeignKey != nil:
		return target{at: t.at, attr: a.ForeignKey}, nil
	case a.Kind == model.RelatedEntities && a.Target != nil && len(a.Target.Key) == 1:
		at, err := r.join(t, c.At)
		return target{at: at, attr: a.Target.Key[0]}, err
	case a.Kind != model.Storage:
		return t, r.failAttribute(Unsupported, c.At, a, "%s cannot be compared: it has no single key", label(a))
	}
	return t, nil
}

// checkOperator refuses comparators that the attribute's type does not have.
func (r *resolver) checkOperator(t target, c *query.Comparison) error {
	a := t.attr
	switch {
	case t.doc != nil:
		return nil // depends on the value, see compare_document.go
	case a.Type == model.Object || a.Type.Binary():
		return r.failAttribute(WrongOperator, c.OpAt, a, "%s can only be compared with null", label(a))
	case a.Type == model.String:
		return nil
	case c.Op == query.Begin || c.Op == query.Keyword:
		return r.failAttribute(WrongOperator, c.OpAt, a, "%s is no text: begin and %% compare texts", label(a))
	case a.Type == model.Bool && ordering(c.Op):
		return r.failAttribute(WrongOperator, c.OpAt, a, "%s has no order: compare it with = or !=", label(a))
	}
	return nil
}

func ordering(op query.Op) bool { return op >= query.Less && op <= query.GreaterEqual }

// symbol is the SQL operator of a comparator on what is no text: there are no wildcards, so LIKE is =.
func symbol(op query.Op) string {
	switch op {
	case query.NotEqual, query.NotIdentical:
		return "<>"
	case query.Less:
		return "<"
	case query.LessEqual:
		return "<="
	case query.Greater:
		return ">"
	case query.GreaterEqual:
		return ">="
	default:
		return "="
	}
}

// compare resolves a comparison with one value that is not null.
func (r *resolver) compare(t target, op query.Op, v value) (*node, error) {
	switch a := t.attr; {
	case a.Type == model.String:
		return r.compareText(t, op, v)
	case a.Type == model.UUID:
		return r.compareUUID(t, op, v)
	case a.Type == model.Bool:
		return r.compareBool(t, op, v)
	case a.Type == model.Date:
		return r.compareDate(t, op, v)
	case a.Type == model.Number:
		return r.compareNumber(t, op, v)
	default:
		return r.compareWhole(t, op, v)
	}
}

// bound makes a comparison with a canonical value.
func (r *resolver) bound(t target, op query.Op, v value, canonical any) (*node, error) {
	b, err := t.attr.Bind(canonical)
	if err != nil {
		return nil, r.wrong(v, t.attr, "a value")
	}
	return t.compared(compareTest, symbol(op), b), nil
}

func (r *resolver) compareBool(t target, op query.Op, v value) (*node, error) {
	if v.kind == textValue && (v.text == "true" || v.text == "false") {
		v.kind, v.yes = boolValue, v.text == "true"
	}
	if v.kind != boolValue {
		return nil, r.wrong(v, t.attr, "true or false")
	}
	return r.bound(t, op, v, v.yes)
}

// compareAny resolves IN: equal to one of the values. No values, no entity.
func (r *resolver) compareAny(t target, values []value) (*node, error) {
	return r.alternatives(t, values, func(v value) (*node, error) { return r.compare(t, query.Equal, v) })
}

// alternatives holds when equal holds for one of the values.
func (r *resolver) alternatives(t target, values []value, equal func(value) (*node, error)) (*node, error) {
	var kids []*node
	for _, v := range values {
		kid, err := equal(v)
		if err != nil {
			return nil, err
		}
		if kid.kind != testNode || kid.test != neverTest {
			kids = append(kids, kid)
		}
	}
	kids = merge(merge(kids, compareTest, inTest, 2), foldEqualTest, foldInTest, maxFoldEqual+1)
	switch {
	case len(kids) == 0:
		return t.is(neverTest), nil
	case len(kids) == 1:
		return kids[0], nil
	case len(kids) > maxAlternatives:
		return nil, r.failAttribute(TooComplex, values[0].at, t.attr, "a list may have %d elements that are days or have wildcards", maxAlternatives)
	}
	return &node{kind: orNode, kids: kids}, nil
}

// maxFoldEqual is up to how many texts are compared one by one, in the form that can use an index.
const maxFoldEqual = 4

// merge replaces equality tests of kind from by one test of kind to, when there are at least as many as stated.
func merge(kids []*node, from, to testKind, least int) []*node {
	var one *node
	var rest []*node
	for _, kid := range kids {
		switch {
		case kid.kind != testNode || kid.test != from:
			rest = append(rest, kid)
		case one == nil:
			one = &node{at: kid.at, attr: kid.attr, doc: kid.doc, as: kid.as, test: to, values: []any{kid.values[0]}}
		default:
			one.values = append(one.values, kid.values[0])
		}
	}
	if one == nil || len(one.values) < least {
		return kids
	}
	return append(rest, one)
}
