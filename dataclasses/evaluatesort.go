package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// sortTerm is a criterion of a sort that is evaluated.
type sortTerm struct {
	path      []*model.Attribute
	direction Direction
}

// evaluatedSorts are the criteria of the source's sort if code must evaluate one of them, else nil.
func (s *selection) evaluatedSorts(ctx context.Context) ([]sortTerm, error) {
	needed := slices.ContainsFunc(s.source.Order, func(item query.OrderItem) bool { return s.class.needsGetter(ctx, item) })
	if !needed {
		return nil, nil
	}
	lens := s.lens(ctx)
	if _, err := s.class.plainSorts(s.class.ds.plans(ctx, s.source, lens), s.source, lens); err != nil {
		return nil, err
	}
	terms := make([]sortTerm, len(s.source.Order))
	for i, item := range s.source.Order {
		terms[i].path = s.class.pathOf(item.Path)
		if terms[i].path == nil {
			return nil, &QueryError{Kind: BadOrder, Offset: item.At, Msg: "cannot sort by " + item.Path.String() + " beside a calculated attribute"}
		}
		if item.Descending {
			terms[i].direction = Descending
		}
	}
	return terms, nil
}

// needsGetter reports whether a sort is by a calculated attribute of the class that the planner has no criteria for.
func (c *class) needsGetter(ctx context.Context, item query.OrderItem) bool {
	path := c.pathOf(item.Path)
	if len(path) != 1 || path[0].Kind != model.Calculated {
		return false
	}
	if c.calculated[path[0]].order == nil {
		return true
	}
	items, err := (&calculatedQueries{ds: c.ds, ctx: ctx}).Order(path[0], item.Descending)
	return err == nil && len(items) == 0
}

// plainSorts is the source without criteria that code evaluates, whose rights are checked here.
func (c *class) plainSorts(planner *sqlplan.Planner, source *sqlplan.Source, lens sqlplan.Lens) (*sqlplan.Source, error) {
	copied := *source
	copied.Order = nil
	from := sorting(source)
	chosen := from != nil && from.Trusted // by the program, not by the caller
	for _, item := range source.Order {
		path := c.pathOf(item.Path)
		if len(path) != 1 || path[0].Kind != model.Calculated || c.calculated[path[0]].order != nil {
			copied.Order = append(copied.Order, item)
			continue
		}
		isNull := &query.Comparison{Path: item.Path, Op: query.Equal, Value: query.Literal{Kind: query.Null, Text: "null"}}
		probe := &sqlplan.Source{Class: c.model, Conditions: []sqlplan.Condition{&sqlplan.Query{Query: &query.Query{Where: isNull}, Trusted: chosen}}, Limit: -1}
		if err := planner.Check(probe, lens); err != nil && !isResidual(err) {
			return nil, err
		}
	}
	if len(copied.Order) == len(source.Order) {
		copied.Order = source.Order // the planner knows by it which query a sort came from
	}
	return &copied, nil
}

// pathOf is what a sort path leads through, aliases replaced; nil for one that is not known or leads to several values.
func (c *class) pathOf(p query.Path) []*model.Attribute {
	var path []*model.Attribute
	at := c.model
	for _, step := range p.Steps {
		if at == nil || step.Collection || step.Ref != 0 {
			return nil
		}
		a := at.Attribute(step.Name)
		switch {
		case a == nil || a.ToMany():
			return nil
		case a.Kind == model.Alias:
			path = append(path, a.Path...)
		default:
			path = append(path, a)
		}
		at = path[len(path)-1].Target
	}
	if at != nil { // it ends on a relation
		return nil
	}
	return path
}

// addSortValues gives the matches of the entities, which were added last, what they are sorted by.
func (e *evaluation) addSortValues(records []*record) error {
	if len(e.sorts) == 0 || len(records) == 0 {
		return nil
	}
	added := e.found[len(e.found)-len(records):]
	for i := range added {
		added[i].sortValues = make([]any, len(e.sorts))
	}
	for i, term := range e.sorts {
		values, err := e.class.valuesBehind(e.ctx, records, term.path)
		if err != nil {
			return err
		}
		for j := range added {
			added[j].sortValues[i] = values[j]
		}
	}
	return nil
}

func (e *evaluation) directions() []Direction {
	directions := make([]Direction, len(e.sorts))
	for i, term := range e.sorts {
		directions[i] = term.direction
	}
	return directions
}
