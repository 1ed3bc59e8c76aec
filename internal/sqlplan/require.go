package sqlplan

import "slices"

// require marks the related rows without which the condition cannot hold. Their joins need not keep entities that have no such row, so
// that the database may begin with the related table and its index: "customer.country = x" starts at the customers.
func require(where *node) {
	for _, r := range required(where) {
		for ; r != nil && r.parent != nil; r = r.parent {
			r.inner = true
		}
	}
}

// required lists rows outside of to-many paths that must be there for n to hold.
func required(n *node) []*ref {
	if n == nil {
		return nil
	}
	switch n.kind {
	case testNode:
		if n.test.truthOfNull() || n.at.quantifier() != nil {
			return nil
		}
		return []*ref{n.at}
	case andNode:
		var all []*ref
		for _, kid := range n.kids {
			all = append(all, required(kid)...)
		}
		return all
	case orNode:
		return requiredByEach(n.kids)
	}
	return nil
}

// requiredByEach lists the rows that every one of the alternatives needs.
func requiredByEach(kids []*node) []*ref {
	common := required(kids[0])
	for _, kid := range kids[1:] {
		these := required(kid)
		common = slices.DeleteFunc(common, func(r *ref) bool { return !slices.Contains(these, r) })
	}
	return common
}
