package query

import "strings"

// operand reads the right side of a comparison. The lexer stands right behind the comparator.
func (p *parser) operand(op Op) (Operand, error) {
	p.skipBlanks()
	if p.pos == len(p.text) {
		return nil, p.errorf(p.pos, "a value is missing after %s", p.describe(p.tok))
	}
	switch c := p.text[p.pos]; {
	case c == ':':
		p.pos++
		return p.placeholder()
	case c == '[' && op == In:
		return p.list()
	case op == In:
		return nil, p.errorf(p.pos, "in needs a list or a placeholder: in [1, 2] or in :1")
	case c == '[':
		return nil, p.errorf(p.pos, "a list needs the comparator in; put a value that begins with a bracket between quotes")
	case c == '"' && p.dialect == ORDA:
		return nil, p.errorf(p.pos, "double quotes are only allowed in a list: use single quotes or a placeholder")
	case c == '\'' || c == '"':
		return p.quoted()
	}
	return p.bare()
}

// quoted reads a value between quotes.
func (p *parser) quoted() (Operand, error) {
	l, err := p.quotedText()
	if err != nil {
		return nil, err
	}
	p.advance()
	return l, nil
}

// quotedText reads a text between quotes of either kind and leaves the lexer behind it.
// No escape exists (O-108), so what goes on behind the second quote was meant to contain one.
func (p *parser) quotedText() (Literal, error) {
	at, mark := p.pos, p.text[p.pos]
	n := strings.IndexByte(p.text[at+1:], mark)
	if n < 0 {
		return Literal{}, p.errorf(at, "this quote is never closed")
	}
	end := at + 1 + n
	p.pos = end + 1
	switch {
	case p.textMayEnd(p.pos):
		return Literal{Kind: Quoted, Text: p.text[at+1 : end], At: at}, nil
	case strings.IndexByte(p.text[p.pos:], mark) >= 0:
		return Literal{}, p.errorf(end, "a text between quotes cannot contain the same quote: use a placeholder")
	}
	return Literal{}, p.errorf(p.pos, "unexpected %s right behind a text between quotes", p.describe(p.peek()))
}

// textMayEnd says whether a quoted text may end right before i.
func (p *parser) textMayEnd(i int) bool {
	return i == len(p.text) || isBlank(p.text[i]) || strings.IndexByte(")],&|", p.text[i]) >= 0 || p.connectiveAt(i)
}

// bare reads a value without quotes.
func (p *parser) bare() (Operand, error) {
	at := p.pos
	end := at
	if !p.connectiveAt(at) {
		end = p.bareEnd(at)
	}
	if end == at || p.text[at] == '(' {
		return nil, p.noValue(at)
	}
	l := literal(p.text[at:end], at)
	p.pos = end
	p.advance()
	return l, nil
}

// noValue is the error for something that cannot begin a value.
func (p *parser) noValue(at int) error {
	p.pos = at
	t := p.peek()
	if t.kind == tokenWord {
		word := p.textOf(t)
		return p.errorf(at, "a value is missing before %s; if it is the value, put it between single quotes: '%s'", quote(word), word)
	}
	if p.text[at] == '(' {
		return p.errorf(at, `a value cannot begin with "(": put it between quotes`)
	}
	return p.errorf(at, "a value is missing before %s", p.describe(t))
}

// bareEnd is where a bare text that begins at i ends in the parser's dialect.
func (p *parser) bareEnd(i int) int {
	if p.dialect == REST {
		return p.phraseEnd(i)
	}
	for i < len(p.text) && !endsBare(p.text[i]) {
		i++
	}
	return i
}

// endsBare says whether a character ends a bare text of the ORDA dialect.
func endsBare(c byte) bool {
	switch c {
	case '(', ')', '[', ']', ',', '&', '|', '\'', '"':
		return true
	}
	return isBlank(c)
}

// phraseEnd is where text with blanks ends: before the next connective, ")", "order by" or the end.
func (p *parser) phraseEnd(i int) int {
	end := i // behind the last character that is no blank
	for i < len(p.text) {
		switch c := p.text[i]; {
		case c == '&' || c == '|' || c == ')':
			return end
		case isBlank(c):
			i = p.blanksEnd(i)
			if p.connectiveAt(i) {
				return end
			}
		default:
			i++
			end = i
		}
	}
	return end
}

// connectiveAt says whether and, or, except or "order by" stands at i as a word of its own.
func (p *parser) connectiveAt(i int) bool {
	if i == len(p.text) || !isASCIILetter(p.text[i]) {
		return false
	}
	end := i
	for end < len(p.text) && end-i <= len("except") && isASCIILetter(p.text[end]) {
		end++
	}
	word := keywordOf(p.text[i:end])
	if word != wordOrder {
		return word.connects() && p.wordMayEnd(end)
	}
	by := p.blanksEnd(end)
	return by > end && len(p.text)-by >= 2 && sameWord(p.text[by:by+2], "by") && p.wordMayEnd(by+2)
}

// wordMayEnd says whether a connective may end right before i. What could follow a condition counts too: "(a = x and)" lacks one,
// it does not compare with "x and".
func (p *parser) wordMayEnd(i int) bool {
	return i == len(p.text) || isBlank(p.text[i]) || strings.IndexByte("(:)&|", p.text[i]) >= 0
}

// checkOneWord finds the mistake of a value with blanks or quotes that is not quoted (A-35 of orda.md).
// In the REST dialect such a value is legal and has been read as a whole.
func (p *parser) checkOneWord(l Literal) error {
	if p.dialect == REST || l.Kind == Quoted || p.atConditionEnd() || p.tok.kind == tokenComparator {
		return nil
	}
	phrase := p.text[l.At:p.phraseEnd(l.At)]
	if strings.IndexByte(phrase, '\'') >= 0 {
		return p.errorf(l.At, "a value with a single quote must go through a placeholder")
	}
	return p.errorf(l.At, "put text that is more than one word between single quotes: '%s'", visible(shorten(phrase)))
}

// literal classifies a bare text. Only null may be written in any letter case (O-104).
func literal(text string, at int) Literal {
	switch {
	case sameWord(text, "null"):
		return Literal{Kind: Null, Text: "null", At: at}
	case text == "true" || text == "false":
		return Literal{Kind: Bool, Text: text, At: at}
	case isNumber(text):
		return Literal{Kind: Number, Text: text, At: at}
	case isDate(text):
		return Literal{Kind: Date, Text: text, At: at}
	}
	return Literal{Kind: Bare, Text: text, At: at}
}

// isNumber knows -12.5: digits, and digits behind a decimal point (O-121).
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, fraction, point := strings.Cut(s, ".")
	return allDigits(whole) && (!point || allDigits(fraction))
}

// isDate knows the form YYYY-MM-DD (O-153); whether such a day exists is for whoever converts it.
func isDate(s string) bool {
	return len(s) == len("2006-01-02") && s[4] == '-' && s[7] == '-' &&
		allDigits(s[:4]) && allDigits(s[5:7]) && allDigits(s[8:])
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}
