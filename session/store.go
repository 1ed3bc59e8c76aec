package session

import (
	"context"
	"time"
)

// Store keeps the records of sessions. Several managers, also in several
// processes, may share one; the store is the truth and their memory is not.
//
// An error always means that the store itself failed. A record that does not
// exist, no longer exists or has another secret is a false result without error.
// All methods are safe for concurrent use. Package sessiontest tests all of this.
//
// A store does not judge expiry except in Expire: [Manager] never gives out an
// expired record.
type Store interface {
	// Create adds a record. Its Version is stored as 1. An ID or a Secret that
	// exists already is an error.
	Create(ctx context.Context, r Record) error

	// Load returns the record with that secret.
	Load(ctx context.Context, secret Hash) (Record, bool, error)

	// LoadID returns the record with that ID.
	LoadID(ctx context.Context, id string) (Record, bool, error)

	// Update changes a record atomically: fn gets a copy of the current record,
	// and what it leaves there replaces the record if nobody changed it
	// meanwhile; otherwise everything is repeated, so fn may run several times.
	// No lock is held while fn runs. ID, Created, Seen and Version cannot be
	// changed by fn; Version grows by one. After an error of fn, which is
	// returned as it is, nothing is changed. When ctx ends first the error is
	// [ErrBusy] or the one of the context. The result is the new record.
	Update(ctx context.Context, id string, fn func(*Record) error) (Record, bool, error)

	// Touch sets Seen, unless it is later already, and leaves Version alone.
	// It reports whether the record exists.
	Touch(ctx context.Context, id string, seen time.Time) (bool, error)

	// TouchEvery returns how far ahead a manager may record activity, to save
	// writes: 0 means that every request is recorded.
	TouchEvery() time.Duration

	// Delete removes a record and reports whether it existed.
	Delete(ctx context.Context, id string) (bool, error)

	// List returns all records, oldest first.
	List(ctx context.Context) ([]Record, error)

	// Expire removes the records that are expired at now, and returns their IDs.
	// A record removed by another process is not among them.
	Expire(ctx context.Context, now time.Time) ([]string, error)

	// Count returns the number of records. It may be one second old.
	Count(ctx context.Context) (int, error)

	// PutOTP adds a one-time passcode. One with a Token that exists is an error.
	PutOTP(ctx context.Context, o OTP) error

	// TakeOTP removes the passcode with that Token and returns it. Of any number
	// of calls at once, through any number of stores on the same data, exactly
	// one gets it. Expired ones are given out too. Delete and Expire remove the
	// passcodes of the sessions they remove, and Expire those that are expired.
	TakeOTP(ctx context.Context, token Hash) (OTP, bool, error)
}

// OTP is a one-time passcode as stores keep it (section 7.6).
type OTP struct {
	Token   Hash   // of the text that the user has (S-248)
	Session string // ID of the session that made it
	Expires time.Time
}
