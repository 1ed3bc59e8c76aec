package sqlplan

import "github.com/ordago/ordago/model"

// ref is one row that a statement speaks of: the entity itself (the root) or what a path leads to from another ref.
// A ref of a relatedEntity step is functional: it is one join, shared by all conditions and sorts of its path.
// A ref of a relatedEntities step is quantified: "there is a related row", and lives in one scope (see [resolver.scope]).
// So is a ref of an element of a collection: "there is an element".
type ref struct {
	parent *ref             // nil for the root
	via    *model.Attribute // relation that leads here from parent; nil for the root
	class  *model.Class
	scope  int // of a to-many ref; 0 otherwise
	number int // {n} of a to-many ref (O-136); 0: none
	many   bool
	kids   []*ref
	inner  bool       // entities without this row are not in the selection, see require
	rule   *selection // restriction of the class; nil for none

	// Of an element of a collection in an object: where the collection is in the document of parent, and its letter.
	elements *document
	letter   byte

	// Set while the statement is written.
	bound    bool // the row is in reach: its table stands in a FROM around
	alias    int  // t<alias>, while bound
	extended bool // bound to the related rows and one row of nulls, see group.go
}

// child returns the ref that relation a leads to from r in the scope, making it when it is new.
func (r *ref) child(a *model.Attribute, scope, number int) (kid *ref, added bool) {
	many := a.Kind == model.RelatedEntities
	if !many {
		scope, number = 0, 0
	}
	for _, k := range r.kids {
		if k.via == a && k.scope == scope && k.number == number && k.elements == nil {
			return k, false
		}
	}
	kid = &ref{parent: r, via: a, class: a.Target, scope: scope, number: number, many: many}
	r.kids = append(r.kids, kid)
	return kid, true
}

// element returns the ref of an element of the collection that doc leads to in the object attribute a of r. With a letter
// it is the same element for all of the scope (O-134), without one a new one each time (O-132).
func (r *ref) element(a *model.Attribute, doc *document, letter byte, scope int) *ref {
	for _, k := range r.kids {
		if letter != 0 && k.letter == letter && k.via == a && k.scope == scope && k.elements.equal(doc) {
			return k
		}
	}
	kid := &ref{parent: r, via: a, scope: scope, many: true, elements: doc, letter: letter}
	r.kids = append(r.kids, kid)
	return kid
}

// quantifier returns the nearest to-many ref on the way from r to the root, r included, or nil.
func (r *ref) quantifier() *ref {
	for ; r != nil; r = r.parent {
		if r.many {
			return r
		}
	}
	return nil
}

// open returns the outermost to-many ref on the way to r that is not bound yet, or nil.
func (r *ref) open() *ref {
	var outermost *ref
	for ; r != nil; r = r.parent {
		if r.many && !r.bound {
			outermost = r
		}
	}
	return outermost
}
