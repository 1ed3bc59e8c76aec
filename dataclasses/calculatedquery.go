package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// calculatedQueries answers the planner's questions about calculated attributes (O-165, O-455, O-457).
type calculatedQueries struct {
	ds  *DataStore
	ctx context.Context // nil: the functions must not run, only whether there are some matters
}

func (q *calculatedQueries) of(a *model.Attribute) *calculation {
	return q.ds.ofModel(a.Class).calculated[a]
}

// Query asks the attribute's query function.
func (q *calculatedQueries) Query(a *model.Attribute, op query.Op, value any) (_ *sqlplan.Query, err error) {
	calc := q.of(a)
	if calc.query == nil {
		return nil, nil
	}
	if q.ctx == nil {
		return nothing(a.Class)
	}
	defer guard("query function of "+a.Name, &err)
	text, values, err := calc.query(newReads(q.ctx), asked(op, value))
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil, nil
	case err != nil:
		return nil, err
	case strings.TrimSpace(text) == "":
		return nothing(a.Class)
	}
	parsed, err := q.ds.planner.Parse(text, query.ORDA)
	if err != nil {
		return nil, fmt.Errorf("%s", err.Error()) // the program's mistake, not the caller's
	}
	if len(parsed.Order) > 0 {
		return nil, errors.New(`its query contains "order by"`)
	}
	return &sqlplan.Query{Query: parsed, Values: placeholderValues(values), Trusted: true}, nil
}

// nothing is a query that no entity matches.
func nothing(class *model.Class) (*sqlplan.Query, error) {
	path := query.Path{Steps: []query.Step{{Name: class.Key[0].Name}}}
	where := &query.Comparison{Path: path, Op: query.In, Value: &query.List{}}
	return &sqlplan.Query{Query: &query.Query{Where: where}, Trusted: true}, nil
}

// asked makes the condition as query functions see it: the comparator normalised, a prefix as a wildcard.
func asked(op query.Op, value any) ComputedQuery {
	switch op {
	case query.Identical:
		return ComputedQuery{Operator: "===", Value: value}
	case query.NotEqual:
		return ComputedQuery{Operator: "!=", Value: value}
	case query.NotIdentical:
		return ComputedQuery{Operator: "!==", Value: value}
	case query.In:
		return ComputedQuery{Operator: "IN", Value: value}
	case query.Begin:
		if text, ok := value.(string); ok {
			value = strings.TrimSuffix(text, "@") + "@"
		}
	case query.Less, query.LessEqual, query.Greater, query.GreaterEqual, query.Keyword:
		return ComputedQuery{Operator: op.String(), Value: value}
	}
	return ComputedQuery{Operator: "==", Value: value}
}

// Order asks the attribute's sort function.
func (q *calculatedQueries) Order(a *model.Attribute, descending bool) (_ []query.OrderItem, err error) {
	calc := q.of(a)
	if calc.order == nil {
		return nil, nil
	}
	if q.ctx == nil {
		return []query.OrderItem{{Path: query.Path{Steps: []query.Step{{Name: a.Class.Key[0].Name}}}}}, nil
	}
	defer guard("sort function of "+a.Name, &err)
	text, err := calc.order(newReads(q.ctx), descending)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return nil, nil
	case err != nil:
		return nil, err
	}
	items, err := query.ParseOrder(text, query.ORDA)
	if err != nil {
		return nil, fmt.Errorf("%s", err.Error())
	}
	return items, nil
}
