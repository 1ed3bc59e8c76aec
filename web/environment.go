package web

import (
	"context"
	"runtime/debug"
	"slices"

	"github.com/ordago/ordago/session"
)

// Environment is what the expressions of pages may name besides the variables that pages assign. There is nothing else.
type Environment struct {
	Functions []*Function
	Variables []*Variable
}

// Function is a project method with a value, for expressions and tags; see [Function0] to [Function3]. Tags can run it when it has the
// attribute [TagsAndURLs]; 4DCODE can run any (S-399, S-400). It is never reached by a URL.
//
// What it returns is shown to pages as a plain value: text, numbers, Booleans, lists and objects as they are, anything else in the form
// that encoding/json gives it. Convert entities into what the page may see: they have no such form. A list is kept in memory while a page
// loops over it.
//
// Parameters are string, bool, int, int64, float64, or any for whatever a page has.
type Function struct {
	name     string
	position string
	allowed  bool
	missing  bool // declared with a nil Go function
	arity    int
	types    any // pointer to a func type, for the check of arguments
	call     func(ctx context.Context, s *session.Session, args []any) (any, error)
}

// Function0 declares a function without parameters.
func Function0[R any](name string, fn func(context.Context, *session.Session) (R, error), attributes ...Attribute) *Function {
	f := newFunction(name, attributes, fn == nil, 0, new(func(any) any))
	f.call = func(ctx context.Context, s *session.Session, _ []any) (any, error) { return fn(ctx, s) }
	return f
}

// Function1 declares a function with one parameter. With a text parameter it serves 4DSCRIPT, with an int parameter and a Boolean result
// it serves 4DLOOP (S-402, S-403).
func Function1[A, R any](name string, fn func(context.Context, *session.Session, A) (R, error), attributes ...Attribute) *Function {
	f := newFunction(name, attributes, fn == nil, 1, new(func(any, A) any))
	f.call = func(ctx context.Context, s *session.Session, args []any) (any, error) {
		a, err := argument[A](args, 0)
		if err != nil {
			return nil, err
		}
		return fn(ctx, s, a)
	}
	return f
}

// Function2 declares a function with two parameters.
func Function2[A, B, R any](name string, fn func(context.Context, *session.Session, A, B) (R, error), attributes ...Attribute) *Function {
	f := newFunction(name, attributes, fn == nil, 2, new(func(any, A, B) any))
	f.call = func(ctx context.Context, s *session.Session, args []any) (any, error) {
		a, err1 := argument[A](args, 0)
		b, err2 := argument[B](args, 1)
		if err := firstError(err1, err2); err != nil {
			return nil, err
		}
		return fn(ctx, s, a, b)
	}
	return f
}

// Function3 declares a function with three parameters.
func Function3[A, B, C, R any](name string, fn func(context.Context, *session.Session, A, B, C) (R, error), attributes ...Attribute) *Function {
	f := newFunction(name, attributes, fn == nil, 3, new(func(any, A, B, C) any))
	f.call = func(ctx context.Context, s *session.Session, args []any) (any, error) {
		a, err1 := argument[A](args, 0)
		b, err2 := argument[B](args, 1)
		c, err3 := argument[C](args, 2)
		if err := firstError(err1, err2, err3); err != nil {
			return nil, err
		}
		return fn(ctx, s, a, b, c)
	}
	return f
}

func newFunction(name string, attributes []Attribute, missing bool, arity int, types any) *Function {
	return &Function{
		name: name, position: declaredAt(), allowed: slices.Contains(attributes, TagsAndURLs), missing: missing, arity: arity, types: types,
	}
}

// Variable is a named value that is computed each time an expression with its name runs; see [NewVariable].
type Variable struct {
	name     string
	position string
	missing  bool
	value    func(ctx context.Context, s *session.Session) (any, error)
}

// NewVariable declares a variable for expressions. Its value becomes plain as the result of a [Function] does. Pages cannot assign it.
func NewVariable[R any](name string, fn func(context.Context, *session.Session) (R, error)) *Variable {
	return &Variable{name, callerPosition(), fn == nil, func(ctx context.Context, s *session.Session) (any, error) { return fn(ctx, s) }}
}

// invoke runs a function for a page; a panic in it becomes an error.
func (f *Function) invoke(ctx context.Context, args []any) (any, error) {
	return guarded(func() (any, error) { return f.call(ctx, session.Current(ctx), args) })
}

// read computes a variable for a page.
func (v *Variable) read(ctx context.Context) (any, error) {
	return guarded(func() (any, error) { return v.value(ctx, session.Current(ctx)) })
}

// guarded runs code of the application and makes its result plain.
func guarded(fn func() (any, error)) (v any, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = nil, &tagError{codeFunction, &panicError{p, debug.Stack()}}
		}
	}()
	if v, err = fn(); err != nil {
		if _, ok := err.(*tagError); ok {
			return nil, err
		}
		return nil, &tagError{codeFunction, err}
	}
	return plain(v)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
