package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Sizes of values that pages make themselves.
const (
	maxVariable  = 256 << 10 // bytes of the value of one variable
	maxVariables = 1000
)

// plain turns a Go value into what expressions know: nil, text, bool, int, float64, lists and objects of these.
func plain(v any) (any, error) {
	switch v := v.(type) {
	case nil, string, bool, int, float64:
		return v, nil
	case int64:
		return int(v), nil
	case int32:
		return int(v), nil
	case uint:
		return plainUint(uint64(v)), nil
	case uint32:
		return int(v), nil
	case uint64:
		return plainUint(v), nil
	case float32:
		return float64(v), nil
	case []int:
		return listOf(v), nil
	case []string:
		return listOf(v), nil
	case []any:
		return plainList(v)
	case map[string]any:
		return plainObject(v)
	}
	return plainJSON(v)
}

// plainUint keeps what an int can hold exactly.
func plainUint(u uint64) any {
	if u > math.MaxInt {
		return float64(u)
	}
	return int(u)
}

func listOf[T any](list []T) []any {
	result := make([]any, len(list))
	for i, v := range list {
		result[i] = v
	}
	return result
}

func plainList(list []any) (any, error) {
	result := make([]any, len(list))
	for i, v := range list {
		p, err := plain(v)
		if err != nil {
			return nil, err
		}
		result[i] = p
	}
	return result, nil
}

func plainObject(object map[string]any) (any, error) {
	result := make(map[string]any, len(object))
	for name, v := range object {
		p, err := plain(v)
		if err != nil {
			return nil, err
		}
		result[name] = p
	}
	return result, nil
}

// plainJSON goes by the JSON form of a value, integers exact.
func plainJSON(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, &tagError{codeType, fmt.Errorf("a value has no form for pages: %w", err)}
	}
	return decodePlain(data)
}

func decodePlain(data []byte) (any, error) {
	var v any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return nil, &tagError{codeType, err}
	}
	return exact(v), nil
}

// exact replaces the numbers of a decoded value, in place.
func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return int(i)
		}
		f, _ := v.Float64() // out of range: infinite, which is shown as an error
		return f
	case []any:
		for i := range v {
			v[i] = exact(v[i])
		}
	case map[string]any:
		for name := range v {
			v[name] = exact(v[name])
		}
	}
	return v
}

// textOf is what a tag shows of a value: nothing for nil, and numbers with a period, whatever the language of the user (S-395).
func textOf(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		if !math.IsInf(v, 0) && !math.IsNaN(v) {
			return strconv.FormatFloat(v, 'f', -1, 64), nil
		}
	}
	return "", wrongType("a value that is not a text, number or Boolean cannot be shown")
}

// weigh returns left minus the size of v, or something negative when v is larger: it stops early, whatever the size.
func weigh(v any, left int) int {
	left -= 16
	switch v := v.(type) {
	case string:
		left -= len(v)
	case []any:
		for _, item := range v {
			if left = weigh(item, left); left < 0 {
				return left
			}
		}
	case map[string]any:
		for name, item := range v {
			if left = weigh(item, left-len(name)); left < 0 {
				return left
			}
		}
	}
	return left
}

// argument converts a value of a page into the parameter type of a function.
func argument[A any](args []any, i int) (A, error) {
	var a A
	if i >= len(args) {
		return a, wrongType("argument %d is missing", i+1)
	}
	if v, ok := args[i].(A); ok {
		return v, nil
	}
	if !convert(args[i], &a) {
		return a, wrongType("argument %d has the wrong type", i+1)
	}
	return a, nil
}

// convert sets *to from v; nil is empty.
func convert(v, to any) bool {
	i, isInt := v.(int)
	f, isFloat := v.(float64)
	whole := isFloat && f == math.Trunc(f) && math.Abs(f) < 1<<53
	switch to := to.(type) {
	case *int64:
		*to = int64(i)
		if whole {
			*to = int64(f)
		}
		return isInt || whole
	case *int:
		*to = int(f)
		return whole
	case *float64:
		*to = float64(i)
		return isInt
	case *string:
		return v == nil
	case *any:
		return v == nil
	}
	return false
}
