package sqlplan

import (
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Limits of one statement. What is over them is refused with kind TooComplex.
const (
	maxJoins        = 16     // relatedEntity steps that conditions and sorts go through
	maxExists       = 32     // questions about related rows of relatedEntities steps
	maxValues       = 30_000 // bound values; SQLite takes 32,766 and PostgreSQL 65,535
	maxWithin       = 32     // selections within selections
	maxAliasDepth   = 16     // aliases that lead to aliases
	maxPathSteps    = query.MaxSteps
	maxPattern      = 10_000 // bytes of a searched text with wildcards
	maxWildcards    = 32     // in one searched text
	maxAlternatives = 1_000  // elements of a list that are compared one by one
	maxKeyword      = 1_000  // bytes of a searched word
	maxIndexed      = query.MaxPlaceholder
	maxName         = 1_000 // bytes of one step of a path that comes through a placeholder
)

// resolver turns conditions into nodes: it knows the classes and what the caller may see, and writes no SQL.
type resolver struct {
	lens Lens
	root *ref

	top        *ref       // the root of the source itself
	calculated Calculated // nil: none
	formulas   func(class *model.Class, name string) bool
	calls      []Call             // what Go decides
	vectors    []vectorTerm       // conditions on vectors, in the order of the text
	asked      []*model.Attribute // what lens.Use was asked for

	rebinds []rebind // comparisons with placeholders
	fixed   bool     // the plan depends on values that are not among them: it is not kept

	// Of the query that is being resolved.
	current  int // its index in Source.Conditions
	text     string
	language query.Dialect
	values   Values
	trusted  bool

	scope       int // where to-many refs belong now
	scopes      int // how many scopes there are
	joins       int
	restricting []*model.Class // classes whose restriction is being resolved, see restrict.go
	depth       int            // of selections within selections
	days        bool           // the database keeps days as text, see compare_date.go
	postgres    bool           // what is bound for a word of a keyword index is PostgreSQL's
}

// node resolves a condition of the query language.
func (r *resolver) node(n query.Node) (*node, error) {
	switch n := n.(type) {
	case *query.And:
		return r.group(andNode, n.Operands)
	case *query.Or:
		return r.group(orNode, n.Operands)
	case *query.Not:
		return r.not(n)
	case *query.Comparison:
		return r.comparison(n)
	case *query.Formula:
		return r.formula(n)
	}
	return nil, r.fail(Unsupported, n.Pos(), "this kind of condition is not supported")
}

func (r *resolver) group(kind nodeKind, operands []query.Node) (*node, error) {
	kids := make([]*node, len(operands))
	for i, operand := range operands {
		kid, err := r.node(operand)
		if err != nil {
			return nil, err
		}
		kids[i] = kid
	}
	return &node{kind: kind, kids: kids}, nil
}

// not resolves the operand in a scope of its own: "books.price > 9 and not (books.title = x)" asks for an author
// with a book over 9 and without any book called x.
func (r *resolver) not(n *query.Not) (*node, error) {
	outer := r.scope
	r.enter()
	kid, err := r.node(n.Operand)
	r.scope = outer
	if err != nil {
		return nil, err
	}
	return &node{kind: notNode, at: r.root.quantifier(), kids: []*node{kid}}, nil
}

// enter begins a new scope.
func (r *resolver) enter() {
	r.scopes++
	r.scope = r.scopes
}
