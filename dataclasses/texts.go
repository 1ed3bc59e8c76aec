package dataclasses

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/ordago/ordago/model"
)

// checkTexts refuses texts that PostgreSQL cannot store, on every database: what one takes, all must take.
func (r *record) checkTexts() error {
	for _, a := range r.class.stored {
		if a.Type != model.String && a.Type != model.Object {
			continue
		}
		v, err := a.Value(r.ptr)
		if err != nil {
			return err
		}
		if !storable(v) {
			return &ValueError{Class: r.class.model.Name, Attribute: a.Name, Msg: "must be a text without NUL and broken characters"}
		}
	}
	return nil
}

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
