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
	// ErrClientSide is returned by what a client cannot do to its session: it
	// must be done on the server (profile C).
	ErrClientSide = errors.New("privileges are changed on the server, not on the session object of a client")
	// ErrNoEffect is returned by SetPrivileges on a desktop session in profile
	// P20 (S-169).
	ErrNoEffect = errors.New("desktop sessions hold all privileges in profile P20: nothing was changed")
	// ErrApplication is returned by [Manager.Drop] for a stored procedure or
	// standalone session: it is the application's own and lives as long (S-010).
	ErrApplication = errors.New("the session is the application's own: it ends with the application, and cannot be dropped")
	// ErrTooManyTokens is returned by [Session.CreateOTP] when a session has 1000
	// passcodes that are still alive.
	ErrTooManyTokens = errors.New("too many passcodes: let some of this session expire")
	// ErrQuota is returned by [Quotas.Admit].
	ErrQuota = errors.New("the quota of the session is used up")
	// ErrNoQuotas is returned by changes to quotas in another profile than R4.
	ErrNoQuotas = errors.New("quotas need profile R4")
	// ErrNotInUse is returned by changes to a shared object outside of a Use block,
	// or through an object of a block that has ended (S-250).
	ErrNotInUse = errors.New("a shared object is changed inside Use, through the object that Use gives")
	// ErrStored is returned when a shared object is to be stored that is stored
	// already: it has one place and one group, for ever (S-254). So it is while
	// somebody uses the object.
	ErrStored = errors.New("the shared object is stored already, or in use: make a new one")
	// ErrGone is returned by Use of a shared object that is not there any more.
	ErrGone = errors.New("the shared object is not stored any more: take it from the storage again")
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

// NotSharedError is returned when an ordinary object or list is to be stored in a
// shared one, or a number that JSON does not have (S-249).
type NotSharedError struct{ Value any }

// Error names the type of the value.
func (e *NotSharedError) Error() string {
	return fmt.Sprintf("a shared object cannot hold a %T: it holds text, numbers, booleans, dates, nil, "+
		"and what NewObject and NewList make", e.Value)
}
