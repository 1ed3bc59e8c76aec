package dataclasses

import (
	"cmp"
	"context"
	"errors"

	"github.com/ordago/ordago/model"
)

// entityValue is an entity of any class, as a value of a relation.
type entityValue interface{ entityRecord() *record }

func (r *record) entityRecord() *record { return r }

// recordOf is the record of an entity, nil for a nil entity.
func recordOf(v entityValue) *record {
	if v == nil || isNilEntity(v) {
		return nil
	}
	return v.entityRecord()
}

// assign gives an attribute a value and marks it touched.
func (r *record) assign(ctx context.Context, a *model.Attribute, value any) error {
	switch {
	case a.Kind == model.Storage:
		return r.assignStored(a, value)
	case a.Kind == model.RelatedEntity:
		return r.assignRelated(a, value)
	case a.Kind == model.Alias && !a.ReadOnly:
		return r.assignStored(a.Path[0], value)
	case a.Kind == model.Calculated && !a.ReadOnly:
		return r.assignCalculated(ctx, a, value)
	}
	return &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: "is read-only"}
}

func (r *record) assignStored(a *model.Attribute, value any) error {
	if a.Identifying && !r.isNew {
		if r.sameKey(a, value) {
			return nil
		}
		return &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: "is the key of a saved entity and cannot be changed"}
	}
	canonical, err := fromJSON(a, value)
	if err == nil {
		err = a.Assign(r.ptr, canonical)
		err = cmp.Or(errors.Unwrap(err), err) // without the attribute's name, which the ValueError has
	}
	if err != nil {
		return &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: err.Error()}
	}
	r.touch(a)
	return nil
}

// assignRelated sets the foreign key from an entity, a key, an object with __KEY or nil.
func (r *record) assignRelated(a *model.Attribute, value any) error {
	key, err := r.linkedKey(a, value)
	if err != nil {
		return err
	}
	if err := r.assignStored(a.ForeignKey, key); err != nil {
		return &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: "is no key of " + a.Target.Name}
	}
	delete(r.related, a)
	return nil
}

func (r *record) linkedKey(a *model.Attribute, value any) (any, error) {
	switch v := value.(type) {
	case entityValue:
		return r.keyOfEntity(a, recordOf(v))
	case map[string]any:
		return r.keyOfObject(a, v)
	}
	return value, nil
}

func (r *record) keyOfEntity(a *model.Attribute, other *record) (any, error) {
	if other == nil {
		return nil, nil
	}
	if other.class.model != a.Target && other.class.model.Name == a.Target.Name {
		return nil, &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: "takes an entity of its own datastore"}
	}
	if other.class.model != a.Target {
		return nil, &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: "takes an entity of " + a.Target.Name + ", not of " + other.class.model.Name}
	}
	return a.LinkedKey.Value(other.ptr)
}

// keyOfObject reads {"__KEY":"7"} and {"__deferred":{"__KEY":"7"}}; only the key of a nested entity is read.
func (r *record) keyOfObject(a *model.Attribute, object map[string]any) (any, error) {
	if deferred, ok := object["__deferred"].(map[string]any); ok {
		object = deferred
	}
	key, ok := object["__KEY"]
	if !ok {
		return nil, &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: "needs __KEY of an existing " + a.Target.Name}
	}
	return key, nil
}

func (r *record) touch(a *model.Attribute) {
	if r.assigned == nil {
		r.assigned = map[*model.Attribute]bool{}
	}
	r.assigned[a] = true
}

// sameKey reports whether a value is the one that a part of the key has.
func (r *record) sameKey(a *model.Attribute, value any) bool {
	canonical, err := fromJSON(a, value)
	if err != nil {
		return false
	}
	own, err := a.Value(r.ptr)
	return err == nil && model.EqualValues(own, canonical)
}
