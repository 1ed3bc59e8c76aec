package sqlplan

import (
	"slices"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// target is where a path ends: an attribute (storage or relation, never an alias) of the row that ref stands for, or a
// place inside the document of an object attribute.
type target struct {
	at     *ref
	attr   *model.Attribute
	number int              // {n} of a relation at the end
	doc    *document        // nil: the attribute itself
	as     dialect.JSONKind // as what the place in the document is read
	free   *ref             // the outermost collection on the way that has no letter, or nil
}

// same reports whether two targets are the same value.
func (t target) same(o target) bool { return t.at == o.at && t.attr == o.attr && t.doc.equal(o.doc) }

// path resolves a path from the root entity (O-130). Each step is asked from the lens once per statement (S-327);
// an alias is replaced by what it leads through, for which the lens is not asked (O-166, S-296).
func (r *resolver) path(p query.Path) (target, error) {
	steps, err := r.steps(p)
	if err != nil {
		return target{}, err
	}
	var room [4]hop
	hops, inner, err := r.hops(room[:0], steps)
	if err != nil {
		return target{}, err
	}
	t, err := r.follow(target{at: r.root}, hops)
	if err != nil {
		return target{}, err
	}
	if last := hops[len(hops)-1].attr; last.Kind == model.Calculated {
		return t, nil
	}
	return r.inside(t, steps[inner:])
}

// steps are the steps of a path as written or as its placeholder says.
func (r *resolver) steps(p query.Path) ([]query.Step, error) {
	if p.Placeholder == nil {
		return p.Steps, nil
	}
	return r.boundPath(p.Placeholder)
}

// hop is one attribute of a path, aliases replaced.
type hop struct {
	attr   *model.Attribute
	number int // {n}, O-136
	at     int
}

// hops resolves the steps as far as they name attributes of classes, and returns the index of the last of these:
// what follows it is inside an object.
func (r *resolver) hops(hops []hop, steps []query.Step) ([]hop, int, error) {
	class := r.root.class
	for i, s := range steps {
		a, err := r.attribute(class, s)
		if err != nil {
			return nil, 0, err
		}
		before := len(hops)
		if hops, err = r.expand(hops, a, s, 0); err != nil {
			return nil, 0, err
		}
		last := hops[len(hops)-1].attr
		if err := r.checkMarks(hops[before:], s); err != nil {
			return nil, 0, err
		}
		if i == len(steps)-1 || documentable(last) {
			return hops, i, nil
		}
		if class = last.Target; class == nil {
			return nil, 0, r.failAttribute(UnknownAttribute, steps[i+1].At, last, "%s has no attributes, %q cannot follow it", label(last), steps[i+1].Name)
		}
	}
	return nil, 0, r.fail(UnknownAttribute, 0, "a path has no steps")
}

// documentable reports whether a path may go on inside the attribute's value.
func documentable(a *model.Attribute) bool {
	return a.Kind == model.Storage && a.Type == model.Object && !a.Vector
}

// attribute looks a step up in its class and asks the lens.
func (r *resolver) attribute(class *model.Class, s query.Step) (*model.Attribute, error) {
	a := class.Attribute(s.Name)
	if a == nil || !r.visible(a) {
		err := r.fail(UnknownAttribute, s.At, "attribute %q not found in dataclass %s", s.Name, class.Name)
		err.Class, err.Attribute = class.Name, s.Name
		return nil, err
	}
	return a, r.use(a)
}

// checkMarks refuses {n} behind what goes through no relation and [] behind what holds no objects.
func (r *resolver) checkMarks(hops []hop, s query.Step) error {
	a := hops[len(hops)-1].attr
	switch {
	case s.Ref != 0 && hops[0].attr.Target == nil:
		return r.failAttribute(WrongOperator, s.At, a, "%s is no relation: {%d} opens another reference to a relation", label(a), s.Ref)
	case s.Collection && !documentable(a):
		return r.failAttribute(WrongOperator, s.At, a, "%s is no object: brackets stand behind collections in objects", label(a))
	}
	return nil
}

// expand appends the hops that an attribute stands for: itself, or what an alias leads through.
func (r *resolver) expand(hops []hop, a *model.Attribute, s query.Step, depth int) ([]hop, error) {
	if a.Kind != model.Alias {
		if a.Kind == model.Calculated && r.calculated == nil {
			return nil, r.failAttribute(Unsupported, s.At, a, "calculated attribute %s.%s cannot be used in queries and sorts", a.Class.Name, a.Name)
		}
		return append(hops, hop{a, s.Ref, s.At}), nil
	}
	if len(a.Path) == 0 || depth > maxAliasDepth {
		return nil, r.failAttribute(Unsupported, s.At, a, "alias %s.%s leads nowhere", a.Class.Name, a.Name)
	}
	var err error
	for _, through := range a.Path {
		if hops, err = r.expand(hops, through, s, depth+1); err != nil {
			return nil, err
		}
	}
	return hops, nil
}

// follow goes from t through the hops: each relation that another attribute follows becomes a join.
func (r *resolver) follow(t target, hops []hop) (target, error) {
	for i, h := range hops {
		if t.attr != nil {
			next, err := r.join(t, h.at)
			if err != nil {
				return target{}, err
			}
			t.at = next
		}
		t.attr, t.number = h.attr, reference(hops, i)
	}
	return t, nil
}

// reference is the {n} of a hop. One behind a relatedEntity counts for the relatedEntities on both sides of it: each of
// their rows has one such entity only, so "roles.actor{2}" is another role (O-136).
func reference(hops []hop, i int) int {
	if hops[i].number != 0 {
		return hops[i].number
	}
	for _, h := range hops[i+1:] {
		if h.attr.Kind != model.RelatedEntity {
			break
		}
		if h.number != 0 {
			return h.number
		}
	}
	for i--; i >= 0 && hops[i].attr.Kind == model.RelatedEntity; i-- {
		if hops[i].number != 0 {
			return hops[i].number
		}
	}
	return 0
}

// join returns the row behind the relation that t ends on.
func (r *resolver) join(t target, at int) (*ref, error) {
	if t.attr.Target == nil || t.attr.ForeignKey == nil || t.attr.LinkedKey == nil {
		return nil, r.failAttribute(UnknownAttribute, at, t.attr, "%s leads to no dataclass", label(t.attr))
	}
	next, added := t.at.child(t.attr, r.scope, t.number)
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
