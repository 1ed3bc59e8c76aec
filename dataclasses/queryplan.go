package dataclasses

import (
	"context"
	"time"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/privileges"
)

// QueryPlan says how the conditions of a selection are decided (O-162): what is asked, joined by And, Or and Not, where relations are
// joined, and which indexes may help. Its JSON is the protocol's; the zero value is the plan of a selection of all entities.
type QueryPlan = sqlplan.PlanNode

// QueryPath says what deciding took (O-163). One statement decides a selection: the first step has its time in milliseconds and how many
// entities it found, those below it say what it consisted of.
type QueryPath = sqlplan.ExecutedPath

// QueryPathStep is a step of a [QueryPath].
type QueryPathStep = sqlplan.PathStep

// QueryPlan returns the plan of the selection's conditions (O-162, O-367), and reads nothing. Conditions that the program added, such as
// restrictions, are left out of it. Errors: *[QueryError], and *[PermissionError] as for a read.
func (s *Selection[T]) QueryPlan(ctx context.Context) (QueryPlan, error) {
	return s.core.queryPlan(ctx)
}

// QueryPath decides the selection's conditions now and says what that took (O-163, O-367). Errors are those of [Selection.Count].
func (s *Selection[T]) QueryPath(ctx context.Context) (QueryPath, error) {
	return s.core.queryPath(ctx)
}

// QueryPlan returns the plan of the selection's conditions: see [Selection.QueryPlan]. What is hidden from the caller is not in it.
func (s *RemoteSelection) QueryPlan(ctx context.Context) (QueryPlan, error) {
	return s.core.queryPlan(remote(ctx))
}

// QueryPath decides the selection's conditions now: see [Selection.QueryPath].
func (s *RemoteSelection) QueryPath(ctx context.Context) (QueryPath, error) {
	return s.core.queryPath(remote(ctx))
}

func (s *selection) queryPlan(ctx context.Context) (QueryPlan, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return QueryPlan{}, err
	}
	lens := s.lens(ctx)
	lens.Restriction = nil // nothing is read
	planner, source, err := s.checkable(s.readable(), lens)
	if err != nil {
		return QueryPlan{}, err
	}
	return planner.Explain(source, lens)
}

func (s *selection) queryPath(ctx context.Context) (QueryPath, error) {
	plan, err := s.queryPlan(ctx)
	if err != nil {
		return QueryPath{}, err
	}
	start := time.Now()
	n, err := s.count(ctx)
	if err != nil {
		return QueryPath{}, err
	}
	return plan.Path(time.Since(start), n), nil
}
