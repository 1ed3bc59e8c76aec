package session

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// Hash is the SHA-256 of a cookie value. Stores keep it and never the value, so
// a stolen table opens no session (S-120, S-248).
type Hash [sha256.Size]byte

// HashSecret returns the hash under which the session of a cookie value is kept.
func HashSecret(secret string) Hash { return sha256.Sum256([]byte(secret)) }

// MarshalText writes the hash in hexadecimal digits.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (h *Hash) UnmarshalText(digits []byte) (err error) {
	*h, err = parseHash(string(digits))
	return err
}

// String returns the hash in hexadecimal digits.
func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Record is what a [Store] keeps of one session. Records that a store gives out
// are read-only: their slices and maps may be shared.
type Record struct {
	ID      string // 32 upper-case hexadecimal digits; never changes, no credential
	Secret  Hash   // finds the record; changes at sign-in
	Version int64  // 1 when created, one more with each Update
	Kind    Kind
	Type    string // info.type: "web", "rest" or the name of the kind

	UserName   string
	Privileges []string // expanded
	SignedIn   bool     // SetPrivileges succeeded since creation or the last logout

	Idle    time.Duration // allowed inactivity; 0 means for ever
	Created time.Time
	Seen    time.Time // last activity; set by Create and Touch, never by Update

	Address   string // of the browser or client
	UserAgent string
	Machine   string
	System    string // name of the client's operating system user

	Storage map[string]json.RawMessage

	// Keys are the hashes of further cookie values that open the session, for
	// browsers that a passcode brought in; oldest first.
	Keys   []Hash
	Quotas QuotaValues
}

// Expires returns when the session ends unless it is used before; the zero time
// means never.
func (r Record) Expires() time.Time {
	if r.Idle <= 0 {
		return time.Time{}
	}
	return r.Seen.Add(r.Idle)
}

// Expired reports whether the session must not be given out any more at now.
func (r Record) Expired(now time.Time) bool {
	return r.Idle > 0 && !now.Before(r.Expires())
}

// Clone returns a copy whose slices and maps can be changed freely. The JSON
// values in Storage are shared: replace them, do not write into them.
func (r Record) Clone() Record {
	r.Privileges = slices.Clone(r.Privileges)
	r.Storage = maps.Clone(r.Storage)
	r.Keys = slices.Clone(r.Keys)
	return r
}

func parseHash(digits string) (Hash, error) {
	var h Hash
	b, err := hex.DecodeString(digits)
	if err != nil || len(b) != len(h) {
		return h, errors.New("a hash of a secret is damaged")
	}
	copy(h[:], b)
	return h, nil
}
