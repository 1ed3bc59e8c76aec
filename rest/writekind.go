package rest

import (
	"errors"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/triggers"
)

// failedWrite groups the reasons for which a save fails by their error chain.
type failedWrite uint8

const (
	otherWrite failedWrite = iota
	conflictingWrite
	refusedWrite
	invalidWrite
	unknownAttribute
)

// writeKind says which chain an error of a save gets.
func writeKind(err error) failedWrite {
	if _, ok := errors.AsType[*dataclasses.PermissionError](err); ok {
		return refusedWrite
	}
	if _, ok := errors.AsType[*dataclasses.ValidationError](err); ok {
		return invalidWrite
	}
	if _, ok := errors.AsType[*triggers.RejectedError](err); ok {
		return invalidWrite
	}
	if _, ok := errors.AsType[*dataclasses.AttributeError](err); ok {
		return unknownAttribute
	}
	if errors.Is(err, dataclasses.ErrConflict) {
		return conflictingWrite
	}
	return otherWrite
}
