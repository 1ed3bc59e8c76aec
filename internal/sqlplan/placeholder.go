package sqlplan

import (
	"strconv"
	"strings"

	"github.com/ordago/ordago/internal/query"
)

// placeholderName is how the text spells it: ":1", ":name.sub".
func placeholderName(p *query.Placeholder) string {
	if p.Name == nil {
		return ":" + strconv.Itoa(p.Index)
	}
	return ":" + strings.Join(p.Name, ".")
}

func (r *resolver) failPlaceholder(kind Kind, p *query.Placeholder, format string, args ...any) *Error {
	err := r.fail(kind, p.At, format, args...)
	err.Placeholder = placeholderName(p)
	return err
}

// lookup returns the value of a placeholder to the right of a comparator. Null is an error: it must be written
// in the text (O-125).
func (r *resolver) lookup(p *query.Placeholder) (any, error) {
	v, ok := r.find(p)
	if !ok {
		return nil, r.failPlaceholder(MissingPlaceholder, p, "no value for %s", placeholderName(p))
	}
	if v == nil {
		return nil, r.nullPlaceholder(p)
	}
	return v, nil
}

func (r *resolver) nullPlaceholder(p *query.Placeholder) error {
	return r.failPlaceholder(MissingPlaceholder, p, "the value of %s is null: write \"= null\" in the text to look for null", placeholderName(p))
}

// lookupPath returns the value of a placeholder to the left of a comparator. A named path may come with the paths
// (O-137) or, as REST clients send one object for both, with the values.
func (r *resolver) lookupPath(p *query.Placeholder) (any, error) {
	if len(p.Name) > 0 {
		if v, ok := r.values.Paths[strings.Join(p.Name, ".")]; ok {
			return v, nil
		}
	}
	if v, ok := r.find(p); ok && v != nil {
		return v, nil
	}
	return nil, r.failPlaceholder(MissingPlaceholder, p, "no path for %s", placeholderName(p))
}

func (r *resolver) find(p *query.Placeholder) (any, bool) {
	if p.Name != nil {
		return reach(r.values.Named, p.Name)
	}
	if p.Index < 1 || p.Index > len(r.values.Indexed) {
		return nil, false
	}
	return r.values.Indexed[p.Index-1], true
}

// reach follows names through objects (O-138).
func reach(object map[string]any, names []string) (any, bool) {
	v, ok := object[names[0]]
	if !ok || len(names) == 1 {
		return v, ok
	}
	inner, ok := asObject(v)
	if !ok {
		return nil, false
	}
	return reach(inner, names[1:])
}
