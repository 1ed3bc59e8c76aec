package sqlplan

import (
	"slices"
	"strings"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// target is where a path ends: an attribute (storage or relation, never an alias) of the row that ref stands for.
type target struct {
	at   *ref
	attr *model.Attribute
}

// path resolves a path from the root entity (O-130). Each step is asked from the lens once per statement (S-327);
// an alias is replaced by what it leads through, for which the lens is not asked (O-166, S-296).
func (r *resolver) path(p query.Path) (target, error) {
	steps, err := r.steps(p)
	if err != nil {
		return target{}, err
	}
	t := target{at: r.root}
	for i := range steps {
		if t, err = r.step(t, steps[i]); err != nil {
			return target{}, err
		}
	}
	return t, nil
}

// steps are the steps of a path as written or as its placeholder says.
func (r *resolver) steps(p query.Path) ([]query.Step, error) {
	if p.Placeholder == nil {
		return p.Steps, nil
	}
	return r.boundPath(p.Placeholder)
}

// step goes one step further than t.
func (r *resolver) step(t target, s query.Step) (target, error) {
	class, err := r.classAfter(t, s)
	if err != nil {
		return target{}, err
	}
	a, err := r.attribute(class, s)
	if err != nil {
		return target{}, err
	}
	return r.follow(t, a, s.At, 0)
}

// classAfter is the class whose attributes the step after t names.
func (r *resolver) classAfter(t target, s query.Step) (*model.Class, error) {
	a := t.attr
	switch {
	case a == nil:
		return r.root.class, nil
	case a.Kind == model.RelatedEntity, a.Kind == model.RelatedEntities:
		return a.Target, nil
	case a.Type == model.Object:
		return nil, r.failAttribute(Unsupported, s.At, a, "paths into object attributes are not supported yet: %s.%s", a.Name, s.Name)
	default:
		err := r.failAttribute(UnknownAttribute, s.At, a, "%s has no attributes, %q cannot follow it", label(a), s.Name)
		return nil, err
	}
}

// attribute looks a step up in its class and asks the lens.
func (r *resolver) attribute(class *model.Class, s query.Step) (*model.Attribute, error) {
	a := class.Attribute(s.Name)
	if a == nil || !r.visible(a) {
		err := r.fail(UnknownAttribute, s.At, "attribute %q not found in dataclass %s", s.Name, class.Name)
		err.Class, err.Attribute = class.Name, s.Name
		return nil, err
	}
	if err := r.use(a); err != nil {
		return nil, err
	}
	if s.Ref != 0 {
		return nil, r.failAttribute(Unsupported, s.At, a, "several references to one relation are not supported yet: %s{%d}", s.Name, s.Ref)
	}
	if s.Collection {
		return nil, r.failAttribute(Unsupported, s.At, a, "collections inside objects are not supported yet: %s[]", s.Name)
	}
	return a, nil
}

// follow makes a the end of the path; what t ended on before becomes a join when it is a relation.
func (r *resolver) follow(t target, a *model.Attribute, at, depth int) (target, error) {
	switch {
	case a.Kind == model.Alias:
		return r.followAlias(t, a, at, depth)
	case a.Kind == model.Calculated:
		return target{}, r.failAttribute(Unsupported, at, a, "calculated attribute %s.%s cannot be used in queries and sorts yet", a.Class.Name, a.Name)
	case t.attr == nil:
		return target{at: t.at, attr: a}, nil
	}
	next, err := r.join(t, at)
	if err != nil {
		return target{}, err
	}
	return target{at: next, attr: a}, nil
}

func (r *resolver) followAlias(t target, a *model.Attribute, at, depth int) (target, error) {
	if len(a.Path) == 0 || depth > maxAliasDepth {
		return target{}, r.failAttribute(Unsupported, at, a, "alias %s.%s leads nowhere", a.Class.Name, a.Name)
	}
	var err error
	for _, through := range a.Path {
		if t, err = r.follow(t, through, at, depth+1); err != nil {
			return target{}, err
		}
	}
	return t, nil
}

// join returns the row behind the relation that t ends on.
func (r *resolver) join(t target, at int) (*ref, error) {
	if t.attr.Target == nil || t.attr.ForeignKey == nil || t.attr.LinkedKey == nil {
		return nil, r.failAttribute(UnknownAttribute, at, t.attr, "%s leads to no dataclass", label(t.attr))
	}
	next, added := t.at.child(t.attr, r.scope)
	if !added {
		return next, nil
	}
	if err := r.restrict(next); err != nil {
		return nil, err
	}
	return next, r.count(next, at)
}

// count refuses what would join too many tables.
func (r *resolver) count(next *ref, at int) error {
	if next.many {
		return nil // counted when it is written: one ref may need several EXISTS
	}
	if r.joins++; r.joins > maxJoins {
		return r.fail(TooComplex, at, "more than %d relations are joined: split the query", maxJoins)
	}
	return nil
}

func (r *resolver) visible(a *model.Attribute) bool {
	return r.trusted || r.lens.Visible == nil || r.lens.Visible(a)
}

// use asks the lens, once for each attribute.
func (r *resolver) use(a *model.Attribute) error {
	if r.trusted || r.lens.Use == nil || slices.Contains(r.asked, a) {
		return nil
	}
	r.asked = append(r.asked, a)
	return r.lens.Use(a)
}

// boundPath reads the path that a placeholder stands for: dotted text, or a list of steps (O-137).
func (r *resolver) boundPath(p *query.Placeholder) ([]query.Step, error) {
	v, err := r.lookupPath(p)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case string:
		return r.namedSteps(p, strings.Split(v, "."), true)
	case []string:
		return r.namedSteps(p, v, false)
	case []any:
		names, ok := texts(v)
		if ok {
			return r.namedSteps(p, names, false)
		}
	}
	return nil, r.failPlaceholder(BadPlaceholder, p, "the value of %s stands for a path: it must be text or a list of texts", placeholderName(p))
}

// namedSteps makes steps of names; dotted says that they come from text, where brackets have their meaning.
func (r *resolver) namedSteps(p *query.Placeholder, names []string, dotted bool) ([]query.Step, error) {
	if len(names) == 0 || len(names) > maxPathSteps {
		return nil, r.failPlaceholder(BadPlaceholder, p, "the path of %s must have 1 to %d steps", placeholderName(p), maxPathSteps)
	}
	steps := make([]query.Step, len(names))
	for i, name := range names {
		if dotted && strings.ContainsAny(name, "[]{}") {
			return nil, r.failPlaceholder(Unsupported, p, "[] and {n} in the path of %s are not supported yet", placeholderName(p))
		}
		steps[i] = query.Step{Name: name, At: p.At}
	}
	return steps, nil
}

// texts returns the elements of a list when all of them are texts.
func texts(list []any) ([]string, bool) {
	names := make([]string, len(list))
	for i, v := range list {
		name, ok := v.(string)
		if !ok {
			return nil, false
		}
		names[i] = name
	}
	return names, true
}
