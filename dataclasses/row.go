package dataclasses

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// Row is what an answer shows of one entity, as its [Projection] says.
type Row struct {
	Key      string    // text of __KEY; "" for an unsaved entity
	Stamp    int64     // __STAMP
	Modified time.Time // __TIMESTAMP; zero: not recorded
	Dead     bool      // a reference to an entity that is gone: only Key is set
	Values   []any     // canonical values (see model.Attribute); true for a picture or blob that is there
	One      []*Row    // by Field.Slot: the related entity, nil for none
	Many     [][]Row   // by Field.Slot: the related entities
}

// Page is a part of a selection.
type Page struct {
	Rows  []Row
	Count int // entities in the whole selection
	First int // position of the first row
}

// keyText is the text of __KEY.
func keyText(key []any) string {
	if len(key) == 1 {
		return model.KeyText(key[0])
	}
	parts := make([]string, len(key))
	for i, k := range key {
		parts[i] = model.KeyText(k)
	}
	return strings.Join(parts, ",")
}

// identity is different for different keys: keyText is not where texts of a composite key have commas.
func identity(key []any) string {
	return keyset.Identity(key)
}

// system fills what every row has from its first values.
func (p *Projection) system(r *Row) {
	m := p.Class.core.model
	n := len(m.Key)
	r.Key = keyText(r.Values[:n])
	r.Stamp = 1
	if m.Stamp != nil {
		r.Stamp, _ = r.Values[n].(int64)
		n++
	}
	if m.Modified != nil {
		r.Modified, _ = r.Values[n].(time.Time)
	}
}

// rows reads a statement's rows into canonical values, without a struct in between.
func (p *Projection) rows(ctx context.Context, s sqlplan.Statement, capacity int) ([]Row, error) {
	rows := make([]Row, 0, capacity)
	err := scan(ctx, p.Class.core.ds.reader(ctx), s, len(p.columns), func(raw []any) error {
		row := Row{Values: make([]any, p.width)}
		if err := p.canonical(raw, row.Values); err != nil {
			return err
		}
		p.system(&row)
		rows = append(rows, row)
		return nil
	})
	return rows, err
}

func (p *Projection) canonical(raw, values []any) error {
	for i, a := range p.columns {
		if a.Type.Binary() {
			values[i] = present(raw[i])
			continue
		}
		v, err := a.Canonical(raw[i])
		if err != nil {
			return fmt.Errorf("%s.%s: %w", a.Class.Name, a.Name, err)
		}
		values[i] = v
	}
	return nil
}

// planKey plans the statement that reads one entity.
func (p *Projection) planKey() error {
	if p.needsEntities() {
		return nil
	}
	c := p.Class.core
	source := c.keySource([][]any{c.anyKey()})
	source.Presence = true
	restricted := false
	note := func(m *model.Class) (*sqlplan.Source, error) {
		restricted = restricted || c.ds.ofModel(m).spec.restrict != nil
		return nil, nil
	}
	s, err := c.ds.planner.Select(source, p.columns, sqlplan.Lens{Restriction: note})
	if p.byKey = s.SQL; restricted { // what can be seen depends on who reads
		p.byKey = ""
	}
	return err
}

// one reads the row with that key, nil when there is none.
func (p *Projection) one(ctx context.Context, key []any) (*Row, error) {
	c := p.Class.core
	if p.byKey == "" {
		return firstRow(p.read(ctx, &selection{class: c, source: c.keySource([][]any{key})}, 1))
	}
	rows, err := p.rows(ctx, c.withKey(p.byKey, key), 1)
	if err == nil {
		err = p.expand(ctx, rows)
	}
	return firstRow(rows, err)
}

func firstRow(rows []Row, err error) (*Row, error) {
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	return &rows[0], nil
}

// present is true for a picture or blob that is there, nil for none: pages never carry their bytes.
func present(v any) any {
	switch v := v.(type) {
	case bool:
		if v {
			return true
		}
	case int64:
		if v != 0 {
			return true
		}
	case []byte:
		if len(v) > 0 {
			return true
		}
	}
	return nil
}

// ofRecords makes the same rows from entities in memory.
func (p *Projection) ofRecords(ctx context.Context, records []*record) ([]Row, error) {
	rows := make([]Row, len(records))
	for i := range rows {
		rows[i].Values = make([]any, p.width)
	}
	for i, a := range p.columns {
		values, err := p.Class.core.derived(ctx, records, a)
		if err != nil {
			return nil, err
		}
		for j, v := range values {
			if a.Type.Binary() {
				v = present(v)
			}
			rows[j].Values[i] = v
		}
	}
	if err := p.calculate(ctx, records, rows); err != nil {
		return nil, err
	}
	for i := range rows {
		p.system(&rows[i])
		if records[i].isNew {
			rows[i].Key, rows[i].Stamp = "", 0
		}
	}
	return rows, nil
}

// calculate fills calculated attributes: one call of each getter for all rows.
func (p *Projection) calculate(ctx context.Context, records []*record, rows []Row) error {
	for _, f := range p.Fields {
		if f.Attribute.Kind != model.Calculated || len(records) == 0 {
			continue
		}
		values, err := p.Class.core.derived(ctx, records, f.Attribute)
		if err != nil {
			return err
		}
		if f.Attribute.Target != nil {
			if err := p.relateCalculated(ctx, f, values, rows); err != nil {
				return err
			}
			continue
		}
		for i, v := range values {
			rows[i].Values[f.Value] = v
		}
	}
	return nil
}

// read reads a selection's rows with everything the projection shows.
func (p *Projection) read(ctx context.Context, s *selection, capacity int) ([]Row, error) {
	ctx = p.Class.core.ds.oneRead(ctx)
	rows, err := p.readFlat(ctx, s, capacity)
	if err != nil {
		return nil, err
	}
	return rows, p.expand(ctx, rows)
}

func (p *Projection) readFlat(ctx context.Context, s *selection, capacity int) ([]Row, error) {
	if p.needsEntities() {
		records, err := s.records(ctx)
		if err != nil {
			return nil, err
		}
		return p.ofRecords(ctx, records)
	}
	source := *s.source
	source.Presence = true
	statement, err := s.planRead(ctx, &source, p.columns)
	if err != nil {
		return nil, err
	}
	return p.rows(ctx, statement, capacity)
}
