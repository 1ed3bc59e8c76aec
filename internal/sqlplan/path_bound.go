package sqlplan

import (
	"strings"

	"github.com/ordago/ordago/internal/query"
)

// boundPath reads the path that a placeholder stands for: dotted text, or a list of steps, each a name as it is (O-137).
func (r *resolver) boundPath(p *query.Placeholder) ([]query.Step, error) {
	v, err := r.lookupPath(p)
	if err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case string:
		return r.dottedPath(p, v)
	case []string:
		return r.namedSteps(p, v)
	case []any:
		names, ok := texts(v)
		if ok {
			return r.namedSteps(p, names)
		}
	}
	return nil, r.failPlaceholder(BadPlaceholder, p, "the value of %s stands for a path: it must be text or a list of texts", placeholderName(p))
}

// dottedPath reads a path as the text of a query has it, brackets and braces included. What is written there is no query:
// names may have any other character.
func (r *resolver) dottedPath(p *query.Placeholder, text string) ([]query.Step, error) {
	if !strings.ContainsAny(text, "[]{}") {
		return r.namedSteps(p, strings.Split(text, "."))
	}
	path, err := query.ParsePath(text)
	if err != nil {
		return nil, r.failPlaceholder(BadPlaceholder, p, "the value of %s is no path: write name, name[], name[a] or name{2} between dots", placeholderName(p))
	}
	steps := make([]query.Step, len(path.Steps))
	for i, s := range path.Steps {
		s.At = p.At
		steps[i] = s
	}
	return steps, nil
}

func (r *resolver) namedSteps(p *query.Placeholder, names []string) ([]query.Step, error) {
	if len(names) == 0 || len(names) > maxPathSteps {
		return nil, r.failPlaceholder(BadPlaceholder, p, "the path of %s must have 1 to %d steps", placeholderName(p), maxPathSteps)
	}
	steps := make([]query.Step, len(names))
	for i, name := range names {
		if !storable(name) || len(name) > maxName {
			return nil, r.failPlaceholder(BadPlaceholder, p, "a step in the path of %s must be a text of at most %d bytes without NUL and broken characters", placeholderName(p), maxName)
		}
		steps[i] = query.Step{Name: name, At: p.At}
	}
	return steps, nil
}

// texts returns the elements of a list when all of them are texts.
func texts(list []any) ([]string, bool) {
	names := make([]string, len(list))
	for i, v := range list {
		name, ok := v.(string)
		if !ok {
			return nil, false
		}
		names[i] = name
	}
	return names, true
}
