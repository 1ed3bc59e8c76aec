package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/model"
)

// expand reads related entities: one query for each expanded relation, whatever the number of rows.
func (p *Projection) expand(ctx context.Context, rows []Row) error {
	if p.slots == 0 {
		return nil
	}
	for i := range rows {
		p.makeSlots(&rows[i])
	}
	for _, f := range p.Fields {
		if f.Nested == nil || f.Attribute.Kind == model.Calculated {
			continue
		}
		if f.Attribute.Kind == model.Alias && f.Attribute.ToMany() {
			if err := f.expandAlias(ctx, rows); err != nil {
				return err
			}
			continue
		}
		related, err := f.read(ctx, rows)
		if err != nil {
			return err
		}
		for i := range rows {
			f.attach(&rows[i], related)
		}
	}
	return nil
}

// read reads what one relation of all rows leads to, by linked value.
func (f *Field) read(ctx context.Context, rows []Row) (map[any][]Row, error) {
	found, err := f.readLinked(ctx, linkedValues(f, rows))
	related := map[any][]Row{}
	for _, row := range found {
		v := row.Values[f.Nested.link]
		related[v] = append(related[v], row)
	}
	return related, err
}

// linkedValues are the values that a relation of the rows goes by.
func linkedValues(f *Field, rows []Row) []any {
	var keys []any
	for i := range rows {
		if v := linked(f, &rows[i]); v != nil {
			keys = append(keys, v)
		}
	}
	return keys
}

// readLinked reads the related rows with these linked values, in their order.
func (f *Field) readLinked(ctx context.Context, keys []any) ([]Row, error) {
	var all []Row
	nested, by := f.Nested, targetLink(f.Attribute)
	left := maxRelated
	for chunk := range slices.Chunk(distinct(keys), keysAtOnce) {
		found, err := nested.read(ctx, nested.Class.core.relatedTo(by, chunk).slice(0, left+1), len(chunk))
		if err != nil {
			return nil, err
		}
		if left -= len(found); left < 0 {
			return nil, &LimitError{What: "entities of " + nested.Class.Name() + " in one expanded relation", Max: maxRelated}
		}
		all = append(all, found...)
	}
	return all, nil
}

// maxRelated is how many entities one expanded relation may bring into an answer; more are read page by page through the relation itself.
const maxRelated = 100_000

// keysAtOnce is how many keys one statement may name: below the limits of every database.
const keysAtOnce = 10_000

func (f *Field) attach(row *Row, related map[any][]Row) {
	v := linked(f, row)
	var found []Row
	if v != nil {
		found = related[v]
	}
	if f.Attribute.ToMany() {
		row.Many[f.Slot] = found
		return
	}
	if len(found) > 0 {
		row.One[f.Slot] = &found[0]
	}
}

// linked is the value that a relation of the row goes by; nil leads nowhere.
func linked(f *Field, row *Row) any { return row.Values[f.Value] }
