package dataclasses

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/ordago/ordago/model"
)

// This file knows what a database cannot store although Go can. What one database refuses, all do, and in our words.

// checkStorable refuses values that not every database takes.
func (r *record) checkStorable() error {
	for _, a := range r.class.stored {
		if a.Type != model.String && a.Type != model.Object && !a.Type.Integer() {
			continue
		}
		v, err := a.Value(r.ptr)
		if err != nil {
			return err
		}
		if msg := unstorable(v); msg != "" {
			return &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: msg}
		}
	}
	return nil
}

// unstorable says what is wrong with a canonical value, "" for nothing.
func unstorable(v any) string {
	if _, beyond := v.(uint64); beyond { // canonical integers are int64 where they fit
		return fmt.Sprintf("must be at most %d", math.MaxInt64)
	}
	if !storable(v) {
		return "must be a text without NUL and broken characters"
	}
	return ""
}

// canBeKey reports whether a row can have the canonical value as a part of its key.
func canBeKey(v any) bool { return v != nil && unstorable(v) == "" }

// storable reports whether every text in a canonical or JSON value is UTF-8 without NUL.
func storable(v any) bool {
	switch v := v.(type) {
	case string:
		return utf8.ValidString(v) && strings.IndexByte(v, 0) < 0
	case json.RawMessage:
		return utf8.Valid(v) && (!bytes.Contains(v, []byte(`\u0000`)) || storableJSON(v))
	case map[string]any:
		for name, member := range v {
			if !storable(name) || !storable(member) {
				return false
			}
		}
	case []any:
		for _, element := range v {
			if !storable(element) {
				return false
			}
		}
	}
	return true
}

// storableJSON looks closer: the escape may follow a backslash that is escaped itself.
func storableJSON(data json.RawMessage) bool {
	var v any
	return json.Unmarshal(data, &v) == nil && storable(v)
}
