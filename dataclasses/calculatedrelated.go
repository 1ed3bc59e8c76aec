package dataclasses

import (
	"context"

	"github.com/ordago/ordago/model"
)

// This file shows calculated attributes whose values are entities or selections (O-452).

// relatedRecord is the record of an entity that a getter returned, nil for null.
func relatedRecord(v any) *record {
	if e, ok := v.(entityResult); ok {
		return e.entityRecord()
	}
	return nil
}

// relatedSelection is a selection that a getter returned, nil for null. What its conditions use is the program's choice.
func relatedSelection(v any) *selection {
	if s, ok := v.(selectionResult); ok {
		return s.selectionCore().ofApplication()
	}
	return nil
}

// makeSlots makes places for expanded relations, once.
func (p *Projection) makeSlots(row *Row) {
	if row.One == nil && p.slots > 0 {
		row.One, row.Many = make([]*Row, p.slots), make([][]Row, p.slots)
	}
}

// relateCalculated shows the entities or selections of a calculated attribute: in their slots if they are expanded, else by key.
func (p *Projection) relateCalculated(ctx context.Context, f Field, values []any, rows []Row) error {
	left := maxRelated
	for i, v := range values {
		p.makeSlots(&rows[i])
		var err error
		if f.Attribute.ToOne() {
			err = f.showEntity(ctx, relatedRecord(v), &rows[i])
		} else if f.Nested != nil {
			err = f.showSelection(ctx, relatedSelection(v), &rows[i], &left)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *Field) showEntity(ctx context.Context, r *record, row *Row) error {
	if r == nil {
		return nil
	}
	if f.Nested == nil {
		key, err := r.class.keyOf(r.ptr)
		if err == nil && len(key) == 1 && !r.isNew {
			row.Values[f.Value] = key[0]
		}
		return err
	}
	related, err := f.Nested.ofRecords(ctx, []*record{r})
	if err == nil {
		err = f.Nested.expand(ctx, related)
	}
	if err == nil {
		row.One[f.Slot] = &related[0]
	}
	return err
}

func (f *Field) showSelection(ctx context.Context, s *selection, row *Row, left *int) error {
	if s == nil {
		return nil
	}
	page, err := (&RemoteSelection{s}).Page(ctx, f.Nested, 0, *left+1)
	if err != nil {
		return err
	}
	if *left -= len(page.Rows); *left < 0 {
		return &LimitError{What: "entities of " + f.Nested.Class.Name() + " in one expanded attribute", Max: maxRelated}
	}
	for _, related := range page.Rows {
		if !related.Dead {
			row.Many[f.Slot] = append(row.Many[f.Slot], related)
		}
	}
	return nil
}

// calculatedOne is the entity that a calculated attribute has, nil for null.
func (r *record) calculatedOne(ctx context.Context, a *model.Attribute) (*record, error) {
	values, err := r.class.derived(ctx, []*record{r}, a)
	if err != nil {
		return nil, err
	}
	return relatedRecord(values[0]), nil
}

// calculatedEntity shows the entity that a calculated attribute has; nil for null.
func (c *RemoteClass) calculatedEntity(ctx context.Context, r *record, a *model.Attribute, p *Projection) (*Row, error) {
	related, err := r.calculatedOne(ctx, a)
	if err != nil || related == nil {
		return nil, err
	}
	return (&RemoteEntity{related}).Row(ctx, p)
}

// calculatedSelection is the selection that a calculated attribute has, an empty one for null.
func (c *RemoteClass) calculatedSelection(ctx context.Context, r *record, a *model.Attribute) (*RemoteSelection, error) {
	values, err := c.core.derived(ctx, []*record{r}, a)
	if err != nil {
		return nil, err
	}
	if s := relatedSelection(values[0]); s != nil {
		return &RemoteSelection{s}, nil
	}
	none := c.core.ds.ofModel(a.Target).none()
	none.remote = true
	return &RemoteSelection{none}, nil
}
