package sqlplan

import (
	"strings"
	"time"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// compareDate compares dates, with or without time. What names a day is compared as the whole day, from its midnight
// to the next: that finds every instant of a day (UTC), and on SQLite days stored as text with or without a time part.
// Both forms can use an index.
func (r *resolver) compareDate(t target, op query.Op, v value) (*node, error) {
	d, instant, err := r.date(t, v)
	if err != nil {
		return nil, err
	}
	if instant.IsZero() {
		return r.compareDay(t, op, v, d)
	}
	return r.bound(t, op, v, model.Instant(instant))
}

// date converts a value to a day, or for attributes with a time to an instant when the value has one.
func (r *resolver) date(t target, v value) (model.Day, time.Time, error) {
	switch v.kind {
	case dayValue:
		return v.day, time.Time{}, nil
	case instantValue:
		return r.instant(t, v)
	case textValue:
		return r.dateText(t, v)
	}
	return model.Day{}, time.Time{}, r.wrong(v, t.attr, "a date")
}

// instant takes a Go time: for a date without time it is the day in the time's own zone.
func (r *resolver) instant(t target, v value) (model.Day, time.Time, error) {
	if !t.attr.SimpleDate && !v.instant.IsZero() {
		return model.Day{}, v.instant, nil
	}
	d := model.Today(v.instant)
	if d.IsZero() {
		return d, time.Time{}, r.wrong(v, t.attr, "a date from year 1 to 9999")
	}
	return d, time.Time{}, nil
}

func (r *resolver) dateText(t target, v value) (model.Day, time.Time, error) {
	text := strings.TrimSpace(v.text)
	if n := len(text); n > 1 && text[0] == '\'' && text[n-1] == '\'' {
		text = text[1 : n-1] // as a client of mobile applications sends them
	}
	if !t.attr.SimpleDate && len(text) > len(time.DateOnly) {
		if at, ok := parseInstant(text); ok {
			return model.Day{}, at, nil
		}
	}
	d, err := model.ParseWireDay(text)
	if err != nil {
		return d, time.Time{}, r.wrong(v, t.attr, "a date like 2026-11-21")
	}
	if d.IsZero() {
		return d, time.Time{}, r.wrong(v, t.attr, "a date (null is written = null)")
	}
	return d, time.Time{}, nil
}

// parseInstant reads a date with time; without a zone it is UTC.
func parseInstant(text string) (time.Time, bool) {
	for _, layout := range [...]string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, "2006-01-02T15:04Z07:00", "2006-01-02T15:04"} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, !at.IsZero()
		}
	}
	return time.Time{}, false
}

// compareDay compares with the range from the day's midnight to the next. The last day that dates can have has no next.
func (r *resolver) compareDay(t target, op query.Op, v value, d model.Day) (*node, error) {
	from, err := r.midnight(t, v, d)
	if err != nil {
		return nil, err
	}
	next := d.Next()
	if next.IsZero() {
		return compareLastDay(t, op, from), nil
	}
	until, err := r.midnight(t, v, next)
	if err != nil {
		return nil, err
	}
	return compareRange(t, compareTest, op, from, until), nil
}

// compareRange compares with what is from the first value on and before the second.
func compareRange(t target, test testKind, op query.Op, from, until any) *node {
	switch symbol(op) {
	case "=":
		return both(t.compared(test, ">=", from), t.compared(test, "<", until))
	case "<>":
		return either(t.compared(test, "<", from), t.compared(test, ">=", until))
	case "<":
		return t.compared(test, "<", from)
	case "<=":
		return t.compared(test, "<", until)
	case ">":
		return t.compared(test, ">=", until)
	default:
		return t.compared(test, ">=", from)
	}
}

func compareLastDay(t target, op query.Op, from any) *node {
	switch symbol(op) {
	case "<>", "<":
		return t.compared(compareTest, "<", from)
	case "<=":
		return t.is(notNullTest)
	case ">":
		return t.is(neverTest)
	default:
		return t.compared(compareTest, ">=", from)
	}
}

// midnight is the value to bind for the beginning of a day. As text without time it is before all layouts of that day.
func (r *resolver) midnight(t target, v value, d model.Day) (any, error) {
	if t.attr.SimpleDate && r.days {
		return d.String(), nil
	}
	b, err := t.attr.Bind(d)
	if err != nil {
		return nil, r.wrong(v, t.attr, "a date")
	}
	return b, nil
}
