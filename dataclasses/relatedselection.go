package dataclasses

import (
	"fmt"
	"strings"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// Related returns the selection of the entities that a relation leads to from those of a selection: lazy, unordered and without
// repetitions (O-355). The path is a relation, an alias of one, or several in a row: Related[Customer](lines, "invoice.customer").
// It becomes one statement when it is used, and the caller needs the right to read every step of the path then: of an alias the right to
// the alias, not to what it leads through (S-296).
// Errors: *[AttributeError] for a step that is no relation or does not lead to R.
func Related[R, T any](s *Selection[T], path string) (*Selection[R], error) {
	core, err := s.core.related(path)
	if err != nil {
		return nil, err
	}
	if core.class.spec.types != (typed[R]{}) {
		return nil, fmt.Errorf("%s leads to %s: %w", path, core.class.model.Name, &AttributeError{Class: s.core.class.model.Name, Attribute: path})
	}
	return &Selection[R]{core: core}, nil
}

func (s *selection) related(path string) (*selection, error) {
	at := s
	for name := range strings.SplitSeq(path, ".") {
		a := at.class.model.Attribute(strings.TrimSpace(name))
		if a == nil {
			return nil, &AttributeError{Class: at.class.model.Name, Attribute: name}
		}
		steps := a.Path // of an alias
		if a.Kind != model.Alias {
			steps = []*model.Attribute{a}
		}
		for _, step := range steps {
			if step.Target == nil || step.Kind == model.Calculated {
				return nil, fmt.Errorf("%w: it is no relation that is stored", &AttributeError{Class: at.class.model.Name, Attribute: name})
			}
			at = at.through(step, a)
		}
	}
	return at, nil
}

// through follows one relation, for which the path has the step asked.
func (s *selection) through(a, asked *model.Attribute) *selection {
	to := s.class.ds.ofModel(a.Target).all()
	to.source.Conditions = append(to.source.Conditions, &sqlplan.Reached{Relation: a, From: s.readable(), Asked: asked})
	to.remote, to.alterable = s.remote, s.alterable
	return to
}
