package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/model"
)

// Aggregate is what is computed of an attribute over all entities of a source (O-361).
type Aggregate uint8

// The aggregates. Sums have a method of their own: [Planner.Sum].
const (
	Min     Aggregate = iota // first value in ascending order, null without one
	Max                      // last value
	Average                  // float64; of dates in seconds since 1970; null without values
	Count                    // how many entities have a scalar value
)

// Aggregate plans one aggregate of a storage attribute: one row with one value, or no row where there is no value.
// The lens is asked for the attribute, as for those of conditions.
func (p *Planner) Aggregate(s *Source, what Aggregate, of *model.Attribute, l Lens) (Statement, error) {
	if err := what.takes(of); err != nil {
		return Statement{}, err
	}
	r, sel, err := p.unwindowed(s, l, of)
	if err != nil {
		return Statement{}, err
	}
	w := p.writer()
	w.aggregate(r, sel, what, of)
	return w.statement()
}

// Distinct plans reading the different values of a storage attribute, or of an alias that leads to one through relatedEntity attributes,
// null left out (O-359), each with the number of entities that have it; in no order. Texts that differ in case or diacritics are
// different here.
func (p *Planner) Distinct(s *Source, of *model.Attribute, l Lens) (Statement, error) {
	if of.Type.Binary() || of.Type == model.Object {
		return Statement{}, notScalar(of)
	}
	r, sel, err := p.unwindowed(s, l, of)
	if err != nil {
		return Statement{}, err
	}
	columns, err := r.columns([]*model.Attribute{of})
	if err != nil {
		return Statement{}, err
	}
	t := columns[0]
	sel.and(t.is(notNullTest))
	w := p.writer()
	w.open(sel.root)
	w.write("SELECT ")
	w.scalar(t.at, t.attr)
	w.write(", COUNT(*)")
	w.body(sel)
	w.write(" GROUP BY ")
	w.writeColumn(t.at, t.attr)
	return w.statement()
}

// unwindowed resolves a source whose window, if it has one, has become a condition.
func (p *Planner) unwindowed(s *Source, l Lens, of *model.Attribute) (*resolver, *selection, error) {
	if s.Limit >= 0 || s.Offset > 0 {
		s = &Source{Class: s.Class, Conditions: []Condition{&Within{Source: s}}, Limit: -1}
	}
	r := p.resolver(s, l)
	sel, err := r.selected(s, false)
	if err == nil && l.Use != nil {
		err = l.Use(of)
	}
	return r, sel, err
}

func (a Aggregate) takes(of *model.Attribute) error {
	scalar := !of.Type.Binary() && of.Type != model.Object
	switch {
	case a == Count, scalar && a != Average, of.Type.Integer(), of.Type == model.Number, of.Type == model.Date:
		return nil
	case scalar:
		return &Error{Kind: WrongOperator, Class: of.Class.Name, Attribute: of.Name, Msg: fmt.Sprintf("%s is no number or date: it has no average", label(of))}
	}
	return notScalar(of)
}

func notScalar(of *model.Attribute) error {
	return &Error{Kind: WrongOperator, Class: of.Class.Name, Attribute: of.Name, Msg: fmt.Sprintf("%s has no values that can be compared", label(of))}
}

func (s *selection) and(n *node) {
	if s.where != nil {
		n = &node{kind: andNode, kids: []*node{s.where, n}}
	}
	s.where = n
}

func (w *writer) aggregate(r *resolver, s *selection, what Aggregate, of *model.Attribute) {
	if what <= Max && (of.Type == model.String || of.Type == model.UUID || of.Type == model.Bool) {
		w.extreme(r, s, what, of)
		return
	}
	w.open(s.root)
	w.write("SELECT ")
	switch what {
	case Min:
		w.wrap("MIN(", s.root, of, ")")
	case Max:
		w.wrap("MAX(", s.root, of, ")")
	case Average:
		w.average(s.root, of)
	case Count:
		w.countValues(s.root, of)
	}
	w.body(s)
}

// extreme reads the first value of a sort: texts compare by their folds, and PostgreSQL has no least of booleans and UUIDs.
func (w *writer) extreme(r *resolver, s *selection, what Aggregate, of *model.Attribute) {
	t := target{at: r.root, attr: of}
	s.and(t.is(notNullTest))
	w.open(s.root)
	w.write("SELECT ")
	w.scalar(s.root, of)
	w.body(s)
	w.write(" ORDER BY ")
	w.term(term{target: t, descending: what == Max})
	if of.Type == model.String { // of texts with the same fold always the same one
		w.write(", ")
		w.term(term{target: t, descending: what == Max, key: true})
	}
	w.write(" LIMIT 1")
}

// scalar writes a column as an expression: it has no declared type then, by which SQLite's drivers would guess among layouts of dates.
func (w *writer) scalar(r *ref, a *model.Attribute) {
	if !w.postgres && a.Type == model.Date {
		w.write("+")
	}
	w.writeColumn(r, a)
}

// wrap writes a column between two pieces of SQL.
func (w *writer) wrap(before string, r *ref, a *model.Attribute, after string) {
	w.write(before)
	w.writeColumn(r, a)
	w.write(after)
}

func (w *writer) average(r *ref, of *model.Attribute) {
	switch {
	case of.Type == model.Date && w.postgres:
		w.wrap("CAST(AVG(EXTRACT(EPOCH FROM ", r, of, ")) AS double precision)")
	case of.Type == model.Date:
		w.wrap("AVG(unixepoch(", r, of, ", 'subsec'))")
	case w.postgres:
		w.wrap("CAST(AVG(", r, of, ") AS double precision)")
	default:
		w.wrap("AVG(", r, of, ")")
	}
}

// countValues counts what is not null; objects and collections inside an object attribute do not count.
func (w *writer) countValues(r *ref, of *model.Attribute) {
	switch {
	case of.Type != model.Object:
		w.wrap("COUNT(", r, of, ")")
	case w.postgres:
		w.wrap("COUNT(*) FILTER (WHERE json_typeof(CAST(", r, of, " AS json)) NOT IN ('object', 'array', 'null'))")
	default:
		w.wrap("COUNT(*) FILTER (WHERE json_type(CAST(", r, of, " AS TEXT)) NOT IN ('object', 'array', 'null'))")
	}
}
