package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// selection is a resolved [Source].
type selection struct {
	root   *ref
	where  *node // nil: all entities
	order  []term
	offset int
	limit  int // < 0: none

	presence bool // see Source.Presence
}

// windowed reports whether offset or limit leave entities out.
func (s *selection) windowed() bool { return s.offset > 0 || s.limit >= 0 }

// selection resolves a source. Its order matters only to who reads it in order, or when it decides what is in the window.
func (r *resolver) selection(s *Source, ordered bool) (*selection, error) {
	result := &selection{root: r.root, offset: max(s.Offset, 0), limit: max(s.Limit, -1), presence: s.Presence}
	if err := r.restrict(r.root); err != nil {
		return nil, err
	}
	nodes, err := r.conditions(s.Conditions)
	if err != nil {
		return nil, err
	}
	switch len(nodes) {
	case 0:
	case 1:
		result.where = nodes[0]
	default:
		result.where = &node{kind: andNode, kids: nodes}
	}
	require(result.where)
	if ordered {
		result.order, err = r.order(s)
		if s.Backwards {
			reverse(result.order)
		}
	}
	return result, err
}

// conditions resolves each condition in a scope of its own: refining a selection is a new query about its entities.
func (r *resolver) conditions(conditions []Condition) ([]*node, error) {
	nodes := make([]*node, 0, len(conditions))
	for i, c := range conditions {
		r.enter()
		r.current = i
		n, err := r.condition(c)
		if err != nil {
			return nil, err
		}
		if n != nil {
			nodes = append(nodes, n)
		}
	}
	return nodes, nil
}

// condition resolves one condition; nil for one that always holds.
func (r *resolver) condition(c Condition) (*node, error) {
	switch c := c.(type) {
	case *Query:
		return r.query(c)
	case *Keys:
		return r.keys(c)
	case *Related:
		return r.related(c)
	case *Within:
		return r.within(c)
	case *Reached:
		return r.reached(c)
	case *Along:
		return r.along(c)
	case *Union:
		return r.union(c)
	case *Except:
		return r.except(c)
	}
	return nil, fmt.Errorf("condition %T is not one of this package", c)
}

func (r *resolver) query(q *Query) (*node, error) {
	r.reading(q)
	if len(q.Values.Indexed) > maxIndexed {
		return nil, r.fail(TooComplex, 0, "a query takes at most %d values", maxIndexed)
	}
	if q.Query.Where == nil {
		return nil, nil
	}
	return r.node(q.Query.Where)
}

// reading makes q the query that messages, values and spellings refer to.
func (r *resolver) reading(q *Query) {
	r.text, r.language = q.Query.Text, q.Query.Dialect
	r.values, r.trusted = q.Values, q.Trusted
}

func (r *resolver) keys(k *Keys) (*node, error) {
	class := r.root.class
	if k.Numbers != nil {
		return r.numbers(k.Numbers)
	}
	if len(class.Key) == 1 {
		values := make([]any, 0, len(k.List))
		for _, key := range k.List {
			values = append(values, key...)
		}
		return r.oneOf(class.Key[0], values)
	}
	kids := make([]*node, len(k.List))
	for i, key := range k.List {
		kid, err := r.key(key)
		if err != nil {
			return nil, err
		}
		kids[i] = kid
	}
	if len(kids) == 0 {
		return target{at: r.root, attr: class.Key[0]}.is(neverTest), nil
	}
	return &node{kind: orNode, kids: kids}, nil
}

// key is the condition for one composite key.
func (r *resolver) key(key []any) (*node, error) {
	parts := r.root.class.Key
	if len(key) != len(parts) {
		return nil, fmt.Errorf("a key of %s has %d parts, not %d", r.root.class.Name, len(parts), len(key))
	}
	kids := make([]*node, len(parts))
	for i, a := range parts {
		kid, err := r.oneOf(a, key[i:i+1])
		if err != nil {
			return nil, err
		}
		kids[i] = kid
	}
	return &node{kind: andNode, kids: kids}, nil
}

func (r *resolver) related(c *Related) (*node, error) {
	if c.Attribute == nil || c.Attribute.Class != r.root.class || c.Attribute.Kind != model.Storage {
		return nil, fmt.Errorf("related entities of %s need one of its storage attributes", r.root.class.Name)
	}
	return r.oneOf(c.Attribute, c.Values)
}

// oneOf is true when an attribute of the entity is exactly one of the canonical values; null never is.
func (r *resolver) oneOf(a *model.Attribute, canonical []any) (*node, error) {
	t := target{at: r.root, attr: a}
	if a.Type == model.Date {
		return r.oneOfDates(t, canonical)
	}
	n := t.is(inTest)
	for _, c := range canonical {
		if c == nil {
			continue
		}
		bound, err := a.Bind(c)
		if err != nil {
			return nil, err
		}
		n.values = append(n.values, bound)
	}
	if len(n.values) == 0 {
		n.test = neverTest
	}
	return n, nil
}

// oneOfDates compares as queries do, because SQLite has dates with and without time part.
func (r *resolver) oneOfDates(t target, canonical []any) (*node, error) {
	kids := []*node{t.is(neverTest)}
	for _, c := range canonical {
		if isNull(c) {
			continue
		}
		v, _ := accepted(c)
		kid, err := r.compareDate(t, query.Equal, v)
		if err != nil {
			return nil, err
		}
		kids = append(kids, kid)
	}
	return &node{kind: orNode, kids: kids}, nil
}

// within makes the conditions of a selection without window conditions of this one; a window needs a subquery.
func (r *resolver) within(w *Within) (*node, error) {
	if w.Source == nil || w.Source.Class != r.root.class {
		return nil, fmt.Errorf("a selection within one of %s must be of the same class", r.root.class.Name)
	}
	if r.depth++; r.depth > maxWithin {
		return nil, r.fail(TooComplex, 0, "more than %d selections within selections", maxWithin)
	}
	defer func() { r.depth-- }()
	if w.Source.Limit < 0 && w.Source.Offset <= 0 {
		return r.merged(w.Source)
	}
	return r.subquery(w.Source)
}

func (r *resolver) merged(s *Source) (*node, error) {
	nodes, err := r.conditions(s.Conditions)
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	return &node{kind: andNode, kids: nodes}, nil
}

func (r *resolver) subquery(s *Source) (*node, error) {
	outer := r.root
	r.root = &ref{class: s.Class}
	inner, err := r.selection(s, true)
	r.root = outer
	if err != nil {
		return nil, err
	}
	return &node{at: outer, attr: outer.class.Key[0], test: withinTest, within: inner}, nil
}
