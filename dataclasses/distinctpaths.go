package dataclasses

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

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
