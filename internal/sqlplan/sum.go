package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/model"
)

// Sum plans adding up the numbers that a path leads to, see [Planner.Values]: one row with the sum, null for no values.
// With by, another path or "", there is a row for each value there: the value, then the sum.
func (p *Planner) Sum(s *Source, of, by string, l Lens) (Statement, []Column, error) {
	v, err := p.valuesOf(s, l, of)
	if err == nil {
		err = summable(v.of, v.column)
	}
	if err != nil {
		return Statement{}, nil, err
	}
	columns := []Column{v.column}
	var group target
	if by != "" {
		var column Column
		if group, column, err = v.resolver.groupOf(by); err != nil {
			return Statement{}, nil, err
		}
		columns = []Column{column, v.column}
	}
	w := p.writer()
	w.sums(v, group)
	st, err := w.statement()
	return st, columns, err
}

func summable(t target, column Column) error {
	of := t.attr
	switch {
	case len(column.Elements) > 0:
		return severalValues(of)
	case t.doc != nil, of.Type.Integer(), of.Type == model.Number:
		return nil
	}
	return &Error{Kind: WrongOperator, Class: of.Class.Name, Attribute: of.Name, Msg: fmt.Sprintf("%s is no number: it has no sum", label(of))}
}

// groupOf resolves a path that entities are grouped by.
func (r *resolver) groupOf(path string) (target, Column, error) {
	t, column, err := r.valueOf(path)
	switch {
	case err != nil:
	case len(column.Elements) > 0:
		err = severalValues(t.attr)
	case !t.scalar():
		err = notScalar(t.attr)
	}
	return t, column, err
}

// sums writes the sum of all entities, or with a group one for each of its values.
func (w *writer) sums(v valueSelection, group target) {
	w.open(v.root)
	w.write("SELECT ")
	if group.attr != nil {
		w.output(group)
		w.write(", ")
	}
	if v.of.doc != nil && w.postgres {
		w.wrap("CAST(SUM(", v.of, ") AS double precision)")
	} else {
		w.wrap("SUM(", v.of, ")")
	}
	w.body(v.selection)
	if group.attr != nil {
		w.write(" GROUP BY 1")
	}
}
