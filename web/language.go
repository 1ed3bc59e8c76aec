package web

import (
	"fmt"
	"sync"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

// Limits of one expression.
const (
	maxExpression  = 4096 // bytes of its text
	maxNodes       = 200
	maxMemory      = 100_000 // elements of what it creates
	maxExpressions = 10_000  // compiled ones that are kept
)

// language compiles the expressions of one site. Compiled ones are kept: text sent by code is parsed anew at each request.
type language struct {
	functions map[string]*Function
	variables map[string]*Variable
	options   []expr.Option

	mu   sync.RWMutex
	kept map[string]*expression
}

// expression is a compiled expression. It is immutable; err says that it could not be compiled.
type expression struct {
	program   *vm.Program
	functions []*Function // called in it
	variables []*Variable // registered, used in it
	free      []string    // names that the page must have assigned
	err       error
}

func newLanguage(e Environment) *language {
	l := &language{functions: map[string]*Function{}, variables: map[string]*Variable{}, kept: map[string]*expression{}}
	l.options = []expr.Option{
		expr.Env(map[string]any{}), expr.AllowUndefinedVariables(), // names are checked by the rewriter
		expr.Optimize(false), // folding would make ranges at no cost to the budget
		expr.MaxNodes(maxNodes),
		expr.DisableAllBuiltins(),
	}
	for _, name := range builtins {
		l.options = append(l.options, expr.EnableBuiltin(name))
	}
	l.options = append(l.options, internals()...)
	for _, f := range e.Functions {
		l.functions[f.name] = f
		l.options = append(l.options, expr.Function(f.name, f.run, f.types))
	}
	for _, v := range e.Variables {
		l.variables[v.name] = v
	}
	return l
}

// builtins are the functions of the expression library that pages have: none of them calls code or multiplies memory.
var builtins = [...]string{"len", "upper", "lower", "trim", "abs", "ceil", "floor", "round", "int", "float"}

// run is a function as the expression library calls it: the page comes first, put there by the rewriter.
func (f *Function) run(args ...any) (any, error) {
	return f.invoke(args[0].(*page).ctx, args[1:])
}

// compile returns the expression for a text, compiled once.
func (l *language) compile(text string) *expression {
	l.mu.RLock()
	e := l.kept[text]
	l.mu.RUnlock()
	if e != nil {
		return e
	}
	e = l.compileNew(text)
	if len(text) <= maxExpression {
		l.keep(text, e)
	}
	return e
}

func (l *language) compileNew(text string) *expression {
	if len(text) > maxExpression {
		return &expression{err: &tagError{codeSyntax, fmt.Errorf("the expression is longer than %d bytes", maxExpression)}}
	}
	w := &rewriter{language: l}
	program, err := expr.Compile(text, append(l.options[:len(l.options):len(l.options)], expr.Patch(w))...)
	switch {
	case w.err != nil:
		return &expression{err: w.err}
	case err != nil:
		return &expression{err: &tagError{w.codeOf(), err}}
	}
	return &expression{program: program, functions: w.functions, variables: w.variables, free: w.free}
}

// keep remembers e. When there are too many, any other goes.
func (l *language) keep(text string, e *expression) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for other := range l.kept {
		if len(l.kept) < maxExpressions {
			break
		}
		delete(l.kept, other)
	}
	l.kept[text] = e
}
