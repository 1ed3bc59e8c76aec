package invoices

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a hash, as OWASP recommends for argon2id: about 40 ms and 19 MiB.
const (
	hashTime    = 2
	hashMemory  = 19 * 1024 // KiB
	hashThreads = 1
	hashLength  = 32
	saltLength  = 16
)

// maxPassword is the longest password in bytes.
const maxPassword = 1024

// hashesAtOnce bounds the memory that sign-ins can take.
const hashesAtOnce = 2

// passwords checks passwords, a few at a time.
type passwords struct{ slots chan struct{} }

func newPasswords() passwords { return passwords{make(chan struct{}, hashesAtOnce)} }

// hashPassword returns the PHC text of a password with a new salt.
func hashPassword(password string) string {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails: it ends the program instead
	return phc(salt, derive(password, salt))
}

func derive(password string, salt []byte) []byte {
	return argon2.IDKey([]byte(password), salt, hashTime, hashMemory, hashThreads, hashLength)
}

func phc(salt, hash []byte) string {
	b64 := base64.RawStdEncoding
	return phcPrefix() + b64.EncodeToString(salt) + "$" + b64.EncodeToString(hash)
}

// phcPrefix names algorithm and cost. A hash of another cost counts as wrong: this application never made one.
func phcPrefix() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$", argon2.Version, hashMemory, hashTime, hashThreads)
}

// check reports whether the password is the one that was hashed. A stored text that is no hash, also the empty one of a person who
// cannot sign in, takes the same time and is never right. An error means that ctx ended while waiting for a turn.
func (p passwords) check(ctx context.Context, password, stored string) (bool, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	salt, want, ok := parsePHC(stored)
	got := derive(password[:min(len(password), maxPassword)], salt)
	right := subtle.ConstantTimeCompare(got, want) == 1
	return right && ok && len(password) <= maxPassword, nil
}

// parsePHC takes a PHC text apart. For a wrong one it returns a salt and a hash that are as good as any for spending time on.
func parsePHC(text string) (salt, hash []byte, ok bool) {
	rest, ok1 := strings.CutPrefix(text, phcPrefix())
	saltText, hashText, ok2 := strings.Cut(rest, "$")
	salt, err1 := base64.RawStdEncoding.DecodeString(saltText)
	hash, err2 := base64.RawStdEncoding.DecodeString(hashText)
	if !ok1 || !ok2 || err1 != nil || err2 != nil || len(salt) != saltLength || len(hash) != hashLength {
		return make([]byte, saltLength), make([]byte, hashLength), false
	}
	return salt, hash, true
}
