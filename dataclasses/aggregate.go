package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/privileges"
)

// Min returns the first value of a storage attribute in ascending order, nulls left out, computed in the database (O-361). ok is false
// when there is no value. V is the Go type of the attribute's canonical value: string, bool, int64, float64, time.Time, model.Day,
// time.Duration, or any. Texts compare without case and diacritics.
//
// Errors: *[AttributeError], a *[QueryError] for an object, image or blob attribute, *[PermissionError].
func Min[V, T any](ctx context.Context, s *Selection[T], of string) (v V, ok bool, err error) {
	return extreme[V](ctx, s.core, sqlplan.Min, of)
}

// Max returns the last value in ascending order: see [Min].
func Max[V, T any](ctx context.Context, s *Selection[T], of string) (v V, ok bool, err error) {
	return extreme[V](ctx, s.core, sqlplan.Max, of)
}

func extreme[V any](ctx context.Context, s *selection, what sqlplan.Aggregate, of string) (v V, ok bool, err error) {
	raw, err := s.aggregate(ctx, what, of)
	if err != nil || raw == nil {
		return v, false, err
	}
	value, err := s.class.model.Attribute(of).Canonical(raw)
	if err == nil {
		v, err = valueAs[V](s.class, of, value)
	}
	return v, err == nil, err
}

// Average returns the arithmetic mean of the values of a numeric or date attribute, nulls left out (O-361): dates count as seconds since
// 1970 in UTC. ok is false when there is no value. Errors: as [Min].
func (s *Selection[T]) Average(ctx context.Context, of string) (mean float64, ok bool, err error) {
	raw, err := s.core.aggregate(ctx, sqlplan.Average, of)
	if err != nil || raw == nil {
		return 0, false, err
	}
	mean, ok = raw.(float64)
	if !ok {
		return 0, false, fmt.Errorf("the average of %s.%s is no number", s.core.class.model.Name, of)
	}
	return mean, true, nil
}

// CountOf returns the number of entities whose attribute has a scalar value (O-361): null, and objects and collections in an object
// attribute, do not count. Errors: as [Min].
func (s *Selection[T]) CountOf(ctx context.Context, of string) (int, error) {
	raw, err := s.core.aggregate(ctx, sqlplan.Count, of)
	n, _ := raw.(int64)
	return int(n), err
}

// aggregate runs one aggregate and returns its raw value, nil for none.
func (s *selection) aggregate(ctx context.Context, what sqlplan.Aggregate, of string) (value any, err error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	a, err := s.class.storageAttribute(of)
	if err != nil {
		return nil, err
	}
	if s, err = s.evaluated(ctx); err != nil {
		return nil, err
	}
	source, lens := s.readable(), s.lens(ctx)
	statement, err := s.class.ds.plans(ctx, source, lens).Aggregate(source, what, a, lens)
	if err != nil {
		return nil, err
	}
	err = scan(ctx, s.class.ds.reader(ctx), statement, 1, func(raw []any) error {
		value = raw[0]
		return nil
	})
	return value, err
}

// valueAs gives a canonical value its Go type; null is the zero value.
func valueAs[V any](c *class, name string, canonical any) (V, error) {
	v, ok := canonical.(V)
	if !ok && canonical != nil {
		return v, fmt.Errorf("%s.%s is a %T, not a %T", c.model.Name, name, canonical, v)
	}
	return v, nil
}
