package query

import "strings"

// eval reads eval(...), or :(...) of the REST dialect, up to the parenthesis that closes it (O-141).
// REST refuses formulas, but reads them so that the refusal can say so.
func (p *parser) eval() (Node, error) {
	at := p.tok.start
	open := p.blanksEnd(p.pos)
	end, err := p.closing(open)
	if err != nil {
		return nil, err
	}
	text := p.text[open+1 : end]
	if strings.Trim(text, " \t\n\v\f\r") == "" {
		return nil, p.errorf(open, "there is no formula between these parentheses")
	}
	p.pos = end + 1
	p.advance()
	return &Formula{Text: text, At: at}, p.count(at)
}

// closing finds the parenthesis that closes the one at open; those inside of strings do not count.
func (p *parser) closing(open int) (int, error) {
	depth := 0
	for i := open; i < len(p.text); i++ {
		switch c := p.text[i]; c {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i, nil
			}
		case '"', '\'', '`':
			end := p.stringEnd(i)
			if end < 0 {
				return 0, p.errorf(i, "this quote is never closed")
			}
			i = end
		}
	}
	return 0, p.errorf(open, `this parenthesis is never closed: a ")" is missing`)
}

// stringEnd is the place of the quote that closes the string of a formula that begins at i, or -1.
// A backslash takes the meaning of the character behind it away, but not between backquotes.
func (p *parser) stringEnd(i int) int {
	mark := p.text[i]
	for i++; i < len(p.text); i++ {
		switch {
		case p.text[i] == mark:
			return i
		case p.text[i] == '\\' && mark != '`':
			i++
		}
	}
	return -1
}
