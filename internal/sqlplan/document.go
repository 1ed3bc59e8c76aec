package sqlplan

import (
	"slices"
	"strings"

	"github.com/ordago/ordago/internal/query"
)

// document is a place inside the JSON of an object attribute, or of an element of a collection in it. The keys come from
// the query: they are bound, never written into SQL.
type document struct {
	keys   []string
	length bool // the last key is "length": for a collection the number of its elements (O-135)
}

func (d *document) equal(o *document) bool {
	if d == nil || o == nil {
		return d == o
	}
	return d.length == o.length && slices.Equal(d.keys, o.keys)
}

// inside goes on into the object that t ends on; the first step is that of the attribute, of which only the brackets count.
func (r *resolver) inside(t target, steps []query.Step) (target, error) {
	if len(steps) == 1 && !steps[0].Collection {
		return t, nil
	}
	var keys []string
	for i, s := range steps {
		if s.Ref != 0 && i > 0 {
			return t, r.failAttribute(WrongOperator, s.At, t.attr, "%q is no relation: {%d} opens another reference to a relation", s.Name, s.Ref)
		}
		if i > 0 {
			keys = append(keys, strings.TrimSpace(s.Name)) // O-109
		}
		if !s.Collection {
			continue
		}
		t.at = t.at.element(t.attr, &document{keys: keys}, s.Letter, r.scope)
		if s.Letter == 0 && t.free == nil {
			t.free = t.at
		}
		keys = nil
	}
	t.doc = &document{keys: keys, length: len(keys) > 0 && keys[len(keys)-1] == "length"}
	return t, nil
}
