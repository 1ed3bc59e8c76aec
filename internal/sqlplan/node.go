package sqlplan

import "github.com/ordago/ordago/model"

// node is a resolved condition: names have become attributes, values have been converted and are ready to bind.
type node struct {
	kind nodeKind
	kids []*node // of andNode, orNode and notNode

	// Of a testNode: a test of one attribute of one row.
	at     *ref
	attr   *model.Attribute
	test   testKind
	symbol string // of compareTest and foldCompareTest: an SQL comparison operator
	values []any  // to bind
	within *selection
	column *model.Attribute // of a reachedTest: what the other selection is read for
}

type nodeKind uint8

const (
	testNode nodeKind = iota
	andNode
	orNode
	notNode
)

// testKind says how a test becomes SQL. No test but nullTest and unrelatedTest is true for null.
type testKind uint8

const (
	neverTest       testKind = iota // false
	nullTest                        // the column is null
	notNullTest                     // the column is not null
	compareTest                     // column symbol value
	inTest                          // the column is one of the values
	foldEqualTest                   // folded text equals the value
	foldCompareTest                 // folded text symbol value
	foldInTest                      // folded text is one of the values
	likeTest                        // folded text is like the value
	notLikeTest                     // folded text is not null and not like the value
	keywordTest                     // the text contains the word
	unrelatedTest                   // no row is related through attr, a relatedEntities attribute
	withinTest                      // the entity is in another selection
	reachedTest                     // the column is among those of another selection
)

// truthOfNull reports whether the test can hold on a row of nulls.
func (k testKind) truthOfNull() bool { return k == nullTest || k == unrelatedTest }

func (t target) is(test testKind, values ...any) *node {
	return &node{at: t.at, attr: t.attr, test: test, values: values}
}

func (t target) compared(test testKind, symbol string, v any) *node {
	return &node{at: t.at, attr: t.attr, test: test, symbol: symbol, values: []any{v}}
}

// both and either join two tests of one target.
func both(a, b *node) *node   { return &node{kind: andNode, kids: []*node{a, b}} }
func either(a, b *node) *node { return &node{kind: orNode, kids: []*node{a, b}} }
