package query

import (
	"unicode"
	"unicode/utf8"
)

// lexer cuts conditions and orders into tokens, one at a time.
// It never reads ahead: behind a comparator the same characters mean something else (see value.go).
type lexer struct {
	text string
	pos  int // of the next byte to read
}

// next reads one token.
func (l *lexer) next() token {
	l.skipBlanks()
	if l.pos == len(l.text) {
		return token{kind: tokenEnd, start: l.pos, end: l.pos}
	}
	switch c := l.text[l.pos]; {
	case startsName(c):
		return l.wordToken()
	case isDigit(c):
		return l.digitsToken()
	case isComparatorSign(c):
		return l.comparatorToken()
	case c >= utf8.RuneSelf:
		return l.runeToken()
	case c == '&':
		return l.doubledToken(tokenAnd)
	case c == '|':
		return l.doubledToken(tokenOr)
	default:
		return l.token(signKind(c), l.pos+1)
	}
}

// peek is the token that next would read.
func (l *lexer) peek() token {
	ahead := *l
	return ahead.next()
}

// token ends a token at the given place and moves behind it.
func (l *lexer) token(kind tokenKind, end int) token {
	t := token{kind: kind, start: l.pos, end: end}
	l.pos = end
	return t
}

func (l *lexer) wordToken() token {
	t := l.token(tokenWord, l.nameEnd(l.pos))
	t.word = keywordOf(l.text[t.start:t.end])
	return t
}

// runeToken reads a token that begins with a character outside of ASCII: a name if it is a letter.
func (l *lexer) runeToken() token {
	r, size := utf8.DecodeRuneInString(l.text[l.pos:])
	if unicode.IsLetter(r) {
		return l.token(tokenWord, l.nameEnd(l.pos))
	}
	return l.token(tokenOther, l.pos+size)
}

func (l *lexer) digitsToken() token {
	return l.token(tokenDigits, l.digitsEnd(l.pos))
}

// comparatorToken takes all signs up to the next other character, so that => is one mistake
// and not a = with a value that begins with >.
func (l *lexer) comparatorToken() token {
	end := l.pos + 1
	for end < len(l.text) && isComparatorSign(l.text[end]) {
		end++
	}
	op, ok := signOp(l.text[l.pos:end])
	if !ok {
		return l.token(tokenBadComparator, end)
	}
	t := l.token(tokenComparator, end)
	t.op = op
	return t
}

// doubledToken reads & or &&, | or ||.
func (l *lexer) doubledToken(kind tokenKind) token {
	end := l.pos + 1
	if end < len(l.text) && l.text[end] == l.text[l.pos] {
		end++
	}
	return l.token(kind, end)
}

func (l *lexer) skipBlanks() {
	l.pos = l.blanksEnd(l.pos)
}

// blanksEnd is the first place from i on that is no blank.
func (l *lexer) blanksEnd(i int) int {
	for i < len(l.text) && isBlank(l.text[i]) {
		i++
	}
	return i
}

// digitsEnd is the first place from i on that is no ASCII digit.
func (l *lexer) digitsEnd(i int) int {
	for i < len(l.text) && isDigit(l.text[i]) {
		i++
	}
	return i
}

// nameEnd is the end of the name whose first character is at i.
// A $ may only be that first character, so the character at i is not looked at.
func (l *lexer) nameEnd(i int) int {
	_, size := utf8.DecodeRuneInString(l.text[i:])
	for i += size; i < len(l.text); i += size {
		r := rune(l.text[i])
		size = 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(l.text[i:])
		}
		if !continuesName(r) {
			break
		}
	}
	return i
}

func signKind(c byte) tokenKind {
	switch c {
	case ':':
		return tokenColon
	case ',':
		return tokenComma
	case '.':
		return tokenDot
	case '(':
		return tokenOpen
	case ')':
		return tokenClose
	case '[':
		return tokenOpenBracket
	case ']':
		return tokenCloseBracket
	case '{':
		return tokenOpenBrace
	case '}':
		return tokenCloseBrace
	}
	return tokenOther
}

// signOp is the comparator written with these signs.
func signOp(signs string) (Op, bool) {
	switch signs {
	case "=", "==":
		return Equal, true
	case "===":
		return Identical, true
	case "!=", "#":
		return NotEqual, true
	case "!==":
		return NotIdentical, true
	case "<":
		return Less, true
	case "<=":
		return LessEqual, true
	case ">":
		return Greater, true
	case ">=":
		return GreaterEqual, true
	case "%":
		return Keyword, true
	}
	return Equal, false
}

func isComparatorSign(c byte) bool {
	switch c {
	case '=', '!', '#', '<', '>', '%', '~':
		return true
	}
	return false
}

func isBlank(c byte) bool {
	return c == ' ' || '\t' <= c && c <= '\r'
}

func isDigit(c byte) bool {
	return '0' <= c && c <= '9'
}

func isASCIILetter(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z'
}

// startsName knows ASCII only; other letters come through runeToken.
func startsName(c byte) bool {
	return isASCIILetter(c) || c == '_' || c == '$'
}

func continuesName(r rune) bool {
	if r < utf8.RuneSelf {
		return isASCIILetter(byte(r)) || isDigit(byte(r)) || r == '_'
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r)
}
