package dataclasses

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ordago/ordago/model"
)

// calculation is a calculated attribute: its getter works on many entities at once, so that a page costs one call.
type calculation struct {
	name     string
	position string
	kind     model.Type
	simple   bool
	get      func(context.Context, []*record) ([]any, error) // canonical values
}

// Computed declares a calculated attribute (O-450): get runs at each access and never otherwise. Its result type is the attribute's type;
// a nil pointer is null. Remote callers see it with an exposed dataclass. When get reads the database, declare it with [ComputedMany].
func Computed[T, V any](name string, get func(context.Context, *Entity[T]) (V, error)) Option[T] {
	each := func(ctx context.Context, entities []*Entity[T]) ([]V, error) {
		values := make([]V, len(entities))
		for i, e := range entities {
			v, err := get(ctx, e)
			if err != nil {
				return nil, err
			}
			values[i] = v
		}
		return values, nil
	}
	return computed(name, callerPosition(), each)
}

// ComputedMany declares a calculated attribute whose getter works on all entities of a page at once and returns one value for each,
// so that it can read what it needs in one query.
func ComputedMany[T, V any](name string, get func(context.Context, []*Entity[T]) ([]V, error)) Option[T] {
	return computed(name, callerPosition(), get)
}

func computed[T, V any](name, position string, get func(context.Context, []*Entity[T]) ([]V, error)) Option[T] {
	kind, simple := typeOf(*new(V))
	c := &calculation{name: name, position: position, kind: kind, simple: simple}
	c.get = func(ctx context.Context, records []*record) (values []any, err error) {
		defer guard("computed attribute "+name, &err)
		entities := make([]*Entity[T], len(records))
		for i, r := range records {
			entities[i] = entityOf[T](r)
		}
		got, err := get(newReads(ctx), entities)
		if err != nil {
			return nil, err
		}
		return canonicalValues(name, got, len(records))
	}
	return optionFunc[T](func(s *classSpec) { s.calculated = append(s.calculated, c) })
}

func canonicalValues[V any](name string, got []V, want int) ([]any, error) {
	if len(got) != want {
		return nil, fmt.Errorf("computed attribute %s: the getter returned %d values for %d entities", name, len(got), want)
	}
	values := make([]any, len(got))
	for i, v := range got {
		canonical, err := canonicalOf(v)
		if err != nil {
			return nil, fmt.Errorf("computed attribute %s: %w", name, err)
		}
		values[i] = canonical
	}
	return values, nil
}

// typeOf is the catalog's type of a Go value's type.
func typeOf(v any) (kind model.Type, simpleDate bool) {
	switch v.(type) {
	case string, *string:
		return model.String, false
	case bool, *bool:
		return model.Bool, false
	case int32, *int32, int16, *int16, int8, *int8, uint8, *uint8, uint16, *uint16:
		return model.Long, false
	case int, *int, int64, *int64, uint, *uint, uint32, *uint32, uint64, *uint64:
		return model.Long64, false
	case float64, *float64, float32, *float32:
		return model.Number, false
	case time.Time, *time.Time:
		return model.Date, false
	case model.Day, *model.Day:
		return model.Date, true
	case time.Duration, *time.Duration:
		return model.Duration, false
	case []byte:
		return model.Blob, false
	}
	return model.Object, false
}

// addCalculated adds the attribute to the model.
func (c *class) addCalculated(calc *calculation) error {
	a := &model.Attribute{Name: calc.name, Kind: model.Calculated, Type: calc.kind, SimpleDate: calc.simple, Nullable: true, ReadOnly: true}
	if err := c.model.Add(a); err != nil {
		return err
	}
	c.calculated[a] = calc
	return nil
}

// aliasSpec is a declared alias.
type aliasSpec struct{ name, path, position string }

// Alias declares a second name for an attribute of the dataclass or for one that relations lead to (O-462): Alias[Invoice]("customerName", "customer.name").
// It is read-only. The path leads through N to 1 relations and other aliases and ends on a stored attribute.
func Alias[T any](name, path string) Option[T] {
	a := aliasSpec{name: name, path: path, position: callerPosition()}
	return optionFunc[T](func(s *classSpec) { s.aliases = append(s.aliases, a) })
}

// addAlias resolves an alias and adds it to the model. Aliases are resolved in the order of declaration.
func (c *class) addAlias(spec aliasSpec) error {
	path, err := c.aliasPath(spec)
	if err != nil {
		return fmt.Errorf("alias %s of %s: %w", spec.name, c.model.Name, err)
	}
	target := path[len(path)-1]
	a := &model.Attribute{Name: spec.name, Kind: model.Alias, Type: target.Type, SimpleDate: target.SimpleDate, Nullable: true, ReadOnly: true, Path: path}
	return c.model.Add(a)
}

func (c *class) aliasPath(spec aliasSpec) ([]*model.Attribute, error) {
	var path []*model.Attribute
	at := c.model
	steps := strings.Split(spec.path, ".")
	for i, step := range steps {
		a := at.Attribute(step)
		if a == nil {
			return nil, &AttributeError{Class: at.Name, Attribute: step}
		}
		last := i == len(steps)-1
		switch {
		case a.Kind == model.Alias && last:
			return append(path, a.Path...), nil
		case a.Kind == model.RelatedEntity && !last:
			at = a.Target
		case a.Kind == model.Storage && last:
		default:
			return nil, fmt.Errorf("%s is a %s attribute: a path leads through relatedEntity attributes and ends on a storage attribute", step, a.Kind)
		}
		path = append(path, a)
	}
	return path, nil
}

// derived computes a calculated or alias attribute for entities in memory.
func (c *class) derived(ctx context.Context, records []*record, a *model.Attribute) ([]any, error) {
	switch a.Kind {
	case model.Calculated:
		return c.calculated[a].get(ctx, records)
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

// aliasValues follows an alias for entities in memory, whose links may have been changed: one query for each relation of its path.
func (c *class) aliasValues(ctx context.Context, records []*record, a *model.Attribute) ([]any, error) {
	links := slices.Clone(records)
	for _, step := range a.Path[:len(a.Path)-1] {
		next, err := c.ds.follow(ctx, links, step)
		if err != nil {
			return nil, err
		}
		links = next
	}
	values := make([]any, len(links))
	target := a.Path[len(a.Path)-1]
	for i, r := range links {
		if r == nil {
			continue
		}
		v, err := target.Value(r.ptr)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	return values, nil
}

// follow reads the related entities of many entities in one query; nil where there is none.
func (ds *DataStore) follow(ctx context.Context, records []*record, relation *model.Attribute) ([]*record, error) {
	keys := make([]any, len(records))
	var wanted []any
	for i, r := range records {
		if r == nil {
			continue
		}
		key, err := relation.ForeignKey.Value(r.ptr)
		if err != nil {
			return nil, err
		}
		if keys[i] = key; key != nil {
			wanted = append(wanted, key)
		}
	}
	byKey, err := ds.related(ctx, relation, wanted)
	if err != nil {
		return nil, err
	}
	found := make([]*record, len(records))
	for i, key := range keys {
		if key != nil {
			found[i] = byKey[key]
		}
	}
	return found, nil
}

// related reads entities of a relation's target by the linked attribute.
func (ds *DataStore) related(ctx context.Context, relation *model.Attribute, keys []any) (map[any]*record, error) {
	byKey := map[any]*record{}
	if len(keys) == 0 {
		return byKey, nil
	}
	target := ds.ofModel(relation.Target)
	s := target.relatedTo(relation.LinkedKey, distinct(keys))
	statement, err := ds.planner.Select(s.source, target.stored, ds.inside(ctx))
	if err != nil {
		return nil, err
	}
	records, err := target.query(ctx, ds.reader(ctx), statement)
	for _, r := range records {
		if key, err := relation.LinkedKey.Value(r.ptr); err == nil {
			byKey[key] = r
		}
	}
	return byKey, err
}

// distinct removes repeated keys; canonical keys are comparable.
func distinct(keys []any) []any {
	seen := make(map[any]bool, len(keys))
	out := keys[:0:0]
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			out = append(out, k)
		}
	}
	return out
}

// canonicalOf makes the canonical value of a Go value: see the table at the end of model/class.go.
func canonicalOf(v any) (any, error) {
	switch v := v.(type) {
	case nil, string, bool, int64, float64, model.Day, time.Duration, []byte, json.RawMessage:
		return v, nil
	case time.Time:
		return model.Instant(v), nil
	case int:
		return int64(v), nil
	case int32:
		return int64(v), nil
	case int16:
		return int64(v), nil
	case int8:
		return int64(v), nil
	case uint:
		return unsigned(uint64(v)), nil
	case uint64:
		return unsigned(v), nil
	case uint32:
		return int64(v), nil
	case uint16:
		return int64(v), nil
	case uint8:
		return int64(v), nil
	case float32:
		return float64(v), nil
	}
	return canonicalPointer(v)
}

func unsigned(n uint64) any {
	if n <= 1<<63-1 {
		return int64(n)
	}
	return n
}

func canonicalPointer(v any) (any, error) {
	switch v := v.(type) {
	case *string:
		return dereferenced(v)
	case *bool:
		return dereferenced(v)
	case *int:
		return dereferenced(v)
	case *int32:
		return dereferenced(v)
	case *int64:
		return dereferenced(v)
	case *uint:
		return dereferenced(v)
	case *float64:
		return dereferenced(v)
	case *time.Time:
		return dereferenced(v)
	case *model.Day:
		return dereferenced(v)
	case *time.Duration:
		return dereferenced(v)
	}
	data, err := json.Marshal(v)
	return json.RawMessage(data), err
}

func dereferenced[V any](p *V) (any, error) {
	if p == nil {
		return nil, nil
	}
	return canonicalOf(*p)
}
