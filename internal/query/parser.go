package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Parse reads a query in the given dialect. Empty text, or only blanks, is a query without condition.
// The error is always an *[Error]; the query is then nil.
func Parse(text string, d Dialect) (*Query, error) {
	p, err := newParser(text, d)
	if err != nil {
		return nil, err
	}
	q := &Query{Dialect: d, Text: text}
	if p.tok.kind != tokenEnd && !p.atOrder() {
		if q.Where, err = p.or(); err != nil {
			return nil, err
		}
	}
	if p.atOrder() {
		p.advance()
		p.advance()
		if q.Order, err = p.orderItems(); err != nil {
			return nil, err
		}
	}
	if p.tok.kind != tokenEnd {
		return nil, p.unexpected(len(q.Order) > 0)
	}
	return q, nil
}

// parser reads by recursive descent, one function for each rule of the grammar.
type parser struct {
	lexer
	dialect Dialect
	tok     token // the token to look at; the lexer stands right behind it
	last    token // the token before it
	depth   int
	nodes   int
	steps   []Step // room for the steps of all paths
}

// newParser checks what concerns the text as a whole and reads the first token.
func newParser(text string, d Dialect) (*parser, error) {
	p := &parser{lexer: lexer{text: text}, dialect: d}
	switch {
	case len(text) > MaxText:
		return nil, p.errorf(runeStart(text, MaxText), "the text is %d bytes long, at most %d are allowed", len(text), MaxText)
	case !utf8.ValidString(text):
		return nil, p.errorf(invalidUTF8(text), "the text is not valid UTF-8")
	case strings.IndexByte(text, 0) >= 0:
		return nil, p.errorf(strings.IndexByte(text, 0), "the text must not contain a NUL character")
	}
	p.advance()
	return p, nil
}

// runeStart is the start of the character that covers offset i.
func runeStart(text string, i int) int {
	for i > 0 && !utf8.RuneStart(text[i]) {
		i--
	}
	return i
}

// invalidUTF8 is the offset of the first byte that is not UTF-8.
func invalidUTF8(text string) int {
	for i, r := range text {
		if r != utf8.RuneError {
			continue
		}
		if _, size := utf8.DecodeRuneInString(text[i:]); size == 1 {
			return i
		}
	}
	return len(text)
}

func (p *parser) advance() {
	p.last = p.tok
	p.tok = p.next()
}

func (p *parser) errorf(offset int, format string, args ...any) error {
	return &Error{Offset: offset, Msg: fmt.Sprintf(format, args...), Text: p.text}
}

// textOf is the text of a token.
func (p *parser) textOf(t token) string {
	return p.text[t.start:t.end]
}

// describe names a token in a message.
func (p *parser) describe(t token) string {
	if t.kind == tokenEnd {
		return "the end"
	}
	return quote(p.textOf(t))
}

// or reads conditions joined by or; it binds weaker than and (O-105, R-161).
func (p *parser) or() (Node, error) {
	first, err := p.and()
	if err != nil || !p.atOr() {
		return first, err
	}
	n := &Or{Operands: []Node{first}, At: first.Pos()}
	for p.atOr() {
		p.advance()
		operand, err := p.and()
		if err != nil {
			return nil, err
		}
		n.Operands = append(n.Operands, operand)
	}
	return n, p.count(n.At)
}

// and reads conditions joined by and or except; these bind equally, from left to right.
func (p *parser) and() (Node, error) {
	first, err := p.factor()
	if err != nil || !p.atAnd() {
		return first, err
	}
	n := &And{Operands: make([]Node, 1, 2), At: first.Pos()}
	n.Operands[0] = first
	for p.atAnd() {
		operand, err := p.andOperand()
		if err != nil {
			return nil, err
		}
		n.Operands = append(n.Operands, operand)
	}
	return n, p.count(n.At)
}

// andOperand reads the connective and what follows it. Except is a not: it goes the same way.
func (p *parser) andOperand() (Node, error) {
	if p.tok.word == wordExcept {
		return p.not()
	}
	p.advance()
	return p.factor()
}

func (p *parser) atOr() bool {
	return p.tok.kind == tokenOr || p.tok.word == wordOr
}

func (p *parser) atAnd() bool {
	return p.tok.kind == tokenAnd || p.tok.word == wordAnd || p.tok.word == wordExcept
}

// factor reads one condition with what binds tighter than and.
func (p *parser) factor() (Node, error) {
	switch {
	case p.tok.kind == tokenOpen:
		return p.group()
	case p.tok.word == wordNot && p.notNegates():
		return p.not()
	case p.tok.word == wordEval && p.peek().kind == tokenOpen:
		return p.eval()
	case p.tok.kind == tokenColon && p.dialect == REST && strings.HasPrefix(p.text[p.pos:], "("):
		return p.eval()
	case p.tok.word.connects() && !p.namesAttribute():
		return nil, p.errorf(p.tok.start, "a condition is missing before %s", p.describe(p.tok))
	}
	return p.predicate()
}

// group reads a condition between parentheses.
func (p *parser) group() (Node, error) {
	if err := p.enter(p.tok.start); err != nil {
		return nil, err
	}
	defer p.leave()
	return p.parenthesised()
}

// parenthesised is group without counting the depth.
func (p *parser) parenthesised() (Node, error) {
	open := p.tok
	p.advance()
	if p.tok.kind == tokenClose {
		return nil, p.errorf(open.start, "there is no condition between these parentheses")
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind == tokenEnd {
		return nil, p.errorf(open.start, `this parenthesis is never closed: a ")" is missing`)
	}
	if p.tok.kind != tokenClose {
		return nil, p.unexpected(false)
	}
	p.advance()
	return n, nil
}

// not reads not or except with its operand. A parenthesis right behind it is no deeper level,
// so that what the printer writes is never deeper than what was read.
func (p *parser) not() (Node, error) {
	at := p.tok.start
	if err := p.enter(at); err != nil {
		return nil, err
	}
	defer p.leave()
	p.advance()
	read := p.factor
	if p.tok.kind == tokenOpen {
		read = p.parenthesised
	}
	operand, err := read()
	if err != nil {
		return nil, err
	}
	return &Not{Operand: operand, At: at}, p.count(at)
}

// notNegates tells the operator not from an attribute of that name.
// Before a word such as in, which may be a comparator or a name again, what follows the word decides:
// "not in = 3" negates "in = 3", "not in [3]" compares the attribute.
func (p *parser) notNegates() bool {
	ahead := p.lexer
	second := ahead.next()
	if second.kind == tokenComparator || second.continuesPath() || second.kind == tokenOpenBracket {
		return false
	}
	if !second.word.compares() {
		return true
	}
	third := ahead.next()
	return third.compares() || third.continuesPath()
}

// namesAttribute says whether the word at hand is the beginning of a comparison and not a connective.
func (p *parser) namesAttribute() bool {
	t := p.peek()
	return t.compares() || t.continuesPath() || t.kind == tokenOpenBracket
}

// enter goes one level deeper; each level that was entered must be left.
func (p *parser) enter(at int) error {
	p.depth++
	if p.depth > MaxDepth {
		return p.errorf(at, "conditions are nested deeper than %d levels", MaxDepth)
	}
	return nil
}

func (p *parser) leave() {
	p.depth--
}

// count takes note of one more node of the tree.
func (p *parser) count(at int) error {
	p.nodes++
	if p.nodes > MaxNodes {
		return p.errorf(at, "there are more than %d conditions", MaxNodes)
	}
	return nil
}

// atOrder says whether "order by" follows.
func (p *parser) atOrder() bool {
	return p.tok.word == wordOrder && p.peek().word == wordBy
}

// atConditionEnd says whether what follows can stand behind a complete condition.
func (p *parser) atConditionEnd() bool {
	switch p.tok.kind {
	case tokenEnd, tokenClose:
		return true
	}
	return p.atAnd() || p.atOr() || p.atOrder()
}

// unexpected is the error for a token that cannot stand behind a condition, or behind an order.
func (p *parser) unexpected(afterOrder bool) error {
	switch {
	case afterOrder:
		return p.errorf(p.tok.start, `unexpected %s: expected ",", asc, desc or the end`, p.describe(p.tok))
	case p.tok.kind == tokenClose:
		return p.errorf(p.tok.start, "nothing opens this parenthesis: put a value that contains one between quotes")
	default:
		return p.errorf(p.tok.start, "unexpected %s: expected and, or, order by or the end", p.describe(p.tok))
	}
}
