package proptest_test

import (
	"cmp"
	"encoding/json"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// starred is a text constant of a REST filter: "*" is a wildcard in it as well as "@".
type starred string

// searchedText returns a searched text and the characters that are wildcards in it.
func searchedText(want any) (text, wild string, ok bool) {
	switch want := want.(type) {
	case string:
		return want, "@", true
	case starred:
		return string(want), "@*", true
	}
	return "", "", false
}

// compare gives the order of two values of one attribute that are not null.
func compare(a, b any) int {
	switch a := a.(type) {
	case string:
		text, _, _ := searchedText(b)
		return strings.Compare(dialect.Fold(a), dialect.Fold(text))
	case bool:
		return cmp.Compare(number(a), number(b.(bool)))
	case time.Time:
		return a.Compare(b.(time.Time))
	case model.Day:
		return cmp.Compare(a.String(), b.(model.Day).String())
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration))
	}
	return exact(a).Cmp(exact(b))
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// exact is a number without rounding.
func exact(v any) *big.Rat {
	switch v := v.(type) {
	case int:
		return new(big.Rat).SetInt64(int64(v))
	case int32:
		return new(big.Rat).SetInt64(int64(v))
	case int64:
		return new(big.Rat).SetInt64(v)
	case float64:
		return new(big.Rat).SetFloat64(v)
	case json.Number:
		if r, ok := new(big.Rat).SetString(v.String()); ok {
			return r
		}
	}
	panic("no number")
}

// equal is = and its kin: texts may have wildcards (O-115, O-116).
func equal(v, want any, wild bool) bool {
	text, isText := v.(string)
	if !isText || !wild {
		return compare(v, want) == 0
	}
	pattern, signs, _ := searchedText(want)
	pattern = dialect.Fold(pattern)
	var re strings.Builder
	wasWild := false
	for _, r := range pattern {
		isWild := strings.ContainsRune(signs, r)
		switch {
		case isWild && wasWild:
			return false
		case isWild:
			re.WriteString(".*")
		default:
			re.WriteString(regexp.QuoteMeta(string(r)))
		}
		wasWild = isWild
	}
	return regexp.MustCompile(`(?s)\A` + re.String() + `\z`).MatchString(dialect.Fold(text))
}

// ordered is <, <=, > and >=. With a wildcard at the end, all texts that begin so count as equal (O-117).
func ordered(v any, op string, want any) bool {
	c := 0
	begin, isPrefix := prefixOf(want)
	if isPrefix {
		if !strings.HasPrefix(dialect.Fold(v.(string)), dialect.Fold(begin)) {
			c = compare(v, begin)
		}
	} else {
		c = compare(v, want)
	}
	switch op {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0
	}
	return c >= 0
}

// prefixOf is a searched text without the wildcard at its end.
func prefixOf(want any) (string, bool) {
	text, wild, _ := searchedText(want)
	if text == "" || !strings.Contains(wild, text[len(text)-1:]) {
		return text, false
	}
	return text[:len(text)-1], true
}

// test is one comparison of the language. Null passes none of them (O-126, O-128).
func test(v any, op string, want any) bool {
	if v == nil {
		return false
	}
	switch op {
	case "=", "==", "LIKE":
		return equal(v, want, true)
	case "===", "IS":
		return equal(v, want, false)
	case "!=", "#":
		return !equal(v, want, true)
	case "!==", "IS NOT":
		return !equal(v, want, false)
	case "begin":
		text, isPrefix := prefixOf(want)
		if !isPrefix {
			text, _, _ = searchedText(want)
		}
		if _, isStarred := want.(starred); isStarred {
			return equal(v, starred(text+"@"), true)
		}
		return equal(v, text+"@", true)
	case "%":
		word, isPrefix := prefixOf(want)
		if isPrefix {
			word += "@"
		}
		return dialect.Keyword(v.(string), word)
	case "IN":
		return slices.ContainsFunc(want.([]any), func(one any) bool { return equal(v, one, true) })
	}
	return ordered(v, op, want)
}

func negative(op string) bool {
	return op == "!=" || op == "#" || op == "!==" || op == "IS NOT"
}
