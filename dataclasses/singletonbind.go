package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/session"
)

// singleton is a singleton in one datastore.
type singleton struct {
	spec      *singletonSpec
	ds        *DataStore
	functions []*boundFunction
	shared    *slot // nil for a session singleton
}

// bindSingletons makes the declared singletons part of the datastore.
func (b *builder) bindSingletons(ds *DataStore) {
	ds.singletonOf = map[any]*singleton{}
	for _, spec := range b.singletons {
		b.mistakes = append(b.mistakes, spec.mistakes...)
		if err := ds.checkSingleton(spec); err != nil {
			b.mistake("%s: %w", spec.position, err)
			continue
		}
		s := &singleton{spec: spec, ds: ds}
		if !spec.ofSession {
			s.shared = newSlot()
		}
		ds.singletons = append(ds.singletons, s)
		ds.singletonOf[spec.typ] = s
		s.functions = b.bindAll(ds, owner{singleton: s}, spec.functions, map[string]*function{})
	}
}

func (ds *DataStore) checkSingleton(spec *singletonSpec) error {
	switch {
	case !identifier.MatchString(spec.name):
		return fmt.Errorf("singleton name %q: use a letter, then letters, digits and _, 31 at most", spec.name)
	case spec.missing:
		return fmt.Errorf("singleton %s has no constructor", spec.name)
	case spec.name == "ds" || ds.byName[spec.name] != nil:
		return fmt.Errorf("singleton %s has the name of a dataclass or of the datastore, choose another", spec.name)
	case ds.singletonNamed(spec.name) != nil:
		return fmt.Errorf("singleton %s is declared twice, first at %s", spec.name, ds.singletonNamed(spec.name).spec.position)
	case ds.singletonOf[spec.typ] != nil:
		return fmt.Errorf("singleton %s has the Go type of singleton %s: Me could not tell them apart, give it a type of its own",
			spec.name, ds.singletonOf[spec.typ].spec.name)
	}
	return nil
}

// singletonNamed returns the singleton of that name, case-sensitive; nil for none.
func (ds *DataStore) singletonNamed(name string) *singleton {
	for _, s := range ds.singletons {
		if s.spec.name == name {
			return s
		}
	}
	return nil
}

// instance returns the *Singleton[S] for the code that runs under ctx.
func (s *singleton) instance(ctx context.Context) (any, error) {
	if s.shared != nil {
		return s.shared.get(ctx, s.construct(context.Background()))
	}
	v, err := session.Current(ctx).Attached(s, func() any { return newSlot() })
	if err != nil {
		return nil, fmt.Errorf("session singleton %s: %w", s.spec.name, err)
	}
	return v.(*slot).get(ctx, s.construct(session.Detach(ctx)))
}

// construct returns what makes an instance, under the values of bare and for as long as the context that it is called with.
func (s *singleton) construct(bare context.Context) func(context.Context) (any, error) {
	return func(ctx context.Context) (v any, err error) {
		defer guard("constructor of singleton "+s.spec.name, &err)
		bare, cancel := context.WithCancelCause(bare)
		defer cancel(nil)
		defer context.AfterFunc(ctx, func() { cancel(context.Cause(ctx)) })()
		return s.spec.construct(inside(bare, ctx), s.ds)
	}
}
