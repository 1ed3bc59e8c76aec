package dialect_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/ordago/ordago/internal/dialect"
)

// O-115, O-151
func TestFold(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"ascii", "O'Neil 42", "o'neil 42"},
		{"n tilde", "ñ", "n"},
		{"a ring", "Å", "a"},
		{"angstrom sign", "\u212b", "a"},
		{"kelvin sign", "\u212a", "k"},
		{"hetrick", "Hétrick", "hetrick"},
		{"decomposed", "He\u0301trick", "hetrick"},
		{"vietnamese, two marks", "Ế", "e"},
		{"dotted capital i", "İstanbul", "istanbul"},
		{"dotless i is another letter", "ı", "ı"},
		{"sharp s is another letter", "Straẞe", "straße"},
		{"stroke is no mark", "ŁØ", "łø"},
		{"final sigma", "ΟΔΟΣ οδος", "οδοσ οδοσ"},
		{"greek tonos", "Άλφα", "αλφα"},
		{"cyrillic short i", "Йод", "иод"},
		{"hangul", "각", "\u1100\u1161\u11a8"},
		{"hangul without final", "가", "\u1100\u1161"},
		{"grapheme joiner between marks", "\u05d1\u05bc\u034f\u05b0", "\u05d1\u05b0\u05bc"},
		{"accent in another script", "क\u0301ष", "कष"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"mark between the halves of a letter", "\xc3\u0301\xa9", "\ufffd\ufffd"},
		{"nul", "A\x00É", "a\x00e"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := dialect.Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%+q) = %+q, want %+q", tt.in, got, tt.want)
			}
		})
	}
}

// slowFold is the definition in the words of the comment of Fold.
func slowFold(s string) string {
	s = strings.Map(func(r rune) rune {
		switch r = unicode.ToLower(r); {
		case r == 'ς':
			return 'σ'
		case r == '\u034f':
			return -1
		}
		return r
	}, s)
	return strings.Map(func(r rune) rune {
		if 0x300 <= r && r <= 0x36f {
			return -1
		}
		return r
	}, norm.NFD.String(s))
}

// O-115
func TestFoldEveryRune(t *testing.T) {
	t.Parallel()
	for r := range rune(unicode.MaxRune + 1) {
		if !utf8.ValidRune(r) {
			continue
		}
		s := string(r)
		got := dialect.Fold(s)
		if want := slowFold(s); got != want {
			t.Errorf("Fold(%U) = %+q, want %+q", r, got, want)
		}
		if again := dialect.Fold(got); again != got {
			t.Errorf("Fold(Fold(%U)) = %+q, want %+q", r, again, got)
		}
	}
}

func TestFoldLongRunOfMarks(t *testing.T) {
	t.Parallel()
	s := "x" + strings.Repeat("\u05bc\u05b0\u0301", 100)
	got := dialect.Fold(s)
	if want := "x" + strings.Repeat("\u05b0", 100) + strings.Repeat("\u05bc", 100); got != want {
		t.Errorf("Fold(long run) = %+q, want %+q", got, want)
	}
}

func TestFoldDoesNotAllocateForFoldedASCII(t *testing.T) {
	s := strings.Repeat("plain text 12 ", 10)
	if n := testing.AllocsPerRun(100, func() { dialect.Fold(s) }); n != 0 {
		t.Errorf("Fold(%q) allocates %v times, want 0", s, n)
	}
}

func FuzzFold(f *testing.F) {
	for _, s := range []string{"", "Ünïcode", "ΣΑΣ", "\xc3\u0301\xa9", "a\u05bc\u034f\u05b0", "각", "İ"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		folded := dialect.Fold(s)
		if !utf8.ValidString(folded) {
			t.Fatalf("Fold(%+q) = %+q is not UTF-8", s, folded)
		}
		if again := dialect.Fold(folded); again != folded {
			t.Fatalf("Fold(Fold(%+q)) = %+q, want %+q", s, again, folded)
		}
		if upper := dialect.Fold(strings.Map(unicode.ToLower, s)); upper != folded {
			t.Fatalf("Fold(lower(%+q)) = %+q, want %+q", s, upper, folded)
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for _, s := range []string{"harness", "Harness", "Hétrick von Müller"} {
		b.Run(s, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dialect.Fold(s)
			}
		})
	}
}
