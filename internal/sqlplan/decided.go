package sqlplan

import "slices"

// decided reports whether a condition is true or false and never null: it compares only columns of the entity itself that refuse null.
func decided(n *node) bool {
	switch n.kind {
	case testNode:
		return decidedTest(n)
	case andNode, orNode, notNode:
		return !slices.ContainsFunc(n.kids, func(kid *node) bool { return !decided(kid) })
	}
	return false
}

func decidedTest(n *node) bool {
	switch n.test {
	case compareTest, inTest, notInTest, foldEqualTest, foldCompareTest, foldInTest, likeTest:
		return n.doc == nil && n.at.parent == nil && n.at.elements == nil && (n.attr.NotNull || n.attr.Identifying)
	}
	return false
}
