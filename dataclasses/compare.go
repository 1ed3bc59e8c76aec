package dataclasses

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// This file compares canonical values in memory as queries and sorts do in the database: text by its folded form (O-115, O-151), null with
// nothing (O-126, O-128), values of different kinds in the order of O-150.

// satisfies reports whether the value of an attribute fulfils a condition. operand is null, one value, or for IN a list.
func satisfies(value any, op query.Op, operand any) bool {
	if operand == nil {
		switch op {
		case query.Equal, query.Identical, query.Like:
			return value == nil
		case query.NotEqual, query.NotIdentical:
			return value != nil
		}
		return false
	}
	if value == nil {
		return false
	}
	if op == query.In {
		list, _ := operand.([]any)
		for _, one := range list {
			if one != nil && satisfies(value, query.Equal, one) {
				return true
			}
		}
		return false
	}
	value, operand, ok := alike(value, operand)
	if !ok {
		return false
	}
	if text, ok := value.(string); ok {
		return textSatisfies(text, op, operand.(string))
	}
	return ordered(compareValues(value, operand), op)
}

// ordered turns the result of a comparison into the answer of an operator.
func ordered(c int, op query.Op) bool {
	switch op {
	case query.NotEqual, query.NotIdentical:
		return c != 0
	case query.Less:
		return c < 0
	case query.LessEqual:
		return c <= 0
	case query.Greater:
		return c > 0
	case query.GreaterEqual:
		return c >= 0
	case query.Keyword, query.Begin:
		return false
	}
	return c == 0
}

// alike brings a value and what it is compared with to one kind (O-120); false where that is impossible.
func alike(value, operand any) (any, any, bool) {
	switch v := value.(type) {
	case string:
		text, ok := operand.(string)
		if !ok {
			text = model.KeyText(operand)
		}
		return v, text, true
	case bool:
		if text, ok := operand.(string); ok && (text == "true" || text == "false") {
			operand = text == "true"
		}
		_, ok := operand.(bool)
		return v, operand, ok
	case int64, uint64, float64:
		return alikeNumbers(v, operand)
	case model.Day:
		return v, dayOf(operand), !dayOf(operand).IsZero()
	case time.Time:
		if d, ok := wholeDay(operand); ok { // what names a day is compared as the whole day
			return model.Today(v.UTC()), d, true
		}
		at, ok := instantOf(operand)
		return v, at, ok
	case time.Duration:
		d, ok := durationOf(operand)
		return v, d, ok
	}
	return nil, nil, false
}

func alikeNumbers(v, operand any) (any, any, bool) {
	if text, ok := operand.(string); ok {
		n, err := numberOf(text)
		if err != nil {
			return nil, nil, false
		}
		operand = n
	}
	switch operand.(type) {
	case int64, uint64, float64:
		return v, operand, true
	}
	return nil, nil, false
}

func numberOf(text string) (any, error) {
	var n json.Number = json.Number(strings.TrimSpace(text))
	if i, err := n.Int64(); err == nil {
		return i, nil
	}
	return n.Float64()
}

func dayOf(v any) model.Day {
	switch v := v.(type) {
	case model.Day:
		return v
	case time.Time:
		return model.Today(v)
	case string:
		d, _ := model.ParseWireDay(strings.TrimSpace(v))
		return d
	}
	return model.Day{}
}

// wholeDay reports whether a value names a day and no time.
func wholeDay(v any) (model.Day, bool) {
	if text, ok := v.(string); ok && len(strings.TrimSpace(text)) > len(time.DateOnly) {
		return model.Day{}, false
	}
	if _, ok := v.(time.Time); ok {
		return model.Day{}, false
	}
	d := dayOf(v)
	return d, !d.IsZero()
}

func instantOf(v any) (time.Time, bool) {
	switch v := v.(type) {
	case time.Time:
		return model.Instant(v), true
	case string:
		at, err := timeOrNull(strings.TrimSpace(v))
		t, ok := at.(time.Time)
		return t, ok && err == nil
	}
	return time.Time{}, false
}

func durationOf(v any) (time.Duration, bool) {
	switch v := v.(type) {
	case time.Duration:
		return v, true
	case int64:
		return time.Duration(v) * time.Millisecond, v <= int64(maxDuration/time.Millisecond) && v >= -int64(maxDuration/time.Millisecond)
	case float64:
		return time.Duration(v * float64(time.Millisecond)), math.Abs(v) < float64(maxDuration/time.Millisecond)
	case string:
		d, err := ParseDuration(strings.TrimSpace(v))
		return d, err == nil
	}
	return 0, false
}

// rank is the place of a value's kind in a sort: null, boolean, text, number, object, date (O-150). Durations count as numbers.
func rank(v any) int {
	switch v.(type) {
	case nil:
		return 0
	case bool:
		return 1
	case string:
		return 2
	case int64, uint64, float64, time.Duration:
		return 3
	case model.Day, time.Time:
		return 5
	}
	return 4
}

// compareValues orders two canonical values as O-150 says: negative when a comes first.
func compareValues(a, b any) int {
	if c := cmp.Compare(rank(a), rank(b)); c != 0 {
		return c
	}
	switch a := a.(type) {
	case nil:
		return 0
	case bool:
		return compareBools(a, b.(bool))
	case string:
		return strings.Compare(dialect.Fold(a), dialect.Fold(b.(string)))
	case model.Day, time.Time:
		return timeOf(a).Compare(timeOf(b))
	case json.RawMessage:
		other, _ := b.(json.RawMessage)
		return bytes.Compare(a, other)
	case []byte:
		other, _ := b.([]byte)
		return bytes.Compare(a, other)
	}
	return compareNumbers(a, b)
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

func timeOf(v any) time.Time {
	if d, ok := v.(model.Day); ok {
		return d.Time()
	}
	t, _ := v.(time.Time)
	return t
}

// compareNumbers keeps whole numbers exact; NaN comes before all (O-150).
func compareNumbers(a, b any) int {
	x, wholeX := wholeOf(a)
	y, wholeY := wholeOf(b)
	if wholeX && wholeY {
		return cmp.Compare(x, y)
	}
	return cmp.Compare(floatOf(a), floatOf(b))
}

func wholeOf(v any) (int64, bool) {
	switch v := v.(type) {
	case int64:
		return v, true
	case time.Duration:
		return int64(v), true
	}
	return 0, false
}

func floatOf(v any) float64 {
	switch v := v.(type) {
	case float64:
		return v
	case uint64:
		return float64(v)
	}
	n, _ := wholeOf(v)
	return float64(n)
}
