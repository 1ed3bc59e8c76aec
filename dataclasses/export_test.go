package dataclasses

// RemoteOf is an entity as a function would return it.
func RemoteOf[T any](e *Entity[T]) *RemoteEntity { return &RemoteEntity{&e.record} }

// CoreGet reads an attribute of a remote entity.
func CoreGet(e *RemoteEntity, attribute string) (any, error) { return e.core.Get(attribute) }
