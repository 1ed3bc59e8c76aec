package dataclasses

import (
	"context"
	"errors"
	"fmt"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// RelatedEntity returns the entity that an N to 1 relation of e leads to, nil when there is none (O-041). Successive calls return the
// same entity until e is reloaded, saved or linked elsewhere (O-045).
// Errors: *[AttributeError] when e has no such relation to R, *[PermissionError].
func RelatedEntity[R any](ctx context.Context, e interface{ entityRecord() *record }, relation string) (*Entity[R], error) {
	from := recordOf(e)
	if from == nil {
		return nil, errNoEntity
	}
	r, err := from.one(ctx, relation, typed[R]{})
	if err != nil || r == nil {
		return nil, err
	}
	return entityOf[R](r), nil
}

// RelatedEntities returns the selection that a 1 to N relation of e leads to, possibly empty (O-041).
// Errors: *[AttributeError] when e has no such relation to R.
func RelatedEntities[R any](e interface{ entityRecord() *record }, relation string) (*Selection[R], error) {
	from := recordOf(e)
	if from == nil {
		return nil, errNoEntity
	}
	s, err := from.many(relation, typed[R]{})
	if err != nil {
		return nil, err
	}
	return &Selection[R]{core: s}, nil
}

// errNoEntity is a nil entity where a relation begins.
var errNoEntity = errors.New("a nil entity has no relations")

// relation finds a relation by name and checks where it leads.
func (r *record) relation(name string, kind model.Kind, target types) (*model.Attribute, *class, error) {
	a := r.class.model.Attribute(name)
	if a == nil || kind == model.RelatedEntity && !a.ToOne() || kind == model.RelatedEntities && !a.ToMany() {
		return nil, nil, &AttributeError{Class: r.class.model.Name, Attribute: name}
	}
	c := r.class.ds.ofModel(a.Target)
	if target != nil && c.spec.types != target {
		return nil, nil, fmt.Errorf("%s.%s leads to %s: %w", r.class.model.Name, name, c.model.Name, &AttributeError{Class: r.class.model.Name, Attribute: name})
	}
	return a, c, nil
}

func (r *record) one(ctx context.Context, name string, target types) (*record, error) {
	a, c, err := r.relation(name, model.RelatedEntity, target)
	if err != nil {
		return nil, err
	}
	if err := c.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	if a.Kind == model.Calculated {
		return r.calculatedOne(ctx, a)
	}
	keys, err := r.class.derived(ctx, []*record{r}, a.ForeignKey)
	if err != nil || keys[0] == nil {
		return nil, err
	}
	key := keys[0]
	if known := r.related[a]; known != nil && model.EqualValues(known.linkedValue(a), key) {
		return known, nil
	}
	found, err := c.ds.related(ctx, a, []any{key})
	if err != nil {
		return nil, err
	}
	if r.related == nil {
		r.related = map[*model.Attribute]*record{}
	}
	r.related[a] = found[key]
	return found[key], nil
}

func (r *record) linkedValue(relation *model.Attribute) any {
	v, _ := relation.LinkedKey.Value(r.ptr)
	return v
}

func (r *record) many(name string, target types) (*selection, error) {
	a, c, err := r.relation(name, model.RelatedEntities, target)
	if err != nil {
		return nil, err
	}
	if a.Kind == model.Calculated {
		return nil, fmt.Errorf("%s.%s is a calculated attribute: get its selection with Compute", r.class.model.Name, name)
	}
	key, err := ownLink(a).Value(r.ptr)
	if err != nil {
		return nil, err
	}
	if key == nil {
		return c.none(), nil
	}
	if a.Kind == model.Alias {
		return c.reachedFrom(a.Path, key), nil
	}
	return c.relatedTo(a.ForeignKey, []any{key}), nil
}
