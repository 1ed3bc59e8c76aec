package session

import (
	"errors"
	"fmt"
)

var (
	// ErrNoSession is returned by changes to a nil session (S-019).
	ErrNoSession = errors.New("there is no session here: test for nil before changing it")
	// ErrClosed is returned by changes to a session that has ended: it expired,
	// was dropped, or its server stopped.
	ErrClosed = errors.New("the session has ended")
	// ErrAnswerSent is returned by a sign-in that comes after [Manager.Commit],
	// or through a handle that belongs to no request: the browser could not get
	// its new cookie.
	ErrAnswerSent = errors.New("a guest can sign in only while the answer to its request is not yet sent")
	// ErrTooMany is returned by [Manager.Bind] when a new guest session would
	// pass a limit.
	ErrTooMany = errors.New("too many sessions")
	// ErrBusy is returned when a change could not be made in time because others
	// changed the same session without pause. The usual cause is a function
	// given to [Key.Update] that changes the session it was called for.
	ErrBusy = errors.New("the session is being changed: do not change a session inside Key.Update of the same session")
	// ErrManagerClosed is returned by [Manager.Bind] after [Manager.Close].
	ErrManagerClosed = errors.New("the session manager is closed")
)

// StorageFullError is returned when a value would make the storage of one
// session larger than allowed. Nothing was changed.
type StorageFullError struct {
	Key   string // the value that did not fit
	Size  int    // bytes the storage would have had
	Limit int    // bytes it may have
}

// Error names the key and both sizes.
func (e *StorageFullError) Error() string {
	return fmt.Sprintf("session storage %q: %d bytes in all, more than the limit of %d", e.Key, e.Size, e.Limit)
}
