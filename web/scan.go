package web

import "strings"

// tagKind is a tag.
type tagKind uint8

const (
	noTag tagKind = iota // literal text
	textTag
	htmlTag
	evalTag
	scriptTag
	codeTag
	ifTag
	elseifTag
	elseTag
	endifTag
	loopTag
	endloopTag
	eachTag
	endeachTag
	includeTag
	baseTag
)

// kindOf returns the tag of a word after "4D", in any letter case.
func kindOf(word string) tagKind {
	switch strings.ToUpper(word) {
	case "TEXT":
		return textTag
	case "HTML":
		return htmlTag
	case "EVAL":
		return evalTag
	case "SCRIPT":
		return scriptTag
	case "CODE":
		return codeTag
	case "INCLUDE":
		return includeTag
	case "BASE":
		return baseTag
	default:
		return blockKindOf(strings.ToUpper(word))
	}
}

func blockKindOf(word string) tagKind {
	switch word {
	case "IF":
		return ifTag
	case "ELSEIF":
		return elseifTag
	case "ELSE":
		return elseTag
	case "ENDIF":
		return endifTag
	case "LOOP":
		return loopTag
	case "ENDLOOP":
		return endloopTag
	case "EACH":
		return eachTag
	case "ENDEACH":
		return endeachTag
	default:
		return noTag
	}
}

// token is a piece of a page: literal text, or one tag.
type token struct {
	kind   tagKind
	raw    string // as it stands in the page
	body   string // after the tag's word, trimmed
	dollar bool   // in $ syntax
}

const (
	commentOpen  = "<!--#4D"
	commentClose = "-->"
	dollarOpen   = "$4D"
)

// scanner cuts a page into tokens. What looks like a tag and is none is literal text. Each part of the page is searched once, so that a
// page full of beginnings takes no longer than another.
type scanner struct {
	text    string
	pos     int
	comment finder // where comment tags may begin
	dollar  finder // where $ tags may begin
	ends    finder // where comment tags end
}

func newScanner(text string, dollar bool) scanner {
	s := scanner{text: text, comment: finder{mark: commentOpen}, dollar: finder{mark: dollarOpen}, ends: finder{mark: commentClose}}
	if !dollar {
		s.dollar.at = len(text)
	}
	return s
}

// finder remembers where a mark was found last.
type finder struct {
	mark string
	at   int // nothing between the last search and here; the length of the text: no more
}

// from returns where the next mark is, or the length of the text.
func (f *finder) from(text string, pos int) int {
	if f.at >= len(text) || f.at >= pos && strings.HasPrefix(text[f.at:], f.mark) {
		return f.at
	}
	pos = max(pos, f.at)
	f.at = len(text)
	if i := strings.Index(text[pos:], f.mark); i >= 0 {
		f.at = pos + i
	}
	return f.at
}

// next returns the next token, and false at the end.
func (s *scanner) next() (token, bool) {
	for from := s.pos; s.pos < len(s.text); from++ {
		from = min(s.comment.from(s.text, from), s.dollar.from(s.text, from))
		t, ok := token{}, false
		if from < len(s.text) {
			t, ok = s.tagAt(from)
		}
		if ok && from == s.pos {
			s.pos += len(t.raw)
			return t, true
		}
		if ok || from == len(s.text) {
			t = token{raw: s.text[s.pos:from]}
			s.pos = from
			return t, true
		}
	}
	return token{}, false
}

// tagAt reads the tag that may begin at a position.
func (s *scanner) tagAt(at int) (token, bool) {
	text := s.text[at:]
	if strings.HasPrefix(text, dollarOpen) {
		return dollarAt(text)
	}
	word := letters(text[len(commentOpen):])
	kind := kindOf(word)
	start := at + len(commentOpen) + len(word)
	end := s.ends.from(s.text, start)
	if kind == noTag || end == len(s.text) {
		return token{}, false
	}
	return token{kind: kind, raw: s.text[at : end+len(commentClose)], body: strings.TrimSpace(s.text[start:end])}, true
}

// dollarAt reads $4DTEXT(…), $4DHTML(…) or $4DEVAL(…).
func dollarAt(s string) (token, bool) {
	word := letters(s[len(dollarOpen):])
	start := len(dollarOpen) + len(word)
	if kind := kindOf(word); kind == textTag || kind == htmlTag || kind == evalTag {
		if end := closing(s[start:]); end > 0 {
			return token{kind, s[:start+end+1], strings.TrimSpace(s[start+1 : start+end]), true}, true
		}
	}
	return token{}, false
}

// closing returns the index of the parenthesis that closes the one at the beginning of s, texts skipped; -1 when there is none near.
func closing(s string) int {
	if s == "" || s[0] != '(' {
		return -1
	}
	depth, quote := 0, byte(0)
	for i := 0; i < min(len(s), maxExpression); i++ {
		c := s[i]
		switch {
		case quote != 0 && c == '\\' && quote != '`':
			i++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'' || c == '`':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// letters returns the letters at the beginning of s.
func letters(s string) string {
	n := 0
	for n < len(s) && n < len("ENDLOOP")+1 && (s[n]|0x20) >= 'a' && (s[n]|0x20) <= 'z' {
		n++
	}
	return s[:n]
}
