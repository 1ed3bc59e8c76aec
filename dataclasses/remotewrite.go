package dataclasses

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// write is what one object of an update body says besides values.
type write struct {
	key    KeyText // nil: none given
	stamp  *int64
	create bool // __ISNEW
}

// Save creates or updates the entity that body, a decoded JSON object, describes; key is the one of the URL, nil for none.
// Only the attributes in the body change; read-only ones, 1 to N relations and names that start with __ are ignored.
// With an error the entity as it is stored now is returned too, nil if there is none.
func (c *RemoteClass) Save(ctx context.Context, body map[string]any, key KeyText) (_ *RemoteEntity, err error) {
	defer guard("saving "+c.Name(), &err)
	ctx = remote(ctx)
	w, err := c.core.readWrite(body, key)
	if err != nil {
		return nil, err
	}
	r, err := c.core.target(ctx, w)
	if err != nil {
		return nil, err
	}
	if err := r.apply(ctx, body); err != nil {
		return r.stored(ctx), err
	}
	if err := r.saveAs(ctx, w); err != nil {
		return r.stored(ctx), err
	}
	return &RemoteEntity{r}, nil
}

// saveAs saves with the stamp that was sent. The save compares it after the validate events (O-525), except where there is nothing to save.
func (r *record) saveAs(ctx context.Context, w write) error {
	if w.stamp != nil && *w.stamp >= 0 {
		r.expected = w.stamp
	}
	if err := r.compareStamp(); err != nil && !r.isNew && !r.Touched() {
		return cmp.Or(r.maySave(ctx), err)
	}
	return r.save(ctx)
}

// stored is the entity as the database has it now, nil if it has none or the caller may not read it.
func (r *record) stored(ctx context.Context) *RemoteEntity {
	if r.isNew {
		return nil
	}
	key, err := r.class.keyOf(r.before())
	if err != nil {
		return nil
	}
	fresh, err := r.class.load(ctx, key)
	if err != nil {
		return nil
	}
	return &RemoteEntity{fresh}
}

// readWrite reads the system properties of a body.
func (c *class) readWrite(body map[string]any, key KeyText) (write, error) {
	w := write{key: key}
	if sent, ok := body["__KEY"]; ok && sent != nil && w.key == nil {
		text, ok := keyJSON(sent)
		if !ok {
			return w, &ValueError{Class: c.model.Name, Attribute: "__KEY", Msg: "must be a text or a number"}
		}
		w.key = c.splitKey(text)
	}
	if sent, ok := body["__STAMP"]; ok && sent != nil {
		n, err := stampJSON(sent)
		if err != nil {
			return w, &ValueError{Class: c.model.Name, Attribute: "__STAMP", Msg: err.Error()}
		}
		w.stamp = &n
	}
	w.create, _ = body["__ISNEW"].(bool)
	return w, nil
}

// keyJSON accepts a key as text or number.
func keyJSON(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case json.Number:
		return v.String(), true
	case float64:
		if v == math.Trunc(v) {
			return fmt.Sprintf("%.0f", v), true
		}
	}
	return "", false
}

func stampJSON(v any) (int64, error) {
	if n, ok := v.(json.Number); ok {
		if i, err := n.Int64(); err == nil {
			return i, nil
		}
	}
	if f, ok := v.(float64); ok && f == math.Trunc(f) {
		return int64(f), nil
	}
	return 0, errors.New("must be a whole number")
}

// target is the entity to write: a new one, or the stored one loaded.
func (c *class) target(ctx context.Context, w write) (*record, error) {
	if w.key == nil {
		return c.create(), nil
	}
	key, err := c.parse(ctx, w.key)
	if err != nil {
		return nil, err
	}
	if w.create {
		return c.createWithKey(key)
	}
	// Reading is part of updating, but the right to update does not need the right to read here: what comes back is checked on its own.
	if err := c.may(ctx, privileges.Update); err != nil {
		return nil, err
	}
	r, err := c.read(ctx, key)
	if errors.Is(err, ErrNotFound) && w.stamp != nil && *w.stamp == 0 {
		return c.createWithKey(key)
	}
	return r, err
}

func (c *class) createWithKey(key []any) (*record, error) {
	r := c.create()
	for i, a := range c.model.Key {
		if err := r.assignStored(a, key[i]); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// apply assigns the attributes of a body in model order, relations last: where a relation and its foreign key differ, the relation wins.
// Calculated attributes with a setter come after them: a setter may use what was sent beside it.
func (r *record) apply(ctx context.Context, body map[string]any) error {
	for name := range body {
		if !strings.HasPrefix(name, "__") && r.class.visibleAttribute(name) == nil {
			return &AttributeError{Class: r.class.model.Name, Attribute: name}
		}
	}
	derived, err := r.sentDerived(ctx, body)
	if err != nil {
		return err
	}
	for _, kind := range []model.Kind{model.Storage, model.RelatedEntity} {
		for _, a := range r.class.visible {
			value, sent := body[a.Name]
			if a.Kind != kind || !sent || r.ignores(a, value) {
				continue
			}
			if err := r.assign(ctx, a, value); err != nil {
				return err
			}
		}
	}
	// A client sends entities back as it got them: what is equal is not touched, so that the stamp stays.
	r.assigned = nil
	for _, a := range derived {
		if err := r.assign(ctx, a, body[a.Name]); err != nil {
			return err
		}
	}
	return nil
}

func (c *class) visibleAttribute(name string) *model.Attribute {
	if a := c.model.Attribute(name); a != nil && c.isVisible(a) {
		return a
	}
	return nil
}

// ignores reports whether a value of a body changes nothing: a null for a generated key, or an unchanged medium.
func (r *record) ignores(a *model.Attribute, value any) bool {
	if a.Identifying && value == nil {
		return true
	}
	object, ok := value.(map[string]any)
	return ok && (a.Type == model.Image || a.Type == model.Blob) && a.Kind == model.Storage && object["__deferred"] != nil
}

// Drop deletes the entity; stamp, if not nil, must be the stored one. Errors: [ErrNotFound] and those of [Entity.Drop].
func (c *RemoteClass) Drop(ctx context.Context, key KeyText, stamp *int64) error {
	ctx = remote(ctx)
	canonical, err := c.core.parse(ctx, key)
	if err != nil {
		return err
	}
	if err := c.core.may(ctx, privileges.Drop); err != nil {
		return err
	}
	r, err := c.core.read(ctx, canonical)
	if err != nil {
		return err
	}
	r.expected = stamp
	return r.drop(ctx, false)
}

// DropFailure is an entity that could not be deleted.
type DropFailure struct {
	Key string
	Err error
}

// Drop deletes every entity of the selection, each in a transaction of its own unless ctx belongs to one, and returns those that
// could not be deleted (O-370, R-296). Entities that are gone meanwhile are no failure.
func (s *RemoteSelection) Drop(ctx context.Context) ([]DropFailure, error) {
	ctx = remote(ctx)
	var failures []DropFailure
	err := s.core.drop(ctx, func(r *record, cause error) (goOn bool) {
		failures = append(failures, DropFailure{Key: r.Key(), Err: cause})
		return true
	})
	return failures, err
}
