package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// Aggregate is what is computed of a value over all entities of a source (O-361).
type Aggregate uint8

// The aggregates. Sums have a method of their own: [Planner.Sum].
const (
	Min     Aggregate = iota // first value in ascending order, null without one
	Max                      // last value
	Average                  // float64; of dates in seconds since 1970; null without values
	Count                    // how many entities have a scalar value
)

// Aggregate plans one aggregate of what a path leads to, see [Planner.Values]: one row with one value, or no row where there is no value.
// Inside objects Min and Max look at the first scalar type only that there is in the order of O-150 (O-362); where there is none, they
// give an object or a collection.
func (p *Planner) Aggregate(s *Source, what Aggregate, path string, l Lens) (Statement, Column, error) {
	v, err := p.valuesOf(s, l, path)
	if err == nil {
		err = what.takes(v.of, v.column)
	}
	if err != nil {
		return Statement{}, Column{}, err
	}
	w := p.writer()
	w.aggregate(v.selection, what, v.of)
	st, err := w.statement()
	return st, v.column, err
}

// Distinct plans reading the different values that a path leads to, null left out (O-359), in no order. Texts that differ in case or diacritics are different here, and the collections of a path with [] are values.
func (p *Planner) Distinct(s *Source, path string, l Lens) (Statement, Column, error) {
	return p.distinct(s, path, l, "SELECT DISTINCT ", "", "")
}

// DistinctCounts is [Planner.Distinct] with the number of entities that have each value in a second column.
func (p *Planner) DistinctCounts(s *Source, path string, l Lens) (Statement, Column, error) {
	return p.distinct(s, path, l, "SELECT ", ", COUNT(*)", " GROUP BY 1")
}

func (p *Planner) distinct(s *Source, path string, l Lens, before, after, end string) (Statement, Column, error) {
	v, err := p.valuesOf(s, l, path)
	if err == nil && !v.of.scalar() && len(v.column.Elements) == 0 {
		err = notScalar(v.of.attr)
	}
	if err != nil {
		return Statement{}, Column{}, err
	}
	v.and(v.of.is(notNullTest))
	w := p.writer()
	w.open(v.root)
	w.write(before)
	w.output(v.of)
	w.write(after)
	w.body(v.selection)
	w.write(end)
	st, err := w.statement()
	return st, v.column, err
}

// valueSelection is a selection and what a path leads to from its entities.
type valueSelection struct {
	*selection
	of       target
	column   Column
	resolver *resolver
}

// valuesOf resolves a path over a source whose window, if it has one, has become a condition.
func (p *Planner) valuesOf(s *Source, l Lens, path string) (v valueSelection, err error) {
	if s.Limit >= 0 || s.Offset > 0 {
		s = &Source{Class: s.Class, Conditions: []Condition{&Within{Source: s}}, Limit: -1}
	}
	v.resolver = p.resolver(s, l)
	if v.selection, err = v.resolver.selected(s, false); err != nil {
		return v, err
	}
	v.of, v.column, err = v.resolver.valueOf(path)
	return v, err
}

// scalar reports whether the values of a target can be compared. Those inside an object are tried one by one.
func (t target) scalar() bool {
	return t.doc != nil || !t.attr.Type.Binary() && t.attr.Type != model.Object
}

func (a Aggregate) takes(t target, column Column) error {
	of := t.attr
	switch {
	case len(column.Elements) > 0:
		return severalValues(of)
	case t.doc != nil, a == Count, t.scalar() && a != Average, of.Type.Integer(), of.Type == model.Number, of.Type == model.Date:
		return nil
	case t.scalar():
		return &Error{Kind: WrongOperator, Class: of.Class.Name, Attribute: of.Name, Msg: fmt.Sprintf("%s is no number or date: it has no average", label(of))}
	}
	return notScalar(of)
}

func notScalar(of *model.Attribute) error {
	return &Error{Kind: WrongOperator, Class: of.Class.Name, Attribute: of.Name, Msg: fmt.Sprintf("%s has no values that can be compared", label(of))}
}

func severalValues(of *model.Attribute) error {
	return &Error{Kind: WrongOperator, Class: of.Class.Name, Attribute: of.Name, Msg: fmt.Sprintf("a path with [] has several values of %s for an entity: extract them", label(of))}
}

func (s *selection) and(n *node) {
	if s.where != nil {
		n = &node{kind: andNode, kids: []*node{s.where, n}}
	}
	s.where = n
}

func (w *writer) aggregate(s *selection, what Aggregate, t target) {
	text := t.attr.Type == model.String || t.attr.Type == model.UUID || t.attr.Type == model.Bool
	if what <= Max && (text || t.doc != nil) {
		w.extreme(s, what, t)
		return
	}
	w.open(s.root)
	w.write("SELECT ")
	switch what {
	case Min:
		w.wrap("MIN(", t, ")")
	case Max:
		w.wrap("MAX(", t, ")")
	case Average:
		w.average(t)
	case Count:
		w.countValues(t)
	}
	w.body(s)
}

// extreme reads the first value of a sort: texts compare by their folds, PostgreSQL has no least of booleans and UUIDs, and values inside
// objects are of several types.
func (w *writer) extreme(s *selection, what Aggregate, t target) {
	s.and(t.is(notNullTest))
	w.open(s.root)
	w.write("SELECT ")
	w.output(t)
	w.body(s)
	w.write(" ORDER BY ")
	switch {
	case t.doc != nil:
		w.extremeInside(t, what == Max)
	case t.attr.Type == model.String:
		w.term(term{target: t, descending: what == Max})
		w.write(", ")
		w.term(term{target: t, descending: what == Max, key: true}) // of texts with the same fold always the same one
	default:
		w.term(term{target: t, descending: what == Max})
	}
	w.write(" LIMIT 1")
}

// extremeInside sorts by type, scalars first, and then by value, of texts with the same fold always the same one first.
func (w *writer) extremeInside(t target, descending bool) {
	w.buf = w.inside(w.buf, t, dialect.JSONRank)
	w.write(", ")
	w.buf = w.dialect.OrderExpr(w.buf, w.inside(nil, t, dialect.JSONOrder), descending)
	text := w.inside(nil, t, dialect.JSONText)
	w.write(", ")
	w.buf = w.dialect.OrderExpr(w.buf, w.dialect.FoldExpr(nil, text), descending)
	if w.postgres {
		text = append(append([]byte{'('}, text...), `) COLLATE "C"`...)
	}
	w.write(", ")
	w.buf = w.dialect.OrderExpr(w.buf, text, descending)
}

// wrap writes a value between two pieces of SQL: of one inside an object its number.
func (w *writer) wrap(before string, t target, after string) {
	w.write(before)
	if t.doc != nil {
		w.buf = w.inside(w.buf, t, dialect.JSONNumber)
	} else {
		w.writeColumn(t.at, t.attr)
	}
	w.write(after)
}

func (w *writer) average(t target) {
	date := t.doc == nil && t.attr.Type == model.Date
	switch {
	case date && w.postgres:
		w.wrap("CAST(AVG(EXTRACT(EPOCH FROM ", t, ")) AS double precision)")
	case date:
		w.wrap("AVG(unixepoch(", t, ", 'subsec'))")
	case w.postgres:
		w.wrap("CAST(AVG(", t, ") AS double precision)")
	default:
		w.wrap("AVG(", t, ")")
	}
}

// countValues counts what is not null; objects and collections inside an object attribute do not count.
func (w *writer) countValues(t target) {
	switch {
	case t.doc != nil:
		w.write("COUNT(*) FILTER (WHERE ")
		w.buf = w.inside(w.buf, t, dialect.JSONRank)
		w.write(" IN (1, 2, 3))")
	case t.attr.Type != model.Object:
		w.wrap("COUNT(", t, ")")
	case w.postgres:
		w.wrap("COUNT(*) FILTER (WHERE json_typeof(CAST(", t, " AS json)) NOT IN ('object', 'array', 'null'))")
	default:
		w.wrap("COUNT(*) FILTER (WHERE json_type(CAST(", t, " AS TEXT)) NOT IN ('object', 'array', 'null'))")
	}
}
