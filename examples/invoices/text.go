package invoices

import (
	"strings"
	"unicode/utf8"

	"github.com/ordago/ordago/triggers"
)

// requireText refuses a text that is empty or nothing but white space, and one that [checkLength] refuses.
func requireText(what, text string, most int) error {
	if strings.TrimSpace(text) == "" {
		return triggers.Rejectf(RejectInvalid, "%s must not be empty", what)
	}
	return checkLength(what, text, most)
}

// checkLength refuses a text that its column cannot hold. Without it PostgreSQL would refuse in words for nobody, and SQLite would not.
func checkLength(what, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return triggers.Rejectf(RejectInvalid, "%s must have at most %d characters", what, most)
	}
	return nil
}
