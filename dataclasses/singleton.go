package dataclasses

import (
	"context"
	"fmt"
)

// Singleton is the one instance of S in its scope: the datastore for a [SharedSingleton], a session for a [SessionSingleton]. It is the
// receiver of a singleton's functions; [Me] returns it (O-440, O-441).
//
// Functions of many requests have it at once. What Value points to may be read freely as long as nothing changes it after its
// constructor; what changes is read and changed inside [Singleton.Use] (O-443).
type Singleton[S any] struct {
	Value *S // never nil, and for the program to leave as it is

	ds   *DataStore
	gate gate
}

func (s *Singleton[S]) scope() Scope { return OfSingleton }

func (s *Singleton[S]) store() *DataStore {
	if s == nil {
		return nil
	}
	return s.ds
}

// DataStore returns the datastore that the singleton is declared in.
func (s *Singleton[S]) DataStore() *DataStore { return s.ds }

// Use runs fn while nobody else is in Use of this instance: the critical section for what changes (O-443). Waiting ends with ctx, with
// its error. What fn has changed stays when it returns an error or panics. fn gets a context that marks its chain of calls: Use with
// that context nests.
func (s *Singleton[S]) Use(ctx context.Context, fn func(ctx context.Context, v *S) error) error {
	return s.gate.pass(ctx, func(ctx context.Context) error { return fn(ctx, s.Value) })
}

// Me returns the instance of S for the code that runs under ctx, and creates it at the first call: exactly one, however many call at
// once. An error of the constructor is returned and not remembered, so that the next call tries again (O-441).
//
// Errors: that of the constructor; session.ErrNoSession and session.ErrClosed for a session singleton without a living session, and under
// a local function, which has none; ctx's when it ends first; an error when S is not declared in ds or asks for itself while it is made.
func Me[S any](ctx context.Context, ds *DataStore) (*Singleton[S], error) {
	b := ds.singletonOf[singletonType[S]{}]
	if b == nil {
		return nil, fmt.Errorf("singleton %T is not declared in this datastore: add dataclasses.SharedSingleton or SessionSingleton to Open", *new(S))
	}
	v, err := b.instance(ctx)
	if err != nil {
		return nil, err
	}
	return v.(*Singleton[S]), nil
}

// singletonType is the key of a type among the singletons of a datastore.
type singletonType[S any] struct{}

// SingletonOption adds something to the singleton of S.
type SingletonOption[S any] interface{ applyTo(*singletonSpec, *S) }

type singletonOption[S any] func(*singletonSpec)

func (f singletonOption[S]) applyTo(s *singletonSpec, _ *S) { f(s) }

// OnSingleton adds functions of the singleton.
func OnSingleton[S any](fns ...Function[*Singleton[S]]) SingletonOption[S] {
	return singletonOption[S](func(spec *singletonSpec) {
		for _, f := range fns {
			if f == nil {
				spec.mistakes = append(spec.mistakes, fmt.Errorf("%s: a nil function: use Exposed, Private, Local or ExposedLocal", spec.position))
				continue
			}
			spec.functions = append(spec.functions, f.on(nil))
		}
	})
}

// SharedSingleton declares S as a singleton with one instance a datastore, for all sessions (O-440). Its exposed functions can be called as
// /rest/$singleton/name/function (O-445); name is what roles.json calls it, and no dataclass may have it.
//
// construct makes the instance at its first use. It runs for nobody: without a session, unrestricted by permissions, outside of the
// transaction of the caller that happens to be the first; it ends when that caller's ctx does.
func SharedSingleton[S any](name string, construct func(context.Context, *DataStore) (*S, error), opts ...SingletonOption[S]) Definition {
	return newSingleton(singletonSpec{name: name, position: callerPosition()}, construct, opts)
}

// SessionSingleton declares S as a singleton with one instance a session: of the web, of a stored procedure, of a desktop (O-440). It is in
// the memory of this process, shared by the requests of the session that this process serves, and ends with the session (O-442).
//
// construct runs with the session, without promotions, outside of the caller's transaction; it ends when the caller's ctx does.
func SessionSingleton[S any](name string, construct func(context.Context, *DataStore) (*S, error), opts ...SingletonOption[S]) Definition {
	return newSingleton(singletonSpec{name: name, position: callerPosition(), ofSession: true}, construct, opts)
}

func newSingleton[S any](spec singletonSpec, construct func(context.Context, *DataStore) (*S, error), opts []SingletonOption[S]) *singletonSpec {
	s := &spec
	s.typ = singletonType[S]{}
	s.missing = construct == nil
	s.construct = func(ctx context.Context, ds *DataStore) (any, error) {
		v, err := construct(ctx, ds)
		if err == nil && v == nil {
			err = fmt.Errorf("the constructor of singleton %s returned nil", s.name)
		}
		if err != nil {
			return nil, err
		}
		return &Singleton[S]{Value: v, ds: ds, gate: newGate()}, nil
	}
	for _, o := range opts {
		if o == nil {
			s.mistakes = append(s.mistakes, fmt.Errorf("%s: a nil option", s.position))
			continue
		}
		o.applyTo(s, nil)
	}
	return s
}

// singletonSpec is what a declaration says, without its type parameter.
type singletonSpec struct {
	name      string
	position  string
	ofSession bool
	missing   bool // declared with a nil constructor
	typ       any  // a singletonType
	construct func(context.Context, *DataStore) (any, error)
	functions []*function
	mistakes  []error
}

func (s *singletonSpec) define(b *builder) { b.singletons = append(b.singletons, s) }
