package query

import "strings"

// list reads [a, b, c]; it may be empty (A-32 of orda.md). The lexer stands at the opening bracket.
func (p *parser) list() (Operand, error) {
	list := &List{At: p.pos}
	p.pos++
	p.skipBlanks()
	for p.pos < len(p.text) {
		if p.text[p.pos] == ']' && len(list.Items) == 0 {
			break
		}
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		if len(list.Items) == MaxListItems {
			return nil, p.errorf(item.At, "the list has more than %d elements: pass it through a placeholder", MaxListItems)
		}
		list.Items = append(list.Items, item)
		more, err := p.separator(item)
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	if p.pos == len(p.text) {
		return nil, p.errorf(list.At, `this list is never closed: a "]" is missing`)
	}
	p.pos++
	p.advance()
	return list, nil
}

// item reads one element and leaves the lexer behind it.
func (p *parser) item() (Literal, error) {
	at := p.pos
	switch p.text[at] {
	case '\'', '"':
		return p.quotedText()
	case ':':
		return Literal{}, p.errorf(at, "a placeholder cannot be an element of a list: pass the whole list through one, as in :1")
	case '[', '(':
		return Literal{}, p.errorf(at, "an element of a list cannot begin with %s: put it between quotes", quote(p.text[at:at+1]))
	}
	end := p.itemEnd(at)
	if end == at {
		return Literal{}, p.errorf(at, "an element of the list is missing before %s", quote(firstRunes(p.text[at:], 1)))
	}
	p.pos = end
	l := literal(p.text[at:end], at)
	if l.Kind == Null {
		return l, p.errorf(at, "null cannot be an element of a list: add a condition with = null")
	}
	return l, nil
}

// itemEnd is where a bare element that begins at i ends.
// In the REST dialect it may hold all but a comma and a closing bracket: no connective can stand in a list.
func (p *parser) itemEnd(i int) int {
	if p.dialect == ORDA {
		return p.bareEnd(i)
	}
	n := strings.IndexAny(p.text[i:], ",]")
	if n < 0 {
		n = len(p.text) - i
	}
	end := i + n
	for end > i && isBlank(p.text[end-1]) {
		end--
	}
	return end
}

// separator reads the comma behind an element, if there is one; the lexer then stands at the next element.
// At a closing bracket or at the end of the text it stays there.
func (p *parser) separator(item Literal) (more bool, err error) {
	p.skipBlanks()
	if p.pos == len(p.text) || p.text[p.pos] == ']' {
		return false, nil
	}
	if p.text[p.pos] == ',' {
		p.pos++
		p.skipBlanks()
		return true, nil
	}
	if item.Kind == Quoted {
		return false, p.errorf(p.pos, `unexpected %s in the list: expected "," or "]"`, p.describe(p.peek()))
	}
	return false, p.errorf(item.At, "put an element that is more than one word between quotes")
}
