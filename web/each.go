package web

import (
	"errors"
	"maps"
	"slices"
	"strings"
)

// eachNode is 4DEACH variable in expression.
type eachNode struct {
	token
	variable   string
	expression *expression
	body       []node
}

func newEach(l *language, t token) repeated {
	name, text, ok := strings.Cut(t.body, " in ")
	n := &eachNode{token: t, variable: strings.TrimSpace(name)}
	if !ok || !isName(n.variable) || l.reserved(n.variable) {
		n.expression = &expression{err: &tagError{codeSyntax, errors.New("4DEACH needs a variable, in, and an expression")}}
		return n
	}
	n.expression = l.compile(strings.TrimSpace(text))
	return n
}

func (n *eachNode) repeat(body []node) { n.body = body }

func (n *eachNode) render(p *page) error {
	if err := p.spend(); err != nil {
		return err
	}
	v, err := p.evaluate(n.expression, false)
	if err != nil {
		return p.show(n.raw+": "+describeAccess(err), err)
	}
	list, ok := listIn(v)
	if object, isObject := v.(map[string]any); isObject {
		list, ok = listOf(slices.Sorted(maps.Keys(object))), true // property names; Go's objects have no order
	}
	if !ok {
		return p.show(n.raw+": "+unexpectedType, wrongType("%s", unexpectedType))
	}
	return n.over(p, list)
}

// over repeats for the elements that the list had at the start; one of another type than the first ends the loop (S-404).
func (n *eachNode) over(p *page, list []any) error {
	defer p.restore(n.variable)()
	for _, item := range list {
		if err := p.spend(); err != nil {
			return err
		}
		if kindOfValue(item) != kindOfValue(list[0]) {
			return p.show(n.raw+": "+unexpectedType, wrongType("the elements of the list have different types"))
		}
		p.vars[n.variable] = item
		if err := p.all(n.body); err != nil {
			return err
		}
	}
	return nil
}

// kindOfValue tells the types of elements apart; all numbers are of one.
func kindOfValue(v any) byte {
	switch v.(type) {
	case string:
		return 't'
	case bool:
		return 'b'
	case int, float64:
		return 'n'
	case []any:
		return 'l'
	case map[string]any:
		return 'o'
	}
	return 0
}
