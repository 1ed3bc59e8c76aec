package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Select plans reading columns of the entities of a source, in its order and window. A column is a storage attribute
// of the class, or an alias that leads to one through relatedEntity attributes (null when nothing is related).
// The lens is not asked for columns, only for what conditions and sorts use.
//
// Errors are those of [Planner.Check], [ErrResidual], and plain errors for columns and sources that the data layer should not have made.
func (p *Planner) Select(s *Source, columns []*model.Attribute, l Lens) (Statement, error) {
	key, kept := p.keyOf(s, columns, l)
	if kept {
		if st, ok := p.recall(key, s); ok {
			return st, nil
		}
	}
	r := p.resolver(s, l)
	sel, err := r.selected(s, true)
	if err != nil {
		return Statement{}, err
	}
	targets, err := r.columns(columns)
	if err != nil {
		return Statement{}, err
	}
	w := p.writer()
	w.selection(sel, targets, true)
	st, err := w.statement()
	if err == nil && kept {
		p.remember(key, r, w, st)
	}
	return st, err
}

// Keys plans reading the primary key, one column for each of its parts, as [Planner.Select] does.
func (p *Planner) Keys(s *Source, l Lens) (Statement, error) {
	return p.Select(s, s.Class.Key, l)
}

// Count plans counting the entities of a source; offset and limit count. The order is not looked at.
func (p *Planner) Count(s *Source, l Lens) (Statement, error) {
	key, kept := p.keyOf(s, nil, l)
	key.counted = true
	if kept {
		if st, ok := p.recall(key, s); ok {
			return st, nil
		}
	}
	r := p.resolver(s, l)
	sel, err := r.selected(s, false)
	if err != nil {
		return Statement{}, err
	}
	w := p.writer()
	w.count(sel)
	st, err := w.statement()
	if err == nil && kept {
		p.remember(key, r, w, st)
	}
	return st, err
}

// Check reports what is wrong with a source for this caller: *[Error], or what the lens answered.
// If it returns nil, Select and Count succeed; if [ErrResidual], Split does.
func (p *Planner) Check(s *Source, l Lens) error {
	if key, kept := p.keyOf(s, s.Class.Key, l); kept && p.fits(key, s) {
		return nil
	}
	_, err := p.Keys(s, l)
	return err
}

func (p *Planner) resolver(s *Source, l Lens) *resolver {
	root := &ref{class: s.Class}
	return &resolver{
		lens: l, root: root, top: root,
		days:       p.dialect.Name() == "sqlite",
		postgres:   p.dialect.Name() == "postgres",
		calculated: p.calculated,
		formulas:   p.formulas,
	}
}

// selected resolves a source that SQL alone can read.
func (r *resolver) selected(s *Source, ordered bool) (*selection, error) {
	sel, err := r.selection(s, ordered)
	if err == nil && len(r.calls) > 0 {
		return nil, ErrResidual
	}
	return sel, err
}

// columns resolves what is read, with nothing hidden: the data layer has chosen it.
func (r *resolver) columns(attributes []*model.Attribute) ([]target, error) {
	if len(attributes) == 0 {
		return nil, fmt.Errorf("select from %s needs a column", r.root.class.Name)
	}
	r.text = ""
	targets := make([]target, len(attributes))
	for i, a := range attributes {
		hops, err := r.expand(nil, a, query.Step{}, 0)
		if err != nil {
			return nil, err
		}
		t, err := r.follow(target{at: r.root}, hops)
		if err != nil {
			return nil, err
		}
		if t.attr.Kind != model.Storage || t.at.quantifier() != nil || a.Class != r.root.class {
			return nil, fmt.Errorf("%s cannot be a column of a selection of %s", label(a), r.root.class.Name)
		}
		targets[i] = t
	}
	return targets, nil
}
