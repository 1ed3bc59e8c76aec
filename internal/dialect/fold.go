package dialect

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The combining marks that [Fold] removes: Unicode's block of combining
// diacritical marks.
const (
	firstDiacritic = '\u0300'
	lastDiacritic  = '\u036f'
)

// Hangul syllables are decomposed by arithmetic and are in no table
// (Unicode Standard, 3.12).
const (
	hangulBase  = 0xAC00
	hangulLBase = 0x1100
	hangulVBase = 0x1161
	hangulTBase = 0x11A7
	hangulV     = 21
	hangulT     = 28
	hangulEnd   = hangulBase + 19*hangulV*hangulT
)

// Fold returns the form of s that ORDA compares and sorts text by (O-115,
// O-151): lower case rune by rune, final sigma as sigma, canonically
// decomposed, without the combining marks U+0300 to U+036F.
// Two texts are equal for ORDA if their folds are the same bytes.
//
// A text already in this form is returned as it is, without allocation if it
// is ASCII. Bytes that are not UTF-8 become U+FFFD. Fold(Fold(s)) == Fold(s).
func Fold(s string) string {
	i := foldedPrefix(s)
	if i == len(s) {
		return s
	}
	var short [64]byte // most texts fit, so that only the result is allocated
	b := append(short[:0], s[:i]...)
	unordered := false
	for _, r := range s[i:] {
		if r < utf8.RuneSelf {
			b = append(b, lowerASCII(byte(r)))
			continue
		}
		var marks bool
		b, marks = appendFolded(b, r)
		unordered = unordered || marks
	}
	if unordered {
		b = orderMarks(b)
	}
	return string(b)
}

// foldedPrefix counts the leading bytes that folding leaves alone for sure.
func foldedPrefix(s string) int {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return i
		}
	}
	return len(s)
}

func lowerASCII(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// appendFolded appends the fold of r and tells if that has combining marks,
// whose order may then have to be mended.
//
// It decomposes rune by rune instead of calling norm.NFD.String, which follows
// the stream-safe format: that puts U+034F into long runs of marks, and the
// fold of a fold could then be another text.
func appendFolded(b []byte, r rune) ([]byte, bool) {
	r = lower(r)
	if hangulBase <= r && r < hangulEnd {
		return appendHangul(b, r-hangulBase), false
	}
	var buf [utf8.UTFMax]byte
	self := utf8.AppendRune(buf[:0], r)
	parts := norm.NFD.Properties(self).Decomposition()
	if parts == nil {
		parts = self
	}
	marks := false
	for len(parts) > 0 {
		r, n := utf8.DecodeRune(parts)
		if r < firstDiacritic || lastDiacritic < r {
			b = append(b, parts[:n]...)
			marks = marks || class(parts[:n]) > 0
		}
		parts = parts[n:]
	}
	return b, marks
}

func lower(r rune) rune {
	if r = unicode.ToLower(r); r == 'ς' {
		return 'σ'
	}
	return r
}

func appendHangul(b []byte, index rune) []byte {
	b = utf8.AppendRune(b, hangulLBase+index/(hangulV*hangulT))
	b = utf8.AppendRune(b, hangulVBase+index%(hangulV*hangulT)/hangulT)
	if t := index % hangulT; t > 0 {
		b = utf8.AppendRune(b, hangulTBase+t)
	}
	return b
}

// class returns the canonical combining class of the rune in b: 0 for all that
// starts a new character.
func class(b []byte) uint8 { return norm.NFD.Properties(b).CCC() }

// orderMarks brings the marks that follow each other into canonical order.
func orderMarks(b []byte) []byte {
	type mark struct {
		text  []byte
		class uint8
	}
	ordered := make([]byte, 0, len(b))
	var run []mark
	flush := func() {
		slices.SortStableFunc(run, func(x, y mark) int { return cmp.Compare(x.class, y.class) })
		for _, m := range run {
			ordered = append(ordered, m.text...)
		}
		run = run[:0]
	}
	for len(b) > 0 {
		_, n := utf8.DecodeRune(b)
		if c := class(b[:n]); c > 0 {
			run = append(run, mark{b[:n], c})
		} else {
			flush()
			ordered = append(ordered, b[:n]...)
		}
		b = b[n:]
	}
	flush()
	return ordered
}
