package sqlplan

import (
	"strings"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Column says what a column of values holds.
type Column struct {
	Attribute *model.Attribute
	Inside    bool       // the column is the JSON text of a place in the attribute's object, null for none
	Elements  [][]string // keys below the elements of the collection that the column is, for each [] of the path
}

// Values plans reading what paths such as "customer.name" lead to, in the order and window of a source: a column for each path,
// and what each holds. With keys the primary key comes first. A path has one value for each entity: it leads through
// relatedEntity attributes, and an alias, a storage attribute or a place in an object ends it. Behind a collection in an object,
// "extra.list[].size", the column holds the collection. The lens is asked for each step.
func (p *Planner) Values(s *Source, keys bool, paths []string, l Lens) (Statement, []Column, error) {
	r := p.resolver(s, l)
	sel, err := r.selected(s, true)
	if err != nil {
		return Statement{}, nil, err
	}
	var targets []target
	var columns []Column
	if keys {
		for _, a := range s.Class.Key {
			targets, columns = append(targets, target{at: r.root, attr: a}), append(columns, Column{Attribute: a})
		}
	}
	for _, path := range paths {
		t, column, err := r.valueOf(path)
		if err != nil {
			return Statement{}, nil, err
		}
		targets, columns = append(targets, t), append(columns, column)
	}
	w := p.writer()
	w.selection(sel, targets, true)
	st, err := w.statement()
	return st, columns, err
}

// valueOf resolves a path with one value for each entity, as far as its first [].
func (r *resolver) valueOf(path string) (target, Column, error) {
	names := strings.Split(path, ".")
	if len(names) > maxPathSteps {
		return target{}, Column{}, r.fail(TooComplex, 0, "a path has at most %d steps", maxPathSteps)
	}
	var steps []query.Step
	var column Column
	for _, name := range names {
		name, collection := strings.CutSuffix(strings.TrimSpace(name), "[]")
		if last := len(column.Elements) - 1; last >= 0 {
			column.Elements[last] = append(column.Elements[last], strings.TrimSpace(name))
		} else {
			steps = append(steps, query.Step{Name: strings.TrimSpace(name)})
		}
		if collection {
			column.Elements = append(column.Elements, []string{})
		}
	}
	r.reading(&Query{Query: &query.Query{}})
	t, err := r.path(query.Path{Steps: steps})
	if err != nil {
		return t, Column{}, err
	}
	switch a := t.attr; {
	case a.Kind != model.Storage || t.at.quantifier() != nil:
		return t, Column{}, r.failAttribute(UnknownAttribute, 0, a, "%s has not one value for each entity: project the relation first", label(a))
	case len(column.Elements) > 0 && !documentable(a):
		return t, Column{}, r.failAttribute(WrongOperator, 0, a, "%s is no object: brackets stand behind collections in objects", label(a))
	}
	column.Attribute, column.Inside = t.attr, t.doc != nil
	return t, column, nil
}

// output writes what a target leads to as a column.
func (w *writer) output(t target) {
	switch {
	case t.doc != nil:
		w.buf = w.inside(w.buf, t, dialect.JSONSource)
		return
	case !w.postgres && t.attr.Type == model.Date:
		w.write("+") // as an expression it has no declared type: SQLite's drivers would guess among layouts
	}
	w.writeColumn(t.at, t.attr)
}
