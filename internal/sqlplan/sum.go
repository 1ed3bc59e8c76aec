package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/model"
)

// Sum plans adding up a numeric storage attribute of the entities of a source: one row with the sum, null for no values.
// With by, a storage attribute, there is a row for each of its values: the value, then the sum.
// The lens is asked for both attributes, as for those of conditions.
func (p *Planner) Sum(s *Source, of, by *model.Attribute, l Lens) (Statement, error) {
	if s.Limit >= 0 || s.Offset > 0 {
		s = &Source{Class: s.Class, Conditions: []Condition{&Within{Source: s}}, Limit: -1}
	}
	if !of.Type.Integer() && of.Type != model.Number {
		return Statement{}, &Error{Kind: WrongOperator, Class: of.Class.Name, Attribute: of.Name, Msg: fmt.Sprintf("%s is no number: it has no sum", label(of))}
	}
	r := p.resolver(s, l)
	sel, err := r.selected(s, false)
	if err != nil {
		return Statement{}, err
	}
	for _, a := range []*model.Attribute{of, by} {
		if a == nil || l.Use == nil {
			continue
		}
		if err := l.Use(a); err != nil {
			return Statement{}, err
		}
	}
	w := p.writer()
	w.sum(sel, of, by)
	return w.statement()
}

func (w *writer) sum(s *selection, of, by *model.Attribute) {
	w.open(s.root)
	w.write("SELECT ")
	if by != nil {
		w.writeColumn(s.root, by)
		w.write(", ")
	}
	w.write("SUM(")
	w.writeColumn(s.root, of)
	w.write(")")
	w.body(s)
	if by != nil {
		w.write(" GROUP BY ")
		w.writeColumn(s.root, by)
	}
}
