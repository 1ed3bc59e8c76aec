package dialect

import (
	"slices"
	"strings"
)

// maxIndexedWord is the length in bytes of the longest folded word in a keyword index. Longer ones are looked for without it.
const maxIndexedWord = 500

// Words returns the words of text that a keyword index has, folded, sorted and each once. They are those that [Keyword] finds.
func Words(text string) []string {
	var words []string
	for w := range strings.FieldsFuncSeq(Fold(text), notInWord) {
		if len(w) <= maxIndexedWord {
			words = append(words, w)
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

// IndexedWord returns what to look for in a keyword index for a searched word: the folded word and whether it is a prefix. Not ok if the
// index cannot tell: see [Dialect.KeywordExpr] then.
func IndexedWord(word string) (want string, prefix, ok bool) {
	want, prefix, ok = keyword(word)
	return want, prefix, ok && want != "" && len(want) <= maxIndexedWord
}

// WordsExpr appends the words of a text column as PostgreSQL indexes them.
func (Postgres) WordsExpr(b, col []byte) []byte { return fill(b, "ordago_words(#)", col) }

// HasWord appends the condition that the column's indexed words have the one bound as [Postgres.WordArg] returns it.
func (p Postgres) HasWord(b, col []byte, ph func([]byte) []byte) []byte {
	return append(ph(append(p.WordsExpr(b, col), " @@ "...)), "::tsquery"...)
}

// WordArg returns the value to bind for an indexed word, which has nothing in it to escape.
func (Postgres) WordArg(want string, prefix bool) string {
	if prefix {
		return "'" + want + "':*"
	}
	return "'" + want + "'"
}
