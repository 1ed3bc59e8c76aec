package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/model"
)

// aliasSpec is a declared alias.
type aliasSpec struct{ name, path, position string }

// Alias declares a second name for an attribute of the dataclass, or a name for what a path of relations leads to (O-462):
//
//	dataclasses.Alias[Invoice]("customerName", "customer.name")
//	dataclasses.Alias[Student]("teachers", "courses.teacher")
//
// Steps of the path may be aliases themselves; the order of declaration does not matter (O-463). A path that ends on a stored or calculated
// attribute leads through N to 1 relations and has its type. One that ends on a relation is an entity, or a selection without
// duplicates when a 1 to N relation is on the way (O-464): see [RelatedEntity] and [RelatedEntities].
// An alias is read-only, unless it names a stored attribute of the dataclass itself (O-465).
func Alias[T any](name, path string) Option[T] {
	a := aliasSpec{name: name, path: path, position: callerPosition()}
	return optionFunc[T](func(s *classSpec) { s.aliases = append(s.aliases, a) })
}

// aliasValues follows an alias for entities in memory, whose links may have been changed: one query for each relation of its path.
func (c *class) aliasValues(ctx context.Context, records []*record, a *model.Attribute) ([]any, error) {
	return c.valuesBehind(ctx, records, a.Path)
}

// valuesBehind follows relations to an attribute.
func (c *class) valuesBehind(ctx context.Context, records []*record, path []*model.Attribute) ([]any, error) {
	links := slices.Clone(records)
	for _, step := range path[:len(path)-1] {
		next, err := c.ds.follow(ctx, links, step)
		if err != nil {
			return nil, err
		}
		links = next
	}
	return c.valuesAt(ctx, links, path[len(path)-1])
}

// valuesAt are the values of an attribute of entities some of which are not there. An entity that several others lead to is asked once.
func (c *class) valuesAt(ctx context.Context, links []*record, target *model.Attribute) ([]any, error) {
	values := make([]any, len(links))
	var present []*record
	index := map[*record]int{}
	for _, r := range links {
		if _, known := index[r]; r != nil && !known {
			index[r] = len(present)
			present = append(present, r)
		}
	}
	if len(present) == 0 {
		return values, nil
	}
	found, err := c.ds.ofModel(target.Class).derived(ctx, present, target)
	if err != nil {
		return nil, err
	}
	for i, r := range links {
		if r != nil {
			values[i] = found[index[r]]
		}
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
	statement, err := ds.planInside(ctx, s.source, target.stored)
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
