package dialect_test

import (
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/dialect"
)

type keywordTest struct {
	name, text, word string
	want             bool
}

// keywordTests is what both Go and the databases must find.
func keywordTests() []keywordTest {
	return []keywordTest{
		{"last word", "Alpha Bravo", "Bravo", true},
		{"first word", "Alpha Bravo", "Alpha", true},
		{"case and diacritics", "Élan vital", "elan", true},
		{"diacritics in the word", "elan vital", "ÉLAN", true},
		{"part of a word", "Alpha Bravo", "rav", false},
		{"start of a word", "Alpha Bravo", "Brav", false},
		{"two words", "Alpha Bravo", "Alpha Bravo", false},
		{"prefix", "a Computer", "comput@", true},
		{"prefix is the whole word", "compute", "compute@", true},
		{"prefix in the middle", "recomputing", "comput@", false},
		{"prefix at the second occurrence", "recompute compute", "comput@", true},
		{"word at the second occurrence", "bravos bravo", "bravo", true},
		{"leading wildcard", "Alpha Bravo", "@vo", false},
		{"two wildcards", "compute", "comput@@", false},
		{"wildcard alone", "x", "@", true},
		{"wildcard alone, no word", " -- ", "@", false},
		{"nothing", "Alpha", "", false},
		{"nothing in nothing", "", "", false},
		{"dash", "well-known", "known", true},
		{"punctuation", "(alpha), bravo!", "alpha", true},
		{"apostrophe", "l'été", "ete", true},
		{"underscore separates", "snake_case", "case", true},
		{"new line", "one\ntwo\nthree", "two", true},
		{"number", "room 42 east", "42", true},
		{"part of a number", "room 421 east", "42", false},
		{"number with letters", "b52 bomber", "b52", true},
		{"symbols are ignored", "100 € net", "€", false},
		{"regular expression", "abc", "a.c", false},
		{"brackets", "a", "[a]", false},
		{"backslash", "w", `\w`, false},
		{"like wildcard", "abc", "a%", false},
		{"greek final sigma", "η οδος μου", "ΟΔΟΣ", true},
		{"cyrillic", "Война и мир", "война", true},
		{"devanagari with vowel signs", "हिन्दी भाषा", "हिन्दी", true},
		{"part of a devanagari word", "हिन्दी भाषा", "ह", false},
		{"devanagari prefix", "हिन्दी भाषा", "भा@", true},
		{"hangul", "한국 사람", "사람", true},
		{"chinese run", "中文", "中", false},
		{"letter above the BMP", "the 𐐷ord", "𐐷ord", true},
		{"no-break space", "alpha\u00a0bravo", "bravo", true},
	}
}

// O-119
func TestKeyword(t *testing.T) {
	t.Parallel()
	for _, tt := range keywordTests() {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := dialect.Keyword(tt.text, tt.word); got != tt.want {
				t.Errorf("Keyword(%q, %q) = %v, want %v", tt.text, tt.word, got, tt.want)
			}
		})
	}
}

func FuzzKeyword(f *testing.F) {
	f.Add("Alpha Bravo", "Bravo")
	f.Add("a Computer", "comput@")
	f.Fuzz(func(t *testing.T, text, word string) {
		found := dialect.Keyword(text, word)
		if strings.HasSuffix(word, "@") {
			return
		}
		if found && !dialect.Keyword(text, word+"@") {
			t.Fatalf("Keyword(%q, %q) but not with a wildcard", text, word)
		}
		if found && !strings.Contains(dialect.Fold(text), dialect.Fold(word)) {
			t.Fatalf("Keyword(%q, %q) is not in the text", text, word)
		}
	})
}
