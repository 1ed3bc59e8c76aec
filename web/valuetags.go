package web

import (
	"fmt"
	"strconv"
	"strings"
)

// valueNode is 4DTEXT, 4DHTML or 4DEVAL, in either syntax.
type valueNode struct {
	token
	statement statement
}

func (n *valueNode) render(p *page) error {
	if err := p.spend(); err != nil {
		return err
	}
	if n.statement.target != "" && n.kind != evalTag {
		err := &tagError{codeSyntax, fmt.Errorf("only 4DEVAL and 4DCODE assign")}
		return p.show(n.raw+errorText(n.token, codeSyntax), err)
	}
	text, err := p.text(n.statement)
	switch {
	case err != nil:
		return p.show(n.raw+errorText(n.token, codeOf(err)), err)
	case n.kind == textTag:
		return p.write(escape(text)) // there is no tag in it any more (S-397)
	case n.dollar:
		return p.write(text) // final (S-394)
	default:
		return p.again(n.token, text)
	}
}

// text runs a statement and shows its value.
func (p *page) text(s statement) (string, error) {
	v, err := p.do(s, false)
	if err != nil {
		return "", err
	}
	return textOf(v)
}

// errorText is what follows the tag in the page (S-406): the blanks differ between tags.
func errorText(t token, code int) string {
	if t.kind == textTag || t.kind == htmlTag {
		return " : ## error # " + strconv.Itoa(code)
	}
	return ": ## error # " + strconv.Itoa(code)
}

// codeNode is 4DCODE: statements that may call any method, and show nothing.
type codeNode struct {
	token
	lines []statement
}

func (n *codeNode) render(p *page) error {
	for _, s := range n.lines {
		if err := p.spend(); err != nil {
			return err
		}
		if _, err := p.do(s, true); err != nil {
			return p.show(n.raw+errorText(n.token, codeOf(err)), err)
		}
	}
	return nil
}

// scriptNode is 4DSCRIPT/Method/Param.
type scriptNode struct {
	token
	function *Function // nil: not registered
	param    string
}

func scriptOf(l *language, t token) node {
	name, param, ok := strings.Cut(strings.TrimPrefix(t.body, "/"), "/")
	if ok {
		param = "/" + param // with its slash (S-402)
	}
	return &scriptNode{t, l.functions[name], param}
}

func (n *scriptNode) render(p *page) error {
	if err := p.spend(); err != nil {
		return err
	}
	v, err := n.call(p)
	if err != nil {
		return p.show(n.raw+errorText(n.token, codeOf(err)), err)
	}
	text, err := textOf(v)
	if err != nil {
		return p.show(n.raw+errorText(n.token, codeOf(err)), err)
	}
	if raw, ok := strings.CutPrefix(text, "\x01"); ok {
		return p.again(n.token, raw)
	}
	return p.write(escape(text))
}

// call runs the method, after On Web Authentication (S-401).
func (n *scriptNode) call(p *page) (any, error) {
	if n.function == nil {
		return nil, unknownName(n.body)
	}
	if err := p.permit(n.function); err != nil {
		return nil, err
	}
	return n.function.invoke(p.ctx, []any{n.param})
}

// permit checks a method that a tag runs by its name: the attribute (S-399), and in a web process On Web Authentication (S-401).
func (p *page) permit(f *Function) error {
	if !f.allowed {
		return notAllowed(f.name)
	}
	if f.arity != 1 {
		return wrongType("method %s must have one parameter here", f.name)
	}
	if p.exchange != nil && !p.exchange.authenticated() {
		return &tagError{codeAuthentication, fmt.Errorf("method %s was refused by On Web Authentication", f.name)}
	}
	return nil
}

func notAllowed(name string) error {
	return &tagError{codeNotAllowed, fmt.Errorf("method %s has no attribute TagsAndURLs", name)}
}

// ifNode is 4DIF with its branches.
type ifNode struct{ branches []branch }

type branch struct {
	token
	condition *expression // nil: 4DELSE
	body      []node
}

func (n *ifNode) render(p *page) error {
	for _, b := range n.branches {
		if err := p.spend(); err != nil {
			return err
		}
		if b.condition == nil {
			return p.all(b.body)
		}
		v, err := p.evaluate(b.condition, false)
		holds, ok := v.(bool)
		switch {
		case err != nil || !ok:
			return p.show(b.raw+": A Boolean expression was expected", err)
		case holds:
			return p.all(b.body)
		}
	}
	return nil
}
