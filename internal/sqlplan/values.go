package sqlplan

import (
	"strings"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Values plans reading what paths such as "customer.name" lead to, in the order and window of a source: a column for each path,
// and what kind of value each has. With keys the primary key comes first. A path has one value for each entity: it leads through
// relatedEntity attributes, and an alias or a storage attribute ends it. The lens is asked for each step.
func (p *Planner) Values(s *Source, keys bool, paths []string, l Lens) (Statement, []*model.Attribute, error) {
	r := p.resolver(s, l)
	sel, err := r.selected(s, true)
	if err != nil {
		return Statement{}, nil, err
	}
	r.reading(&Query{Query: &query.Query{}})
	var targets []target
	if keys {
		for _, a := range s.Class.Key {
			targets = append(targets, target{at: r.root, attr: a})
		}
	}
	for _, path := range paths {
		t, err := r.valueOf(path)
		if err != nil {
			return Statement{}, nil, err
		}
		targets = append(targets, t)
	}
	attributes := make([]*model.Attribute, len(targets))
	for i, t := range targets {
		attributes[i] = t.attr
	}
	w := p.writer()
	w.selection(sel, targets, true)
	st, err := w.statement()
	return st, attributes, err
}

// valueOf resolves a path with one value for each entity.
func (r *resolver) valueOf(path string) (target, error) {
	names := strings.Split(path, ".")
	if len(names) > maxPathSteps {
		return target{}, r.fail(TooComplex, 0, "a path has at most %d steps", maxPathSteps)
	}
	steps := make([]query.Step, len(names))
	for i, name := range names {
		steps[i] = query.Step{Name: strings.TrimSpace(name)}
	}
	t, err := r.path(query.Path{Steps: steps})
	if err != nil {
		return t, err
	}
	if t.attr.Kind != model.Storage || t.at.quantifier() != nil {
		return t, r.failAttribute(UnknownAttribute, 0, t.attr, "%s has not one value for each entity: project the relation first", label(t.attr))
	}
	return t, nil
}
