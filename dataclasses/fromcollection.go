package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/model"
)

// FromCollection creates or updates, and saves, one entity for each object, in turn, and returns the shareable selection of them in the
// order of the objects (O-070). Objects are what encoding/json makes of JSON, or Go values.
//
// A property is matched by name; one that the dataclass does not have is ignored, one whose value does not fit leaves its attribute
// unfilled (O-071). A property named like an N to 1 relation links an existing entity, given as an object with __KEY or with the key
// attribute of its dataclass (O-073). An object with the key of an existing entity updates it, under the name of the key attribute or as
// __KEY; otherwise it creates one: with the key given under its name, while an unknown __KEY is ignored (O-072). With "__NEW": true it
// always creates. With __STAMP, the stored stamp must be that one (O-074).
//
// Existing entities are read in one statement for 10,000 objects. The first object that cannot be saved ends it with its error, which says
// at which position; what was saved before stays and is returned, unless ctx belongs to a transaction (O-075).
// Errors: those of [Entity.Save].
func (c *DataClass[T]) FromCollection(ctx context.Context, objects []map[string]any) (*Selection[T], error) {
	members := keyset.NewBuilder(c.core.keyKind(), keyset.Ordered)
	err := c.core.fromCollection(ctx, objects, members)
	return &Selection[T]{core: c.core.all().withList(members.List())}, err
}

func (c *class) fromCollection(ctx context.Context, objects []map[string]any, saved *keyset.Builder) error {
	at := 0
	for chunk := range slices.Chunk(objects, keysAtOnce) {
		sources := make([]collectionObject, len(chunk))
		for i, object := range chunk {
			sources[i] = c.readObject(object)
		}
		known, err := c.existing(ctx, sources)
		if err != nil {
			return err
		}
		for _, o := range sources {
			key, err := o.save(ctx, c, known)
			if err != nil {
				return fmt.Errorf("object %d: %w", at, err)
			}
			if err := saved.Add(key); err != nil {
				return err
			}
			at++
		}
	}
	return nil
}

// collectionObject is one object and what it says about itself.
type collectionObject struct {
	values map[string]any
	key    []any // canonical; nil: none given, or one that no entity can have
	create bool  // __NEW
	stamp  *int64
}

func (c *class) readObject(object map[string]any) collectionObject {
	o := collectionObject{values: object}
	o.create, _ = object["__NEW"].(bool)
	if stamp, ok := wholeValue(object["__STAMP"]); ok {
		o.stamp = &stamp
	}
	if o.key = c.ownKey(object); o.key == nil {
		o.key = c.systemKey(object["__KEY"])
	}
	return o
}

// wholeValue is a whole number as JSON or Go code gives it.
func wholeValue(v any) (int64, bool) {
	if canonical, err := canonicalOf(v); err == nil {
		if n, ok := canonical.(int64); ok {
			return n, true
		}
	}
	n, err := stampJSON(v)
	return n, err == nil
}

// systemKey is the key given as __KEY, nil for none or one that no entity can have.
func (c *class) systemKey(v any) []any {
	text, ok := keyJSON(v)
	if n, whole := wholeValue(v); !ok && whole {
		text, ok = strconv.FormatInt(n, 10), true
	}
	if !ok {
		return nil
	}
	key, err := c.model.ParseKey(c.splitKey(text))
	if err != nil || slices.ContainsFunc(key, func(v any) bool { return !canBeKey(v) }) {
		return nil
	}
	return key
}

// ownKey is the key given under the names of its attributes, nil when a part is missing or does not fit.
func (c *class) ownKey(object map[string]any) []any {
	key := make([]any, len(c.model.Key))
	for i, a := range c.model.Key {
		v, err := fromJSON(a, object[a.Name])
		if err != nil || v == nil || !canBeKey(v) {
			return nil
		}
		key[i] = v
	}
	return key
}

// existing reads the entities that objects may update, by identity of the key. Those that a restriction hides are not found (O-077).
func (c *class) existing(ctx context.Context, objects []collectionObject) (map[string]*record, error) {
	known := map[string]*record{}
	var keys [][]any
	for _, o := range objects {
		if o.key != nil && !o.create {
			keys = append(keys, o.key)
		}
	}
	if len(keys) == 0 {
		return known, nil
	}
	s := c.all()
	s.source.Conditions = append(s.source.Conditions, c.keySource(keys).Conditions...)
	statement, err := s.planRead(ctx, s.source, c.stored)
	if err != nil {
		return nil, err
	}
	records, err := c.query(ctx, c.ds.reader(ctx), statement)
	for _, r := range records {
		if key, err := c.keyOf(r.ptr); err == nil {
			known[identity(key)] = r
		}
	}
	return known, err
}

// save writes one object and returns the key of its entity.
func (o collectionObject) save(ctx context.Context, c *class, known map[string]*record) (key []any, err error) {
	defer guard("saving "+c.model.Name, &err)
	var r *record
	if o.key != nil && !o.create {
		r = known[identity(o.key)]
	}
	if r == nil {
		r = c.create()
	}
	if err := r.fill(ctx, o.values); err != nil {
		return nil, err
	}
	w := write{}
	if !r.isNew {
		w.stamp = o.stamp
	}
	if err := r.saveAs(ctx, w); err != nil {
		return nil, err
	}
	if key, err = c.keyOf(r.ptr); err == nil {
		known[identity(key)] = r // a later object may update it
	}
	return key, err
}

// fill assigns the properties that fit (O-071), relations last: where a relation and its foreign key differ, the relation wins.
func (r *record) fill(ctx context.Context, object map[string]any) error {
	for _, kind := range []model.Kind{model.Storage, model.RelatedEntity} {
		for _, a := range r.class.model.Attributes {
			value, given := object[a.Name]
			if a.Kind != kind || !given || a.Identifying && value == nil {
				continue
			}
			if kind == model.RelatedEntity {
				if value = linkObject(a, value); value == nil {
					continue
				}
			}
			err := r.assign(ctx, a, value)
			if _, unfit := errors.AsType[*ValueError](err); err != nil && !unfit {
				return err
			}
		}
	}
	r.assigned = nil // what is equal to the stored value is not touched
	return nil
}

// linkObject gives the object of a relation its __KEY; nil when it names no key.
func linkObject(a *model.Attribute, value any) any {
	object, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for _, name := range []string{"__KEY", a.LinkedKey.Name} {
		if key := object[name]; key != nil {
			return map[string]any{"__KEY": key}
		}
	}
	return nil
}
