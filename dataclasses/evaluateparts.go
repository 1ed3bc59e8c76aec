package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
)

// evaluatedParts evaluates the selections that conditions of the source name: SQL cannot read them while code decides about them.
func (s *selection) evaluatedParts(ctx context.Context) (*sqlplan.Source, error) {
	source := s.source
	for i, c := range s.source.Conditions {
		part, err := s.evaluatedPart(ctx, c)
		if err != nil {
			return nil, err
		}
		if part == c {
			continue
		}
		if source == s.source {
			copied := *source
			copied.Conditions = slices.Clone(copied.Conditions)
			source = &copied
		}
		source.Conditions[i] = part
	}
	return source, nil
}

// evaluatedPart is the condition itself where SQL can read it.
func (s *selection) evaluatedPart(ctx context.Context, c sqlplan.Condition) (sqlplan.Condition, error) {
	switch c := c.(type) {
	case *sqlplan.Within:
		source, err := s.evaluatedSource(ctx, c.Source)
		if err != nil || source == c.Source {
			return c, err
		}
		return &sqlplan.Within{Source: source}, nil
	case *sqlplan.Except:
		source, err := s.evaluatedSource(ctx, c.Source)
		if err != nil || source == c.Source {
			return c, err
		}
		return &sqlplan.Except{Source: source}, nil
	case *sqlplan.Reached:
		source, err := s.evaluatedSource(ctx, c.From)
		if err != nil || source == c.From {
			return c, err
		}
		return &sqlplan.Reached{Relation: c.Relation, From: source, Asked: c.Asked}, nil
	case *sqlplan.Union:
		return s.evaluatedUnion(ctx, c)
	}
	return c, nil
}

func (s *selection) evaluatedUnion(ctx context.Context, u *sqlplan.Union) (sqlplan.Condition, error) {
	sources := make([]*sqlplan.Source, len(u.Sources))
	for i, one := range u.Sources {
		var err error
		if sources[i], err = s.evaluatedSource(ctx, one); err != nil {
			return nil, err
		}
	}
	if slices.Equal(sources, u.Sources) {
		return u, nil
	}
	return &sqlplan.Union{Sources: sources}, nil
}

// evaluatedSource is the source itself where SQL can read it.
func (s *selection) evaluatedSource(ctx context.Context, source *sqlplan.Source) (*sqlplan.Source, error) {
	inner := &selection{class: s.class.ds.ofModel(source.Class), source: source, remote: s.remote}
	evaluated, err := inner.evaluated(ctx)
	switch {
	case err != nil:
		return nil, err
	case evaluated == inner:
		return source, nil
	}
	return evaluated.narrowed(), nil
}
