package dataclasses

import (
	"encoding/json"
	"time"

	"github.com/ordago/ordago/model"
)

// This file converts between the Go values of the program's functions and canonical values.

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
	switch related := v.(type) {
	case entityResult:
		if isNilEntity(related) {
			return nil, nil
		}
		return v, nil
	case selectionResult:
		if related.selectionCore() == nil {
			return nil, nil
		}
		return v, nil
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

// goValue converts a value as Go code or a client gives it to the Go type of an attribute's values. Null is the zero value.
func goValue[V any](a *model.Attribute, value any) (V, error) {
	var v V
	if typed, ok := value.(V); ok || value == nil {
		return typed, nil
	}
	canonical, err := fromJSON(a, value)
	if err != nil || canonical == nil {
		return v, err
	}
	if !fill(&v, canonical) {
		return v, wrongType(a)
	}
	return v, nil
}

// fill sets what p points to from a canonical value and reports whether it fits. Types of the program's own go by their JSON form,
// which does not fit where a number is out of range or of another type.
func fill(p, canonical any) bool {
	filled := false
	switch v := canonical.(type) {
	case string:
		filled = put(p, v)
	case bool:
		filled = put(p, v)
	case int64:
		filled = put(p, v)
	case float64:
		filled = put(p, v)
	case model.Day:
		filled = put(p, v)
	case time.Time:
		filled = put(p, v)
	case time.Duration:
		filled = put(p, v)
	case []byte:
		filled = put(p, v)
	}
	if filled {
		return true
	}
	data, err := json.Marshal(canonical)
	return err == nil && json.Unmarshal(data, p) == nil
}

// put stores v where p is a *V or a **V.
func put[V any](p any, v V) bool {
	switch p := p.(type) {
	case *V:
		*p = v
		return true
	case **V:
		*p = &v
		return true
	}
	return false
}
