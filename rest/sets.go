package rest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"strings"
	"time"
)

// DefaultSetTimeout is how long an entity set lives after its last use, unless $timeout says otherwise.
const DefaultSetTimeout = 7200 * time.Second

// maxSetTimeout bounds what $timeout may ask for.
const maxSetTimeout = 24 * time.Hour

// ErrTooManySets is returned by [EntitySets.Create] when the session holds as many sets as its quota allows.
var ErrTooManySets = errors.New("too many entity sets")

// TooManySetsError is an [ErrTooManySets] that knows when the first of the sets will have expired, if none is used or released.
type TooManySetsError struct{ Until time.Time }

// Error is the one of [ErrTooManySets].
func (e *TooManySetsError) Error() string { return ErrTooManySets.Error() }

// Is makes it an [ErrTooManySets].
func (e *TooManySetsError) Is(target error) bool { return target == ErrTooManySets }

// EntitySet is a selection kept on the server: the keys of its entities in order (section 5). It is a value; Keys must not be changed.
type EntitySet struct {
	ID      string
	Class   string // dataclass
	Keys    []string
	Ordered bool   // somebody asked for the order
	Session string // ID of the session that made it; "" without sessions
	Guest   bool   // made by a guest: every guest may use it
	Timeout time.Duration
	Used    time.Time // last use
}

// Expires returns when the set ends unless it is used before.
func (s EntitySet) Expires() time.Time { return s.Used.Add(s.Timeout) }

// Expired reports whether the set has ended at now.
func (s EntitySet) Expired(now time.Time) bool { return !now.Before(s.Expires()) }

// EntitySets keeps entity sets. Several servers may share one store. An error means that the store failed, except [ErrTooManySets];
// a set that does not exist is a false result. Safe for concurrent use.
type EntitySets interface {
	// Create adds a set. quota is how many sets its session may hold, 0 when no quota is configured.
	Create(ctx context.Context, set EntitySet, quota int) error

	// Load returns the set, unless it has expired at now.
	Load(ctx context.Context, id string, now time.Time) (EntitySet, bool, error)

	// Touch records a use at now and, unless it is 0, a new time-out. It reports whether the set exists.
	Touch(ctx context.Context, id string, now time.Time, timeout time.Duration) (bool, error)

	// Release removes a set and reports whether it existed.
	Release(ctx context.Context, id string) (bool, error)

	// ReleaseSession removes all sets of a session.
	ReleaseSession(ctx context.Context, session string) error

	// List returns the sets that have not expired at now, oldest first; Keys may be left out, Size must not.
	List(ctx context.Context, now time.Time) ([]EntitySetInfo, error)
}

// EntitySetInfo describes a set without its members.
type EntitySetInfo struct {
	EntitySet
	Size int // number of members
}

// newSetID returns 32 upper-case hexadecimal digits from a cryptographic source.
func newSetID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails; see crypto/rand
	return strings.ToUpper(hex.EncodeToString(b[:]))
}
