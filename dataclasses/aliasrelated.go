package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// expandAlias reads what an alias through 1 to N relations leads to: one query for each step of its path, whatever the number of rows.
// A row gets each related entity once, in the order of their dataclass (O-464).
func (f *Field) expandAlias(ctx context.Context, rows []Row) error {
	a, ds := f.Attribute, f.Nested.Class.core.ds
	ends := map[any][]any{} // linked value of a row to those at the end of the path
	for _, v := range distinct(linkedValues(f, rows)) {
		ends[v] = []any{v}
	}
	for i := 1; i < len(a.Path); i++ {
		pairs, err := ds.hop(ctx, a.Path[i-1], a.Path[i], flatten(ends))
		if err != nil {
			return err
		}
		for v, at := range ends {
			var next []any
			for _, link := range at {
				next = append(next, pairs[link]...)
			}
			ends[v] = distinct(next)
		}
	}
	found, err := f.readLinked(ctx, flatten(ends))
	if err != nil {
		return err
	}
	byLink := map[any][]int{}
	for i, row := range found {
		v := row.Values[f.Nested.link]
		byLink[v] = append(byLink[v], i)
	}
	for i := range rows {
		var places []int
		for _, end := range ends[linked(f, &rows[i])] {
			places = append(places, byLink[end]...)
		}
		slices.Sort(places)
		related := make([]Row, len(places))
		for j, place := range places {
			related[j] = found[place]
		}
		rows[i].Many[f.Slot] = related
	}
	return nil
}

// hop reads, for the rows that a step leads to, the value they are matched by and the one that the next step goes by.
func (ds *DataStore) hop(ctx context.Context, step, next *model.Attribute, values []any) (map[any][]any, error) {
	class := ds.ofModel(step.Target)
	pairs := map[any][]any{}
	columns := []*model.Attribute{targetLink(step), ownLink(next)}
	left := maxRelated
	for chunk := range slices.Chunk(values, keysAtOnce) {
		source := class.relatedTo(columns[0], chunk).slice(0, left+1).source
		statement, err := ds.planInside(ctx, source, columns)
		if err != nil {
			return nil, err
		}
		err = scan(ctx, ds.reader(ctx), statement, len(columns), func(raw []any) error {
			pair := make([]any, len(columns))
			if err := canonicalRow(columns, raw, pair); err != nil {
				return err
			}
			if left--; left < 0 {
				return &LimitError{What: "entities of " + class.model.Name + " on the way of one alias", Max: maxRelated}
			}
			if pair[1] != nil {
				pairs[pair[0]] = append(pairs[pair[0]], pair[1])
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return pairs, nil
}

// flatten lists what the values lead to, each once.
func flatten(ends map[any][]any) []any {
	var all []any
	for _, at := range ends {
		all = append(all, at...)
	}
	return distinct(all)
}

// reachedFrom is the selection that an alias leads to from one entity.
func (c *class) reachedFrom(path []*model.Attribute, link any) *selection {
	condition := &sqlplan.Along{Path: path, Values: []any{link}}
	return &selection{class: c, source: &sqlplan.Source{Class: c.model, Conditions: []sqlplan.Condition{condition}, Limit: -1}}
}
