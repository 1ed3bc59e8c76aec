package dataclasses

import (
	"context"
	"fmt"
	"slices"

	"github.com/ordago/ordago/session"
)

// Receiver is what a function can be called on: *[DataStore], *[DataClass][T], *[Selection][T], *[Entity][T] or *[Singleton][S].
// The receiver's type is the scope of a function. No other type can be one.
type Receiver interface {
	scope() Scope      // answers for a nil pointer too
	store() *DataStore // nil for a nil pointer
}

// None is the parameter struct of a function without parameters and the result of one without result.
type None struct{}

// Scope says what a function is called on.
type Scope uint8

// The scopes.
const (
	OfStore Scope = iota
	OfClass
	OfSelection
	OfEntity
	OfSingleton
)

// Function is a declared function with receiver R, made by [Exposed], [Private], [Local] or [ExposedLocal]; it cannot be written by hand.
type Function[R Receiver] interface{ on(R) *function }

// Func is a declared function as a value: pass it to [OnStore], [OnClass], [OnSelection], [OnEntity] or [OnSingleton], and call it with [Func.Call].
type Func[R Receiver, In, Out any] struct {
	fn   function
	body func(context.Context, *session.Session, R, In) (Out, error)
}

func (f *Func[R, In, Out]) on(R) *function { return &f.fn }

// ExposedOption refines how a function is exposed.
type ExposedOption uint8

// OnHTTPGet lets an exposed function be called by HTTP GET too (O-420). A link is enough to call it: keep it free of side effects.
const OnHTTPGet ExposedOption = 1

// Private declares a function that Go code can call and remote callers cannot: to them it does not exist.
func Private[R Receiver, In, Out any](name string, fn func(context.Context, *session.Session, R, In) (Out, error)) *Func[R, In, Out] {
	return newFunc(function{name: name, position: callerPosition()}, fn)
}

// Exposed declares a function that remote callers may call (O-410), with the session of the caller.
// The fields of In are its parameters: on the wire a JSON array in their order.
func Exposed[R Receiver, In, Out any](name string, fn func(context.Context, *session.Session, R, In) (Out, error), opts ...ExposedOption) *Func[R, In, Out] {
	return newFunc(function{name: name, position: callerPosition(), exposed: true, get: slices.Contains(opts, OnHTTPGet)}, fn)
}

// Local declares a function that runs where it is called (O-431) and gets no session: session.Current is nil under its context.
// Remote callers cannot call it.
func Local[R Receiver, In, Out any](name string, fn func(context.Context, R, In) (Out, error)) *Func[R, In, Out] {
	return newFunc(function{name: name, position: callerPosition(), local: true}, withoutSession(fn))
}

// ExposedLocal declares a local function that remote callers may call too; then it runs on the server, still without session.
func ExposedLocal[R Receiver, In, Out any](name string, fn func(context.Context, R, In) (Out, error), opts ...ExposedOption) *Func[R, In, Out] {
	return newFunc(function{name: name, position: callerPosition(), exposed: true, local: true, get: slices.Contains(opts, OnHTTPGet)}, withoutSession(fn))
}

func withoutSession[R Receiver, In, Out any](fn func(context.Context, R, In) (Out, error)) func(context.Context, *session.Session, R, In) (Out, error) {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context, _ *session.Session, r R, in In) (Out, error) { return fn(ctx, r, in) }
}

func newFunc[R Receiver, In, Out any](fn function, body func(context.Context, *session.Session, R, In) (Out, error)) *Func[R, In, Out] {
	var r R
	fn.scope = r.scope()
	fn.missing = body == nil
	fn.newIn = func() any { return new(In) }
	fn.out = func() any { return new(Out) }
	fn.call = func(ctx context.Context, s *session.Session, on, in any) (any, error) {
		return body(ctx, s, on.(R), *in.(*In))
	}
	return &Func[R, In, Out]{fn: fn, body: body}
}

// Call calls the function on r with the session that ctx carries: the Go form of r.name(in). It checks the permission to execute
// where permissions are enforced (S-282), lends the privileges that roles.json promotes (S-318), and makes all saves of the
// function one transaction: an error undoes them.
//
// Inside another function it is a part of that one's transaction that an error undoes on its own.
//
// Errors: those of the function; *[PermissionError]; an error when r is nil or the function is not declared in its datastore.
func (f *Func[R, In, Out]) Call(ctx context.Context, r R, in In) (Out, error) {
	var out Out
	ds := r.store()
	if ds == nil {
		return out, fmt.Errorf("function %s is called on nil", f.fn.name)
	}
	b, err := ds.bound(&f.fn)
	if err != nil {
		return out, err
	}
	err = b.run(ctx, func(ctx context.Context, s *session.Session) (err error) {
		out, err = f.body(ctx, s, r, in)
		return err
	})
	return out, err
}

// function is a declared function without its type parameters.
type function struct {
	name     string
	position string
	scope    Scope
	exposed  bool
	local    bool
	get      bool
	missing  bool // declared with a nil Go function
	newIn    func() any
	out      func() any
	call     func(ctx context.Context, s *session.Session, on, in any) (any, error)
}
