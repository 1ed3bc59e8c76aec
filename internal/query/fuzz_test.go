package query_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/query"
)

// Any text gives a query or an error with a place in the text, and a query prints to its equal.
func FuzzParse(f *testing.F) {
	for _, d := range dialects() {
		for _, tc := range validIn(d) {
			f.Add(tc.text)
		}
		for _, text := range invalidIn(d) {
			f.Add(text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range dialects() {
			q, err := query.Parse(text, d)
			if err != nil {
				checkError(t, text, err)
				continue
			}
			checkRoundTrip(t, q)
		}
	})
}

// Any text gives criteria or an error with a place in the text, and criteria print to their equal.
func FuzzParseOrder(f *testing.F) {
	for _, text := range []string{"", "a", "a desc, b.c asc", ":1, :p.q desc", "a{2}.b[c]", "a b", "a,,b", "order by a", "é desc\x00", "desc desc"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, d := range dialects() {
			order, err := query.ParseOrder(text, d)
			if err != nil {
				checkError(t, text, err)
				continue
			}
			checkRoundTrip(t, &query.Query{Order: order, Dialect: d})
		}
	})
}

func checkRoundTrip(t *testing.T, q *query.Query) {
	t.Helper()
	printed := q.String()
	if len(printed) > query.MaxText {
		return
	}
	again, err := query.Parse(printed, q.Dialect)
	if err != nil {
		t.Fatalf("%q printed as %q: %v", q.Text, printed, err)
	}
	if diff := cmp.Diff(q, again, meaning()); diff != "" {
		t.Errorf("%q printed as %q and parsed again (-want +got):\n%s", q.Text, printed, diff)
	}
}

func checkError(t *testing.T, text string, err error) {
	t.Helper()
	e, ok := errors.AsType[*query.Error](err)
	if !ok {
		t.Fatalf("%q: error is %v, want an *Error", text, err)
	}
	if e.Offset < 0 || e.Offset > len(text) || e.Msg == "" || e.Text != text {
		t.Errorf("%q: %#v", text, e)
	}
	if e.Offset < len(text) && utf8.ValidString(text) && !utf8.RuneStart(text[e.Offset]) {
		t.Errorf("%q: offset %d is inside of a character", text, e.Offset)
	}
	if !utf8.ValidString(e.Error()) || !utf8.ValidString(e.Caret()) || strings.Count(e.Caret(), "\n") != 1 {
		t.Errorf("%q: message %q, caret %q", text, e.Error(), e.Caret())
	}
}
