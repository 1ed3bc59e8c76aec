package query

// predicate reads a comparison, or a placeholder alone, which stands for a formula (O-140).
func (p *parser) predicate() (Node, error) {
	if !p.startsPath() {
		return nil, p.noPath()
	}
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if path.Placeholder != nil && p.atConditionEnd() {
		return &Formula{Placeholder: path.Placeholder, At: path.At}, p.count(path.At)
	}
	return p.comparison(path)
}

// noPath is the error for a condition that does not begin with a path.
func (p *parser) noPath() error {
	t := p.tok
	switch {
	case t.kind == tokenEnd && p.last.kind != tokenEnd:
		return p.errorf(t.start, "a condition is missing after %s", p.describe(p.last))
	case t.kind == tokenAnd, t.kind == tokenOr:
		return p.errorf(t.start, "a condition is missing before %s", p.describe(t))
	case t.kind == tokenClose:
		return p.errorf(t.start, `a condition is missing before ")"`)
	}
	return p.errorf(t.start, "unexpected %s: a condition begins with an attribute or a placeholder", p.describe(t))
}

// comparison reads a comparator and a value.
func (p *parser) comparison(path Path) (Node, error) {
	n := &Comparison{Path: path, At: path.At, OpAt: p.tok.start}
	var err error
	if n.Op, err = p.comparator(path); err != nil {
		return nil, err
	}
	if n.Value, err = p.operand(n.Op); err != nil {
		return nil, err
	}
	if l, ok := n.Value.(Literal); ok {
		if err := p.checkOneWord(l); err != nil {
			return nil, err
		}
	}
	return n, p.count(n.At)
}

// comparator takes a comparator and leaves the lexer right behind it, where the value begins:
// the token at hand is still the comparator's last.
func (p *parser) comparator(path Path) (Op, error) {
	if p.tok.kind == tokenComparator {
		return p.tok.op, nil
	}
	switch p.tok.word {
	case wordIn:
		return In, nil
	case wordBegin:
		return Begin, nil
	case wordLike:
		return Like, nil
	case wordIs:
		if p.peek().word == wordNot {
			p.advance()
			return NotIdentical, nil
		}
		return Identical, nil
	}
	return 0, p.noComparator(path)
}

// noComparator is the error for anything else in the place of a comparator.
func (p *parser) noComparator(path Path) error {
	t, name := p.tok, quote(path.String())
	switch {
	case t.kind == tokenWord && p.atConditionEnd(), t.kind == tokenEnd, t.kind == tokenClose, t.kind == tokenAnd, t.kind == tokenOr:
		return p.errorf(t.start, "a comparator and a value are missing after %s%s", name, p.valueHint())
	case t.kind == tokenBadComparator, t.kind == tokenWord:
		return p.unknownComparator()
	}
	return p.errorf(t.start, "unexpected %s after %s: expected a comparator such as \"=\"; "+
		"a path with special characters goes through a placeholder", p.describe(t), name)
}

// valueHint is for a condition that is incomplete because it is the rest of a value: name = AT&T.
func (p *parser) valueHint() string {
	if p.nodes == 0 {
		return ""
	}
	return `; a value that contains "and", "or", "&" or "|" needs quotes`
}

// unknownComparator says what may have been meant.
func (p *parser) unknownComparator() error {
	text := p.textOf(p.tok)
	switch meant := meantComparator(text); {
	case p.tok.word == wordNot:
		return p.errorf(p.tok.start, `"not" stands before the condition: not(name in :1)`)
	case meant != "":
		return p.errorf(p.tok.start, "unknown comparator %s, did you mean %q?", quote(text), meant)
	case p.tok.kind == tokenWord && p.namesAttribute():
		return p.errorf(p.tok.start, "unknown comparator %s: a path with blanks in a name goes through a placeholder", quote(text))
	case p.tok.kind == tokenBadComparator:
		return p.errorf(p.tok.start, "unknown comparator %s: put a value that begins with such a sign between quotes", quote(text))
	}
	return p.errorf(p.tok.start, "unknown comparator %s", quote(text))
}

// meantComparator knows the comparators of other languages; "" for anything else.
func meantComparator(text string) string {
	switch toLower(text) {
	case "=>", "gte", "ge":
		return ">="
	case "=<", "lte", "le":
		return "<="
	case "<>", "><", "!", "=!", "ne", "neq":
		return "!="
	case "eq", "equals":
		return "="
	case "====":
		return "==="
	case "!===":
		return "!=="
	case "gt":
		return ">"
	case "lt":
		return "<"
	case "~", "=~", "~=", "ilike", "matches":
		return "LIKE"
	case "startswith", "starts", "begins", "beginswith":
		return "begin"
	case "contains":
		return "%"
	}
	return ""
}

// toLower lowers ASCII letters; a long text is not worth it, since no comparator is long.
func toLower(s string) string {
	if len(s) > 12 {
		return s
	}
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return string(b)
}
