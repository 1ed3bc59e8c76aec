package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// DistinctOption is an option of [Distinct].
type DistinctOption uint8

// Diacritical makes case and diacritics of texts significant.
const Diacritical DistinctOption = 8

// ValueCount is a value and how many entities have it.
type ValueCount[V any] struct {
	Value V   `json:"value"`
	Count int `json:"count"`
}

// maxDistinct is how many different values a remote caller may have collected.
const maxDistinct = 100_000

// Distinct returns the different values that a path leads to, sorted, nulls left out (O-359). Path and V are as for [Min], and [] stands
// for the elements of a collection: "extra.list[].size". Inside objects booleans come first, then texts, then numbers, and objects and
// collections are left out. Of texts that differ only in case and diacritics the first in the order of their bytes stands for all, unless
// [Diacritical] is given.
// Errors: *[AttributeError] for an unknown attribute or a relation, a *[QueryError] for an object, image or blob attribute,
// *[PermissionError].
func Distinct[V, T any](ctx context.Context, s *Selection[T], of string, options ...DistinctOption) ([]V, error) {
	found, err := s.core.distinct(ctx, of, slices.Contains(options, Diacritical))
	if err != nil {
		return nil, err
	}
	values := make([]V, len(found))
	for i, f := range found {
		if values[i], err = valueAs[V](s.core.class, of, f.value); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// DistinctCounts is [Distinct] with the number of entities that have each value: one with several elements of the same value counts once.
func DistinctCounts[V, T any](ctx context.Context, s *Selection[T], of string, options ...DistinctOption) ([]ValueCount[V], error) {
	found, err := s.core.distinctCounts(ctx, of, slices.Contains(options, Diacritical))
	if err != nil {
		return nil, err
	}
	counts := make([]ValueCount[V], len(found))
	for i, f := range found {
		v, err := valueAs[V](s.core.class, of, f.value)
		if err != nil {
			return nil, err
		}
		counts[i] = ValueCount[V]{v, f.count}
	}
	return counts, nil
}

// distinct reads the values that the database finds different, and merges here what differs in case only: folding a million texts in the
// database would cost more than the few that are left.
func (s *selection) distinct(ctx context.Context, of string, diacritical bool) ([]distinctValue, error) {
	return s.distinctBy(ctx, of, diacritical, distinctPlan{1, (*sqlplan.Planner).Distinct})
}

// distinctCounts is distinct with the number of entities that have each value.
func (s *selection) distinctCounts(ctx context.Context, of string, diacritical bool) ([]distinctValue, error) {
	return s.distinctBy(ctx, of, diacritical, distinctPlan{2, (*sqlplan.Planner).DistinctCounts})
}

// distinctPlan is one of the planner's two ways, and how many columns its statement has.
type distinctPlan struct {
	columns int
	make    func(*sqlplan.Planner, *sqlplan.Source, string, sqlplan.Lens) (sqlplan.Statement, sqlplan.Column, error)
}

func (s *selection) distinctBy(ctx context.Context, of string, diacritical bool, plan distinctPlan) ([]distinctValue, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	if err := s.class.checkPath(of); err != nil {
		return nil, err
	}
	s, err := s.evaluated(ctx)
	if err != nil {
		return nil, err
	}
	source, lens := s.readable(), s.lens(ctx)
	statement, column, err := plan.make(s.class.ds.plans(ctx, source, lens), source, of, lens)
	if err != nil {
		return nil, err
	}
	exact := diacritical || column.Attribute.Type == model.UUID
	var found []distinctValue
	err = scan(ctx, s.class.ds.reader(ctx), statement, plan.columns, func(raw []any) error {
		if s.remote && len(found) == maxDistinct {
			return &LimitError{What: "different values of " + s.class.model.Name + "." + of, Max: maxDistinct}
		}
		v, err := columnValue(column, raw[0])
		if err != nil {
			return err
		}
		n := int64(0)
		if len(raw) > 1 {
			n, _ = raw[1].(int64)
		}
		found = append(found, distinctValues(v, int(n), exact)...)
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, compareDistinct)
	return merged(found, exact), nil
}

// Distinct returns the different values of an attribute that the caller may see, as [Distinct] does: canonical values (see
// model.Attribute). Errors: as there, and a *[LimitError] for more than 100,000 values.
func (s *RemoteSelection) Distinct(ctx context.Context, a *model.Attribute) ([]any, error) {
	found, err := s.core.distinct(remote(ctx), a.Name, false)
	values := make([]any, len(found))
	for i, f := range found {
		values[i] = f.value
	}
	return values, err
}
