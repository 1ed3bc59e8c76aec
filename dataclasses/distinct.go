package dataclasses

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// DistinctOption is an option of [Distinct].
type DistinctOption uint8

// Diacritical makes case and diacritics of texts significant.
const Diacritical DistinctOption = 8

// ValueCount is a value and how many entities have it.
type ValueCount[V any] struct {
	Value V   `json:"value"`
	Count int `json:"count"`
}

// maxDistinct is how many different values a remote caller may have collected.
const maxDistinct = 100_000

// Distinct returns the different values of a storage attribute, or of an alias of one through N to 1 relations, sorted, nulls left out (O-359). Of texts that differ only in case and
// diacritics the first in the order of their bytes stands for all, unless [Diacritical] is given. V is as for [Min].
// Errors: *[AttributeError] for an unknown attribute or a relation, a *[QueryError] for an object, image or blob attribute,
// *[PermissionError].
func Distinct[V, T any](ctx context.Context, s *Selection[T], of string, options ...DistinctOption) ([]V, error) {
	counted, err := DistinctCounts[V](ctx, s, of, options...)
	if err != nil {
		return nil, err
	}
	values := make([]V, len(counted))
	for i, c := range counted {
		values[i] = c.Value
	}
	return values, nil
}

// DistinctCounts is [Distinct] with the number of entities that have each value.
func DistinctCounts[V, T any](ctx context.Context, s *Selection[T], of string, options ...DistinctOption) ([]ValueCount[V], error) {
	found, err := s.core.distinct(ctx, of, slices.Contains(options, Diacritical))
	if err != nil {
		return nil, err
	}
	counts := make([]ValueCount[V], len(found))
	for i, f := range found {
		v, err := valueAs[V](s.core.class, of, f.value)
		if err != nil {
			return nil, err
		}
		counts[i] = ValueCount[V]{v, f.count}
	}
	return counts, nil
}

type distinctValue struct {
	value any
	fold  string // of a text
	count int
}

// distinct reads the values that the database finds different, and merges here what differs in case only: folding a million texts in the
// database would cost more than the few that are left.
func (s *selection) distinct(ctx context.Context, of string, diacritical bool) ([]distinctValue, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	a, err := s.class.columnAttribute(of)
	if err != nil {
		return nil, err
	}
	if s, err = s.evaluated(ctx); err != nil {
		return nil, err
	}
	source, lens := s.readable(), s.lens(ctx)
	statement, err := s.class.ds.plans(ctx, source, lens).Distinct(source, a, lens)
	if err != nil {
		return nil, err
	}
	var found []distinctValue
	err = scan(ctx, s.class.ds.reader(ctx), statement, 2, func(raw []any) error {
		if s.remote && len(found) == maxDistinct {
			return &LimitError{What: "different values of " + s.class.model.Name + "." + of, Max: maxDistinct}
		}
		v, err := a.Canonical(raw[0])
		if err != nil {
			return err
		}
		n, _ := raw[1].(int64)
		d := distinctValue{value: v, count: int(n)}
		if text, ok := v.(string); ok {
			d.fold = dialect.Fold(text)
		}
		found = append(found, d)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, compareDistinct)
	return merged(found, diacritical || a.Type == model.UUID), nil
}

// Distinct returns the different values of an attribute that the caller may see, as [Distinct] does: canonical values (see
// model.Attribute). Errors: as there, and a *[LimitError] for more than 100,000 values.
func (s *RemoteSelection) Distinct(ctx context.Context, a *model.Attribute) ([]any, error) {
	found, err := s.core.distinct(remote(ctx), a.Name, false)
	values := make([]any, len(found))
	for i, f := range found {
		values[i] = f.value
	}
	return values, err
}

// columnAttribute is an attribute by name that is a column of the class, or by an alias one of a class that it is related to N to 1: Open refuses other aliases of columns.
func (c *class) columnAttribute(name string) (*model.Attribute, error) {
	a := c.model.Attribute(name)
	if a == nil || a.Kind != model.Alias {
		return c.storageAttribute(name)
	}
	if a.Path[len(a.Path)-1].Kind != model.Storage {
		return nil, &AttributeError{Class: c.model.Name, Attribute: name}
	}
	return a, nil
}

// merged adds up neighbours that are the same value: a date that is stored with and without time, texts with the same fold.
func merged(sorted []distinctValue, diacritical bool) []distinctValue {
	out := sorted[:0]
	for _, d := range sorted {
		n := len(out) - 1
		text := d.fold != "" && !diacritical
		if n >= 0 && (text && out[n].fold == d.fold || model.EqualValues(out[n].value, d.value)) {
			out[n].count += d.count
			continue
		}
		out = append(out, d)
	}
	return out
}

func compareDistinct(a, b distinctValue) int {
	switch v := a.value.(type) {
	case string:
		w, _ := b.value.(string)
		return cmp.Or(cmp.Compare(a.fold, b.fold), cmp.Compare(v, w))
	case int64:
		w, _ := b.value.(int64)
		return cmp.Compare(v, w)
	case float64:
		w, _ := b.value.(float64)
		return cmp.Compare(v, w)
	case time.Duration:
		w, _ := b.value.(time.Duration)
		return cmp.Compare(v, w)
	case time.Time:
		w, _ := b.value.(time.Time)
		return v.Compare(w)
	case model.Day:
		w, _ := b.value.(model.Day)
		return v.Compare(w)
	case bool:
		return cmp.Compare(fmt.Sprint(v), fmt.Sprint(b.value)) // false before true
	}
	return 0
}

// DistinctPaths returns the paths of the properties that the objects of an object attribute have, sorted (O-360): "a.b" for a nested
// property, "c[].p" for one of the elements of a collection, and "c.length" for each collection. Null objects are left out.
// All objects of the selection are read, one after the other. Errors: *[AttributeError], *[ValueError] when the attribute is no object,
// *[PermissionError].
func (s *Selection[T]) DistinctPaths(ctx context.Context, of string) ([]string, error) {
	c := s.core.class
	if err := c.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	a, err := c.storageAttribute(of)
	if err != nil {
		return nil, err
	}
	if a.Type != model.Object {
		return nil, &ValueError{Class: c.model.Name, Attribute: of, Msg: "is no object: it has no paths"}
	}
	paths := map[string]bool{}
	err = s.core.eachValue(ctx, []string{of}, func(values []any) error {
		raw, ok := values[0].(json.RawMessage)
		if !ok {
			return nil
		}
		var v any
		if err := json.Unmarshal(raw, &v); err != nil {
			return fmt.Errorf("%s.%s: %w", c.model.Name, of, err)
		}
		collectPaths(paths, "", v)
		return nil
	})
	return slices.Sorted(maps.Keys(paths)), err
}

// collectPaths files the paths below a value that is at path.
func collectPaths(paths map[string]bool, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for name, inner := range v {
			below := strings.TrimPrefix(path+"."+name, ".")
			paths[below] = true
			collectPaths(paths, below, inner)
		}
	case []any:
		paths[strings.TrimPrefix(path+".length", ".")] = true
		for _, element := range v {
			collectPaths(paths, path+"[]", element)
		}
	}
}
