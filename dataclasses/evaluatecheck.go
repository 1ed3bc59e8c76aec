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

// checkable is a planner that runs no code of the program, and the source as it takes it: in one that may need code, windows and sorts
// by code are left out. The rights to these sorts are checked here.
func (s *selection) checkable(source *sqlplan.Source, lens sqlplan.Lens) (*sqlplan.Planner, *sqlplan.Source, error) {
	ds := s.class.ds
	if !ds.evaluates || !ds.mayNeedCode(source) {
		return ds.planner, source, nil
	}
	planner := ds.evaluatingPlanner(&calculatedQueries{ds: ds})
	plain, err := s.class.plainSorts(planner, unwindowed(source), lens)
	return planner, plain, err
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
