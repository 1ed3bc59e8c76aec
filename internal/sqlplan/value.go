package sqlplan

import (
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// value is one searched value before it is converted to the type of an attribute.
type value struct {
	kind     valueKind
	literal  query.LiteralKind // of a constant
	constant bool              // written in the text, not given through a placeholder
	yes      bool
	text     string // of text, and of numbers as written
	number   number
	day      model.Day
	instant  time.Time
	duration time.Duration

	at          int
	placeholder string // ":1", or "" for a constant
}

type valueKind uint8

const (
	textValue valueKind = iota
	numberValue
	boolValue
	dayValue
	instantValue
	durationValue
)

// what names the value in messages without repeating what a placeholder holds.
func (v value) what() string {
	if !v.constant {
		return "the value of " + v.placeholder
	}
	const most = 40
	if len(v.text) > most {
		return strconv.Quote(v.text[:most] + "…")
	}
	return strconv.Quote(v.text)
}

// wrong is the error for a value that is not what the attribute needs.
func (r *resolver) wrong(v value, a *model.Attribute, need string) error {
	kind := BadPlaceholder
	if v.constant {
		kind = BadLiteral
	}
	err := r.failAttribute(kind, v.at, a, "%s is not %s, which %s needs", v.what(), need, label(a))
	err.Placeholder = v.placeholder
	return err
}

// operand returns the values to the right of a comparator: one, or for IN any number.
// Null is not among them, the caller has dealt with it.
func (r *resolver) operand(c *query.Comparison) ([]value, error) {
	switch o := c.Value.(type) {
	case query.Literal:
		if c.Op == query.In {
			return nil, r.fail(BadLiteral, o.At, "in needs a list: write in [a, b] or a placeholder that holds a list")
		}
		return []value{constant(o)}, nil
	case *query.List:
		return r.listed(o)
	case *query.Placeholder:
		return r.given(o, c.Op == query.In)
	}
	return nil, r.fail(BadLiteral, c.At, "the comparison has no value")
}

func constant(l query.Literal) value {
	v := value{kind: textValue, literal: l.Kind, constant: true, text: l.Text, at: l.At}
	switch l.Kind {
	case query.Bool:
		v.kind, v.yes = boolValue, l.Text == "true"
	case query.Number:
		if n, ok := parseNumber(l.Text); ok {
			v.kind, v.number = numberValue, n
		}
	}
	return v
}

func (r *resolver) listed(l *query.List) ([]value, error) {
	values := make([]value, len(l.Items))
	for i, item := range l.Items {
		if item.Kind == query.Null {
			return nil, r.fail(BadLiteral, item.At, "null cannot be in a list: write \"= null\" as a condition of its own")
		}
		values[i] = constant(item)
	}
	return values, nil
}

// given returns the values of a placeholder.
func (r *resolver) given(p *query.Placeholder, in bool) ([]value, error) {
	raw, err := r.lookup(p)
	if err != nil {
		return nil, err
	}
	list, isList := asList(raw)
	switch {
	case in && !isList:
		return nil, r.failPlaceholder(BadPlaceholder, p, "the value of %s must be a list, because of in", placeholderName(p))
	case !in && isList:
		return nil, r.failPlaceholder(BadPlaceholder, p, "the value of %s is a list: compare it with in", placeholderName(p))
	case !in:
		list = []any{raw}
	}
	if len(list) > query.MaxListItems {
		return nil, r.failPlaceholder(TooComplex, p, "the list of %s has more than %d elements", placeholderName(p), query.MaxListItems)
	}
	return r.accept(p, list)
}

func (r *resolver) accept(p *query.Placeholder, list []any) ([]value, error) {
	name := placeholderName(p)
	values := make([]value, len(list))
	for i, raw := range list {
		if isNull(raw) {
			return nil, r.nullPlaceholder(p)
		}
		v, ok := accepted(raw)
		if !ok {
			return nil, r.strange(p, raw)
		}
		v.at, v.placeholder = p.At, name
		values[i] = v
	}
	return values, nil
}

// strange is the error for a value that no attribute can be compared with.
func (r *resolver) strange(p *query.Placeholder, raw any) error {
	if o, ok := asObject(raw); ok && o["vector"] != nil {
		return r.failPlaceholder(BadPlaceholder, p, "the value of %s is for attributes that hold vectors", placeholderName(p))
	}
	return r.failPlaceholder(BadPlaceholder, p, "the value of %s is no text, number, boolean or date", placeholderName(p))
}

// isNull reports whether a list element or the value of a placeholder is null; the null date is.
func isNull(raw any) bool {
	d, ok := raw.(model.Day)
	return raw == nil || ok && d.IsZero()
}

// accepted takes the types that [Values] allows, and Go's other number types.
func accepted(raw any) (value, bool) {
	switch v := raw.(type) {
	case string:
		return value{kind: textValue, text: v}, true
	case bool:
		return value{kind: boolValue, yes: v}, true
	case json.Number:
		n, ok := parseNumber(v.String())
		return value{kind: numberValue, text: v.String(), number: n}, ok
	case float32:
		return acceptedFloat(float64(v), 32)
	case float64:
		return acceptedFloat(v, 64)
	case model.Day:
		return value{kind: dayValue, day: v}, true
	case time.Time:
		return value{kind: instantValue, instant: v}, true
	case time.Duration:
		return value{kind: durationValue, duration: v}, true
	}
	return acceptedInteger(raw)
}

func acceptedFloat(f float64, bits int) (value, bool) {
	text := strconv.FormatFloat(f, 'f', -1, bits)
	return value{kind: numberValue, text: text, number: floatNumber(f)}, !math.IsNaN(f) && !math.IsInf(f, 0)
}

func acceptedInteger(raw any) (value, bool) {
	var n int64
	switch v := raw.(type) {
	case int:
		n = int64(v)
	case int8:
		n = int64(v)
	case int16:
		n = int64(v)
	case int32:
		n = int64(v)
	case int64:
		n = v
	case uint8:
		n = int64(v)
	case uint16:
		n = int64(v)
	case uint32:
		n = int64(v)
	case uint:
		return acceptedUnsigned(uint64(v)), true
	case uint64:
		return acceptedUnsigned(v), true
	default:
		return value{}, false
	}
	return value{kind: numberValue, text: strconv.FormatInt(n, 10), number: wholeNumber(n)}, true
}

func acceptedUnsigned(n uint64) value {
	v := value{kind: numberValue, text: strconv.FormatUint(n, 10), number: number{beyond: 1, float: float64(n)}}
	if n <= math.MaxInt64 {
		v.number = wholeNumber(int64(n))
	}
	return v
}

// asList takes the list types that Go code is likely to pass.
func asList(raw any) ([]any, bool) {
	switch v := raw.(type) {
	case []any:
		return v, true
	case []string:
		return anys(v), true
	case []int:
		return anys(v), true
	case []int64:
		return anys(v), true
	case []uint:
		return anys(v), true
	case []float64:
		return anys(v), true
	}
	return nil, false
}

func anys[T any](list []T) []any {
	result := make([]any, len(list))
	for i, v := range list {
		result[i] = v
	}
	return result
}

func asObject(raw any) (map[string]any, bool) {
	switch v := raw.(type) {
	case map[string]any:
		return v, true
	case model.JSON:
		return v, true
	}
	return nil, false
}
