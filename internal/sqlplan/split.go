package sqlplan

import (
	"slices"

	"github.com/ordago/ordago/model"
)

// maxTests is how many conditions are read as columns beside calls.
const maxTests = 32

// splitter takes a condition with calls apart: what SQL can decide, and a tree over that and the calls.
//
// A formula is a fact about the entity, so it is a constant for the related rows that conditions beside it speak of.
// Conditions that share no related row are independent, and each is a column. Where a call stands between conditions that
// share one, "(books.price > 9 or f) and books.year = 2020", the condition is asked for both answers of the call:
// it holds if it holds with f false, or if f is true and it holds with f true.
type splitter struct {
	tests []*node
	err   bool // more than maxTests
}

// truth is a node of the residual tree.
type truth struct {
	kind  truthKind
	kids  []*truth
	index int // of the call or the test
}

type truthKind uint8

const (
	constantTruth truthKind = iota // index: 0 or 1
	andTruth
	orTruth
	notTruth
	callTruth
	testTruth
)

func hasCalls(n *node) bool {
	return n.kind == callNode || n.kind != testNode && slices.ContainsFunc(n.kids, hasCalls)
}

// residual returns the tree for n. implied says that only entities are looked at for which SQL has answered what of n it can.
func (s *splitter) residual(n *node, implied bool) *truth {
	switch {
	case n.kind == constantNode && n.call != 0, !hasCalls(n) && implied:
		return &truth{index: 1}
	case n.kind == constantNode:
		return &truth{}
	case !hasCalls(n):
		return s.test(n)
	case n.kind == callNode:
		return &truth{kind: callTruth, index: n.call}
	case n.kind == notNode:
		return &truth{kind: notTruth, kids: []*truth{s.residual(n.kids[0], false)}}
	case n.kind == orNode:
		return s.or(n)
	}
	return s.and(n, implied)
}

func (s *splitter) test(n *node) *truth {
	if len(s.tests) == maxTests {
		s.err = true
		return &truth{}
	}
	s.tests = append(s.tests, n)
	return &truth{kind: testTruth, index: len(s.tests) - 1}
}

// or asks once for all alternatives that SQL decides.
func (s *splitter) or(n *node) *truth {
	result := &truth{kind: orTruth}
	var plain []*node
	for _, kid := range n.kids {
		if hasCalls(kid) {
			result.kids = append(result.kids, s.residual(kid, false))
			continue
		}
		plain = append(plain, kid)
	}
	if len(plain) > 0 {
		result.kids = slices.Insert(result.kids, 0, s.residual(joined(orNode, plain), false))
	}
	return result
}

func (s *splitter) and(n *node, implied bool) *truth {
	result := &truth{kind: andTruth}
	for _, g := range groupByRow(n.kids) {
		one := joined(andNode, g.kids)
		if len(g.kids) > 1 && hasCalls(one) {
			result.kids = append(result.kids, s.bothAnswers(one))
			continue
		}
		result.kids = append(result.kids, s.residual(one, implied))
	}
	return result
}

func (s *splitter) bothAnswers(n *node) *truth {
	atom := opaque(n)
	without := s.residual(assume(n, atom, false), false)
	with := s.residual(assume(n, atom, true), false)
	asked := &truth{kind: andTruth, kids: []*truth{s.residual(atom, false), with}}
	return &truth{kind: orTruth, kids: []*truth{without, asked}}
}

// opaque is the first part of n whose truth does not depend on the related rows that n speaks of: a call, or a not
// with calls inside, which has related rows of its own.
func opaque(n *node) *node {
	if n.kind == callNode || n.kind == notNode && hasCalls(n) {
		return n
	}
	if n.kind == andNode || n.kind == orNode {
		for _, kid := range n.kids {
			if found := opaque(kid); found != nil {
				return found
			}
		}
	}
	return nil
}

// assume is n with a part replaced by its answer.
func assume(n, part *node, yes bool) *node {
	if n == part {
		return answer(yes)
	}
	if n.kind != andNode && n.kind != orNode {
		return n
	}
	kids := make([]*node, len(n.kids))
	for i, kid := range n.kids {
		kids[i] = assume(kid, part, yes)
	}
	return joined(n.kind, kids)
}

// possible is the condition that SQL can answer and that holds wherever n can hold: calls count as true, and under not
// as false.
func possible(n *node, call bool) *node {
	switch n.kind {
	case callNode:
		return answer(call)
	case notNode:
		kid := possible(n.kids[0], !call)
		if kid.kind == constantNode {
			return answer(kid.call == 0)
		}
		return &node{kind: notNode, at: n.at, kids: []*node{kid}}
	case andNode, orNode:
		kids := make([]*node, len(n.kids))
		for i, kid := range n.kids {
			kids[i] = possible(kid, call)
		}
		return joined(n.kind, kids)
	}
	return n
}

// answer is a node that is never written.
func answer(yes bool) *node {
	n := &node{kind: constantNode}
	if yes {
		n.call = 1
	}
	return n
}

// joined is the and or the or of kids without the constants among them.
func joined(kind nodeKind, kids []*node) *node {
	decides := 0 // false decides an and, true an or
	if kind == orNode {
		decides = 1
	}
	var rest []*node
	for _, kid := range kids {
		switch {
		case kid.kind != constantNode:
			rest = append(rest, kid)
		case kid.call == decides:
			return kid
		}
	}
	switch len(rest) {
	case 0:
		return answer(kind == andNode)
	case 1:
		return rest[0]
	}
	return &node{kind: kind, kids: rest}
}

// where is a condition as a selection has it: nil for one that always holds.
func where(n *node, root *ref, key *model.Attribute) *node {
	switch {
	case n.kind != constantNode:
		return n
	case n.call == 0:
		return target{at: root, attr: key}.is(neverTest)
	}
	return nil
}
