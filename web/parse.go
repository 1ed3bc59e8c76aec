package web

import (
	"errors"
	"strings"
)

// maxNesting is how deep blocks may be nested.
const maxNesting = 64

// errNesting is a page whose blocks are nested too deeply.
var errNesting = &tagError{codeDepth, errors.New("blocks are nested deeper than 64")}

// node is a part of a page. Errors of tags are shown in the page; an error of render ends the page.
type node interface{ render(*page) error }

// parser makes a tree of the tokens of a page.
type parser struct {
	language *language
	scanner  scanner
	pending  *token // was read and belongs to an outer block
	open     [endeachTag + 1]int
	depth    int
	err      error
}

// parse reads a page; dollar says whether $ syntax is accepted in it (section 17.1).
func (l *language) parse(text string, dollar bool) ([]node, error) {
	p := &parser{language: l, scanner: newScanner(text, dollar)}
	nodes, _ := p.block()
	return nodes, p.err
}

func (p *parser) next() (token, bool) {
	if t := p.pending; t != nil {
		p.pending = nil
		return *t, true
	}
	return p.scanner.next()
}

// block reads until a tag that ends an open block, which it returns; its kind is noTag at the end of the page.
func (p *parser) block() ([]node, token) {
	var nodes []node
	for {
		t, ok := p.next()
		if !ok {
			return nodes, token{}
		}
		if end := endOf(t.kind); end != noTag && p.open[end] > 0 {
			return nodes, t
		}
		nodes = append(nodes, p.node(t))
		if p.err != nil {
			return nodes, token{}
		}
	}
}

// endOf returns the end tag of the block that a tag of this kind divides or ends; noTag for others.
func endOf(kind tagKind) tagKind {
	switch kind {
	case elseifTag, elseTag, endifTag:
		return endifTag
	case endloopTag, endeachTag:
		return kind
	}
	return noTag
}

// node makes the node of a token; for the first tag of a block it reads the block.
func (p *parser) node(t token) node {
	switch t.kind {
	case textTag, htmlTag, evalTag:
		return &valueNode{t, p.language.statement(t.body)}
	case scriptTag:
		return scriptOf(p.language, t)
	case codeTag:
		return p.code(t)
	case includeTag:
		return &includeNode{t}
	case baseTag:
		return &baseNode{t}
	case ifTag, loopTag, eachTag:
		return p.nested(t)
	default: // literal text, and ends of nothing
		return literal(t.raw)
	}
}

// code makes the node of 4DCODE: one statement a line, lines that begin with // left out.
func (p *parser) code(t token) node {
	n := &codeNode{token: t}
	for line := range strings.FieldsFuncSeq(t.body, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "//") {
			n.lines = append(n.lines, p.language.statement(line))
		}
	}
	return n
}

// nested reads a block.
func (p *parser) nested(t token) node {
	if p.depth++; p.depth > maxNesting {
		p.err = errNesting
		return literal("")
	}
	defer func() { p.depth-- }()
	switch t.kind {
	case ifTag:
		return p.conditional(t)
	case loopTag:
		return p.loop(t, endloopTag, "4DENDLOOP", newLoop(p.language, t))
	default:
		return p.loop(t, endeachTag, "4DENDEACH", newEach(p.language, t))
	}
}

// conditional reads up to 4DENDIF. Without it nothing of the block is shown: what follows was perhaps meant for few.
func (p *parser) conditional(t token) node {
	n := &ifNode{}
	for {
		p.open[endifTag]++
		body, end := p.block()
		p.open[endifTag]--
		b := branch{token: t, body: body}
		if t.kind != elseTag {
			b.condition = p.language.compile(t.body)
		}
		n.branches = append(n.branches, b)
		switch end.kind {
		case endifTag:
			return n
		case elseifTag, elseTag:
			t = end
		default:
			p.unread(end)
			return literal(n.branches[0].raw + ": 4DENDIF expected")
		}
	}
}

// repeated is a block that is read by [parser.loop].
type repeated interface {
	node
	repeat(body []node)
}

// loop reads up to the end tag of a loop.
func (p *parser) loop(t token, end tagKind, word string, n repeated) node {
	p.open[end]++
	body, last := p.block()
	p.open[end]--
	if last.kind != end {
		p.unread(last)
		return literal(t.raw + ": " + word + " expected")
	}
	n.repeat(body)
	return n
}

// unread gives a tag back to the block that it ends.
func (p *parser) unread(t token) {
	if t.kind != noTag {
		p.pending = &t
	}
}

// statement is an expression, or an assignment of one to a variable of the page.
type statement struct {
	target string // "": none
	*expression
}

// statement reads a statement (S-398).
func (l *language) statement(text string) statement {
	target, value, ok := strings.Cut(text, ":=")
	if target = strings.TrimSpace(target); !ok || !isName(target) {
		return statement{"", l.compile(text)}
	}
	if l.reserved(target) {
		return statement{"", &expression{err: &tagError{codeType, errors.New(target + " cannot be assigned")}}}
	}
	return statement{target, l.compile(strings.TrimSpace(value))}
}

// reserved reports whether a name cannot be a variable of a page.
func (l *language) reserved(name string) bool {
	return l.functions[name] != nil || l.variables[name] != nil || isWord(name)
}
