package query_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/query"
)

// repeated writes item n times with a separator between.
func repeated(n int, item, separator string) string {
	return strings.TrimSuffix(strings.Repeat(item+separator, n), separator)
}

// At each limit a text is read and prints to one that is read; one more is refused, in the right place.
// O-103: 128 placeholders.
func TestLimits(t *testing.T) {
	t.Parallel()
	nested := func(n int, open, inner, end string) string {
		return strings.Repeat(open, n) + inner + strings.Repeat(end, n)
	}
	tests := []struct {
		name   string
		at     string
		beyond string
		offset int
		msg    string
	}{
		{
			"text", "a = '" + strings.Repeat("x", query.MaxText-6) + "'", "a = '" + strings.Repeat("x", query.MaxText-5) + "'",
			query.MaxText, "the text is 65537 bytes long, at most 65536 are allowed",
		},
		{
			"text that is cut in a character", "a = 1", strings.Repeat("x", query.MaxText-1) + "é",
			query.MaxText - 1, "the text is 65537 bytes long, at most 65536 are allowed",
		},
		{
			"conditions", repeated(query.MaxNodes-1, "a=1", "|"), repeated(query.MaxNodes, "a=1", "|"),
			0, "there are more than 2000 conditions",
		},
		{
			"formulas", repeated(query.MaxNodes-1, ":1", "&"), repeated(query.MaxNodes+1, ":1", "&"),
			3 * query.MaxNodes, "there are more than 2000 conditions",
		},
		{
			"parentheses", nested(query.MaxDepth, "(", "a = 1", ")"), nested(query.MaxDepth+1, "(", "a = 1", ")"),
			query.MaxDepth, "conditions are nested deeper than 64 levels",
		},
		{
			"not", nested(query.MaxDepth, "not ", "a = 1", ""), nested(query.MaxDepth+1, "not ", "a = 1", ""),
			4 * query.MaxDepth, "conditions are nested deeper than 64 levels",
		},
		{
			"not with parentheses", nested(query.MaxDepth, "not(", "a = 1", ")"), nested(query.MaxDepth+1, "not(", "a = 1", ")"),
			4 * query.MaxDepth, "conditions are nested deeper than 64 levels",
		},
		{
			"except", nested(query.MaxDepth, ":1 except (", "a = 1", ")"), nested(query.MaxDepth+1, ":1 except (", "a = 1", ")"),
			11*query.MaxDepth + 3, "conditions are nested deeper than 64 levels",
		},
		{
			"list", "a in [" + repeated(query.MaxListItems, "1", ",") + "]", "a in [" + repeated(query.MaxListItems+1, "1", ",") + "]",
			6 + 2*query.MaxListItems, "the list has more than 10000 elements: pass it through a placeholder",
		},
		{
			"order", "order by " + repeated(query.MaxOrderItems, "a", ","), "order by " + repeated(query.MaxOrderItems+1, "a", ","),
			9 + 2*query.MaxOrderItems, "the order has more than 32 criteria",
		},
		{
			"steps", repeated(query.MaxSteps, "a", ".") + " = 1", repeated(query.MaxSteps+1, "a", ".") + " = 1",
			2 * query.MaxSteps, "the path has more than 32 steps",
		},
		{
			"parts", "a = :" + repeated(query.MaxSteps, "p", "."), "a = :" + repeated(query.MaxSteps+1, "p", "."),
			5 + 2*query.MaxSteps, "the placeholder has more than 32 parts",
		},
		{
			"placeholder", "a = :" + strconv.Itoa(query.MaxPlaceholder), "a = :" + strconv.Itoa(query.MaxPlaceholder+1),
			4, "placeholders are numbered from :1 to :128",
		},
	}
	for name, d := range dialects() {
		for _, tc := range tests {
			t.Run(name+"/"+tc.name, func(t *testing.T) {
				t.Parallel()
				q, err := query.Parse(tc.at, d)
				if err != nil {
					t.Fatalf("at the limit: %v", err)
				}
				if _, err := query.Parse(q.String(), d); err != nil {
					t.Errorf("at the limit, printed: %v", err)
				}
				_, err = query.Parse(tc.beyond, d)
				got, _ := errors.AsType[*query.Error](err)
				want := &query.Error{Offset: tc.offset, Msg: tc.msg, Text: tc.beyond}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("beyond the limit (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// A long value is not copied as a whole into a message.
func TestErrorsAreShort(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 10_000)
	for _, text := range []string{
		"a " + long + " 1", "a = 1 " + long, "a = x y" + long, long, "a = :1" + long, "a = " + repeated(5_000, "x", " "), long + ":" + long,
	} {
		_, err := query.Parse(text, query.ORDA)
		e, ok := errors.AsType[*query.Error](err)
		if !ok {
			t.Fatalf("Parse of a long text: %v", err)
		}
		if n := len(e.Error()) + len(e.Caret()); n > 800 {
			t.Errorf("message and caret have %d bytes: %s", n, e)
		}
	}
}
