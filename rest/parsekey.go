package rest

import "strconv"

// keys reads "(k1,k2)" or "[k1,k2]", R-007, R-016, R-018. The position is on the opening bracket.
func (p *parser) keys() ([]string, error) {
	closing, err := p.open()
	if err != nil {
		return nil, err
	}
	var keys []string
	for {
		key, err := p.keyValue(closing, true)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
		if len(keys) > maxKeyParts {
			return nil, malformed("key has more than " + strconv.Itoa(maxKeyParts) + " parts")
		}
		c, next := p.at(p.pos)
		p.pos = next
		if c != ',' {
			return keys, nil
		}
	}
}

// value reads "(value)" of an attribute access: a comma belongs to the value.
func (p *parser) value() (string, error) {
	closing, err := p.open()
	if err != nil {
		return "", err
	}
	value, err := p.keyValue(closing, false)
	if err != nil {
		return "", err
	}
	_, p.pos = p.at(p.pos)
	return value, nil
}

// open reads the opening bracket and returns the one that closes it.
func (p *parser) open() (byte, error) {
	c, next := p.at(p.pos)
	p.pos = next
	switch c {
	case '(':
		return ')', nil
	case '[':
		return ']', nil
	}
	return 0, malformed("key needs the form (key)")
}

// keyValue reads one key text and stops on the comma or bracket behind it.
func (p *parser) keyValue(closing byte, list bool) (string, error) {
	c, next := p.at(p.pos)
	if (c == '"' || c == '\'') && !p.end() {
		p.pos = next
		return p.quoted(c, closing, list)
	}
	return p.bare(closing, list)
}

// bare reads up to the last closing bracket of the segment, or a comma of a list. A slash that does not follow the bracket is part of
// the key.
func (p *parser) bare(closing byte, list bool) (string, error) {
	var b []byte
	for !p.end() {
		c, next := p.at(p.pos)
		if p.closes(p.pos, closing) || list && c == ',' {
			return string(b), nil
		}
		b = append(b, c)
		p.pos = next
	}
	return "", malformed("missing closing " + string(rune(closing)) + " of a key")
}

// quoted reads up to the quote that ends the key. A quote is text when it is doubled or when neither a comma nor the last bracket
// follows.
func (p *parser) quoted(quote, closing byte, list bool) (string, error) {
	var b []byte
	for !p.end() {
		c, next := p.at(p.pos)
		if c == quote {
			follows, after := p.at(next)
			if p.closes(next, closing) || list && follows == ',' && next < len(p.raw) {
				p.pos = next
				return string(b), nil
			}
			if follows == quote && next < len(p.raw) {
				next = after
			}
		}
		b = append(b, c)
		p.pos = next
	}
	return "", missingQuote(quote)
}

// missingQuote is the answer to a quote that is never closed.
func missingQuote(quote byte) error {
	if quote == '\'' {
		return fail(500, codeSingleQuote, "missing closing '")
	}
	return fail(500, codeDoubleQuote, `missing closing "`)
}
