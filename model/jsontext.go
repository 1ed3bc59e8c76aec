package model

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// errJSON is what is wrong with a text that is no JSON. It does not repeat the text.
var errJSON = errors.New("not valid JSON")

// jsonText returns the JSON text of a raw driver value; empty for null.
func jsonText(raw any) ([]byte, error) {
	switch v := raw.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(v), nil
	case []byte:
		return v, nil
	case json.RawMessage:
		return v, nil
	}
	return nil, fmt.Errorf("a %T is no JSON text", raw)
}

// decodeJSON reads one JSON value; whole numbers that fit become int64, all others float64.
func decodeJSON(data []byte) (any, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, errJSON
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errJSON
	}
	return numbers(v)
}

// numbers replaces every json.Number in a decoded value, in place.
func numbers(v any) (any, error) {
	var err error
	switch v := v.(type) {
	case json.Number:
		return number(string(v))
	case []any:
		for i := range v {
			if v[i], err = numbers(v[i]); err != nil {
				return nil, err
			}
		}
	case map[string]any:
		for k := range v {
			if v[k], err = numbers(v[k]); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

func number(text string) (any, error) {
	if !strings.ContainsAny(text, ".eE") && text != "-0" {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("a number in the JSON value is too large")
	}
	return f, nil
}

// encodeJSON writes a value without white space and without escaping HTML, keys in order.
func encodeJSON(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// canonicalJSON brings JSON text into the one form that all databases and the Go value share: PostgreSQL orders keys
// and rewrites numbers, Go orders keys differently and writes floats in its own way. nil for null and for the empty text.
func canonicalJSON(data []byte) (any, error) {
	if len(data) == 0 || string(data) == "null" {
		return nil, nil
	}
	if isCanonical(data) {
		return json.RawMessage(data), nil
	}
	v, err := decodeJSON(data)
	if err != nil || v == nil {
		return nil, err
	}
	return encodeJSON(v)
}
