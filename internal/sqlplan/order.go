package sqlplan

import (
	"slices"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// term is one criterion of a sort.
type term struct {
	target
	descending bool
	key        bool // added to make the order total
}

// order resolves the sort of a source and completes it with the primary key, so that it is the same each time.
func (r *resolver) order(s *Source) ([]term, error) {
	r.readOrderOf(s)
	terms := make([]term, 0, len(s.Order)+len(s.Class.Key))
	for _, item := range s.Order {
		more, err := r.criterion(item)
		if err != nil {
			return nil, err
		}
		for _, t := range more {
			if !sorted(terms, t.target) {
				terms = append(terms, t)
			}
		}
	}
	for _, a := range s.Class.Key {
		t := target{at: r.root, attr: a}
		// A text key is sorted again: texts that fold to the same are different keys.
		if a.Type == model.String || !sorted(terms, t) {
			terms = append(terms, term{target: t, key: true})
		}
	}
	return terms, nil
}

func sorted(terms []term, t target) bool {
	return slices.ContainsFunc(terms, func(s term) bool { return s.same(t) })
}

// readOrderOf finds the query that a source took its order from, for its text and the values of its placeholders.
func (r *resolver) readOrderOf(s *Source) {
	if len(s.Order) == 0 {
		return
	}
	for _, c := range s.Conditions {
		if q, ok := c.(*Query); ok && len(q.Query.Order) > 0 && &q.Query.Order[0] == &s.Order[0] {
			r.reading(q)
			return
		}
	}
	r.text, r.values, r.trusted = "", Values{}, false
}

// criterion resolves an item of the sort; one on a calculated attribute may be several.
func (r *resolver) criterion(item query.OrderItem) ([]term, error) {
	t, err := r.path(item.Path)
	if err != nil {
		return nil, err
	}
	if t.attr.Kind == model.Calculated {
		return r.orderCalculated(t, item)
	}
	t, err = r.sortable(t, item)
	return []term{{target: t, descending: item.Descending}}, err
}

// sortable checks a criterion: it must have one value that can be compared for each entity.
func (r *resolver) sortable(t target, item query.OrderItem) (target, error) {
	switch a := t.attr; {
	case a.Kind == model.RelatedEntities || t.at.quantifier() != nil:
		return t, r.failAttribute(BadOrder, item.At, a, "the sort path leads to several %s: sort by an attribute with one value", a.Class.Name)
	case a.Kind != model.Storage:
		return t, r.failAttribute(BadOrder, item.At, a, "cannot sort by %s: name one of its attributes", label(a))
	case t.doc != nil:
		return t, nil
	case a.Type == model.Object || a.Type.Binary():
		return t, r.failAttribute(BadOrder, item.At, a, "cannot sort by %s", label(a))
	}
	return t, nil
}
