package dataclasses

import (
	"context"
	"errors"

	"github.com/ordago/ordago/internal/keyset"
)

// ErrNotAlterable is an attempt to add to a shareable selection (O-312, error 1637 of ORDA): copy it first.
var ErrNotAlterable = errors.New("this entity selection cannot be altered: add to a copy of it")

// NewSelection returns an empty selection that can be added to (O-066): ordered with [KeepOrder], where an entity may be in it several
// times, else a set.
func (c *DataClass[T]) NewSelection(order ...Order) *Selection[T] {
	o := Unordered
	if len(order) > 0 {
		o = order[0]
	}
	return &Selection[T]{core: &selection{class: c.core, alterable: true, adding: keyset.NewBuilder(c.core.keyKind(), o)}}
}

// IsAlterable reports whether the selection can be added to (O-314). It is fixed when the selection is made (O-315): that of
// [DataClass.NewSelection] and of [Selection.Copy] can, that of [DataClass.All], [DataClass.Query], [DataClass.FromCollection] and
// [RelatedEntities] cannot, unless [MakeSelectionsAlterable] says so, and what is made of a selection is as that.
func (s *Selection[T]) IsAlterable() bool { return s.core.alterable }

// Add adds an entity, or all entities of a selection, to an alterable selection (O-326, O-327). An ordered one is appended to, with
// repetitions; a set takes an entity once and becomes ordered when a selection is added. A nil entity or selection is ignored.
// A lazy selection reads its members first and is fixed from then on.
// Errors: [ErrNotAlterable]; an entity that was never saved (O-328) or belongs to another datastore.
func (s *Selection[T]) Add(ctx context.Context, x Members[T]) error {
	if !s.core.alterable {
		return ErrNotAlterable
	}
	o, err := operandOf(s.core.class, x)
	if err != nil || o.sel == nil {
		return err
	}
	more, err := o.sel.members(ctx, -1)
	if err != nil {
		return err
	}
	if err := s.core.beginAdding(ctx, !o.single); err != nil {
		return err
	}
	return s.core.adding.Append(more)
}

// beginAdding turns members into a list that can grow.
func (s *selection) beginAdding(ctx context.Context, ordered bool) error {
	if s.adding != nil && (s.adding.Ordered() || !ordered) {
		return nil
	}
	list, err := s.members(ctx, -1)
	if err != nil {
		return err
	}
	order := Unordered
	if ordered || list.Ordered() {
		order = KeepOrder
	}
	s.adding, s.fixed, s.source = keyset.Extend(list, order), nil, nil
	return nil
}

// CopyOption is an option of [Selection.Copy].
type CopyOption uint8

// Shared makes a copy that cannot be altered.
const Shared CopyOption = 1

// Copy returns a duplicate that can be added to, or with [Shared] one that cannot (O-352). A copy of a lazy selection is lazy.
func (s *Selection[T]) Copy(options ...CopyOption) *Selection[T] {
	core := s.core.copied()
	core.alterable = len(options) == 0 || options[0] != Shared
	return &Selection[T]{core: core}
}

func (s *selection) copied() *selection {
	if list := s.list(); list != nil {
		return s.withList(list)
	}
	return s.with(s.source)
}

// MakeSelectionsAlterable makes every selection of the datastore alterable, shared copies excepted (O-316). It is there for programs that
// come from before the two kinds were told apart: alterable selections must not be used by several goroutines.
func MakeSelectionsAlterable() Definition { return selectionsAlterable{} }

type selectionsAlterable struct{}

func (selectionsAlterable) define(b *builder) { b.alterable = true }
