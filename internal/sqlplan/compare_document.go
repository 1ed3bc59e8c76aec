package sqlplan

import (
	"strings"
	"time"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Values in objects have no declared type: the searched value says which type is compared. What is of another type in the
// object cannot be compared, and is found by none of the comparators (O-126).

// negative reports whether a comparator asks for something else than the value.
func negative(op query.Op) bool { return op == query.NotEqual || op == query.NotIdentical }

// compareNone resolves "coll[].p != v": no element has p equal to v, and at least one has a p that can be compared (O-133).
// The path is resolved twice, because two different elements are spoken of.
func (r *resolver) compareNone(t target, c *query.Comparison) (*node, error) {
	r.fixed = true
	equal := *c
	equal.Op = query.Equal
	if c.Op == query.NotIdentical {
		equal.Op = query.Identical
	}
	without, err := r.compareTarget(t, &equal)
	if err != nil {
		return nil, err
	}
	other, err := r.path(c.Path)
	if err != nil {
		return nil, err
	}
	some := other.is(notNullTest)
	if !isNullLiteral(c.Value) {
		some = sameType(other, without)
	}
	return &node{at: t.free.parent, attr: t.attr, test: noneTest, kids: []*node{without, some}}, nil
}

// sameType asks whether a place in an object is of the type that equal, a comparison with one value, reads: a date or a time
// first asks whether a text has its form.
func sameType(t target, equal *node) *node {
	if equal.kind == andNode {
		form := equal.kids[0]
		t.as = form.as
		return t.is(form.test, form.values...)
	}
	t.as = equal.as
	return t.is(notNullTest)
}

// compareInside compares a place in an object with values: one, or for IN any number, of any types.
func (r *resolver) compareInside(t target, c *query.Comparison, values []value) (*node, error) {
	if c.Op != query.In {
		return r.compareAs(t, c, values[0])
	}
	var kinds [dialect.JSONInstant + 1][]value
	for _, v := range values {
		kind := jsonKind(v)
		if isDay(v) {
			kind = dialect.JSONAny // apart: a day is a range of texts
		}
		kinds[kind] = append(kinds[kind], v)
	}
	var kids []*node
	for _, same := range kinds {
		if len(same) == 0 {
			continue
		}
		kid, err := r.anyOf(t, c, same)
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
	}
	switch len(kids) {
	case 0:
		return t.is(neverTest), nil
	case 1:
		return kids[0], nil
	}
	return &node{kind: orNode, kids: kids}, nil
}

// compareAs compares with one value.
func (r *resolver) compareAs(t target, c *query.Comparison, v value) (*node, error) {
	t.as = jsonKind(v)
	if c.Op == query.Begin || c.Op == query.Keyword {
		if v.kind == textValue || v.text != "" {
			t.as = dialect.JSONText // also with what looks like a number or a date
			return r.compareText(t, c.Op, v)
		}
		return nil, r.failAttribute(WrongOperator, c.OpAt, t.attr, "begin and %% compare texts")
	}
	switch {
	case isDay(v):
		return r.compareTextDay(t, c.Op, v)
	case t.as == dialect.JSONText:
		return r.compareText(t, c.Op, v)
	case t.as == dialect.JSONInstant:
		return compareTextInstant(t, c.Op, v.instant), nil
	case t.as == dialect.JSONBool && ordering(c.Op):
		return nil, r.failAttribute(WrongOperator, c.OpAt, t.attr, "true and false have no order: compare them with = or !=")
	case t.as == dialect.JSONBool:
		return t.compared(compareTest, symbol(c.Op), v.yes), nil
	}
	return t.compared(compareTest, symbol(c.Op), numberOf(v)), nil
}

// jsonKind is the JSON type that a value is compared with. Dates are texts there (O-154).
func jsonKind(v value) dialect.JSONKind {
	switch v.kind {
	case numberValue, durationValue:
		return dialect.JSONNumber
	case boolValue:
		return dialect.JSONBool
	case instantValue:
		return dialect.JSONInstant
	}
	return dialect.JSONText
}

func isDay(v value) bool {
	return v.kind == dayValue || v.constant && v.kind == textValue && v.literal == query.Date
}

// numberOf is the number to bind. Times count as numbers: milliseconds (O-150).
func numberOf(v value) any {
	if v.kind == durationValue {
		if v.duration%time.Millisecond == 0 {
			return v.duration.Milliseconds()
		}
		return float64(v.duration) / float64(time.Millisecond)
	}
	if v.number.beyond != 0 || v.number.fraction {
		return v.number.float
	}
	return v.number.floor
}

// Folded LIKE patterns of texts that are a day, alone or with a time, and of those that are a time.
const (
	dayPattern     = "____-__-__%"
	instantPattern = "____-__-__t__:__:__%"
)

// compareTextDay compares texts that begin with a day, as [resolver.compareDay] does dates (O-153, O-154).
func (r *resolver) compareTextDay(t target, op query.Op, v value) (*node, error) {
	d := v.day
	if v.kind == textValue {
		var err error
		if d, err = model.ParseWireDay(v.text); err != nil || d.IsZero() {
			return nil, r.wrong(v, t.attr, "a date like 2026-11-21")
		}
	}
	until := d.Next().String()
	if d.Next().IsZero() {
		until = "9999-12-32" // the last day has no next, but texts after it
	}
	t.as = dialect.JSONText
	return both(t.is(likeTest, dayPattern), compareRange(t, foldCompareTest, op, d.String(), until)), nil
}

// compareTextInstant compares texts that are times in UTC, as encoding/json writes a time.Time.
func compareTextInstant(t target, op query.Op, at time.Time) *node {
	text := dialect.Fold(strings.TrimSuffix(at.UTC().Format(time.RFC3339Nano), "Z"))
	return both(t.is(likeTest, instantPattern), t.compared(foldCompareTest, symbol(op), text))
}

// anyOf resolves IN with values of one type.
func (r *resolver) anyOf(t target, c *query.Comparison, values []value) (*node, error) {
	one := *c
	one.Op = query.Equal
	return r.alternatives(t, values, func(v value) (*node, error) { return r.compareAs(t, &one, v) })
}
