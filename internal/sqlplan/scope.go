package sqlplan

import "github.com/ordago/ordago/model"

// ref is one row that a statement speaks of: the entity itself (the root) or what a path leads to from another ref.
// A ref of a relatedEntity step is functional: it is one LEFT JOIN, shared by all conditions and sorts of its path.
// A ref of a relatedEntities step is quantified: "there is a related row", and lives in one scope (see [resolver.scope]).
type ref struct {
	parent *ref             // nil for the root
	via    *model.Attribute // relation that leads here from parent; nil for the root
	class  *model.Class
	scope  int // of a to-many ref; 0 otherwise
	many   bool
	kids   []*ref
	rule   *selection // restriction of the class; nil for none

	// Set while the statement is written.
	bound    bool // the row is in reach: its table stands in a FROM around
	alias    int  // t<alias>, while bound
	extended bool // bound to the related rows and one row of nulls, see group.go
}

// child returns the ref that relation a leads to from r in the scope, making it when it is new.
func (r *ref) child(a *model.Attribute, scope int) (kid *ref, added bool) {
	many := a.Kind == model.RelatedEntities
	if !many {
		scope = 0
	}
	for _, k := range r.kids {
		if k.via == a && k.scope == scope {
			return k, false
		}
	}
	kid = &ref{parent: r, via: a, class: a.Target, scope: scope, many: many}
	r.kids = append(r.kids, kid)
	return kid, true
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
