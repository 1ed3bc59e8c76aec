package model

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// KeyOf returns the primary key of *ptr as the text of __KEY; the parts of a composite key are joined by a comma.
// A key with a null part is an error.
func (c *Class) KeyOf(ptr any) (string, error) {
	if len(c.Key) == 1 {
		return c.Key[0].keyPart(ptr)
	}
	parts := make([]string, len(c.Key))
	for i, a := range c.Key {
		part, err := a.keyPart(ptr)
		if err != nil {
			return "", err
		}
		parts[i] = part
	}
	return strings.Join(parts, ","), nil
}

func (a *Attribute) keyPart(ptr any) (string, error) {
	v, err := a.Value(ptr)
	if err != nil {
		return "", err
	}
	if v == nil {
		return "", a.wrap(fmt.Errorf("the primary key is null"))
	}
	return KeyText(v), nil
}

// KeyText writes a canonical value as the text of a key; the empty text for nil.
func KeyText(canonical any) string {
	switch v := canonical.(type) {
	case nil:
		return ""
	case string:
		return v
	case int64:
		return strconv.FormatInt(v, 10)
	case time.Time:
		return v.Format(time.RFC3339Nano)
	case time.Duration:
		return strconv.FormatInt(int64(v), 10)
	case json.RawMessage:
		return string(v)
	}
	return fmt.Sprint(canonical)
}

// ParseKey reads the texts of a key, one for each part in the order of Key, into canonical values.
// The wrong number of parts and a text that cannot be a value of its attribute are errors: no entity has such a key.
func (c *Class) ParseKey(text []string) ([]any, error) {
	if len(text) != len(c.Key) {
		return nil, fmt.Errorf("%s: the key has %d parts; write %d", c.Name, len(text), len(c.Key))
	}
	values := make([]any, len(text))
	for i, a := range c.Key {
		v, err := a.parseKey(text[i])
		if err != nil {
			return nil, a.wrap(fmt.Errorf("not a key: %w", err))
		}
		values[i] = v
	}
	return values, nil
}

func (a *Attribute) parseKey(text string) (any, error) {
	switch {
	case a.Type.Integer():
		return a.parseIntegerKey(text)
	case a.plan.uuid:
		u, err := ParseUUID(text)
		if err != nil {
			return nil, err
		}
		return formatUUID(u), nil
	case a.Type == Number || a.Type == Duration || a.Type == Bool || a.Type == Date:
		return a.convert(text)
	}
	return text, nil
}

// parseIntegerKey refuses what ParseInt would refuse and what the Go field cannot hold.
func (a *Attribute) parseIntegerKey(text string) (any, error) {
	var n any
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		if n, err = strconv.ParseUint(text, 10, 64); err != nil {
			return nil, fmt.Errorf("it must be a whole number")
		}
	}
	if a.plan.limits != (limits{}) {
		return n, a.plan.limits.check(n)
	}
	return n, nil
}
