package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// Summable is what sums are given in: int64 keeps whole numbers exact.
type Summable interface{ int64 | float64 }

// Sum adds up a numeric attribute over the selection, in the database (O-361): 0 for an empty selection or without values.
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

// SumBy adds up a numeric attribute over the selection for each value of another attribute, in one query: the balances of all customers,
// for example. K is the Go type of that attribute's canonical value (string, int64, …); null values are left out.
func SumBy[K comparable, V Summable, T any](ctx context.Context, s *Selection[T], by, of string) (map[K]V, error) {
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
	sumOf, err := s.class.storageAttribute(of)
	if err != nil {
		return nil, err
	}
	columns := []*model.Attribute{sumOf}
	var groupBy *model.Attribute
	if by != "" {
		if groupBy, err = s.class.storageAttribute(by); err != nil {
			return nil, err
		}
		columns = []*model.Attribute{groupBy, sumOf}
	}
	if s, err = s.evaluated(ctx); err != nil {
		return nil, err
	}
	source, lens := s.readable(), s.lens(ctx)
	statement, err := s.class.ds.plans(ctx, source, lens).Sum(source, sumOf, groupBy, lens)
	if err != nil {
		return nil, err
	}
	var sums []groupSum
	err = scan(ctx, s.class.ds.reader(ctx), statement, len(columns), func(raw []any) error {
		g := groupSum{}
		if groupBy != nil {
			if g.by, err = groupBy.Canonical(raw[0]); err != nil {
				return err
			}
		}
		if last := raw[len(raw)-1]; last != nil {
			g.sum, err = sumOf.Canonical(last)
		}
		sums = append(sums, g)
		return err
	})
	return sums, err
}

// storageAttribute is a storage attribute by name.
func (c *class) storageAttribute(name string) (*model.Attribute, error) {
	a := c.model.Attribute(name)
	if a == nil || a.Kind != model.Storage {
		return nil, &AttributeError{Class: c.model.Name, Attribute: name}
	}
	return a, nil
}
