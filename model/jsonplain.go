package model

import (
	"bytes"
	"unicode/utf8"
)

// maxPlainDepth ends the search in deep values; they take the long way.
const maxPlainDepth = 64

// isCanonical reports whether canonicalJSON would give back the same bytes. Most values that the data layer has stored are
// like that, and to see it costs a tenth of decoding and encoding. When in doubt it is false.
func isCanonical(data []byte) bool { return plainValue(data, 0, 0) == len(data) }

// plainValue returns the position after the canonical value at i; -1 if there is none.
func plainValue(b []byte, i, depth int) int {
	if i >= len(b) || depth > maxPlainDepth {
		return -1
	}
	switch b[i] {
	case '{':
		return plainObject(b, i+1, depth)
	case '[':
		return plainArray(b, i+1, depth)
	case '"':
		return plainString(b, i+1)
	case 't':
		return plainWord(b, i, "true")
	case 'f':
		return plainWord(b, i, "false")
	case 'n':
		return plainWord(b, i, "null")
	}
	return plainNumber(b, i)
}

func plainWord(b []byte, i int, word string) int {
	if !bytes.HasPrefix(b[i:], []byte(word)) {
		return -1
	}
	return i + len(word)
}

// plainString wants text without escapes that the encoder would not escape either; i is after the quote.
func plainString(b []byte, i int) int {
	for i < len(b) {
		switch c := b[i]; {
		case c == '"':
			return i + 1
		case c < ' ' || c == '\\':
			return -1
		case c < utf8.RuneSelf:
			i++
		default:
			r, size := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError || r == '\u2028' || r == '\u2029' {
				return -1
			}
			i += size
		}
	}
	return -1
}

// plainNumber wants a whole number of at most 18 digits.
func plainNumber(b []byte, i int) int {
	negative := b[i] == '-'
	if negative {
		i++
	}
	start := i
	for i < len(b) && b[i] >= '0' && b[i] <= '9' {
		i++
	}
	digits := i - start
	if digits == 0 || digits > 18 || b[start] == '0' && (digits > 1 || negative) {
		return -1
	}
	if i < len(b) && (b[i] == '.' || b[i] == 'e' || b[i] == 'E') {
		return -1
	}
	return i
}

func plainArray(b []byte, i, depth int) int {
	if i < len(b) && b[i] == ']' {
		return i + 1
	}
	for {
		i = plainValue(b, i, depth+1)
		if i < 0 || i >= len(b) {
			return -1
		}
		if b[i] == ']' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i++
	}
}

// plainObject wants the keys in order, each once.
func plainObject(b []byte, i, depth int) int {
	if i < len(b) && b[i] == '}' {
		return i + 1
	}
	var last []byte
	for first := true; ; first = false {
		if i >= len(b) || b[i] != '"' {
			return -1
		}
		end := plainString(b, i+1)
		if end < 0 || end >= len(b) || b[end] != ':' {
			return -1
		}
		key := b[i+1 : end-1]
		if !first && bytes.Compare(last, key) >= 0 {
			return -1
		}
		last = key
		i = plainValue(b, end+1, depth+1)
		if i < 0 || i >= len(b) {
			return -1
		}
		if b[i] == '}' {
			return i + 1
		}
		if b[i] != ',' {
			return -1
		}
		i++
	}
}
