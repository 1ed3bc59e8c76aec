package dialect

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"unicode"
)

// Postgres is the dialect of PostgreSQL 13 and later, with ICU and encoding
// UTF8. It uses a function ordago_fold(text), which [Postgres.Setup] creates.
// To find equal texts fast, an application indexes (ordago_fold(col) COLLATE "C").
type Postgres struct{}

var _ Dialect = Postgres{}

// Name returns "postgres".
func (Postgres) Name() string { return "postgres" }

// Quote appends ident in double quotes.
func (Postgres) Quote(b []byte, ident string) []byte { return quote(b, ident, '"') }

// Placeholder appends $n.
func (Postgres) Placeholder(b []byte, n int) []byte {
	return strconv.AppendInt(append(b, '$'), int64(n), 10)
}

// foldC compares bytes, as Go and SQLite do: any other collation would put its
// own rules on top of the fold.
const foldC = `ordago_fold(#) COLLATE "C"`

// FoldExpr implements [Dialect].
func (Postgres) FoldExpr(b, col []byte) []byte { return fill(b, foldC, col) }

// EqualFold implements [Dialect].
func (Postgres) EqualFold(b, col []byte, ph func([]byte) []byte) []byte {
	return ph(fill(b, foldC+"=", col))
}

// LikeFold implements [Dialect].
func (Postgres) LikeFold(b, col []byte, ph func([]byte) []byte) []byte {
	return append(ph(fill(b, foldC+" LIKE ", col)), escape...)
}

// KeywordExpr implements [Dialect]. The collation decides what a letter is:
// ICU knows all of Unicode, "C" only ASCII.
func (Postgres) KeywordExpr(b, col []byte, ph func([]byte) []byte) []byte {
	return ph(fill(b, `ordago_fold(#) COLLATE "und-x-icu" ~ `, col))
}

// neverMatches is a regular expression that no text matches.
const neverMatches = "(?!)"

// KeywordArg returns a regular expression that finds word as [Keyword] does.
func (Postgres) KeywordArg(word string) string {
	want, prefix, ok := keyword(word)
	switch {
	case !ok:
		return neverMatches
	case want == "":
		return "[" + wordRunes() + "]"
	}
	var b strings.Builder
	b.WriteString("(?:^|[^" + wordRunes() + "])" + want)
	if !prefix {
		b.WriteString("(?:$|[^" + wordRunes() + "])")
	}
	return b.String()
}

// wordRunes lists the runes of words for a bracket expression: PostgreSQL has
// a class for letters and digits, and none for marks.
var wordRunes = sync.OnceValue(func() string {
	var b strings.Builder
	b.WriteString("[:alnum:]")
	for _, r := range unicode.M.R16 {
		writeRunes(&b, rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	for _, r := range unicode.M.R32 {
		writeRunes(&b, rune(r.Lo), rune(r.Hi), rune(r.Stride))
	}
	return b.String()
})

func writeRunes(b *strings.Builder, lo, hi, stride rune) {
	if stride == 1 {
		fmt.Fprintf(b, `%c-%c`, lo, hi)
		return
	}
	for r := lo; r <= hi; r += stride {
		b.WriteRune(r)
	}
}

// OrderExpr implements [Dialect]: PostgreSQL by itself takes NULL for the
// largest value.
func (Postgres) OrderExpr(b, expr []byte, desc bool) []byte {
	b = append(b, expr...)
	if desc {
		return append(b, " DESC NULLS LAST"...)
	}
	return append(b, " NULLS FIRST"...)
}
