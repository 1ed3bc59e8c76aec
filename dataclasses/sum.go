package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// Summable is what sums are given in: int64 keeps whole numbers exact.
type Summable interface{ int64 | float64 }

// Sum adds up the numbers that a path, as for [Min], leads to, over the selection and in the database (O-361): 0 for an empty selection or
// without values. Of a property in an object, such as "extra.size", what is no number is left out.
//
//	due, err := dataclasses.Sum[int64](ctx, invoices, "total")
//
// Errors: *[AttributeError], a *[QueryError] when the attribute is no number, *[PermissionError].
func Sum[V Summable, T any](ctx context.Context, s *Selection[T], of string) (V, error) {
	sums, err := s.core.sums(ctx, of, "")
	if err != nil || len(sums) == 0 {
		return 0, err
	}
	return number[V](sums[0].sum)
}

// SumBy adds up the numbers at one path over the selection for each value at another, in one query: the balances of all customers, or
// SumBy[string, float64](ctx, lines, "product.category.name", "amount"). Both are as for [Min]; K is the Go type of the canonical value
// at the second (string, int64, …). Null values are left out, and texts are told apart exactly.
func SumBy[K comparable, V Summable, T any](ctx context.Context, s *Selection[T], by, of string) (map[K]V, error) {
	if err := s.core.class.checkPath(by); err != nil {
		return nil, err
	}
	sums, err := s.core.sums(ctx, of, by)
	if err != nil {
		return nil, err
	}
	byValue := make(map[K]V, len(sums))
	for _, group := range sums {
		if group.by == nil {
			continue
		}
		key, ok := group.by.(K)
		if !ok {
			return nil, fmt.Errorf("%s.%s is no %T", s.core.class.model.Name, by, key)
		}
		if byValue[key], err = number[V](group.sum); err != nil {
			return nil, err
		}
	}
	return byValue, nil
}

func number[V Summable](v any) (V, error) {
	switch v := v.(type) {
	case nil:
		return 0, nil
	case int64:
		return V(v), nil
	case float64:
		if sum := V(v); float64(sum) == v {
			return sum, nil
		}
		return 0, fmt.Errorf("the sum %v is no whole number: ask for float64", v)
	}
	return 0, fmt.Errorf("a sum is too large: %T", v)
}

type groupSum struct{ by, sum any }

func (s *selection) sums(ctx context.Context, of, by string) ([]groupSum, error) {
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
	statement, columns, err := s.class.ds.plans(ctx, source, lens).Sum(source, of, by, lens)
	if err != nil {
		return nil, err
	}
	var sums []groupSum
	err = scan(ctx, s.class.ds.reader(ctx), statement, len(columns), func(raw []any) error {
		g := groupSum{}
		last := len(columns) - 1
		if g.sum, err = sumValue(columns[last], raw[last]); err == nil && last > 0 {
			g.by, err = columnValue(columns[0], raw[0])
		}
		sums = append(sums, g)
		return err
	})
	return sums, err
}

// sumValue is a sum as int64 or float64; nil without values.
func sumValue(of sqlplan.Column, raw any) (any, error) {
	if of.Inside || raw == nil {
		return raw, nil
	}
	return of.Attribute.Canonical(raw)
}

// storageAttribute is a storage attribute by name.
func (c *class) storageAttribute(name string) (*model.Attribute, error) {
	a := c.model.Attribute(name)
	if a == nil || a.Kind != model.Storage {
		return nil, &AttributeError{Class: c.model.Name, Attribute: name}
	}
	return a, nil
}
