package dataclasses

import "context"

// RemoteOf is an entity as a function would return it.
func RemoteOf[T any](e *Entity[T]) *RemoteEntity { return &RemoteEntity{&e.record} }

// CoreGet reads an attribute of a remote entity.
func CoreGet(e *RemoteEntity, attribute string) (any, error) { return e.core.Get(attribute) }

// PlanRead plans reading the entities of a selection, and reads nothing.
func PlanRead[T any](ctx context.Context, s *Selection[T]) error {
	_, err := s.core.planRead(ctx, s.core.source, s.core.class.stored)
	return err
}
