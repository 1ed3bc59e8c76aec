package dataclasses

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/callbacks"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// load reads one entity for the caller: permission first.
func (c *class) load(ctx context.Context, key []any) (*record, error) {
	if err := c.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	return c.read(ctx, key)
}

// read reads one entity without asking for permission, unless it is hidden by a restriction.
func (c *class) read(ctx context.Context, key []any) (*record, error) {
	ctx = c.ds.oneRead(ctx)
	restricted, err := c.isRestricted(ctx)
	if err != nil {
		return nil, err
	}
	if !restricted {
		return c.loadFrom(ctx, c.ds.reader(ctx), key)
	}
	records, err := c.recordsByKey(ctx, [][]any{key})
	if err == nil && len(records) == 0 {
		err = c.notFoundKey(key)
	}
	if err != nil {
		return nil, err
	}
	return records[0], nil
}

func (c *class) loadFrom(ctx context.Context, from connection, key []any) (*record, error) {
	records, err := c.query(ctx, from, c.keyStatement(key))
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return nil, c.notFoundKey(key)
	}
	return records[0], nil
}

// keyStatement is the statement that reads one entity; its text was planned once.
func (c *class) keyStatement(key []any) sqlplan.Statement { return c.withKey(c.byKey, key) }

func (c *class) withKey(text string, key []any) sqlplan.Statement {
	args := make([]any, len(key))
	for i, a := range c.model.Key {
		args[i], _ = a.Bind(key[i])
	}
	return sqlplan.Statement{SQL: text, Args: args}
}

// planKey plans the statement of load, without a restriction: read asks for that first, and triggers see everything.
func (c *class) planKey() error {
	s, err := c.ds.planner.Select(c.keySource([][]any{c.anyKey()}), c.stored, sqlplan.Lens{})
	if err != nil {
		return fmt.Errorf("%s: %w", c.model.Name, err)
	}
	c.byKey = s.SQL
	return nil
}

// anyKey is some key: the text of a statement does not depend on it.
func (c *class) anyKey() []any {
	key := make([]any, len(c.model.Key))
	for i, a := range c.model.Key {
		key[i] = anyValue(a)
	}
	return key
}

// anyValue is some canonical value of the attribute's type.
func anyValue(a *model.Attribute) any {
	switch {
	case a.Type.Integer():
		return int64(1)
	case a.Type == model.UUID:
		return "00000000-0000-0000-0000-000000000001"
	case a.Type == model.Number:
		return 1.0
	case a.Type == model.Date && a.SimpleDate:
		return model.NewDay(2000, 1, 1)
	case a.Type == model.Date:
		return time.Unix(0, 0).UTC()
	case a.Type == model.Duration:
		return time.Second
	case a.Type == model.Bool:
		return true
	}
	return "1"
}

func (c *class) keySource(keys [][]any) *sqlplan.Source {
	return &sqlplan.Source{Class: c.model, Conditions: []sqlplan.Condition{&sqlplan.Keys{List: keys}}, Limit: -1}
}

// query runs a statement over c.stored and makes entities of its rows.
func (c *class) query(ctx context.Context, from connection, s sqlplan.Statement) ([]*record, error) {
	var records []*record
	err := scan(ctx, from, s, len(c.stored), func(raw []any) error {
		r, err := c.fromRow(slices.Clone(raw))
		if err != nil {
			return err
		}
		records = append(records, r)
		return nil
	})
	if err == nil {
		err = c.afterFind(ctx, records)
	}
	return records, err
}

func (c *class) fromRow(raw []any) (*record, error) {
	r := c.spec.types.newEntity(c)
	for i, a := range c.stored {
		if err := a.Scan(r.ptr, raw[i]); err != nil {
			return nil, fmt.Errorf("%s.%s: %w", c.model.Name, a.Name, err)
		}
	}
	r.raw = raw
	return r, nil
}

// afterFind runs GORM's hook of that name.
func (c *class) afterFind(ctx context.Context, records []*record) (err error) {
	if !c.model.Hooks.AfterFind || len(records) == 0 {
		return nil
	}
	defer guard("AfterFind of "+c.model.Name, &err)
	tx := c.ds.handle(newReads(ctx))
	for _, r := range records {
		if err := r.ptr.(callbacks.AfterFindInterface).AfterFind(tx); err != nil {
			return err
		}
		r.original = c.model.Clone(r.ptr)
	}
	return nil
}

// scan runs a statement and hands every row to fn, which must not keep the slice. No cursor stays open after it.
func scan(ctx context.Context, from connection, s sqlplan.Statement, columns int, fn func(raw []any) error) error {
	rows, err := from.QueryContext(ctx, s.SQL, s.Args...)
	if err != nil {
		return databaseError(err)
	}
	return errors.Join(scanRows(rows, columns, fn), rows.Close())
}

func scanRows(rows *sql.Rows, columns int, fn func(raw []any) error) error {
	raw := make([]any, columns)
	targets := make([]any, columns)
	for i := range raw {
		targets[i] = &raw[i]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		if err := fn(raw); err != nil {
			return err
		}
	}
	return databaseError(rows.Err())
}

// count runs a counting statement.
func (c *class) countRows(ctx context.Context, s sqlplan.Statement) (int, error) {
	n := 0
	err := scan(ctx, c.ds.reader(ctx), s, 1, func(raw []any) error {
		v, ok := raw[0].(int64)
		n = int(v)
		if !ok {
			return fmt.Errorf("count of %s is no number", c.model.Name)
		}
		return nil
	})
	return n, err
}

func (c *class) notFound(key string) error {
	return fmt.Errorf("%s(%s): %w", c.model.Name, key, ErrNotFound)
}

func (c *class) notFoundKey(key []any) error {
	var text strings.Builder
	for i, k := range key {
		if i > 0 {
			text.WriteString(",")
		}
		text.WriteString(fmt.Sprint(k))
	}
	return c.notFound(text.String())
}

// canonical converts one value of a row, in place of the raw one.
func canonicalRow(attributes []*model.Attribute, raw []any, values []any) error {
	for i, a := range attributes {
		v, err := a.Canonical(raw[i])
		if err != nil {
			return fmt.Errorf("%s.%s: %w", a.Class.Name, a.Name, err)
		}
		values[i] = v
	}
	return nil
}
