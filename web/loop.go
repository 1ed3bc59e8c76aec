package web

import "strings"

// Descriptions of errors in 4DLOOP and 4DEACH (S-407).
const (
	unexpectedType  = "unexpected expression type"
	incorrectTable  = "incorrect table name"
	arrayExpected   = "array expected"
	noMethod        = "method does not exist"
	syntaxIncorrect = "syntax error"
	accessIncorrect = "access error"
)

// loopVariable is the variable of a 4DLOOP over a list: an object with index, from 1, and value.
const loopVariable = "loop"

// loopNode is 4DLOOP. Its expression is a list, "[name]" for a registered variable with a selection, "->name" for an array, the name of a
// method, or a Boolean expression.
type loopNode struct {
	token
	expression *expression
	method     *Function
	form       loopForm
	body       []node
}

type loopForm uint8

const (
	loopExpression loopForm = iota
	loopTable
	loopArray
	loopName // a bare name
)

func newLoop(l *language, t token) repeated {
	n := &loopNode{token: t}
	text := t.body
	name, isTable := strings.CutPrefix(text, "[")
	name, closed := strings.CutSuffix(name, "]")
	pointer, isArray := strings.CutPrefix(text, "->")
	switch {
	case isTable && closed && isName(strings.TrimSpace(name)):
		n.form, text = loopTable, strings.TrimSpace(name)
	case isArray:
		n.form, text = loopArray, strings.TrimSpace(pointer)
	case isName(text):
		n.form, n.method = loopName, l.functions[text]
	}
	if n.form == loopTable && l.variables[text] == nil {
		n.expression = &expression{err: unknownName(text)}
		return n
	}
	n.expression = l.compile(text)
	return n
}

func (n *loopNode) repeat(body []node) { n.body = body }

func (n *loopNode) render(p *page) error {
	if err := p.spend(); err != nil {
		return err
	}
	if n.method != nil {
		return n.byMethod(p)
	}
	v, err := p.evaluate(n.expression, false)
	if err != nil {
		return p.show(n.raw+": "+n.describe(err), err)
	}
	if list, ok := listIn(v); ok {
		return n.over(p, list)
	}
	if _, ok := v.(bool); ok && n.form != loopArray && n.form != loopTable {
		return n.while(p, v)
	}
	text := unexpectedType
	if n.form == loopArray {
		text = arrayExpected
	}
	return p.show(n.raw+": "+text, wrongType("%s", text))
}

// describe returns the words for an error of the expression.
func (n *loopNode) describe(err error) string {
	switch codeOf(err) {
	case codeSyntax:
		return syntaxIncorrect
	case codeUnknown:
		switch n.form {
		case loopTable:
			return incorrectTable
		case loopArray:
			return arrayExpected
		}
		return noMethod
	}
	return describeAccess(err)
}

// describeAccess returns the words for an error that is not about names or syntax.
func describeAccess(err error) string {
	switch codeOf(err) {
	case codeSyntax:
		return syntaxIncorrect
	case codeNotAllowed, codeFunction, codeAuthentication, codeNoSession:
		return accessIncorrect
	}
	return unexpectedType
}

// byMethod calls the method with 0, then with 1, 2, 3 … as long as it returns true (S-403).
func (n *loopNode) byMethod(p *page) error {
	if err := p.permit(n.method); err != nil {
		return p.show(n.raw+": "+n.describe(err), err)
	}
	for i := 0; ; i++ {
		if err := p.spend(); err != nil {
			return err
		}
		v, err := n.method.invoke(p.ctx, []any{i})
		more, ok := v.(bool)
		if err == nil && !ok {
			err = wrongType("method %s must return a Boolean here", n.method.name)
		}
		if err != nil {
			return p.show(n.raw+": "+n.describe(err), err)
		}
		if !more {
			return nil
		}
		if i == 0 {
			continue // the call with 0 prepares
		}
		if err := p.all(n.body); err != nil {
			return err
		}
	}
}

// while repeats as long as the expression is true.
func (n *loopNode) while(p *page, v any) error {
	for v == true {
		if err := p.all(n.body); err != nil {
			return err
		}
		if err := p.spend(); err != nil {
			return err
		}
		var err error
		if v, err = p.evaluate(n.expression, false); err != nil {
			return p.show(n.raw+": "+n.describe(err), err)
		}
	}
	return nil
}

// over repeats for each element of a list.
func (n *loopNode) over(p *page, list []any) error {
	defer p.restore(loopVariable)()
	for i, item := range list {
		if err := p.spend(); err != nil {
			return err
		}
		p.vars[loopVariable] = map[string]any{"index": i + 1, "value": item}
		if err := p.all(n.body); err != nil {
			return err
		}
	}
	return nil
}

// restore returns what gives a variable the value back that it has now.
func (p *page) restore(name string) func() {
	before, ok := p.vars[name]
	return func() {
		delete(p.vars, name)
		if ok {
			p.vars[name] = before
		}
	}
}

func listIn(v any) ([]any, bool) {
	switch v := v.(type) {
	case []any:
		return v, true
	case []int:
		return listOf(v), true
	}
	return nil, false
}
