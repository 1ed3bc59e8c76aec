package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// Restrict declares what of the dataclass can be seen (O-390, S-411): fn is called when entities of it are read, wherever that
// happens (by key, in selections, counts and sums, through relations, aliases and the conditions and sorts of other dataclasses),
// and what is not in the selection that it returns does not exist for the reader; it can neither be updated nor dropped.
// A nil selection restricts nothing, an empty one hides everything (O-392). An error of fn is the error of the read (O-395).
//
//	dataclasses.Restrict(func(ctx context.Context, c *dataclasses.DataClass[Invoice]) (*dataclasses.Selection[Invoice], error) {
//		s := session.Current(ctx)
//		if s == nil || s.HasPrivilege("audit") {
//			return nil, nil
//		}
//		return c.Query("salesPerson = :1", s.User())
//	})
//
// It applies to remote callers and to Go code alike, with or without a session: fn asks [session.Current] itself, which under it is the
// caller's also in local functions (S-413). fn sees its own dataclass unrestricted. GORM's hooks act for the database and see all.
// It is called once for each read of a selection or entity, whatever the number of entities. A selection is restricted when
// it is read, as the context of that read says. Permissions apply besides (S-414).
func Restrict[T any](fn func(context.Context, *DataClass[T]) (*Selection[T], error)) Option[T] {
	position := callerPosition()
	return optionFunc[T](func(s *classSpec) {
		switch {
		case fn == nil:
			s.mistakes = append(s.mistakes, fmt.Errorf("%s: a restriction without a function", position))
			return
		case s.restrict != nil:
			s.mistakes = append(s.mistakes, fmt.Errorf("%s: a dataclass has one restriction: decide in one function", position))
			return
		}
		s.restrict = func(ctx context.Context, c *class) (*selection, error) {
			visible, err := fn(ctx, &DataClass[T]{core: c})
			if err != nil || visible == nil {
				return nil, err
			}
			if visible.core == nil || visible.core.class != c {
				return nil, errors.New("the selection is not one of this dataclass in this datastore")
			}
			return visible.core, nil
		}
	})
}

// restrictions are the answers of restriction functions for one read, each asked once.
type restrictions struct {
	mu      sync.Mutex
	answers map[*class]*restriction
}

// restriction is one answer: a source, nil for none.
type restriction struct {
	once   sync.Once
	source *sqlplan.Source
	err    error
}

func (r *restrictions) of(c *class) *restriction {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.answers == nil {
		r.answers = map[*class]*restriction{}
	}
	if r.answers[c] == nil {
		r.answers[c] = &restriction{}
	}
	return r.answers[c]
}

type restrictionsKey struct{}

// oneRead returns a context under which each restriction is asked once: for a read of several statements.
func (ds *DataStore) oneRead(ctx context.Context) context.Context {
	if known, _ := ctx.Value(restrictionsKey{}).(*restrictions); known != nil || !ds.restricted {
		return ctx
	}
	return context.WithValue(ctx, restrictionsKey{}, &restrictions{})
}

// newReads returns a context for the program's own code that runs during a read: what it reads is asked for anew.
func newReads(ctx context.Context) context.Context {
	if known, _ := ctx.Value(restrictionsKey{}).(*restrictions); known == nil {
		return ctx
	}
	return context.WithValue(ctx, restrictionsKey{}, (*restrictions)(nil))
}

// restrictingKey marks the context of the restriction function of a class: what it reads of that class is not restricted.
type restrictingKey struct{ class *class }

// restriction is the lens' answer to which entities of a class this context may see; nil when it may see all.
func (ds *DataStore) restriction(ctx context.Context) func(*model.Class) (*sqlplan.Source, error) {
	if !ds.restricted || triggers.InHook(ctx) {
		return nil
	}
	asked, _ := ctx.Value(restrictionsKey{}).(*restrictions)
	if asked == nil {
		asked = &restrictions{}
	}
	return func(m *model.Class) (*sqlplan.Source, error) {
		c := ds.ofModel(m)
		if c.spec.restrict == nil || ctx.Value(restrictingKey{c}) != nil {
			return nil, nil
		}
		r := asked.of(c)
		r.once.Do(func() { r.source, r.err = c.askRestriction(ctx) })
		return r.source, r.err
	}
}

// askRestriction calls the restriction function. A mistake in its query is the program's, not the caller's.
func (c *class) askRestriction(ctx context.Context) (_ *sqlplan.Source, err error) {
	defer guard("the restriction of "+c.model.Name, &err)
	ctx = context.WithValue(newReads(ctx), restrictingKey{c}, true)
	if s := session.Caller(ctx); s != nil {
		ctx = session.NewContext(ctx, s)
	}
	visible, err := c.spec.restrict(ctx, c)
	if q, ok := errors.AsType[*QueryError](err); ok {
		return nil, fmt.Errorf("the restriction of %s: %s", c.model.Name, q.Error())
	}
	if err != nil || visible == nil {
		return nil, err
	}
	if visible, err = visible.evaluated(ctx); err != nil {
		return nil, err
	}
	return trusted(visible.narrowed()), nil
}

// isRestricted reports whether this context may not see all entities of the class.
func (c *class) isRestricted(ctx context.Context) (bool, error) {
	ask := c.ds.restriction(ctx)
	if ask == nil {
		return false, nil
	}
	source, err := ask(c.model)
	return source != nil, err
}

// inside is the lens of the data layer's own reads: no rights are asked for, and what is restricted stays out of sight.
func (ds *DataStore) inside(ctx context.Context) sqlplan.Lens {
	return sqlplan.Lens{Restriction: ds.restriction(ctx)}
}

// checkVisible refuses to write an entity in memory whose row its caller may not see: for the caller it does not exist.
func (r *record) checkVisible(ctx context.Context) error {
	if r.isNew || r.class.spec.restrict == nil || triggers.InHook(ctx) {
		return nil
	}
	key, err := r.class.keyOf(r.before())
	if err != nil {
		return err
	}
	ctx = r.class.ds.oneRead(ctx)
	if restricted, err := r.class.isRestricted(ctx); err != nil || !restricted {
		return err
	}
	source, lens := r.class.keySource([][]any{key}), r.class.ds.inside(ctx)
	statement, err := r.class.ds.plans(ctx, source, lens).Count(source, lens)
	if err != nil {
		return err
	}
	if n, err := r.class.countRows(ctx, statement); err != nil || n > 0 {
		return err
	}
	return r.notFound()
}
