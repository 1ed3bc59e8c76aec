package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/model"
)

// derived computes a calculated or alias attribute for entities in memory.
func (c *class) derived(ctx context.Context, records []*record, a *model.Attribute) ([]any, error) {
	switch a.Kind {
	case model.Calculated:
		return c.calculate(ctx, records, a)
	case model.Alias:
		return c.aliasValues(ctx, records, a)
	}
	values := make([]any, len(records))
	for i, r := range records {
		v, err := a.Value(r.ptr)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// calculating is a getter that runs, in the context that it got.
type calculating struct {
	attribute *model.Attribute
	records   []*record
	outer     *calculating
	depth     int
}

type calculatingKey struct{}

// maxCalculating is how many getters may ask for each other.
const maxCalculating = 64

// calculate runs a getter. One that asks for itself, by way of others too, would never end (O-451).
func (c *class) calculate(ctx context.Context, records []*record, a *model.Attribute) ([]any, error) {
	run := &calculating{attribute: a, records: records}
	if run.outer, _ = ctx.Value(calculatingKey{}).(*calculating); run.outer != nil {
		run.depth = run.outer.depth + 1
	}
	if run.depth >= maxCalculating || run.recurs() {
		return nil, fmt.Errorf("computed attribute %s.%s: its getter asks for itself", c.model.Name, a.Name)
	}
	return c.calculated[a].get(context.WithValue(ctx, calculatingKey{}, run), records)
}

// recurs reports whether the same attribute of one of the entities is being calculated already.
func (run *calculating) recurs() bool {
	for outer := run.outer; outer != nil; outer = outer.outer {
		if outer.attribute == run.attribute && shareEntity(outer.records, run.records) {
			return true
		}
	}
	return false
}

// shareEntity reports whether an entity is on both lists, by key: it may have been read anew.
func shareEntity(a, b []*record) bool {
	keys := make(map[any]bool, len(a))
	for _, r := range a {
		keys[entityIdentity(r)] = true
	}
	for _, r := range b {
		if keys[entityIdentity(r)] {
			return true
		}
	}
	return false
}

// entityIdentity tells entities apart: saved ones by key, new ones as objects.
func entityIdentity(r *record) any {
	if key, err := r.class.keyOf(r.ptr); err == nil && !r.isNew {
		return identity(key)
	}
	return r
}
