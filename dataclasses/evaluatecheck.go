package dataclasses

import (
	"errors"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
)

// isResidual reports whether err only says that code must decide.
func isResidual(err error) bool { return errors.Is(err, sqlplan.ErrResidual) }

// checkSource finds mistakes in a source that may need code: windows and sorts by code aside, which do not matter for that.
func (s *selection) checkSource(planner *sqlplan.Planner, source *sqlplan.Source, lens sqlplan.Lens) error {
	if s.class.ds.evaluates {
		plain, err := s.class.plainSorts(planner, unwindowed(source), lens)
		if err != nil {
			return err
		}
		source = plain
	}
	if err := planner.Check(source, lens); err != nil && !isResidual(err) {
		return err
	}
	return nil
}

// unwindowed is the source with all selections that it is within, windows aside.
func unwindowed(source *sqlplan.Source) *sqlplan.Source {
	copied := *source
	copied.Offset, copied.Limit = 0, -1
	copied.Conditions = slices.Clone(copied.Conditions)
	for i, c := range copied.Conditions {
		if within, ok := c.(*sqlplan.Within); ok {
			copied.Conditions[i] = &sqlplan.Within{Source: unwindowed(within.Source)}
		}
	}
	return &copied
}
