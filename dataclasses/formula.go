package dataclasses

import (
	"context"
	"errors"
	"slices"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// NamedFormula is a formula of the dataclass of T: an option of its declaration, and the value of a placeholder that stands alone.
type NamedFormula[T any] struct {
	name, position string
	holds          formulaFunc
}

type formulaFunc func(ctx context.Context, r *record, args map[string]any) (bool, error)

// Formula declares a condition that Go decides for each entity (O-141). Queries in code name it, or take it as a value, and join it with
// other conditions, which the database tests first (O-144); args are those of [Settings] (O-143), nil without:
//
//	late := dataclasses.Formula("isLate", isLate)
//	invoices.Query("total > 100 and eval(isLate)")
//	invoices.Query("total > 100 and :1", late)
//
// Remote callers can use no formula. fn reads the entity; an error of it is the error of the read.
func Formula[T any](name string, fn func(ctx context.Context, e *Entity[T], args map[string]any) (bool, error)) *NamedFormula[T] {
	f := &NamedFormula[T]{name: name, position: callerPosition()}
	if fn != nil {
		f.holds = func(ctx context.Context, r *record, args map[string]any) (_ bool, err error) {
			defer guard("formula "+name, &err)
			return fn(newReads(ctx), entityOf[T](r), args)
		}
	}
	return f
}

func (f *NamedFormula[T]) apply(s *classSpec, _ *T) {
	s.formulas = append(s.formulas, &declaredFormula{name: f.name, position: f.position, holds: f.holds})
}

// declaredFormula is a formula without its type parameter.
type declaredFormula struct {
	name, position string
	holds          formulaFunc
}

// asFormula is a [NamedFormula] of any class.
type asFormula interface {
	planned() (sqlplan.Formula, bool)
}

func (f *NamedFormula[T]) planned() (sqlplan.Formula, bool) {
	if f == nil {
		return sqlplan.Formula{}, false
	}
	return sqlplan.Formula{Name: f.name}, true
}

// plannedFormulas replaces formulas among the values of a query by what the planner knows.
func plannedFormulas(values []any) {
	for i, v := range values {
		if f, ok := v.(asFormula); ok {
			if planned, ok := f.planned(); ok {
				values[i] = planned
				continue
			}
			values[i] = nil
		}
	}
}

// addFormulas checks the declared formulas.
func (b *builder) addFormulas(c *class) {
	c.formulas = map[string]*declaredFormula{}
	for _, f := range c.spec.formulas {
		switch first := c.formulas[f.name]; {
		case f.holds == nil:
			b.mistake("%s: formula %s of %s has no function", f.position, f.name, c.model.Name)
		case !identifier.MatchString(f.name):
			b.mistake("%s: formula name %q of %s: use a letter, then letters, digits and _, 31 at most", f.position, f.name, c.model.Name)
		case first != nil:
			b.mistake("%s: formula %s of %s is declared twice, first at %s", f.position, f.name, c.model.Name, first.position)
		default:
			c.formulas[f.name] = f
		}
	}
}

func (ds *DataStore) hasFormula(class *model.Class, name string) bool {
	return ds.ofModel(class).formulas[name] != nil
}

// Direction is the direction of a sort.
type Direction uint8

// The directions.
const (
	Ascending Direction = iota
	Descending
)

// OrderByFormula returns the entities of a selection sorted by the value that fn returns for each (O-341): text, numbers, booleans, dates,
// times, and pointers to these, null first in ascending order; equal ones stay in the selection's order. It reads the selection in pages;
// the result has fixed members.
func OrderByFormula[T, V any](ctx context.Context, s *Selection[T], fn func(context.Context, *Entity[T]) (V, error), d Direction) (*Selection[T], error) {
	if fn == nil {
		return nil, errors.New("a sort by a formula needs a function")
	}
	core, err := s.core.sortedBy(ctx, d, func(ctx context.Context, r *record) (any, error) {
		v, err := fn(newReads(ctx), entityOf[T](r))
		if err != nil {
			return nil, err
		}
		return canonicalOf(v)
	})
	if err != nil {
		return nil, err
	}
	return &Selection[T]{core: core}, nil
}

// sortedBy sorts a selection by a value of each entity.
func (s *selection) sortedBy(ctx context.Context, d Direction, value func(context.Context, *record) (any, error)) (_ *selection, err error) {
	defer guard("a formula of "+s.class.model.Name, &err)
	ctx = s.class.ds.oneRead(ctx)
	var found []match
	for r, err := range s.each(ctx) {
		if err != nil {
			return nil, err
		}
		m := match{sortValues: make([]any, 1)}
		if m.sortValues[0], err = value(ctx, r); err != nil {
			return nil, err
		}
		if m.key, err = s.class.keyOf(r.ptr); err != nil {
			return nil, err
		}
		found = append(found, m)
	}
	sortMatches(found, []Direction{d})
	return s.matched(found, true)
}

// match is an entity that was evaluated: its key and what it is sorted by.
type match struct {
	key        []any
	sortValues []any
}

// sortMatches sorts by the values in turn; what is equal keeps its order.
func sortMatches(found []match, directions []Direction) {
	slices.SortStableFunc(found, func(a, b match) int {
		for i, d := range directions {
			c := compareValues(a.sortValues[i], b.sortValues[i])
			if d == Descending {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
}

// matched is the selection of these members in this order, or as a set.
func (s *selection) matched(found []match, ordered bool) (*selection, error) {
	list := keyset.NewBuilder(s.class.keyKind(), keyset.Ordered)
	for _, m := range found {
		if err := list.Add(m.key); err != nil {
			return nil, err
		}
	}
	if !ordered {
		return s.withList(list.List().Unordered()), nil
	}
	return s.withList(list.List()), nil
}

// windowed is the part of the members that a window of the source shows; limit < 0: no end.
func windowed(found []match, offset, limit int) []match {
	found = found[min(max(offset, 0), len(found)):]
	if limit >= 0 {
		found = found[:min(limit, len(found))]
	}
	return found
}
