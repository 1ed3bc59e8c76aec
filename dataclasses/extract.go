package dataclasses

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// ExtractOption is an option of [Extract].
type ExtractOption uint8

// KeepNull keeps the place of null values: they are the zero value, nil where V is any.
const KeepNull ExtractOption = 1

// Extract returns the values at a path such as "name" or "customer.name", in the selection's order with repetitions (O-355, O-356); null
// values are left out unless [KeepNull] is given. V is as for [Min], and json.RawMessage for objects and collections. The path leads through
// N to 1 relations and ends on a stored, alias or, of the dataclass itself, calculated attribute, or inside an object: "extra.home.street",
// "extra.list[].size" with the values of all elements one after the other. Members that are gone have no values.
//
// Errors: a *[QueryError] for a path that does not exist or has several values for an entity (ORDA answers with an empty collection),
// *[PermissionError].
func Extract[V, T any](ctx context.Context, s *Selection[T], path string, options ...ExtractOption) ([]V, error) {
	keepNull := slices.Contains(options, KeepNull)
	values := []V{}
	err := s.core.eachValue(ctx, []string{path}, func(row []any) error {
		list, several := row[0].(elements)
		if !several {
			list = elements{row[0]}
		}
		for _, value := range list {
			if value == nil && !keepNull {
				continue
			}
			v, err := valueAs[V](s.core.class, path, value)
			if err != nil {
				return err
			}
			values = append(values, v)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return values, nil
}

// ExtractObjects returns an object for each entity (O-357): pairs are a path, as for [Extract], and the name of its value in the object,
// any number of times; a last path without a name is ignored. Null values are kept; a path with [] gives a []any.
//
//	rows, err := invoices.ExtractObjects(ctx, "number", "no", "customer.name", "who")
func (s *Selection[T]) ExtractObjects(ctx context.Context, pairs ...string) ([]map[string]any, error) {
	var paths, names []string
	for i := 0; i+1 < len(pairs); i += 2 {
		paths, names = append(paths, pairs[i]), append(names, pairs[i+1])
	}
	objects := []map[string]any{}
	if len(paths) == 0 {
		return objects, nil
	}
	err := s.core.eachValue(ctx, paths, func(row []any) error {
		object := make(map[string]any, len(names))
		for i, name := range names {
			object[name] = row[i]
			if list, several := row[i].(elements); several {
				object[name] = []any(list)
			}
		}
		objects = append(objects, object)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return objects, nil
}

// ExtractEntities returns the entities that an N to 1 relation leads to, in the selection's order with repetitions; entities without one
// are passed over (O-356, O-358). Two statements read them all. Errors: as [Related].
func ExtractEntities[R, T any](ctx context.Context, s *Selection[T], relation string) ([]*Entity[R], error) {
	c := s.core.class
	a := c.model.Attribute(relation)
	if a == nil || a.Kind != model.RelatedEntity || c.ds.ofModel(a.Target).spec.types != (typed[R]{}) {
		return nil, &AttributeError{Class: c.model.Name, Attribute: relation}
	}
	if err := c.mayAttribute(c.ds.authority(ctx), privileges.Read, a); err != nil {
		return nil, err
	}
	if err := c.ds.ofModel(a.Target).may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	records, err := s.core.records(ctx)
	if err != nil {
		return nil, err
	}
	found, err := c.ds.follow(ctx, records, a)
	if err != nil {
		return nil, err
	}
	entities := make([]*Entity[R], 0, len(found))
	for _, r := range found {
		if r != nil {
			entities = append(entities, entityOf[R](r))
		}
	}
	return entities, nil
}

// eachValue hands the canonical values at the paths of every entity to fn, in the selection's order. fn must not keep the slice.
func (s *selection) eachValue(ctx context.Context, paths []string, fn func(values []any) error) error {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return err
	}
	if slices.ContainsFunc(paths, s.class.isCalculated) {
		return s.eachComputed(ctx, paths, fn)
	}
	s, err := s.evaluated(ctx)
	if err != nil {
		return err
	}
	list := s.list()
	if list == nil {
		return s.class.readValues(ctx, s, s.source, false, paths, fn)
	}
	for keys := range pages(list, keysAtOnce) {
		if err := s.valuesByKey(ctx, keys, paths, fn); err != nil {
			return err
		}
	}
	return nil
}

// valuesByKey reads a page of fixed members; those that are gone are passed over.
func (s *selection) valuesByKey(ctx context.Context, keys [][]any, paths []string, fn func([]any) error) error {
	n := len(s.class.model.Key)
	byKey := make(map[string][]any, len(keys))
	err := s.class.readValues(ctx, s, s.class.keySource(keys), true, paths, func(row []any) error {
		byKey[identity(row[:n])] = slices.Clone(row[n:])
		return nil
	})
	if err != nil {
		return err
	}
	for _, key := range keys {
		values, alive := byKey[identity(key)]
		if !alive {
			continue
		}
		if err := fn(values); err != nil {
			return err
		}
	}
	return nil
}

func (c *class) readValues(ctx context.Context, s *selection, source *sqlplan.Source, keys bool, paths []string, fn func([]any) error) error {
	lens := s.lens(ctx)
	statement, columns, err := c.ds.plans(ctx, source, lens).Values(source, keys, paths, lens)
	if err != nil {
		return err
	}
	values := make([]any, len(columns))
	return scan(ctx, c.ds.reader(ctx), statement, len(columns), func(raw []any) error {
		for i, column := range columns {
			if values[i], err = columnValue(column, raw[i]); err != nil {
				return err
			}
		}
		return fn(values)
	})
}

func (c *class) isCalculated(path string) bool {
	a := c.model.Attribute(strings.TrimSpace(path))
	return a != nil && a.Kind == model.Calculated
}

// eachComputed loads entities, because Go code must see them: all paths must be attributes of the dataclass.
func (s *selection) eachComputed(ctx context.Context, paths []string, fn func([]any) error) error {
	attributes := make([]*model.Attribute, len(paths))
	authority := s.class.ds.authority(ctx)
	for i, path := range paths {
		a := s.class.model.Attribute(strings.TrimSpace(path))
		if a == nil || a.Target != nil {
			return fmt.Errorf("beside a calculated attribute only those of the dataclass itself: %w", &AttributeError{Class: s.class.model.Name, Attribute: path})
		}
		if err := s.class.mayAttribute(authority, privileges.Read, a); err != nil {
			return err
		}
		attributes[i] = a
	}
	list, err := s.members(ctx, -1)
	if err != nil {
		return err
	}
	for keys := range pages(list, page) {
		if err := s.class.computedByKey(ctx, keys, attributes, fn); err != nil {
			return err
		}
	}
	return nil
}

func (c *class) computedByKey(ctx context.Context, keys [][]any, attributes []*model.Attribute, fn func([]any) error) error {
	records, err := c.recordsByKey(ctx, keys)
	if err != nil {
		return err
	}
	columns := make([][]any, len(attributes))
	for i, a := range attributes {
		if columns[i], err = c.derived(ctx, records, a); err != nil {
			return err
		}
	}
	row := make([]any, len(attributes))
	for i := range records {
		for j := range row {
			row[j] = columns[j][i]
		}
		if err := fn(row); err != nil {
			return err
		}
	}
	return nil
}
