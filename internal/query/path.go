package query

import (
	"strconv"
	"unicode"
	"unicode/utf8"
)

// startsPath says whether a path or a placeholder follows.
func (p *parser) startsPath() bool {
	return p.tok.kind == tokenWord || p.tok.kind == tokenColon
}

// path reads a path or the placeholder for one. The caller has checked with startsPath.
// Blanks around its parts do not count (O-109).
func (p *parser) path() (Path, error) {
	path := Path{At: p.tok.start}
	if p.tok.kind == tokenColon {
		var err error
		path.Placeholder, err = p.placeholder()
		return path, err
	}
	from := p.roomForSteps()
	for {
		if len(p.steps)-from == MaxSteps {
			return path, p.errorf(p.tok.start, "the path has more than %d steps", MaxSteps)
		}
		step, err := p.step()
		if err != nil {
			return path, err
		}
		p.steps = append(p.steps, step)
		if p.tok.kind != tokenDot {
			path.Steps = p.steps[from:len(p.steps):len(p.steps)]
			return path, nil
		}
		p.advance()
	}
}

// roomForSteps is where the next path's steps begin in p.steps.
// Short paths share one array; a path that begins in it and outgrows it moves to a new one as a whole.
func (p *parser) roomForSteps() int {
	if len(p.steps) == cap(p.steps) {
		p.steps = make([]Step, 0, 4)
	}
	return len(p.steps)
}

// step reads a name and what follows it: {n}, [] or [a], in any order but each only once.
func (p *parser) step() (Step, error) {
	if p.tok.kind != tokenWord {
		return Step{}, p.errorf(p.tok.start, "an attribute name is missing before %s", p.describe(p.tok))
	}
	step := Step{Name: p.textOf(p.tok), At: p.tok.start}
	p.advance()
	for {
		var err error
		switch {
		case p.tok.kind == tokenOpenBrace && step.Ref == 0:
			step.Ref, err = p.reference()
		case p.tok.kind == tokenOpenBracket && !step.Collection:
			step.Collection = true
			step.Letter, err = p.letter()
		default:
			return step, nil
		}
		if err != nil {
			return step, err
		}
	}
}

// reference reads {n}, a separate reference to a relation (O-136).
func (p *parser) reference() (int, error) {
	open := p.tok
	start := p.blanksEnd(open.end)
	end := start
	if end < len(p.text) && p.text[end] == '-' {
		end++
	}
	end = p.digitsEnd(end)
	number := p.text[start:end]
	p.pos = end
	p.advance()
	n, err := strconv.ParseInt(number, 10, 32)
	if err != nil || n == 0 || p.tok.kind != tokenCloseBrace {
		return 0, p.errorf(open.start, "braces take a whole number other than 0, such as {2}")
	}
	p.advance()
	return int(n), nil
}

// letter reads [] or [a], the mark of a collection (O-132, O-134); without a letter it is 0.
func (p *parser) letter() (byte, error) {
	open := p.tok
	p.advance()
	var letter byte
	if p.tok.kind == tokenWord && p.tok.end-p.tok.start == 1 && isASCIILetter(p.text[p.tok.start]) {
		letter = p.text[p.tok.start] | 0x20
		p.advance()
	}
	if p.tok.kind != tokenCloseBracket {
		return 0, p.errorf(open.start, "brackets behind an attribute take nothing or one letter from a to z: [] or [a]")
	}
	p.advance()
	return letter, nil
}

// placeholder reads :1, :name or :name.part. The lexer stands right behind the colon.
func (p *parser) placeholder() (*Placeholder, error) {
	at := p.pos - 1
	if p.pos < len(p.text) && isDigit(p.text[p.pos]) {
		return p.indexed(at)
	}
	if !p.nameFollows() {
		return nil, p.errorf(at, "a number or a name must follow the colon of a placeholder, as in :1 or :name; a formula is written eval(...)")
	}
	h := &Placeholder{At: at, Name: make([]string, 0, 1)}
	for {
		if len(h.Name) == MaxSteps {
			return nil, p.errorf(p.pos, "the placeholder has more than %d parts", MaxSteps)
		}
		end := p.nameEnd(p.pos)
		h.Name = append(h.Name, p.text[p.pos:end])
		p.pos = end
		if end == len(p.text) || p.text[end] != '.' {
			p.advance()
			return h, nil
		}
		p.pos++
		if !p.nameFollows() {
			return nil, p.errorf(p.pos, "a name must follow the dot of a placeholder: :name.part")
		}
	}
}

// indexed reads the number of :1.
func (p *parser) indexed(at int) (*Placeholder, error) {
	end := p.digitsEnd(p.pos)
	n, err := strconv.Atoi(p.text[p.pos:end])
	if err != nil || n < 1 || n > MaxPlaceholder {
		return nil, p.errorf(at, "placeholders are numbered from :1 to :%d", MaxPlaceholder)
	}
	p.pos = end
	if p.nameFollows() || end < len(p.text) && p.text[end] == '.' {
		return nil, p.errorf(end, "unexpected %s right behind the placeholder :%d", quote(p.text[end:p.nameEnd(end)]), n)
	}
	p.advance()
	return &Placeholder{Index: n, At: at}, nil
}

// nameFollows says whether a name begins exactly where the lexer stands.
func (p *parser) nameFollows() bool {
	if p.pos < len(p.text) && p.text[p.pos] < utf8.RuneSelf {
		return startsName(p.text[p.pos])
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.pos:])
	return unicode.IsLetter(r)
}
