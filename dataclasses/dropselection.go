package dataclasses

import (
	"context"
	"errors"
	"fmt"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/privileges"
)

// DropOption is an option of [Selection.Drop].
type DropOption uint8

// StopOnFirstError ends a drop at the first entity that cannot be deleted (O-371).
const StopOnFirstError DropOption = 1

// DropError says which entities of a selection could not be deleted, and why. errors.Is and errors.As look into all of them.
type DropError struct {
	Class    string
	Failures []DropFailure
}

// Error tells the first failure and how many there are.
func (e *DropError) Error() string {
	first := e.Failures[0]
	return fmt.Sprintf("%d entities of %s could not be deleted, the first is %s: %v", len(e.Failures), e.Class, first.Key, first.Err)
}

// Unwrap returns the error of each entity.
func (e *DropError) Unwrap() []error {
	list := make([]error, len(e.Failures))
	for i, f := range e.Failures {
		list[i] = f.Err
	}
	return list
}

// Drop deletes every entity of the selection, with drop events and triggers for each (O-370, O-373). There is no transaction around all of
// them unless ctx belongs to one (O-372). It returns the selection of the entities that were not deleted, empty if all were; if there are
// any, the error is a *[DropError] with the reasons. Entities that are gone meanwhile are no failure.
// With [StopOnFirstError] it stops at the first failure, and the selection holds that entity only.
// Other errors (a missing right to the dataclass, the database, ctx) come with the failures so far. The selection itself does not change.
func (s *Selection[T]) Drop(ctx context.Context, options ...DropOption) (notDropped *Selection[T], err error) {
	left := keyset.NewBuilder(s.core.class.keyKind(), orderOf(s.core))
	var failures []DropFailure
	err = s.core.drop(ctx, func(r *record, cause error) (goOn bool) {
		key, err := r.class.keyOf(r.before())
		if err == nil {
			err = left.Add(key)
		}
		failures = append(failures, DropFailure{Key: r.Key(), Err: errors.Join(cause, err)})
		return len(options) == 0 || options[0] != StopOnFirstError
	})
	if len(failures) > 0 {
		err = errors.Join(err, &DropError{Class: s.core.class.model.Name, Failures: failures})
	}
	return &Selection[T]{core: s.core.withList(left.List())}, err
}

func orderOf(s *selection) Order {
	if s.ordered() {
		return KeepOrder
	}
	return Unordered
}

// drop deletes one entity after the other and reports failures until told to stop.
func (s *selection) drop(ctx context.Context, failed func(r *record, err error) (goOn bool)) error {
	if err := s.class.may(ctx, privileges.Drop); err != nil {
		return err
	}
	for r, err := range s.each(ctx) {
		if err != nil {
			return err
		}
		if err := r.drop(ctx, false); err != nil && !errors.Is(err, ErrNotFound) && !failed(r, err) {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
	return nil
}
