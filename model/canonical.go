package model

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"
)

// Canonical turns what a driver returned for the column into the canonical value (see the table in class.go):
// booleans may come as numbers or text, numbers as text, times as text, JSON and UUIDs as text or bytes.
// Null gives what [Attribute.Value] gives after GORM has read the null: nil if the field is Nullable, else its blank value.
// A value that is none of the type is an error that does not show the value.
func (a *Attribute) Canonical(raw any) (any, error) {
	if raw == nil {
		return a.plan.blank, nil
	}
	v, err := a.convert(raw)
	if err != nil {
		return nil, a.wrap(err)
	}
	return v, nil
}

// wrap says which attribute an error is about.
func (a *Attribute) wrap(err error) error {
	if a.Class == nil {
		return fmt.Errorf("%s: %w", a.Name, err)
	}
	return fmt.Errorf("%s.%s: %w", a.Class.Name, a.Name, err)
}

// convert is Canonical for a value that is not null.
func (a *Attribute) convert(raw any) (any, error) {
	switch a.Type {
	case String:
		return rawText(raw)
	case UUID:
		return rawUUID(raw)
	case Bool:
		return rawBool(raw)
	case Byte, Word, Long, Long64:
		return rawInteger(raw)
	case Number:
		return rawNumber(raw)
	case Date:
		if a.SimpleDate {
			return canonicalDay(scanDay(raw))
		}
		return rawTime(raw)
	case Duration:
		return rawDuration(raw)
	case Object:
		data, err := jsonText(raw)
		if err != nil {
			return nil, err
		}
		return canonicalJSON(data)
	}
	return rawBytes(raw)
}

// canonicalDay gives nil for the null date.
func canonicalDay(d Day, err error) (any, error) {
	if err != nil || d.IsZero() {
		return nil, err
	}
	return d, nil
}

func mismatch(raw any, want string) error {
	return fmt.Errorf("the database returned a %T where %s is expected", raw, want)
}

// What is canonical already is returned as it came: putting v into an any once more would allocate for every value of every row.

func rawText(raw any) (any, error) {
	switch v := raw.(type) {
	case string:
		return raw, nil
	case []byte:
		return string(v), nil
	case int64:
		return strconv.FormatInt(v, 10), nil
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64), nil
	case time.Time:
		return v.Format(time.RFC3339Nano), nil // as database/sql scans a time into a string
	}
	return nil, mismatch(raw, "text")
}

func rawUUID(raw any) (any, error) {
	switch v := raw.(type) {
	case [16]byte:
		return formatUUID(v), nil
	case []byte:
		if len(v) == 16 {
			return formatUUID([16]byte(v)), nil
		}
	}
	return rawText(raw)
}

func rawBool(raw any) (any, error) {
	switch v := raw.(type) {
	case bool:
		return v, nil
	case int64:
		return v != 0, nil
	case float64:
		return v != 0, nil
	case []byte:
		if len(v) == 1 && v[0] < 2 { // MySQL's bit(1)
			return v[0] == 1, nil
		}
		return rawBool(string(v))
	case string:
		b, err := strconv.ParseBool(v)
		if err != nil {
			return nil, mismatch(raw, "true or false")
		}
		return b, nil
	}
	return nil, mismatch(raw, "true or false")
}

func rawInteger(raw any) (any, error) {
	switch v := raw.(type) {
	case int64:
		return raw, nil
	case uint64:
		return unsigned(v), nil
	case float64:
		return wholeNumber(v)
	case bool:
		if v {
			return int64(1), nil
		}
		return int64(0), nil
	case []byte:
		return parseInteger(string(v))
	case string:
		return parseInteger(v)
	}
	return nil, mismatch(raw, "a whole number")
}

// unsigned is int64 where it fits, so that all integers have one type, and uint64 above.
func unsigned(v uint64) any {
	if v <= math.MaxInt64 {
		return int64(v)
	}
	return v
}

var errWhole = errors.New("the number is not whole or too large")

func wholeNumber(f float64) (any, error) {
	if f != math.Trunc(f) || f < -(1<<63) || f >= 1<<63 {
		return nil, errWhole
	}
	return int64(f), nil
}

func parseInteger(text string) (any, error) {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	if n, err := strconv.ParseUint(text, 10, 64); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64) // a numeric column may write 3.00
	if err != nil {
		return nil, errWhole
	}
	return wholeNumber(f)
}

func rawNumber(raw any) (any, error) {
	switch v := raw.(type) {
	case float64:
		return raw, nil
	case float32:
		return float64(v), nil
	case int64:
		return float64(v), nil
	case uint64:
		return float64(v), nil
	case []byte:
		return rawNumber(string(v))
	case string:
		f, err := strconv.ParseFloat(v, 64)
		if err != nil {
			return nil, mismatch(raw, "a number")
		}
		return f, nil
	}
	return nil, mismatch(raw, "a number")
}

func rawTime(raw any) (any, error) {
	switch v := raw.(type) {
	case time.Time:
		return canonicalTime(v), nil
	case []byte:
		return rawTime(string(v))
	case string:
		if v == "" {
			return nil, nil
		}
		t, err := parseTime(v)
		if err != nil {
			return nil, err
		}
		return canonicalTime(t), nil
	}
	return nil, mismatch(raw, "a time")
}

// rawDuration reads nanoseconds, the form in which GORM stores a time.Duration.
func rawDuration(raw any) (any, error) {
	n, err := rawInteger(raw)
	if err != nil {
		return nil, err
	}
	if ns, ok := n.(int64); ok {
		return time.Duration(ns), nil
	}
	return nil, errWhole
}

// rawBytes makes null of no bytes: one SQLite engine returns an empty blob as nil, so that the two cannot be told apart.
func rawBytes(raw any) (any, error) {
	switch v := raw.(type) {
	case []byte:
		if len(v) == 0 {
			return nil, nil
		}
		return raw, nil
	case string:
		return rawBytes([]byte(v))
	}
	return nil, mismatch(raw, "bytes")
}
