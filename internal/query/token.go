package query

// tokenKind says what a token of a condition or an order is. Values have no tokens: see value.go.
type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenDigits
	tokenComparator    // of signs: = !== #; its Op is in the token
	tokenBadComparator // signs that look like one: =>
	tokenAnd           // & &&
	tokenOr            // | ||
	tokenColon
	tokenComma
	tokenDot
	tokenOpen         // (
	tokenClose        // )
	tokenOpenBracket  // [
	tokenCloseBracket // ]
	tokenOpenBrace    // {
	tokenCloseBrace   // }
	tokenOther        // any other character
)

// token is a stretch of the text.
type token struct {
	kind       tokenKind
	word       keyword // of a tokenWord that may be a keyword
	op         Op      // of a tokenComparator
	start, end int
}

// keyword is a word with a meaning in some places; in others the same word is an attribute's name.
type keyword uint8

const (
	noKeyword keyword = iota
	wordAnd
	wordAsc
	wordBegin
	wordBy
	wordDesc
	wordEval
	wordExcept
	wordIn
	wordIs
	wordLike
	wordNot
	wordOr
	wordOrder
)

// keywordOf finds a keyword in any letter case (O-104).
func keywordOf(word string) keyword {
	switch word[0] | 0x20 {
	case 'a':
		return either(word, "and", wordAnd, "asc", wordAsc)
	case 'b':
		return either(word, "begin", wordBegin, "by", wordBy)
	case 'd':
		return either(word, "desc", wordDesc, "", noKeyword)
	case 'e':
		return either(word, "eval", wordEval, "except", wordExcept)
	case 'i':
		return either(word, "in", wordIn, "is", wordIs)
	case 'l':
		return either(word, "like", wordLike, "", noKeyword)
	case 'n':
		return either(word, "not", wordNot, "", noKeyword)
	case 'o':
		return either(word, "or", wordOr, "order", wordOrder)
	}
	return noKeyword
}

// either is a when the word is the first spelling, b when it is the second.
func either(word, first string, a keyword, second string, b keyword) keyword {
	switch {
	case sameWord(word, first):
		return a
	case sameWord(word, second):
		return b
	}
	return noKeyword
}

// sameWord compares with a lower-case ASCII word, ignoring case. Unicode folding would be wrong here:
// it takes a Kelvin sign for a k.
func sameWord(s, lower string) bool {
	if len(s) != len(lower) {
		return false
	}
	for i := range len(s) {
		if s[i]|0x20 != lower[i] {
			return false
		}
	}
	return true
}

// connects says whether the word joins two conditions.
func (k keyword) connects() bool {
	return k == wordAnd || k == wordOr || k == wordExcept
}

// compares says whether the word is a comparator, or the first word of one.
func (k keyword) compares() bool {
	return k == wordIs || k == wordIn || k == wordBegin || k == wordLike
}

// compares says whether the token is a comparator, or the first word of one.
func (t token) compares() bool {
	return t.kind == tokenComparator || t.word.compares()
}

// continuesPath says whether the token, after a name, can only belong to that name's path.
func (t token) continuesPath() bool {
	return t.kind == tokenDot || t.kind == tokenOpenBrace
}
