package rest

import (
	"encoding/json"
	"net/url"
	"time"

	"github.com/ordago/ordago/model"
)

// ParseTarget parses a request target below /rest and returns its canonical form and its parsed value.
func ParseTarget(target string, strict bool) (canonical string, parsed any, err error) {
	u, err := url.ParseRequestURI(target)
	if err != nil {
		return "", nil, err
	}
	r, err := parseURL(u, "/rest", strict)
	if err != nil {
		return "", nil, err
	}
	return r.target("/rest"), *r, nil
}

// Key returns the key texts of a parsed target.
func Key(parsed any) []string { return parsed.(request).key }

// Failure returns status and codes of an error.
func Failure(err error) (status int, codes []int) {
	f := failureOf(err)
	if f == nil {
		f = internalError()
	}
	for _, e := range f.chain {
		codes = append(codes, e.code)
	}
	return f.status, codes
}

// JSONString writes a JSON string.
func JSONString(s string) string { return string(appendString(nil, s)) }

// Scalar writes a canonical value.
func Scalar(t model.Type, v any) string { return ScalarOf(&model.Attribute{Type: t}, v) }

// ScalarOf writes a canonical value of an attribute.
func ScalarOf(a *model.Attribute, v any) string {
	var w writer
	w.scalar(a, v)
	return string(w.buf)
}

// Subset writes the parts of an object that paths name.
func Subset(data string, paths [][]string) string {
	var w writer
	w.subset(json.RawMessage(data), paths)
	return string(w.buf)
}

// DecodeJSON decodes a body.
func DecodeJSON(data []byte) (any, error) { return decodeJSON(data, "body") }

// KeyTarget writes a key as it stands in a URI.
func KeyTarget(key []string) string { return keyTarget(key) }

// AllowAttempts reports which of a number of attempts at one moment are allowed.
func AllowAttempts(perSecond float64, burst int, times []time.Time, address func(int) string) []bool {
	var now time.Time
	a := newAttempts(perSecond, burst, func() time.Time { return now })
	out := make([]bool, len(times))
	for i, t := range times {
		now = t
		out[i] = a.allow(address(i))
	}
	return out
}

// MaxMembers makes a memory store that holds at most so many members.
func MaxMembers(most int) *MemoryEntitySets {
	m := NewMemoryEntitySets()
	m.most = most
	return m
}

// MobileMemoryOf makes a memory store for at most so many sign-ins.
func MobileMemoryOf(most int) *MobileMemory {
	m := NewMobileMemory()
	m.most = most
	return m
}

// MobileFilesOf limits a store to so many sign-ins.
func MobileFilesOf(m *MobileFiles, most int) *MobileFiles {
	m.index.most = most
	return m
}
