package dataclasses

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ordago/ordago/model"
)

// fromJSON converts a value as Go code or a client gives it, with the forms of rest.md 3.4, to the canonical value of an attribute.
// Errors say what the attribute takes, never what was sent.
func fromJSON(a *model.Attribute, v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return nil, nil
	case string:
		return fromText(a, v)
	case json.Number:
		return fromNumber(a, v)
	}
	if a.Type == model.Object {
		data, err := json.Marshal(v)
		return json.RawMessage(data), err
	}
	canonical, err := canonicalOf(v)
	switch v := canonical.(type) {
	case bool:
		if a.Type != model.Bool {
			return nil, wrongType(a)
		}
	case json.RawMessage:
		return fromScalar(a, v)
	}
	return canonical, err
}

// fromScalar converts the JSON form of a value of a type of the application's own: a named string, a UUID.
func fromScalar(a *model.Attribute, raw json.RawMessage) (any, error) {
	var v any
	if err := decodeStrict(raw, &v, "a value"); err != nil {
		return nil, wrongType(a)
	}
	switch v.(type) {
	case map[string]any, []any:
		return nil, wrongType(a)
	}
	return fromJSON(a, v)
}

// wrongType says what an attribute takes.
func wrongType(a *model.Attribute) error {
	switch {
	case a.Type.Integer():
		return errors.New("must be a whole number")
	case a.Type == model.Number:
		return errors.New("must be a number")
	case a.Type == model.Bool:
		return errors.New("must be true or false")
	case a.Type == model.Date:
		return errors.New("must be a date")
	case a.Type == model.Duration:
		return errors.New("must be a duration")
	case a.Type.Binary():
		return errors.New("must be null or the ID of an upload")
	}
	return errors.New("must be a text")
}

func fromText(a *model.Attribute, text string) (any, error) {
	switch a.Type {
	case model.Date:
		if a.SimpleDate {
			return dayOrNull(text)
		}
		return timeOrNull(text)
	case model.Duration:
		d, err := ParseDuration(text)
		return d, err
	case model.Object:
		data, err := json.Marshal(text)
		return json.RawMessage(data), err
	case model.Bool, model.Image, model.Blob:
		return nil, wrongType(a)
	case model.Byte, model.Word, model.Long, model.Long64, model.Number:
		return fromNumber(a, json.Number(strings.TrimSpace(text)))
	}
	if a.NativeUUID() {
		return uuidText(text)
	}
	return text, nil
}

// uuidText is the one spelling of a UUID that is no text in Go.
func uuidText(text string) (any, error) {
	id, err := model.ParseUUID(text)
	if err != nil {
		return nil, errors.New("must be a UUID")
	}
	return uuid.UUID(id).String(), nil
}

func dayOrNull(text string) (any, error) {
	d, err := model.ParseWireDay(text)
	if err != nil {
		return nil, errors.New("must be a date such as 2026-11-21 or 21!11!2026")
	}
	if d.IsZero() {
		return nil, nil
	}
	return d, nil
}

func timeOrNull(text string) (any, error) {
	if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return model.Instant(t), nil
	}
	d, err := model.ParseWireDay(text)
	if err != nil {
		return nil, errors.New("must be a time such as 2026-11-21T09:30:00Z")
	}
	if d.IsZero() {
		return nil, nil
	}
	return d.Time(), nil
}

// ParseDuration reads a duration as clients write it: whole milliseconds, or hh:mm:ss.
func ParseDuration(text string) (time.Duration, error) {
	wrong := errors.New("must be a duration: milliseconds, or hh:mm:ss")
	parts := strings.Split(text, ":")
	if len(parts) == 1 {
		ms, err := strconv.ParseInt(text, 10, 64)
		if err != nil || ms > int64(maxDuration/time.Millisecond) || ms < -int64(maxDuration/time.Millisecond) {
			return 0, wrong
		}
		return time.Duration(ms) * time.Millisecond, nil
	}
	if len(parts) != 3 {
		return 0, wrong
	}
	var total time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		n, err := strconv.ParseUint(parts[i], 10, 16)
		if err != nil || (i > 0 && n > 59) {
			return 0, wrong
		}
		total += time.Duration(n) * unit
	}
	return total, nil
}

const maxDuration = time.Duration(1<<63 - 1)

// fromNumber keeps whole numbers exact.
func fromNumber(a *model.Attribute, n json.Number) (any, error) {
	switch a.Type {
	case model.Duration:
		return ParseDuration(n.String())
	case model.Number:
		f, err := strconv.ParseFloat(n.String(), 64)
		if err != nil {
			return nil, errors.New("must be a number")
		}
		return f, nil
	case model.Byte, model.Word, model.Long, model.Long64:
		return wholeNumber(n)
	case model.Object:
		return json.RawMessage(n.String()), nil
	}
	return nil, wrongType(a)
}

// wholeNumber accepts 3 and 3.0, as JavaScript writes them.
func wholeNumber(n json.Number) (any, error) {
	if i, err := strconv.ParseInt(n.String(), 10, 64); err == nil {
		return i, nil
	}
	if u, err := strconv.ParseUint(n.String(), 10, 64); err == nil {
		return u, nil
	}
	f, err := strconv.ParseFloat(n.String(), 64)
	if err != nil || f != float64(int64(f)) || f > 1<<53 || f < -1<<53 {
		return nil, errors.New("must be a whole number")
	}
	return int64(f), nil
}
