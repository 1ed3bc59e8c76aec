package dataclasses

import (
	"context"
	"errors"
	"sync/atomic"
)

// gate lets one chain of calls pass at a time. Waiting ends with a context, which a mutex cannot do.
type gate struct{ free chan struct{} }

func newGate() gate { return gate{make(chan struct{}, 1)} }

// gateKey holds the gates that a chain of calls is inside of.
type gateKey struct{}

type gates struct {
	gate  gate
	outer *gates
}

func gatesOf(ctx context.Context) *gates {
	g, _ := ctx.Value(gateKey{}).(*gates)
	return g
}

// holds reports whether the chain of calls is inside g.
func (g gate) holds(ctx context.Context) bool {
	for at := gatesOf(ctx); at != nil; at = at.outer {
		if at.gate == g {
			return true
		}
	}
	return false
}

// inside returns a context that is inside of the gates that from is inside of.
func inside(ctx, from context.Context) context.Context {
	return context.WithValue(ctx, gateKey{}, gatesOf(from))
}

// pass runs fn alone; in a chain of calls that is inside already, at once.
func (g gate) pass(ctx context.Context, fn func(context.Context) error) error {
	if g.holds(ctx) {
		return fn(ctx)
	}
	select {
	case g.free <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-g.free }()
	return fn(context.WithValue(ctx, gateKey{}, &gates{g, gatesOf(ctx)}))
}

// slot holds a value that is made at its first use.
type slot struct {
	gate  gate
	value atomic.Value
}

func newSlot() *slot { return &slot{gate: newGate()} }

var errMadeOfItself = errors.New("the constructor of a singleton asks for the singleton that it makes")

// get returns the value, made by mk when there is none yet. An error of mk is not remembered.
func (s *slot) get(ctx context.Context, mk func(context.Context) (any, error)) (v any, err error) {
	if v := s.value.Load(); v != nil {
		return v, nil
	}
	if s.gate.holds(ctx) {
		return nil, errMadeOfItself
	}
	err = s.gate.pass(ctx, func(ctx context.Context) error {
		if v = s.value.Load(); v != nil {
			return nil
		}
		if v, err = mk(ctx); err == nil {
			s.value.Store(v)
		}
		return err
	})
	return v, err
}
