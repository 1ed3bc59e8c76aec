package query

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Error says why a text is not a query, and where (O-168).
// Its messages quote nothing but the text itself, so they may be shown to whoever sent it.
type Error struct {
	Offset int    // in bytes, 0 … len(Text); the end when something is missing there
	Msg    string // the reason and, where there is one, the remedy
	Text   string // the whole text
}

// Error gives the position and the reason in one line: `query: column 6: unknown comparator "=>", …`.
// Columns and lines count from 1, columns in characters; the line is left out when the text has only one.
func (e *Error) Error() string {
	before, _ := e.split()
	line := strings.Count(before, "\n") + 1
	column := utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
	if strings.Contains(e.Text, "\n") {
		return fmt.Sprintf("query: line %d, column %d: %s", line, column, e.Msg)
	}
	return fmt.Sprintf("query: column %d: %s", column, e.Msg)
}

// Caret gives two lines: the text around the error, and a ^ under the character at Offset.
// Characters that do not print are replaced by a visible sign, and what is far from the error by an ellipsis.
func (e *Error) Caret() string {
	before, after := e.split()
	left := lastRunes(before, caretBefore)
	right := firstRunes(after, caretAfter)
	head := visible(left)
	if len(left) < len(before) {
		head = "…" + head
	}
	tail := visible(right)
	if len(right) < len(after) {
		tail += "…"
	}
	return head + tail + "\n" + strings.Repeat(" ", utf8.RuneCountInString(head)) + "^"
}

// How many characters [Error.Caret] shows on each side of the error, and a message of a piece of text.
const (
	caretBefore = 40
	caretAfter  = 30
	quoteRunes  = 40
)

// split cuts the text at the offset; an offset outside of a hand-made error is moved to the nearest end.
func (e *Error) split() (before, after string) {
	at := min(max(e.Offset, 0), len(e.Text))
	return e.Text[:at], e.Text[at:]
}

// firstRunes is the part of s that holds its first n characters.
func firstRunes(s string, n int) string {
	end := 0
	for ; n > 0 && end < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return s[:end]
}

// lastRunes is the part of s that holds its last n characters.
func lastRunes(s string, n int) string {
	start := len(s)
	for ; n > 0 && start > 0; n-- {
		_, size := utf8.DecodeLastRuneInString(s[:start])
		start -= size
	}
	return s[start:]
}

// visible replaces each character that does not print by one that does, one for one so that columns stay.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r < ' ':
			return '\u2400' + r
		case r == '\x7f':
			return '\u2421'
		case unicode.IsPrint(r):
			return r
		case unicode.IsSpace(r):
			return '\u2423'
		default:
			return utf8.RuneError
		}
	}, s)
}

// quote puts a piece of the text into a message: shortened, and with escapes for what does not print.
func quote(s string) string {
	return strconv.Quote(shorten(s))
}

// shorten keeps a piece of the text from filling a message.
func shorten(s string) string {
	short := firstRunes(s, quoteRunes)
	if len(short) < len(s) {
		short += "…"
	}
	return short
}
