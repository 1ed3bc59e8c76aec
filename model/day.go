package model

import (
	"cmp"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Day is a date without time and zone: what 4D calls a date and the catalog a simple date.
// The zero Day is the null date: null in SQL and JSON, the empty text as String. Days are comparable with ==.
// The first of January of the year 1 reads as the null date too, because it is the zero time of Go.
type Day struct {
	year  int16
	month uint8
	day   uint8
}

// errDay is what is wrong with a text that is no date. It does not repeat the text.
var errDay = errors.New("not a date; write it like 2006-01-02")

// NewDay returns that day; overflowing months and days are carried on as [time.Date] does.
// A year outside 1 to 9999 gives the null date.
func NewDay(year int, month time.Month, day int) Day {
	return dayOf(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// Today returns the day of t in t's own zone; the null date for the zero time.
func Today(t time.Time) Day {
	if t.IsZero() {
		return Day{}
	}
	return dayOf(t)
}

func dayOf(t time.Time) Day {
	y, m, d := t.Date()
	if y < 1 || y > 9999 {
		return Day{}
	}
	return Day{int16(y), uint8(m), uint8(d)}
}

// ParseDay reads the form 2006-01-02. A day that does not exist is an error.
func ParseDay(text string) (Day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return Day{}, errDay
	}
	return dayOf(t), nil
}

// ParseWireDay reads every form that a client may send: d!m!yyyy and d/m/yyyy with or without leading zeros,
// 2006-01-02 with or without a time (which is dropped, whatever its zone), !!2006-01-02!!,
// and for the null date the empty text, null, 0!0!0 and !!0000-00-00!!.
func ParseWireDay(text string) (Day, error) {
	switch text {
	case "", "null", "0!0!0", "00!00!0000", "0/0/0", "!!0000-00-00!!", "0000-00-00":
		return Day{}, nil
	}
	if inner, ok := strings.CutPrefix(text, "!!"); ok {
		inner, ok = strings.CutSuffix(inner, "!!")
		if !ok {
			return Day{}, errDay
		}
		return ParseDay(inner)
	}
	for _, sep := range []string{"!", "/"} {
		if strings.Contains(text, sep) {
			return parseParts(strings.Split(text, sep))
		}
	}
	return parseISO(text)
}

// parseParts reads day, month, year.
func parseParts(parts []string) (Day, error) {
	if len(parts) != 3 || len(parts[0]) > 2 || len(parts[1]) > 2 || len(parts[2]) != 4 {
		return Day{}, errDay
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.ParseUint(p, 10, 16)
		if err != nil {
			return Day{}, errDay
		}
		n[i] = int(v)
	}
	d := NewDay(n[2], time.Month(n[1]), n[0])
	if int(d.year) != n[2] || int(d.month) != n[1] || int(d.day) != n[0] {
		return Day{}, errDay
	}
	return d, nil
}

// parseISO reads a date that a well-formed time may follow.
func parseISO(text string) (Day, error) {
	if len(text) > len(time.DateOnly) {
		if _, err := parseTime(text); err != nil {
			return Day{}, errDay
		}
		text = text[:len(time.DateOnly)]
	}
	return ParseDay(text)
}

// IsZero reports whether d is the null date.
func (d Day) IsZero() bool { return d == Day{} }

// Year returns the year, 0 for the null date.
func (d Day) Year() int { return int(d.year) }

// Month returns the month, 0 for the null date.
func (d Day) Month() time.Month { return time.Month(d.month) }

// Day returns the day of the month, 0 for the null date.
func (d Day) Day() int { return int(d.day) }

// String returns the form 2006-01-02, and the empty text for the null date.
func (d Day) String() string {
	if d.IsZero() {
		return ""
	}
	return string(d.AppendISO(make([]byte, 0, len(time.DateOnly))))
}

// AppendISO appends the form 2006-01-02; the null date appends 0000-00-00.
func (d Day) AppendISO(b []byte) []byte {
	y, m, n := d.year, d.month, d.day
	return append(b, '0'+byte(y/1000), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10), '-',
		'0'+m/10, '0'+m%10, '-', '0'+n/10, '0'+n%10)
}

// AppendWire appends the form 2!1!2006 of the wire; the null date appends 0!0!0.
func (d Day) AppendWire(b []byte) []byte {
	b = strconv.AppendInt(b, int64(d.day), 10)
	b = append(b, '!')
	b = strconv.AppendInt(b, int64(d.month), 10)
	b = append(b, '!')
	if d.IsZero() {
		return append(b, '0')
	}
	y := d.year
	return append(b, '0'+byte(y/1000), '0'+byte(y/100%10), '0'+byte(y/10%10), '0'+byte(y%10))
}

// Time returns midnight UTC of that day; the zero time for the null date.
func (d Day) Time() time.Time {
	if d.IsZero() {
		return time.Time{}
	}
	return time.Date(int(d.year), time.Month(d.month), int(d.day), 0, 0, 0, 0, time.UTC)
}

// Compare returns -1, 0 or +1; the null date is before every other.
func (d Day) Compare(o Day) int {
	return cmp.Or(cmp.Compare(d.year, o.year), cmp.Compare(d.month, o.month), cmp.Compare(d.day, o.day))
}

// AddDays returns the day n days later, earlier if n is negative. The null date stays null.
func (d Day) AddDays(n int) Day {
	if d.IsZero() {
		return d
	}
	return NewDay(int(d.year), time.Month(d.month), int(d.day)+n)
}

// Next returns the day after d.
func (d Day) Next() Day { return d.AddDays(1) }

// MarshalJSON writes "2006-01-02", or null for the null date.
func (d Day) MarshalJSON() ([]byte, error) {
	if d.IsZero() {
		return []byte("null"), nil
	}
	b := d.AppendISO(append(make([]byte, 0, 12), '"'))
	return append(b, '"'), nil
}

// UnmarshalJSON reads null and every form of [ParseWireDay].
func (d *Day) UnmarshalJSON(data []byte) error {
	if string(data) == "null" {
		*d = Day{}
		return nil
	}
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return errDay
	}
	parsed, err := ParseWireDay(text)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Scan implements sql.Scanner: null, a time, or a text with or without a time part, which is dropped.
func (d *Day) Scan(raw any) error {
	parsed, err := scanDay(raw)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

func scanDay(raw any) (Day, error) {
	switch v := raw.(type) {
	case nil:
		return Day{}, nil
	case Day:
		return v, nil
	case time.Time:
		return Today(v), nil
	case []byte:
		return scanDay(string(v))
	case string:
		if v == "" || strings.HasPrefix(v, "0000-00-00") {
			return Day{}, nil
		}
		return parseISO(v)
	}
	return Day{}, fmt.Errorf("a %T is no date", raw)
}

// Value implements driver.Valuer: the text 2006-01-02, or nil for the null date.
func (d Day) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// GormDataType names the column type for GORM on every database.
func (Day) GormDataType() string { return "date" }

// Equal reports whether both are the same day; it is there for code that compares by method, as go-cmp does.
func (d Day) Equal(other Day) bool { return d == other }
