package dataclasses

import (
	"errors"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
)

// isResidual reports whether err only says that code must decide.
func isResidual(err error) bool { return errors.Is(err, sqlplan.ErrResidual) }

// checkSource finds mistakes in a source; it runs no code of the program.
func (s *selection) checkSource(source *sqlplan.Source, lens sqlplan.Lens) error {
	planner, plain, err := s.checkable(source, lens)
	if err != nil {
		return err
	}
	if err := planner.Check(plain, lens); err != nil && !isResidual(err) {
		return err
	}
	return nil
}

// checkable is a planner that runs no code of the program, and the source as it takes it.
func (s *selection) checkable(source *sqlplan.Source, lens sqlplan.Lens) (*sqlplan.Planner, *sqlplan.Source, error) {
	ds := s.class.ds
	if !ds.evaluates || !ds.mayNeedCode(source) {
		return ds.planner, source, nil
	}
	planner := ds.evaluatingPlanner(&calculatedQueries{ds: ds})
	plain, err := s.plainSource(planner, source, lens)
	return planner, plain, err
}

// plainSource is the source without window and without what code decides apart from it: sorts, and the selections that its conditions
// name, which are checked here.
func (s *selection) plainSource(planner *sqlplan.Planner, source *sqlplan.Source, lens sqlplan.Lens) (*sqlplan.Source, error) {
	copied := *source
	copied.Offset, copied.Limit = 0, -1
	copied.Conditions = slices.Clone(copied.Conditions)
	for i, c := range copied.Conditions {
		part, err := s.plainPart(planner, c, lens)
		if err != nil {
			return nil, err
		}
		copied.Conditions[i] = part
	}
	return s.class.plainSorts(planner, &copied, lens)
}

// plainPart is the condition with nothing in place of each selection that code decides: see [selection.evaluatedPart].
func (s *selection) plainPart(planner *sqlplan.Planner, c sqlplan.Condition, lens sqlplan.Lens) (sqlplan.Condition, error) {
	var err error
	plain := func(source *sqlplan.Source) *sqlplan.Source {
		if !s.class.ds.mayNeedCode(source) || planner.Check(source, lens) == nil {
			return source
		}
		inner := &selection{class: s.class.ds.ofModel(source.Class), source: source, remote: s.remote}
		if err == nil {
			err = inner.checkSource(source, lens)
		}
		return &sqlplan.Source{Class: source.Class, Conditions: []sqlplan.Condition{&sqlplan.Keys{}}, Limit: -1}
	}
	switch part := c.(type) {
	case *sqlplan.Within:
		c = &sqlplan.Within{Source: plain(part.Source)}
	case *sqlplan.Except:
		c = &sqlplan.Except{Source: plain(part.Source)}
	case *sqlplan.Reached:
		c = &sqlplan.Reached{Relation: part.Relation, From: plain(part.From), Asked: part.Asked}
	case *sqlplan.Union:
		sources := make([]*sqlplan.Source, len(part.Sources))
		for i, one := range part.Sources {
			sources[i] = plain(one)
		}
		c = &sqlplan.Union{Sources: sources}
	}
	return c, err
}
