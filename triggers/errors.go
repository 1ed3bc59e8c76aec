package triggers

import (
	"errors"
	"fmt"
)

var (
	// ErrStale says that a row was not written because its stamp is no longer the one that was read, or because the row is gone.
	// Read the row again and repeat the change.
	ErrStale = errors.New("the row was changed or deleted since it was read: read it again")

	// ErrOuterHandle says that a statement inside a transaction was given to a handle that does not belong to it.
	// It would not see the transaction's rows, would not be undone with it, and with SQLite would wait for it for ever.
	ErrOuterHandle = errors.New("inside a trigger use the tx it was given; for work outside its transaction use triggers.Outside(ctx)")
)

// BypassError says that a call was refused because it would have written rows without running their triggers, or with a receiver
// that is not the row, or without raising the stamp.
type BypassError struct {
	Model   string // name of the model, or of the table where the call names no model
	Call    string // what was called
	Instead string // what to write instead
	cause   error
}

// Error says what was refused and what to write instead.
func (e *BypassError) Error() string {
	return fmt.Sprintf("%s: %s is refused because the model has triggers or a stamp: %s", e.Model, e.Call, e.Instead)
}

// Unwrap returns [ErrStale] where the call was refused because the row it saves is gone, otherwise nil.
func (e *BypassError) Unwrap() error { return e.cause }
