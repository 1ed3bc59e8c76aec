package dataclasses

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
)

// setEntity decodes an entity parameter: without __KEY a new entity with the values given, with it the stored one with the
// values applied in memory. Nothing is saved.
func setEntity(field any, ctx context.Context, b *boundFunction, raw json.RawMessage, _ SetResolver) error {
	c := b.ds.byType[reflectTypes(field)]
	if c == nil {
		return errors.New("is an entity of a dataclass that is not in this datastore")
	}
	var body map[string]any
	if err := decodeStrict(raw, &body, "an entity of "+c.model.Name); err != nil {
		return err
	}
	if !c.isEntityBody(body) {
		return errors.New("must be an entity of " + c.model.Name + `: {"__DATACLASS":"` + c.model.Name + `","__ENTITY":true,…}`)
	}
	r, err := c.entityOfBody(ctx, body)
	if err != nil {
		return err
	}
	assignPointer(field, r.self)
	return nil
}

func (c *class) isEntityBody(body map[string]any) bool {
	name, named := body["__DATACLASS"].(string)
	marked, _ := body["__ENTITY"].(bool)
	return marked && (!named || name == c.model.Name)
}

// entityOfBody makes the entity; reading the stored one needs the right to read.
func (c *class) entityOfBody(ctx context.Context, body map[string]any) (*record, error) {
	w, err := c.readWrite(body, nil)
	if err != nil {
		return nil, err
	}
	r := c.create()
	if w.key != nil {
		key, err := c.parse(ctx, w.key)
		if err != nil {
			return nil, err
		}
		if r, err = c.load(ctx, key); err != nil {
			return nil, err
		}
	}
	if w.stamp != nil && *w.stamp >= 0 {
		r.expected = w.stamp
	}
	return r, r.apply(ctx, body)
}

// setSelection decodes a selection parameter.
func setSelection(field any, ctx context.Context, b *boundFunction, raw json.RawMessage, sets SetResolver) error {
	c := b.ds.byType[reflectTypes(field)]
	if c == nil {
		return errors.New("is a selection of a dataclass that is not in this datastore")
	}
	var ref struct {
		Set   string `json:"__DATASET"`
		Class string `json:"__DATACLASS"`
		Mark  bool   `json:"__ENTITIES"`
	}
	if err := json.Unmarshal(raw, &ref); err != nil || ref.Set == "" || !ref.Mark {
		return errors.New("must be a selection of " + c.model.Name + `: {"__DATASET":"<entity set ID>","__ENTITIES":true}`)
	}
	if sets == nil {
		return ErrNoSet
	}
	s, err := sets(ctx, ref.Set[strings.LastIndexByte(ref.Set, '/')+1:])
	if err != nil {
		return err
	}
	if s.core.class != c || ref.Class != "" && ref.Class != c.model.Name {
		return &SetClassError{Class: c.model.Name}
	}
	assignPointer(field, c.spec.types.selection(s.core.forFunction()))
	return nil
}

// reflectTypes is the dataclass of a field of type **Entity[X] or **Selection[X].
func reflectTypes(field any) types {
	_, class, _ := receiverParameter(reflect.TypeOf(field).Elem())
	return class
}

func assignPointer(field, v any) { reflect.ValueOf(field).Elem().Set(reflect.ValueOf(v)) }
