package session

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// idLength is the length of a session's ID.
const idLength = 32

// secretLength is the length of a cookie value: 256 random bits.
const secretLength = 64

func newSecret() string { return randomHex(secretLength / 2) }

// newID returns a random UUID (version 4) as 32 upper-case hexadecimal digits.
func newID() string {
	id := []byte(randomHex(16))
	id[12] = '4'
	id[16] = "89AB"[hexValue(id[16])&3]
	return string(id)
}

func hexValue(digit byte) byte {
	if digit >= 'A' {
		return digit - 'A' + 10
	}
	return digit - '0'
}

func randomHex(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails: it ends the program instead
	return strings.ToUpper(hex.EncodeToString(b))
}
