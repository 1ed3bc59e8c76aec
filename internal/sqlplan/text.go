package sqlplan

import (
	"strings"
	"unicode/utf8"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
)

// pattern is a searched text, folded. Wildcards are @ in values, and also * in the constants of a REST filter
// (O-116, R-163).
type pattern struct {
	kind patternKind
	text string // folded text; for likePattern the pattern of LIKE
}

type patternKind uint8

const (
	exactText   patternKind = iota // no wildcard: equal
	likePattern                    // at least one
	anyText                        // only a wildcard: whatever is not null
	noText                         // two wildcards in a row: nothing (O-116)
)

// wildcards returns the characters that are wildcards in v.
func (r *resolver) wildcards(v value) string {
	if v.constant && r.language == query.REST {
		return "@*"
	}
	return "@"
}

// parsePattern reads a searched text in which the given characters are wildcards.
func parsePattern(text, wildcards string) pattern {
	text = dialect.Fold(text)
	if !strings.ContainsAny(text, wildcards) {
		return pattern{kind: exactText, text: text}
	}
	if len(text) == 1 {
		return pattern{kind: anyText}
	}
	return translate(text, wildcards)
}

// translate writes the pattern of LIKE for a text that has wildcards.
func translate(text, wildcards string) pattern {
	var b strings.Builder
	for text != "" {
		i := strings.IndexAny(text, wildcards)
		if i < 0 {
			b.WriteString(dialect.EscapeLike(text))
			break
		}
		b.WriteString(dialect.EscapeLike(text[:i]))
		b.WriteByte('%')
		text = text[i+1:]
		if text != "" && strings.IndexByte(wildcards, text[0]) >= 0 {
			return pattern{kind: noText}
		}
	}
	return pattern{kind: likePattern, text: b.String()}
}

// prefixPattern is the pattern of "begins with text"; wildcards inside of it stay wildcards.
func prefixPattern(text, wildcards string) pattern {
	if text == "" {
		return pattern{kind: anyText}
	}
	if strings.IndexByte(wildcards, text[len(text)-1]) < 0 {
		text += "@"
	}
	return parsePattern(text, wildcards)
}

// storable reports whether a text column can hold the text on every database.
func storable(text string) bool {
	return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}
