package dataclasses

import (
	"slices"
	"strings"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
)

// textSatisfies compares texts: @ is a wildcard for all comparators but === and !== (O-115 to O-119).
func textSatisfies(text string, op query.Op, searched string) bool {
	switch op {
	case query.Keyword:
		return dialect.Keyword(text, searched)
	case query.Equal, query.Like:
		return wildcard(dialect.Fold(text), dialect.Fold(searched))
	case query.NotEqual:
		return !wildcard(dialect.Fold(text), dialect.Fold(searched))
	case query.Begin:
		return wildcard(dialect.Fold(text), dialect.Fold(strings.TrimSuffix(searched, "@")+"@"))
	case query.Less, query.LessEqual, query.Greater, query.GreaterEqual:
		return ordered(comparePrefix(dialect.Fold(text), dialect.Fold(searched)), op)
	}
	return ordered(strings.Compare(dialect.Fold(text), dialect.Fold(searched)), op)
}

// comparePrefix compares with a text that may end with a wildcard: then what begins with it is equal (O-117).
func comparePrefix(text, searched string) int {
	prefix, open := strings.CutSuffix(searched, "@")
	if open && strings.HasPrefix(text, prefix) {
		return 0
	}
	return strings.Compare(text, prefix)
}

// wildcard matches a text with a pattern in which @ stands for any characters; two in a row match nothing (O-116).
func wildcard(text, pattern string) bool {
	parts := strings.Split(pattern, "@")
	if len(parts) == 1 {
		return text == pattern
	}
	if slices.Contains(parts[1:len(parts)-1], "") {
		return false
	}
	first, last := parts[0], parts[len(parts)-1]
	if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
		return false
	}
	text = text[len(first) : len(text)-len(last)]
	for _, part := range parts[1 : len(parts)-1] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return true
}
