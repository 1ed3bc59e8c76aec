package sqlplan

import (
	"strings"
	"unicode/utf8"
)

// Where a text has an index, migrations index its fold (see dialect.FoldExpr), and the SQL must say the same expression for the
// database to use it. Without an index the dialect knows cheaper ways to go through all rows.

// equalFold asks whether the fold of the column is the value.
func (w *writer) equalFold(n *node, column []byte) {
	if !n.attr.Indexed || n.doc != nil {
		w.buf = w.dialect.EqualFold(w.buf, column, w.bind)
		return
	}
	w.buf = w.dialect.FoldExpr(w.buf, column)
	w.operator("=")
	w.buf = w.bind(w.buf)
}

// likeFrom asks whether a text is like the pattern. One that begins with plain text is also a range of the index, which no database finds
// out from a bound pattern by itself.
func likeFrom(t target, pattern string) *node {
	prefix := plainPrefix(pattern)
	end, bounded := following(prefix)
	if t.attr == nil || !t.attr.Indexed || t.doc != nil || prefix == "" || !bounded {
		return t.is(likeTest, pattern)
	}
	between := both(t.compared(foldCompareTest, ">=", prefix), t.compared(foldCompareTest, "<", end))
	if pattern == prefix+"%" { // the range says all of it
		return between
	}
	return both(between, t.is(likeTest, pattern))
}

// plainPrefix is what every text that is like the pattern begins with.
func plainPrefix(pattern string) string {
	if i := strings.IndexAny(pattern, `%_\`); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// following is the first text, in the order of code points, after all that begin with prefix; false when there is none.
func following(prefix string) (string, bool) {
	for prefix != "" {
		last, size := utf8.DecodeLastRuneInString(prefix)
		prefix = prefix[:len(prefix)-size]
		switch {
		case last == 0xD7FF:
			return prefix + "\uE000", true // surrogates are no text
		case last < utf8.MaxRune:
			return prefix + string(last+1), true
		}
	}
	return "", false
}
