package proptest_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/ordago/ordago/dataclasses"
)

// Person has calculated attributes with and without functions for queries and sorts, and what the evaluator says of them:
//
//	years     query function: another attribute; sorted by its getter
//	maxTotal  query function: a condition on related rows; sorted by its getter
//	label     no function
//	grade     a sort function

// derived are the definitions of calculated attributes, aliases and formulas.
func derived() []dataclasses.Option[Person] {
	options := []dataclasses.Option[Person]{
		dataclasses.Computed("years", func(_ context.Context, e *dataclasses.Entity[Person]) (*int64, error) {
			return years(e.Value.Age), nil
		}).Query(func(_ context.Context, q dataclasses.ComputedQuery) (string, []any, error) {
			if q.Value == nil {
				return "age " + q.Operator + " null", nil, nil
			}
			return "age " + q.Operator + " :1", []any{q.Value}, nil
		}),
		dataclasses.Computed("maxTotal", greatestOrder).Query(queryGreatest),
		dataclasses.Computed("label", func(_ context.Context, e *dataclasses.Entity[Person]) (*string, error) {
			if e.Value.Nick == nil {
				return nil, nil
			}
			return new(*e.Value.Nick + " " + e.Value.Name), nil
		}),
		dataclasses.Computed("grade", func(_ context.Context, e *dataclasses.Entity[Person]) (*int64, error) {
			return grade(e.Value.Active, e.Value.Age), nil
		}).OrderBy(func(_ context.Context, descending bool) (string, error) {
			if descending {
				return "active desc, age desc", nil
			}
			return "active, age", nil
		}),
		dataclasses.Alias[Person]("tag", "label"),
		dataclasses.Alias[Person]("bossYears", "boss.years"),
	}
	for _, f := range formulas {
		options = append(options, f.formula)
	}
	return options
}

func years(age *int32) *int64 {
	if age == nil {
		return nil
	}
	return new(int64(*age))
}

// grade sorts as its sort function does: null where both are.
func grade(active *bool, age *int32) *int64 {
	if active == nil && age == nil {
		return nil
	}
	n := int64(0)
	if active != nil {
		n = 1000 * int64(1+number(*active))
	}
	if age != nil {
		n += 2 + int64(*age) // they begin at -1
	}
	return &n
}

func greatestOrder(ctx context.Context, e *dataclasses.Entity[Person]) (*float64, error) {
	orders, err := dataclasses.RelatedEntities[Order](e, "orders")
	if err != nil {
		return nil, err
	}
	most, ok, err := dataclasses.Max[float64](ctx, orders, "total")
	if err != nil || !ok {
		return nil, err
	}
	return &most, nil
}

// queryGreatest says what a condition on the greatest total means for the orders.
func queryGreatest(_ context.Context, q dataclasses.ComputedQuery) (string, []any, error) {
	const equal = "orders.total >= :1 and not (orders.total > :1)"
	values := []any{q.Value}
	switch q.Operator {
	case "IN":
		list, _ := q.Value.([]any)
		texts := make([]string, len(list))
		for i := range list {
			texts[i] = "(" + strings.ReplaceAll(equal, ":1", fmt.Sprintf(":%d", i+1)) + ")"
		}
		return strings.Join(texts, " or "), list, nil
	case "==", "===":
		if q.Value == nil {
			return "orders = null", nil, nil
		}
		return equal, values, nil
	case "!=", "!==":
		if q.Value == nil {
			return "orders != null", nil, nil
		}
		return "orders != null and not (" + equal + ")", values, nil
	case "<":
		return "orders != null and not (orders.total >= :1)", values, nil
	case "<=":
		return "orders != null and not (orders.total > :1)", values, nil
	}
	return "orders.total " + q.Operator + " :1", values, nil
}

// The same for the evaluator.

func maxTotal(p *row) any {
	var most any
	for _, o := range p.many["orders"] {
		if total := o.values["total"]; most == nil || compare(total, most) > 0 {
			most = total
		}
	}
	return most
}

func label(p *row) any {
	if p.values["nick"] == nil {
		return nil
	}
	return p.values["nick"].(string) + " " + p.values["name"].(string)
}

func gradeOf(p *row) any {
	var active *bool
	var age *int32
	if known, ok := p.values["active"].(bool); ok {
		active = &known
	}
	if known, ok := p.values["age"].(int32); ok {
		age = &known
	}
	return value(grade(active, age))
}

// evaluated are the attributes that getters decide, at the entity itself only.
var evaluated = []attribute{
	{name: "label", kind: "text", value: label}, {name: "tag", kind: "text", value: label}, {name: "grade", kind: "int", value: gradeOf},
}

func (g *generator) evaluatedLeaf() (string, condition) {
	return g.compared(place{class: g.class}, pick(g.r, evaluated))
}
