package model

import (
	"errors"
	"strings"
	"time"
)

// errTime is what is wrong with a text that is no time. It does not repeat the text.
var errTime = errors.New("not a time; write it like 2006-01-02T15:04:05Z")

// timeLayouts are the forms in which the drivers hand out times as text, most frequent first.
// A fraction of a second is accepted after the seconds of each.
func timeLayouts() [9]string {
	return [...]string{
		"2006-01-02 15:04:05Z07:00", // SQLite, both engines; PostgreSQL writes +00 and is next
		"2006-01-02 15:04:05Z07",
		"2006-01-02T15:04:05Z07:00",
		"2006-01-02 15:04:05",
		"2006-01-02T15:04:05",
		"2006-01-02T15:04Z07:00",
		"2006-01-02 15:04",
		"2006-01-02",
		"2006-01-02 15:04:05 -0700 MST", // time.Time.String, a pure Go SQLite without _time_format
	}
}

// parseTime reads a time that a driver or a client has written; without a zone it is UTC.
func parseTime(text string) (time.Time, error) {
	text, _, _ = strings.Cut(text, " m=")
	for _, layout := range timeLayouts() {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errTime
}

// canonicalTime is UTC and whole microseconds: what every database keeps. The zero time is nil.
func canonicalTime(t time.Time) any {
	if t = Instant(t); t.IsZero() {
		return nil
	}
	return t
}

// Instant returns t as the data layer stores and shows it: in UTC, cut to microseconds.
func Instant(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }
