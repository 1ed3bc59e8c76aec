package sqlplan

import (
	"strings"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
)

// compareText compares ignoring case and diacritics, whatever the operator (O-115, A-23).
func (r *resolver) compareText(t target, op query.Op, v value) (*node, error) {
	if err := r.checkText(t, v); err != nil {
		return nil, err
	}
	switch {
	case op == query.Identical:
		return t.is(foldEqualTest, dialect.Fold(v.text)), nil
	case op == query.NotIdentical:
		return t.compared(foldCompareTest, "<>", dialect.Fold(v.text)), nil
	case op == query.Keyword:
		return r.compareKeyword(t, v)
	case ordering(op):
		return r.orderText(t, op, v)
	}
	return r.match(t, op, v)
}

// checkText converts nothing: what has a text of its own (numbers, dates written in the query) is compared as that.
func (r *resolver) checkText(t target, v value) error {
	if v.kind != textValue && v.kind != numberValue {
		return r.wrong(v, t.attr, "a text")
	}
	if !storable(v.text) {
		return r.wrong(v, t.attr, "a text without NUL and broken characters")
	}
	return nil
}

// match compares with a text that may have wildcards: =, !=, LIKE, IN and begin (O-116).
func (r *resolver) match(t target, op query.Op, v value) (*node, error) {
	wild := r.wildcards(v)
	if err := r.checkPattern(t, v, wild); err != nil {
		return nil, err
	}
	p := parsePattern(v.text, wild)
	if op == query.Begin {
		p = prefixPattern(v.text, wild)
	}
	if op == query.NotEqual {
		return unlike(t, p), nil
	}
	return like(t, p), nil
}

// checkPattern keeps patterns from being costly to match.
func (r *resolver) checkPattern(t target, v value, wild string) error {
	if !strings.ContainsAny(v.text, wild) {
		return nil
	}
	n := 0
	for i := range len(wild) {
		n += strings.Count(v.text, wild[i:i+1])
	}
	if n > maxWildcards || len(v.text) > maxPattern {
		return r.tooLong(t, v, "a text with wildcards may have %d bytes and %d wildcards", maxPattern, maxWildcards)
	}
	return nil
}

func like(t target, p pattern) *node {
	switch p.kind {
	case exactText:
		return t.is(foldEqualTest, p.text)
	case likePattern:
		return likeFrom(t, p.text)
	case anyText:
		return t.is(notNullTest)
	default:
		return t.is(neverTest)
	}
}

// unlike is true for what is not null and not like p (O-126).
func unlike(t target, p pattern) *node {
	switch p.kind {
	case exactText:
		return t.compared(foldCompareTest, "<>", p.text)
	case likePattern:
		return t.is(notLikeTest, p.text)
	case anyText:
		return t.is(neverTest)
	default:
		return t.is(notNullTest)
	}
}

// orderText compares by the order of folded texts. With one trailing wildcard (O-117) all texts that begin with the
// value count as equal to it: < 'b@' is before all of them, <= 'b@' includes them, > 'b@' is after all of them and
// >= 'b@' includes them.
func (r *resolver) orderText(t target, op query.Op, v value) (*node, error) {
	wild := r.wildcards(v)
	text, prefix := v.text, false
	if text != "" && strings.IndexByte(wild, text[len(text)-1]) >= 0 {
		text, prefix = text[:len(text)-1], true
	}
	if strings.ContainsAny(text, wild) {
		return nil, r.wrong(v, t.attr, "a text with a wildcard at its end only")
	}
	if err := r.checkPattern(t, v, wild); err != nil {
		return nil, err
	}
	text = dialect.Fold(text)
	if !prefix {
		return t.compared(foldCompareTest, symbol(op), text), nil
	}
	return orderPrefix(t, op, text), nil
}

func orderPrefix(t target, op query.Op, text string) *node {
	before := t.compared(foldCompareTest, "<", text)
	from := t.compared(foldCompareTest, ">=", text)
	begins := dialect.EscapeLike(text) + "%"
	switch op {
	case query.Less:
		return before
	case query.LessEqual:
		return either(before, t.is(likeTest, begins))
	case query.Greater:
		return both(from, t.is(notLikeTest, begins))
	default:
		return from
	}
}

// compareKeyword looks for a word, or with a wildcard at its end for words that begin so (O-119).
func (r *resolver) compareKeyword(t target, v value) (*node, error) {
	word := strings.TrimSpace(v.text)
	if len(word) > maxKeyword {
		return nil, r.tooLong(t, v, "a keyword may have %d bytes", maxKeyword)
	}
	if strings.HasSuffix(word, "*") && strings.Contains(r.wildcards(v), "*") {
		word = word[:len(word)-1] + "@"
	}
	return r.keyword(t, word), nil
}

func (r *resolver) tooLong(t target, v value, format string, limits ...any) error {
	err := r.failAttribute(TooComplex, v.at, t.attr, format, limits...)
	err.Placeholder = v.placeholder
	return err
}
