package query_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/query"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// invalid lists the texts that neither dialect reads.
func invalid() []string {
	return []string{
		// Connectives and parentheses.
		"and", "and a = 1", "a = 1 and", "a = 1 or ", "a = 1 &", "a = 1 &&& b = 2", "a = 1 and or b = 2", "| a = 1",
		"not", "not()", "a = 1 except", "a = 1 and and b = 2",
		"(a = 1", "(a = 1 and (b = 2) and (c = 3", "a = 1)", "(a = 1))", "()", "a = 1 and ()", ")", "not (a = 1",
		"a = :1 b = :2", "a = :1, b = :2", "a = :1 (b = :2)", "(a = :1 order by b)", "a = 'x' 'y'", "a = :1 = :2",
		// Paths.
		"= 1", "'a' = 1", `"a" = 1`, "1a = 1", "a..b = 1", "a. = 1", ".a = 1", "a.1 = 1", "last-name = 1", "a b = 1", "a\u00a0= 1", "[a] = 1",
		"a{0} = 1", "a{} = 1", "a{x} = 1", "a{1.5} = 1", "a{2 = 1", "a{-} = 1", "a{9999999999} = 1", "a{1}{2} = 1",
		"a[ab] = 1", "a[1] = 1", "a[é] = 1", "a[b = 1", "a[][] = 1",
		// Comparators.
		"a", "a and b = 1", "(a)", "a => 1", "a =< 1", "a <> 1", "a ==== 1", "a !=== 1", "a ! 1", "a =~ 'x'", "a =# 1", "a =%x",
		"a contains 'x'", "a startsWith 'x'", "a GTE 1", "a lte 1", "a eq 1", "a ne 1", "a gt 1", "a Lt 1", "a not in [1]", "a between 1", "a == == 1 =! 2 and b =! 2", "a: 1", "a + 1 = 2", "order by = 1",
		// Values.
		"a =", "a = ", "a in", "a is", "a is not", "a = and", "a = and b = 1", "a = or", "a = EXCEPT", "a = order by b", "a = & b = 1", "a = )", "(a = )", "a = (1)",
		"a = 'x", "a = 'O'Neil'", "a = 'x' y", "a = [1]", "a = 1 and b = x and y", "a = AT&T", "a = 1 and b & c = 1",
		// Lists.
		"a in 1", "a in (1, 2)", "a in null", "a in 'x'", "a in [1", "a in [1,", "a in [1, ]", "a in [, 1]", "a in [1,, 2]", "a in [null]", "a in [:1, 2]",
		"a in [[1]]", "a in [(1)]", "a in ['x' y]", "a in ['it's']", "a in ['x]", "a in [1] 2", "a in [1]]",
		// Placeholders.
		"a = :", "a = : 1", "a = :0", "a = :129", "a = :99999999999999999999", "a = :1x", "a = :1.x", "a = :x.", "a = :x.1", "a = :x. y", ":1.x = 1", ":1{2} = 1", ":x .y = 1", "a = :-1", "a = :(1)",
		// Formulas.
		"eval()", "eval( )", "eval(a", "eval((a)", `eval("a)`, "eval(a))", "eval(a) = 1", "eval(a) b",
		// Order.
		"order by", "a = :1 order by", "a = :1 order", "a = :1 order a", "order by a,", "order by , a", "order by a b", "order by a ascending", "order by 1", "order by a desc asc", "order by a = 1", "order by a) ",
		// Characters.
		"a = 1 and \x00 b = 2", "a = 'x\x00y'", "a = '\xff'", "\xff", "a ; b", "a = 'x'; drop table a", "\u202ea = 1", "a = 1\n  and b => 2", "a \x1b 1",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa = 1 and bbbbbbbbbbbbbbbbbbbbbbbbb => 2 and ccccccccccccccccccccccccccccccccccccccc = 3",
		"é = 'ñ' and ö => 'ü'",
	}
}

// invalidIn adds the texts that only one dialect refuses.
func invalidIn(d query.Dialect) []string {
	if d == query.REST {
		return append(invalid(), `a = "x`, `a = "say "x""`, "a = x and y", "a = ATT & Sons", "a = Foo (bar)", `a in ["x" y]`, ":(", ":()", "a = made to order by")
	}
	return append(invalid(),
		`a = "x"`, "a = John Smith", "a = John Smith and b = 1", "(a = New York)", "a = 10 EUR", "a = null void", "a = O'Neil", "a = a, b", "a = a(b)", "a = a\tb", "a = [x",
		"a in [New York]", "a in [O'Neil]", "a = b = c", "a = x "+strings.Repeat("long ", 20), ":(a = 1)", "a = order by", "a = order x",
	)
}

// O-168: each mistake has a reason and a position; the golden files hold the whole message and the caret.
// Among them: quotes (O-108), names that need a placeholder (O-110), placeholders beyond :128 (O-103).
func TestParseErrors(t *testing.T) {
	t.Parallel()
	for name, d := range dialects() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got strings.Builder
			for _, text := range invalidIn(d) {
				q, err := query.Parse(text, d)
				writeError(t, &got, text, err)
				if q != nil {
					t.Errorf("Parse(%q) gives a query with its error", text)
				}
			}
			golden(t, strings.ToLower(name)+"-errors.golden", got.String())
		})
	}
}

// O-338, R-179
func TestParseOrderErrors(t *testing.T) {
	t.Parallel()
	texts := []string{
		"order by a", ",", "a,", "a,,b", "a b", "a descending", "a desc desc", "a = 1", "a;", "(a)", "a)", "'a'", "a..b", "a[1]", ":0", "a and b", "1", "desc,", "a\xff",
	}
	for name, d := range dialects() {
		t.Run(name, func(t *testing.T) { // one after the other: both have the same golden file
			var got strings.Builder
			for _, text := range texts {
				items, err := query.ParseOrder(text, d)
				writeError(t, &got, text, err)
				if items != nil {
					t.Errorf("ParseOrder(%q) gives criteria with its error", text)
				}
			}
			golden(t, "order-errors.golden", got.String())
		})
	}
}

// writeError adds the message and the caret of an error to a golden text.
func writeError(t *testing.T, w *strings.Builder, text string, err error) {
	t.Helper()
	e, ok := errors.AsType[*query.Error](err)
	if !ok {
		t.Errorf("%q: error is %v, want an *Error", text, err)
		return
	}
	if e.Text != text || e.Offset < 0 || e.Offset > len(text) {
		t.Errorf("%q: Text is %q and Offset %d", text, e.Text, e.Offset)
	}
	fmt.Fprintf(w, "%s\n%s\n\n", e, e.Caret())
}

// golden compares with a file in testdata, or writes it with -update.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestErrorByHand(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name  string
		err   query.Error
		text  string
		caret string
	}{
		{"zero", query.Error{}, "query: column 1: ", "\n^"},
		{"before", query.Error{Offset: -1, Msg: "m", Text: "ab"}, "query: column 1: m", "ab\n^"},
		{"behind", query.Error{Offset: 9, Msg: "m", Text: "ab"}, "query: column 3: m", "ab\n  ^"},
		{"lines", query.Error{Offset: 5, Msg: "m", Text: "ab\nédc\n"}, "query: line 2, column 2: m", "ab␊édc␊\n    ^"},
		{"signs", query.Error{Offset: 4, Msg: "m", Text: "\t\x7f\u00a0\u202ex"}, "query: column 4: m", "␉␡␣�x\n   ^"},
		{
			"long", query.Error{Offset: 100, Msg: "m", Text: strings.Repeat("é", 100)}, "query: column 51: m",
			"…" + strings.Repeat("é", 40) + strings.Repeat("é", 30) + "…\n" + strings.Repeat(" ", 41) + "^",
		},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := tc.err.Error(); got != tc.text {
				t.Errorf("Error() = %q, want %q", got, tc.text)
			}
			if diff := cmp.Diff(tc.caret, tc.err.Caret()); diff != "" {
				t.Errorf("Caret() (-want +got):\n%s", diff)
			}
		})
	}
}
