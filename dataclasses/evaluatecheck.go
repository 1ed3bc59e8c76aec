package dataclasses

import (
	"errors"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
)

// isResidual reports whether err only says that code must decide.
func isResidual(err error) bool { return errors.Is(err, sqlplan.ErrResidual) }

// checkSource finds mistakes in a source. It runs no code of the program: in a source that may need some, windows and sorts by code are
// left out, which do not matter for that.
func (s *selection) checkSource(source *sqlplan.Source, lens sqlplan.Lens) error {
	ds := s.class.ds
	if !ds.evaluates || !ds.mayNeedCode(source) {
		return ds.planner.Check(source, lens)
	}
	planner := ds.evaluatingPlanner(&calculatedQueries{ds: ds})
	plain, err := s.class.plainSorts(planner, unwindowed(source), lens)
	if err != nil {
		return err
	}
	if err := planner.Check(plain, lens); err != nil && !isResidual(err) {
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
