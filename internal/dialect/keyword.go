package dialect

import (
	"strings"
	"unicode"
)

// Keyword tells if text contains word as a whole word, case and diacritics
// ignored (O-119). A word that ends with @ is a prefix: "comput@" is found in
// "a Computer". Words are the longest runs of letters, decimal digits and
// combining marks; so a word that holds anything else, or nothing, is never
// found, and "@" alone is found in every text that has a word.
func Keyword(text, word string) bool {
	want, prefix, ok := keyword(word)
	if !ok {
		return false
	}
	for w := range strings.FieldsFuncSeq(Fold(text), notInWord) {
		if w == want || prefix && strings.HasPrefix(w, want) {
			return true
		}
	}
	return false
}

// keyword splits what a user searches into the folded word and whether it is a
// prefix; not ok if no text can contain it.
func keyword(word string) (want string, prefix, ok bool) {
	want, prefix = strings.CutSuffix(Fold(word), "@")
	if want == "" {
		return "", prefix, prefix
	}
	return want, prefix, strings.IndexFunc(want, notInWord) < 0
}

func notInWord(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r)
}
