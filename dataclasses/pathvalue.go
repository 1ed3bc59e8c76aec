package dataclasses

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// elements are the values of a path with [] for one entity, in the order of their collections, null where an element has none.
type elements []any

// columnValue is the canonical value of a column: nil, what its attribute holds, or of a place inside an object a bool, string, float64
// or json.RawMessage; elements for a path with [].
func columnValue(column sqlplan.Column, raw any) (v any, err error) {
	switch {
	case raw == nil: // also where a Go field could not hold it: nothing is related
		return nil, nil
	case column.Inside:
		v, err = insideValue(raw)
	default:
		v, err = column.Attribute.Canonical(raw)
	}
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", column.Attribute.Class.Name, column.Attribute.Name, err)
	}
	if len(column.Elements) > 0 {
		return collectElements(nil, v, column.Elements), nil
	}
	return v, nil
}

// insideValue decodes the JSON text of a place in an object.
func insideValue(raw any) (any, error) {
	switch text := raw.(type) {
	case string:
		return scalarOrJSON([]byte(text))
	case []byte:
		return scalarOrJSON(text)
	}
	return nil, fmt.Errorf("a value inside an object is a %T", raw)
}

// scalarOrJSON decodes a scalar; objects and collections stay as they are, in bytes of their own.
func scalarOrJSON(source json.RawMessage) (any, error) {
	var v any
	if err := json.Unmarshal(source, &v); err != nil {
		return nil, err
	}
	switch v.(type) {
	case map[string]any, []any:
		return append(json.RawMessage(nil), source...), nil
	}
	return v, nil
}

// collectElements appends what the keys lead to in the elements of a collection; anything else has no elements.
func collectElements(found elements, collection any, below [][]string) elements {
	source, _ := collection.(json.RawMessage)
	var list []json.RawMessage
	if json.Unmarshal(source, &list) != nil {
		return found
	}
	for _, element := range list {
		v := memberOf(element, below[0])
		if len(below) > 1 {
			found = collectElements(found, v, below[1:])
			continue
		}
		found = append(found, v)
	}
	return found
}

// memberOf follows keys into a JSON value; nil where there is nothing. "length" of a collection is the number of its elements (O-135).
func memberOf(source json.RawMessage, keys []string) any {
	for i, key := range keys {
		var list []json.RawMessage
		if key == "length" && i == len(keys)-1 && json.Unmarshal(source, &list) == nil && list != nil {
			return float64(len(list))
		}
		var object map[string]json.RawMessage
		if json.Unmarshal(source, &object) != nil {
			return nil
		}
		source = object[key]
	}
	v, err := scalarOrJSON(source)
	if err != nil { // there is no such member
		return nil
	}
	return v
}

// isScalarValue reports whether a value is neither null nor an object or a collection.
func isScalarValue(v any) bool {
	_, inside := v.(json.RawMessage)
	return v != nil && !inside
}

// checkPath finds paths that begin with what cannot be read as a value: unknown, calculated, or a relation alone.
func (c *class) checkPath(path string) error {
	first, _, longer := strings.Cut(path, ".")
	a := c.model.Attribute(strings.TrimSuffix(strings.TrimSpace(first), "[]"))
	if a == nil || a.Kind == model.Calculated || a.Target != nil && !longer {
		return &AttributeError{Class: c.model.Name, Attribute: path}
	}
	return nil
}
