package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/privileges"
)

// Min returns the first value in ascending order of what a path leads to, nulls left out, computed in the database (O-361). ok is false
// when there is no value. The path is a stored attribute, an alias of one (O-467), a property in an object such as "extra.size", or one of
// these behind N to 1 relations. V is the Go type of the canonical value: string, bool, int64, float64, time.Time, model.Day,
// time.Duration, or any; inside objects numbers are float64 and dates are texts. Texts compare without case and diacritics. Of a property
// with values of several types the first scalar type in the order boolean, text, number decides (O-362).
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
	value, err := s.aggregate(ctx, what, of)
	if err != nil || !isScalarValue(value) {
		return v, false, err
	}
	v, err = valueAs[V](s.class, of, value)
	return v, err == nil, err
}

// Average returns the arithmetic mean of the numbers or dates that a path, as for [Min], leads to (O-361): dates count as seconds since
// 1970 in UTC; of a property in an object what is no number is left out. ok is false when there is no value. Errors: as [Min].
func (s *Selection[T]) Average(ctx context.Context, of string) (mean float64, ok bool, err error) {
	value, err := s.core.aggregate(ctx, sqlplan.Average, of)
	if err != nil || value == nil {
		return 0, false, err
	}
	mean, ok = value.(float64)
	if !ok {
		return 0, false, fmt.Errorf("the average of %s.%s is no number", s.core.class.model.Name, of)
	}
	return mean, true, nil
}

// CountOf returns the number of entities that have a scalar value at a path, as for [Min] (O-361): null, objects and collections do not
// count. Errors: as [Min], but an object attribute is none.
func (s *Selection[T]) CountOf(ctx context.Context, of string) (int, error) {
	value, err := s.core.aggregate(ctx, sqlplan.Count, of)
	n, _ := value.(int64)
	return int(n), err
}

// aggregate runs one aggregate: Min and Max give a canonical value, the others a number; nil for none.
func (s *selection) aggregate(ctx context.Context, what sqlplan.Aggregate, path string) (value any, err error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	if err := s.class.checkPath(path); err != nil {
		return nil, err
	}
	if s, err = s.evaluated(ctx); err != nil {
		return nil, err
	}
	source, lens := s.readable(), s.lens(ctx)
	statement, column, err := s.class.ds.plans(ctx, source, lens).Aggregate(source, what, path, lens)
	if err != nil {
		return nil, err
	}
	err = scan(ctx, s.class.ds.reader(ctx), statement, 1, func(raw []any) error {
		if value = raw[0]; what == sqlplan.Min || what == sqlplan.Max {
			value, err = columnValue(column, value)
		}
		return err
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
