package session

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// maxDepth is how deep shared objects may be nested.
const maxDepth = 200

// dict and array are shared objects and lists in a working copy. What they hold
// is nil, a bool, a string, a json.Number, *dict, *array, or a json.RawMessage
// that was not looked into yet.
type dict struct{ values map[string]any }

type array struct{ items []any }

// decodeNode reads a JSON value, with numbers as they are written.
func decodeNode(data json.RawMessage) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, fmt.Errorf("session storage: %w", err)
	}
	return nodeOf(v), nil
}

// nodeOf turns decoded JSON into nodes.
func nodeOf(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for name, value := range v {
			v[name] = nodeOf(value)
		}
		return &dict{v}
	case []any:
		for i, item := range v {
			v[i] = nodeOf(item)
		}
		return &array{v}
	default:
		return v
	}
}

// encodeNode writes a node as JSON.
func encodeNode(node any) (json.RawMessage, error) {
	if raw, ok := node.(json.RawMessage); ok {
		return raw, nil
	}
	if deeper(node, maxDepth) {
		return nil, fmt.Errorf("session storage: more than %d objects are nested", maxDepth)
	}
	return json.Marshal(plain(node, func(n json.Number) any { return n }))
}

// deeper reports whether containers are nested more than limit times in node.
func deeper(node any, limit int) bool {
	switch node := node.(type) {
	case *dict:
		for _, value := range node.values {
			if limit == 0 || deeper(value, limit-1) {
				return true
			}
		}
	case *array:
		for _, item := range node.items {
			if limit == 0 || deeper(item, limit-1) {
				return true
			}
		}
	}
	return false
}

// plain copies a node into ordinary maps and slices (S-257).
func plain(node any, number func(json.Number) any) any {
	switch node := node.(type) {
	case *dict:
		m := make(map[string]any, len(node.values))
		for name, value := range node.values {
			m[name] = plain(value, number)
		}
		return m
	case *array:
		list := make([]any, len(node.items))
		for i, item := range node.items {
			list[i] = plain(item, number)
		}
		return list
	case json.Number:
		return number(node)
	default:
		return node
	}
}

// float is how numbers are given out.
func float(n json.Number) any {
	f, _ := n.Float64() // out of range: the largest there is
	return f
}

// scalar returns the node of a value that is no container; false for others (S-249).
func scalar(v any) (any, bool) {
	switch v := v.(type) {
	case nil, bool, string:
		return v, true
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano), true
	case float64:
		return numeral(v, !math.IsNaN(v) && !math.IsInf(v, 0))
	case float32:
		return numeral(v, !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0))
	case int, int8, int16, int32, int64, uint, uint8, uint16, uint32, uint64:
		return numeral(v, true)
	default:
		return nil, false
	}
}

func numeral(v any, finite bool) (any, bool) {
	if !finite {
		return nil, false
	}
	text, err := json.Marshal(v)
	return json.Number(text), err == nil
}

// isContainer reports whether data is a JSON object or list.
func isContainer(data json.RawMessage) bool { return first(data) == '{' || isList(data) }

func isList(data json.RawMessage) bool { return first(data) == '[' }

// first returns the byte by which the kind of a JSON value is known.
func first(data json.RawMessage) byte {
	data = bytes.TrimLeft(data, " \t\r\n")
	if len(data) == 0 {
		return 0
	}
	return data[0]
}
