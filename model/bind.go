package model

import (
	"encoding/json"
	"fmt"
	"math"
	"time"
)

// Bind turns a canonical value into the value to bind in SQL where it is compared with the attribute's column.
// nil stays nil. Whole numbers and floats are taken for each other where nothing is lost.
// A value of another type than the attribute's is an error.
func (a *Attribute) Bind(canonical any) (any, error) {
	if canonical == nil {
		return nil, nil
	}
	v, err := a.coerce(canonical)
	if err != nil {
		return nil, a.wrap(err)
	}
	return a.stored(v), nil
}

// stored is the form in which the column holds a coerced value.
func (a *Attribute) stored(v any) any {
	switch v := v.(type) {
	case Day:
		if a.plan.dayAsTime {
			return v.Time()
		}
		return v.String()
	case time.Duration:
		return int64(v)
	case json.RawMessage:
		return string(v)
	case string:
		if a.plan.uuid {
			if u, err := ParseUUID(v); err == nil {
				return formatUUID(u)
			}
		}
	}
	return v
}

// coerce checks that v is a canonical value of the attribute's type, not null, and brings near relatives into form.
func (a *Attribute) coerce(v any) (any, error) {
	switch a.Type {
	case String, UUID:
		return exactly[string](v, a.Type)
	case Bool:
		return exactly[bool](v, a.Type)
	case Byte, Word, Long, Long64:
		return coerceInteger(v, a.Type)
	case Number:
		return coerceNumber(v)
	case Date:
		return coerceDate(v, a.SimpleDate)
	case Duration:
		return exactly[time.Duration](v, a.Type)
	case Object:
		return coerceObject(v)
	}
	return exactly[[]byte](v, a.Type)
}

func exactly[T any](v any, want Type) (any, error) {
	if _, ok := v.(T); !ok {
		return nil, fmt.Errorf("a %T is no %s", v, want)
	}
	return v, nil
}

func coerceInteger(v any, want Type) (any, error) {
	switch v := v.(type) {
	case int64:
		return v, nil
	case int:
		return int64(v), nil
	case uint64:
		return unsigned(v), nil
	case float64:
		return wholeNumber(v)
	}
	return nil, fmt.Errorf("a %T is no %s", v, want)
}

func coerceNumber(v any) (any, error) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case int64:
		return float64(v), nil
	case int:
		return float64(v), nil
	case uint64:
		return float64(v), nil
	}
	return nil, fmt.Errorf("a %T is no number", v)
}

// coerceDate lets a time stand for its day and a day for its midnight UTC.
func coerceDate(v any, simple bool) (any, error) {
	switch v := v.(type) {
	case Day:
		if simple {
			return v, nil
		}
		return v.Time(), nil
	case time.Time:
		if simple {
			return Today(v), nil
		}
		return Instant(v), nil
	}
	return nil, fmt.Errorf("a %T is no date", v)
}

func coerceObject(v any) (any, error) {
	switch v := v.(type) {
	case json.RawMessage:
		if !json.Valid(v) {
			return nil, errJSON
		}
		return v, nil
	case JSON:
		return encodeJSON(v)
	}
	return nil, fmt.Errorf("a %T is no object", v)
}

// limits of the whole numbers that a Go field can hold.
type limits struct {
	min int64
	max uint64
}

func signedLimits(bits int) limits {
	return limits{min: -1 << (bits - 1), max: 1<<(bits-1) - 1}
}

func unsignedLimits(bits int) limits {
	return limits{max: math.MaxUint64 >> (64 - bits)}
}

// check tells whether n, an int64 or uint64, is in range.
func (l limits) check(n any) error {
	switch n := n.(type) {
	case int64:
		if n >= l.min && (n < 0 || uint64(n) <= l.max) {
			return nil
		}
	case uint64:
		if n <= l.max {
			return nil
		}
	}
	return fmt.Errorf("the number is out of range; it must be from %d to %d", l.min, l.max)
}
