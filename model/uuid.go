package model

import (
	"encoding/hex"
	"errors"
	"strings"
)

var errUUID = errors.New("not a UUID; write 32 hexadecimal digits or the form with dashes")

// formatUUID writes lower-case digits with dashes.
func formatUUID(u [16]byte) string {
	d := hex.EncodeToString(u[:])
	return d[:8] + "-" + d[8:12] + "-" + d[12:16] + "-" + d[16:20] + "-" + d[20:]
}

// ParseUUID reads 32 hexadecimal digits or the form with dashes, in any case.
func ParseUUID(text string) ([16]byte, error) {
	var u [16]byte
	if len(text) == 36 {
		if text[8] != '-' || text[13] != '-' || text[18] != '-' || text[23] != '-' {
			return u, errUUID
		}
		text = strings.ReplaceAll(text, "-", "")
	}
	if len(text) != 32 {
		return u, errUUID
	}
	if _, err := hex.Decode(u[:], []byte(text)); err != nil {
		return u, errUUID
	}
	return u, nil
}

// NativeUUID reports whether the attribute is a UUID of 16 bytes in Go, stored in one form. A UUID that is a string in Go is stored
// and shown as it was written.
func (a *Attribute) NativeUUID() bool { return a.plan.uuid }
