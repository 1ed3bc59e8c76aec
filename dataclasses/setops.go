package dataclasses

import (
	"context"
	"errors"
	"fmt"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/internal/sqlplan"
)

// Members is what set operations take: an entity or a selection of the dataclass of T. A nil one of either type is no members.
type Members[T any] interface{ operand(*T) (operand, error) }

// operand is the other side of a set operation. The zero operand has no members.
type operand struct {
	sel    *selection
	single bool // it is an entity
}

func (s *Selection[T]) operand(*T) (operand, error) { return operand{sel: s.selectionCore()}, nil }

func (e *Entity[T]) operand(*T) (operand, error) {
	if e == nil {
		return operand{}, nil
	}
	if e.isNew {
		return operand{}, fmt.Errorf("%s: an entity must be saved before it can be in a selection", e.class.model.Name) // O-328
	}
	key, err := e.class.keyOf(e.before())
	if err != nil {
		return operand{}, err
	}
	list := keyset.NewBuilder(e.class.keyKind(), keyset.Set)
	if err := list.Add(key); err != nil {
		return operand{}, err
	}
	return operand{sel: &selection{class: e.class, fixed: list.List()}, single: true}, nil
}

// errOtherStore is a selection or entity of another datastore in a set operation; another class does not compile (error 1587 of ORDA).
var errOtherStore = errors.New("the entity selection comes from an incompatible dataclass: of another datastore")

func operandOf[T any](c *class, m Members[T]) (operand, error) {
	if m == nil {
		return operand{}, nil
	}
	o, err := m.operand(nil)
	if err == nil && o.sel != nil && o.sel.class != c {
		err = errOtherStore
	}
	return o, err
}

// Order says whether a new selection keeps an order.
type Order = keyset.Order

// The orders.
const (
	Unordered = keyset.Set
	KeepOrder = keyset.Ordered
)

// And returns the unordered selection of the entities that are in both (O-330). Of two lazy selections it is lazy and costs nothing
// before it is used; otherwise the keys of both are read. x must be of the same datastore.
func (s *Selection[T]) And(ctx context.Context, x Members[T]) (*Selection[T], error) {
	return s.combined(ctx, x, (*selection).and)
}

// Or returns the unordered selection of the entities that are in one of the two (O-331): lazy as [Selection.And]. With no members in x,
// it is the selection itself.
func (s *Selection[T]) Or(ctx context.Context, x Members[T]) (*Selection[T], error) {
	return s.combined(ctx, x, (*selection).or)
}

// Minus returns the entities of the selection that are not in x, unordered, or with [KeepOrder] in the selection's order (O-332):
// lazy as [Selection.And].
func (s *Selection[T]) Minus(ctx context.Context, x Members[T], order ...Order) (*Selection[T], error) {
	minus := (*selection).minus
	if len(order) > 0 && order[0] == KeepOrder {
		minus = (*selection).without
	}
	return s.combined(ctx, x, minus)
}

func (s *Selection[T]) combined(ctx context.Context, x Members[T], combine func(s *selection, ctx context.Context, o *selection) (*selection, error)) (*Selection[T], error) {
	o, err := operandOf(s.core.class, x)
	if err != nil {
		return nil, err
	}
	core, err := combine(s.core, ctx, o.sel)
	if err != nil {
		return nil, err
	}
	return &Selection[T]{core: core}, nil
}

func (s *selection) and(ctx context.Context, o *selection) (*selection, error) {
	if o == nil {
		return s.withList(s.class.none().fixed), nil
	}
	return s.combine(ctx, o, func() *sqlplan.Source {
		source := s.narrowed()
		source.Order = nil
		source.Conditions = append(source.Conditions, &sqlplan.Within{Source: o.source})
		return source
	}, (*keyset.List).And)
}

func (s *selection) or(ctx context.Context, o *selection) (*selection, error) {
	if o == nil {
		return s.copied(), nil
	}
	return s.combine(ctx, o, func() *sqlplan.Source {
		both := &sqlplan.Union{Sources: []*sqlplan.Source{s.source, o.source}}
		return &sqlplan.Source{Class: s.class.model, Conditions: []sqlplan.Condition{both}, Limit: -1}
	}, (*keyset.List).Or)
}

func (s *selection) minus(ctx context.Context, o *selection) (*selection, error) {
	if o == nil {
		return s.copied(), nil
	}
	return s.combine(ctx, o, func() *sqlplan.Source {
		source := s.except(o)
		source.Order = nil
		return source
	}, (*keyset.List).Minus)
}

// without is minus in the selection's order.
func (s *selection) without(ctx context.Context, o *selection) (*selection, error) {
	if o == nil {
		return s.copied(), nil
	}
	return s.combine(ctx, o, func() *sqlplan.Source { return s.except(o) }, (*keyset.List).Without)
}

func (s *selection) except(o *selection) *sqlplan.Source {
	source := s.narrowed()
	source.Conditions = append(source.Conditions, &sqlplan.Except{Source: o.source})
	return source
}

// combine makes one lazy selection of two, or one fixed one when one of them is fixed or the statement would become too complex.
func (s *selection) combine(ctx context.Context, o *selection, lazily func() *sqlplan.Source, listed func(a, b *keyset.List) *keyset.List) (*selection, error) {
	if s.list() == nil && o.list() == nil {
		source := lazily()
		// Nothing is read here, only whether it would be too complex: rights and restrictions are those of who reads it.
		err := s.checkSource(source, sqlplan.Lens{})
		if err == nil {
			return s.with(source), nil
		}
		if e, ok := errors.AsType[*QueryError](err); !ok || e.Kind != TooComplex {
			return nil, err
		}
	}
	a, err := s.members(ctx, -1)
	if err != nil {
		return nil, err
	}
	b, err := o.members(ctx, -1)
	if err != nil {
		return nil, err
	}
	return s.withList(listed(a, b)), nil
}

// Contains reports whether the entity is in the selection; a nil one is not, a new one neither (O-333).
func (s *Selection[T]) Contains(ctx context.Context, e *Entity[T]) (bool, error) {
	if e == nil || e.isNew {
		return false, nil
	}
	o, err := operandOf(s.core.class, Members[T](e))
	if err != nil {
		return false, err
	}
	if list := s.core.list(); list != nil {
		return list.Contains(o.sel.fixed.Keys(0, 1)[0]), nil
	}
	source := s.core.narrowed()
	source.Order = nil
	source.Conditions = append(source.Conditions, s.core.class.listSource(o.sel.fixed).Conditions...)
	n, err := s.core.with(source).count(ctx)
	return n > 0, err
}

// Range is positions in a selection from Start to End, both included.
type Range = keyset.Range

// Selected returns where in the selection the entities of a subset are, neighbouring positions merged into ranges (O-334, O-335);
// none when either is empty. The keys of both are read.
func (s *Selection[T]) Selected(ctx context.Context, subset *Selection[T]) ([]Range, error) {
	if subset == nil {
		return []Range{}, nil
	}
	if subset.core.class != s.core.class {
		return nil, errOtherStore
	}
	whole, err := s.core.members(ctx, -1)
	if err != nil {
		return nil, err
	}
	part, err := subset.core.members(ctx, -1)
	if err != nil {
		return nil, err
	}
	return whole.Ranges(part), nil
}
