package dataclasses

import (
	"context"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// plans is the planner for a source under ctx. Where query and sort functions of calculated attributes may be asked, it is one that
// gives them ctx and remembers nothing; all other sources share the one that remembers their plans.
func (ds *DataStore) plans(ctx context.Context, s *sqlplan.Source, l sqlplan.Lens) *sqlplan.Planner {
	if !ds.evaluates || l.Restriction == nil && !ds.mayNeedCode(s) {
		return ds.planner
	}
	return ds.evaluatingPlanner(&calculatedQueries{ds: ds, ctx: ctx})
}

func (ds *DataStore) evaluatingPlanner(q *calculatedQueries) *sqlplan.Planner {
	return sqlplan.New(ds.dialect, sqlplan.WithCalculated(q), sqlplan.WithFormulas(ds.hasFormula))
}

// planRead plans a read of the selection, or of a source made of it, with the rights of who reads.
func (s *selection) planRead(ctx context.Context, source *sqlplan.Source, columns []*model.Attribute) (sqlplan.Statement, error) {
	lens := s.lens(ctx)
	return s.class.ds.plans(ctx, source, lens).Select(source, columns, lens)
}

// planInside plans a read of the data layer's own: see inside.
func (ds *DataStore) planInside(ctx context.Context, source *sqlplan.Source, columns []*model.Attribute) (sqlplan.Statement, error) {
	lens := ds.inside(ctx)
	return ds.plans(ctx, source, lens).Select(source, columns, lens)
}
