package sqlplan

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// numeric converts a value to a number. In code, text that is no number counts by its digits (O-120).
func (r *resolver) numeric(t target, v value) (number, error) {
	if v.kind == numberValue {
		return v.number, nil
	}
	if v.kind != textValue {
		return number{}, r.wrong(v, t.attr, "a number")
	}
	text := strings.TrimSpace(v.text)
	if n, ok := parseNumber(text); ok {
		return n, nil
	}
	if r.language == query.ORDA {
		if n, ok := parseNumber(digits(text)); ok {
			return n, nil
		}
	}
	return number{}, r.wrong(v, t.attr, "a number")
}

func (r *resolver) compareNumber(t target, op query.Op, v value) (*node, error) {
	n, err := r.numeric(t, v)
	if err != nil {
		return nil, err
	}
	if math.IsInf(n.float, 0) {
		return nil, r.wrong(v, t.attr, "a number in range")
	}
	return r.bound(t, op, v, n.float)
}

// compareWhole compares whole numbers and durations.
func (r *resolver) compareWhole(t target, op query.Op, v value) (*node, error) {
	n, err := r.whole(t, v)
	if err != nil {
		return nil, err
	}
	if n.beyond != 0 {
		return compareBeyond(t, op, n.beyond), nil
	}
	if n.fraction {
		return r.compareFraction(t, op, v, n)
	}
	return r.boundWhole(t, op, v, n.floor)
}

func (r *resolver) whole(t target, v value) (number, error) {
	if t.attr.Type == model.Duration {
		return r.nanoseconds(t, v)
	}
	return r.numeric(t, v)
}

func (r *resolver) boundWhole(t target, op query.Op, v value, n int64) (*node, error) {
	if t.attr.Type == model.Duration {
		return r.bound(t, op, v, time.Duration(n))
	}
	return r.bound(t, op, v, n)
}

// compareBeyond compares with a number that is less or greater than all that a column can hold.
func compareBeyond(t target, op query.Op, side int) *node {
	var all bool
	switch symbol(op) {
	case "<>":
		all = true
	case "<", "<=":
		all = side > 0
	case ">", ">=":
		all = side < 0
	}
	if all {
		return t.is(notNullTest)
	}
	return t.is(neverTest)
}

// compareFraction compares whole numbers with one between n.floor and n.floor+1.
func (r *resolver) compareFraction(t target, op query.Op, v value, n number) (*node, error) {
	switch symbol(op) {
	case "=":
		return t.is(neverTest), nil
	case "<>":
		return t.is(notNullTest), nil
	case "<", "<=":
		return r.boundWhole(t, query.LessEqual, v, n.floor)
	default:
		return r.boundWhole(t, query.Greater, v, n.floor)
	}
}

// nanoseconds converts milliseconds or "hh:mm:ss" to what a duration column holds.
func (r *resolver) nanoseconds(t target, v value) (number, error) {
	if v.kind == durationValue {
		return wholeNumber(int64(v.duration)), nil
	}
	if v.kind == textValue {
		if d, ok := parseClock(strings.TrimSpace(v.text)); ok {
			return wholeNumber(int64(d)), nil
		}
		if strings.Contains(v.text, ":") {
			return number{}, r.wrong(v, t.attr, "a duration like hh:mm:ss")
		}
	}
	n, err := r.numeric(t, v)
	if err != nil {
		return number{}, err
	}
	return n.times(int64(time.Millisecond)), nil
}

// parseClock reads hh:mm:ss, with any number of hours, a sign and decimals of the seconds.
func parseClock(text string) (time.Duration, bool) {
	rest, negative := strings.CutPrefix(text, "-")
	parts := strings.Split(rest, ":")
	if len(parts) != 3 || len(parts[0]) > 6 || len(parts[1]) != 2 || len(parts[2]) < 2 {
		return 0, false
	}
	hours, err1 := strconv.ParseUint(parts[0], 10, 32)
	minutes, err2 := strconv.ParseUint(parts[1], 10, 32)
	seconds, ok := parseNumber(parts[2])
	if err1 != nil || err2 != nil || !ok || minutes > 59 || seconds.float < 0 || seconds.float >= 60 {
		return 0, false
	}
	d := time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute +
		time.Duration(seconds.times(int64(time.Second)).floor)
	if negative {
		d = -d
	}
	return d, true
}
