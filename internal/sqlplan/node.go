package sqlplan

import (
	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// node is a resolved condition: names have become attributes, values have been converted and are ready to bind.
type node struct {
	kind nodeKind
	kids []*node // of andNode, orNode and notNode; of a noneTest what must not hold and what must

	// Of a testNode: a test of one attribute of one row. A notNode in a query function has in at the related row that
	// it speaks of from within; nil for one that speaks of the entity.
	at     *ref
	attr   *model.Attribute
	test   testKind
	symbol string // of compareTest and foldCompareTest: an SQL comparison operator
	values []any  // to bind
	within *selection
	column *model.Attribute // of amongTest: what the other selection is read for
	row    *ref             // of unrelatedTest: what must not be there
	doc    *document        // nil: the column itself
	as     dialect.JSONKind // as what the place in the document is read

	similarity *similarity // of a vectorTest

	call int // of a callNode: index in resolver.calls
}

type nodeKind uint8

const (
	testNode nodeKind = iota
	andNode
	orNode
	notNode
	callNode     // what Go decides, see split.go; never written
	constantNode // true if call is 1, false if 0; never written
)

// testKind says how a test becomes SQL. No test but nullTest and unrelatedTest is true for null.
type testKind uint8

const (
	neverTest       testKind = iota // false
	nullTest                        // the column is null
	notNullTest                     // the column is not null
	compareTest                     // column symbol value
	inTest                          // the column is one of the values
	notInTest                       // the column is not null and none of the values
	foldEqualTest                   // folded text equals the value
	foldCompareTest                 // folded text symbol value
	foldInTest                      // folded text is one of the values
	likeTest                        // folded text is like the value
	notLikeTest                     // folded text is not null and not like the value
	keywordTest                     // the text contains the word
	wordTest                        // the keyword index has the word
	wordRangeTest                   // the keyword index has a word from the first value up to before the second
	unrelatedTest                   // no row is related through attr, a relatedEntities attribute
	withinTest                      // the entity is in another selection
	vectorTest                      // the metric symbol value
	amongTest                       // the column is one of those in another selection
	noneTest                        // the first of kids does not hold, the second does
)

// truthOfNull reports whether the test can hold on a row of nulls.
func (k testKind) truthOfNull() bool { return k == nullTest || k == unrelatedTest }

func (t target) is(test testKind, values ...any) *node {
	return &node{at: t.at, attr: t.attr, doc: t.doc, as: t.as, test: test, values: values}
}

func (t target) compared(test testKind, symbol string, v any) *node {
	return &node{at: t.at, attr: t.attr, doc: t.doc, as: t.as, test: test, symbol: symbol, values: []any{v}}
}

// both and either join two tests of one target.
func both(a, b *node) *node   { return &node{kind: andNode, kids: []*node{a, b}} }
func either(a, b *node) *node { return &node{kind: orNode, kids: []*node{a, b}} }
