package sqlplan

import "slices"

// How conditions on related rows of relatedEntities attributes become EXISTS (O-131, O-136, A-21).
//
// Conditions of one scope that go through the same to-many path speak of the same related row: a scope with the
// to-many refs r1 … rn means "there are related rows r1 … rn so that the whole condition holds". Within a scope there
// are only AND, OR and tests (NOT has a scope of its own), so the question can be pushed inwards:
//
//   - through OR always: one of the operands must have its row;
//   - through AND to the operands that speak of the row. Operands that share a row are asked together, in one EXISTS;
//     operands that share none are independent.
//
// An operand that has the row in one branch of an OR only, "(books.price > 9 or name = x) and (books.title = y or
// city = z)", may hold without any related row. When an operand of the group cannot hold without the row, a plain
// EXISTS over the related rows is right. When all can, the rows are extended by a row of nulls, on which no test of the
// related row holds: EXISTS over (one row) LEFT JOIN (related rows). Tests that hold for null are guarded there.

// node writes a condition. top says that no operator stands beside it.
func (w *writer) node(n *node, top bool) {
	switch n.kind {
	case andNode:
		w.and(n.kids, top)
	case orNode:
		w.or(n, top)
	case notNode:
		if n.at != nil && n.at.open() != nil {
			w.exist(n.at.open(), []*node{n}, false)
			return
		}
		w.not(n.kids[0])
	default:
		w.leaf(n)
	}
}

// not writes the complement: what could not be compared is in it. EXISTS is never null, and databases plan
// NOT EXISTS better.
func (w *writer) not(n *node) {
	if becomesExists(n) {
		w.write("NOT ")
		w.node(n, true)
		return
	}
	if decided(n) { // which the database can turn around and estimate
		w.write("NOT (")
		w.node(n, true)
		w.write(")")
		return
	}
	w.write("(")
	w.node(n, true)
	w.write(") IS NOT TRUE")
}

// becomesExists reports whether a condition is written as one EXISTS and nothing beside it.
func becomesExists(n *node) bool {
	switch n.kind {
	case testNode:
		return n.at.open() != nil
	case andNode:
		groups := groupByRow(n.kids)
		return len(groups) == 1 && (len(n.kids) > 1 || becomesExists(n.kids[0]))
	case orNode:
		return ofOneRow(n)
	}
	return false
}

func (w *writer) leaf(n *node) {
	if r := n.at.open(); r != nil {
		w.exist(r, []*node{n}, false)
		return
	}
	w.test(n)
}

// or asks once for alternatives of the same related row, else once for each alternative.
func (w *writer) or(n *node, top bool) {
	if ofOneRow(n) {
		w.exist(openRefs(n, nil)[0], []*node{n}, false)
		return
	}
	chain(w, n.kids, " OR ", top, func(kid *node) { w.node(kid, false) })
}

// ofOneRow reports whether a condition speaks of one related row and cannot hold without it.
func ofOneRow(n *node) bool {
	rows := openRefs(n, nil)
	return len(rows) == 1 && requires(n, rows[0])
}

func (w *writer) and(kids []*node, top bool) {
	if len(kids) > 1 && !slices.ContainsFunc(kids, speaks) {
		chain(w, kids, " AND ", top, func(kid *node) { w.node(kid, false) })
		return
	}
	groups := groupByRow(kids)
	if len(groups) == 1 {
		w.group(groups[0], top)
		return
	}
	chain(w, groups, " AND ", top, func(g group) { w.group(g, false) })
}

// group is the operands of an AND that are asked together because they share related rows.
type group struct {
	rows []*ref // open to-many refs that they speak of
	kids []*node
}

// groupByRow keeps the order of the operands; a group stands where its first operand stood.
func groupByRow(kids []*node) []group {
	groups := make([]group, 0, len(kids))
	for _, kid := range kids {
		groups = addToGroups(groups, group{rows: openRefs(kid, nil), kids: []*node{kid}})
	}
	return groups
}

func addToGroups(groups []group, g group) []group {
	into := -1
	for i := 0; i < len(groups) && len(g.rows) > 0; i++ {
		if !slices.ContainsFunc(groups[i].rows, func(r *ref) bool { return slices.Contains(g.rows, r) }) {
			continue
		}
		if into < 0 {
			into = i
			groups[i].join(g)
			g.rows = groups[i].rows
			continue
		}
		groups[into].join(groups[i])
		g.rows = groups[into].rows
		groups = slices.Delete(groups, i, i+1)
		i--
	}
	if into < 0 {
		return append(groups, g)
	}
	return groups
}

func (g *group) join(o group) {
	g.kids = append(g.kids, o.kids...)
	for _, r := range o.rows {
		if !slices.Contains(g.rows, r) {
			g.rows = append(g.rows, r)
		}
	}
}

func (w *writer) group(g group, top bool) {
	if len(g.kids) == 1 {
		w.node(g.kids[0], top)
		return
	}
	row := shared(g)
	required := slices.ContainsFunc(g.kids, func(kid *node) bool { return requires(kid, row) })
	w.exist(row, g.kids, !required)
}

// shared returns a row that most operands speak of; of several the first.
func shared(g group) *ref {
	best, most := g.rows[0], 0
	for _, row := range g.rows {
		n := 0
		for _, kid := range g.kids {
			if slices.Contains(openRefs(kid, nil), row) {
				n++
			}
		}
		if n > most {
			best, most = row, n
		}
	}
	return best
}

// speaks reports whether a condition speaks of a related row that is not bound yet.
func speaks(n *node) bool {
	switch n.kind {
	case testNode, notNode:
		return n.at.open() != nil
	case andNode, orNode:
		return slices.ContainsFunc(n.kids, speaks)
	}
	return false
}

// openRefs appends the outermost to-many refs that n speaks of and that are not bound yet.
func openRefs(n *node, rows []*ref) []*ref {
	switch n.kind {
	case testNode, notNode:
		if r := n.at.open(); r != nil && !slices.Contains(rows, r) {
			rows = append(rows, r)
		}
	case andNode, orNode:
		for _, kid := range n.kids {
			rows = openRefs(kid, rows)
		}
	}
	return rows
}

// requires reports whether n cannot hold without a row of r.
func requires(n *node, r *ref) bool {
	holds := func(kid *node) bool { return requires(kid, r) }
	switch n.kind {
	case testNode:
		return n.at.open() == r
	case andNode:
		return slices.ContainsFunc(n.kids, holds)
	case orNode:
		return !slices.ContainsFunc(n.kids, func(kid *node) bool { return !holds(kid) })
	}
	return false
}

// exist asks for a related row for which all of kids hold.
func (w *writer) exist(r *ref, kids []*node, extended bool) {
	if w.exists++; w.exists > maxExists {
		w.tooManyExists()
		return
	}
	w.open(r)
	r.extended = extended
	w.write("EXISTS (SELECT 1 FROM ")
	if extended {
		w.extended(r)
	} else {
		w.table(r)
		w.joins(r)
		w.ruleJoins(r)
		w.write(" WHERE ")
		w.link(r)
		w.andRule(r)
		w.write(" AND ")
	}
	w.and(kids, extended)
	w.write(")")
	r.bound = false
}

// extended writes the rows of r and one row of nulls.
func (w *writer) extended(r *ref) {
	w.write("(SELECT 1 AS one) t")
	w.number(w.aliases)
	w.aliases++
	w.write(" LEFT JOIN ")
	w.table(r)
	w.write(" ON ")
	w.link(r)
	w.onRule(r)
	w.joins(r)
	w.write(" WHERE ")
}

// chain writes operands with an operator between them. Long chains are split in halves, because databases limit the
// depth of an expression and read a flat chain as a deep one.
func chain[T any](w *writer, operands []T, operator string, top bool, write func(T)) {
	const flat = 100
	if !top {
		w.write("(")
	}
	if half := len(operands) / 2; len(operands) > flat {
		chain(w, operands[:half], operator, false, write)
		w.write(operator)
		chain(w, operands[half:], operator, false, write)
	} else {
		for i, operand := range operands {
			if i > 0 {
				w.write(operator)
			}
			write(operand)
		}
	}
	if !top {
		w.write(")")
	}
}
