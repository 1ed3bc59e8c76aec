package migrations

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// Kind says what differs between models and database.
type Kind uint8

// The kinds of difference.
const (
	MissingTable  Kind = iota
	MissingColumn      // of a table that exists
	MissingIndex
	MissingUnique // a unique index or constraint
	MissingWords  // a keyword index; on SQLite queries with % fail without it
	DifferentType // the column's type is not that of the model
	DifferentNull // NOT NULL on one side only
	UnknownColumn // the model does not have it
)

// String is the kind in words.
func (k Kind) String() string {
	switch k {
	case MissingTable:
		return "missing table"
	case MissingColumn:
		return "missing column"
	case MissingIndex:
		return "missing index"
	case MissingUnique:
		return "missing unique index"
	case MissingWords:
		return "missing keyword index"
	case DifferentType:
		return "different type"
	case DifferentNull:
		return "different nullability"
	case UnknownColumn:
		return "unknown column"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Difference is one thing in which the database is not as the models need it.
type Difference struct {
	Kind  Kind
	Table string
	Name  string // column or index; "" for a table
	Want  string // what the model needs, for people; "" where the kind says it
	Got   string // what the database has, for people
}

// Diff compares the database with the tables, columns and indexes that the linked classes need.
// Tables that belong to no class are not looked at. SQLite and PostgreSQL can be compared, other databases are an error.
// It reads and changes nothing.
func Diff(ctx context.Context, db *gorm.DB, classes []*model.Class) (Report, error) {
	in, err := inspectorFor(db)
	if err != nil {
		return Report{}, err
	}
	tables, err := expect(db, classes)
	if err != nil {
		return Report{}, fmt.Errorf("migrations: %w", err)
	}
	w := &writer{db: db, sqlite: db.Name() == "sqlite"}
	c := comparison{in: in, w: w}
	conn := db.Session(&gorm.Session{NewDB: true, Context: ctx}).Statement.ConnPool
	for _, t := range tables {
		f, err := inspect(ctx, conn, in, t.name)
		if err != nil {
			return Report{}, fmt.Errorf("migrations: read the structure of table %s: %w", t.name, err)
		}
		c.table(t, f)
	}
	return Report{Differences: c.differences, changes: w.changes()}, nil
}

// comparison collects differences and has the statements written that remove them.
type comparison struct {
	in          inspector
	w           *writer
	differences []Difference
}

func (c *comparison) note(kind Kind, table, name, want, got string) {
	c.differences = append(c.differences, Difference{kind, table, name, want, got})
}

func (c *comparison) table(t *table, f *found) {
	if f == nil {
		c.note(MissingTable, t.name, "", "", "")
		c.w.createTable(t)
		return
	}
	for _, col := range t.columns {
		c.column(t, col, f)
	}
	for _, x := range t.indexes {
		if !f.has(x) {
			c.note(x.missing(), t.name, x.name, "", "")
			c.createIndex(t, x, f)
		}
	}
	for _, name := range f.order {
		if !slices.ContainsFunc(t.columns, func(col column) bool { return col.name == name }) {
			c.note(UnknownColumn, t.name, name, "", f.columns[name].typ)
			c.w.dropColumn(t, name)
		}
	}
}

func (x index) missing() Kind {
	switch {
	case x.unique:
		return MissingUnique
	case x.keywords != nil:
		return MissingWords
	}
	return MissingIndex
}

// createIndex leaves the fold of what is no text in the database to who changes its type.
func (c *comparison) createIndex(t *table, x index, f *found) {
	for _, col := range t.columns {
		got, ok := f.columns[col.name]
		if ok && slices.Contains(x.texts, col.name) && got.typ != c.in.normal(col.typ) {
			c.w.byHand(fmt.Sprintf("index %s needs %s.%s as %s", x.name, t.name, col.name, c.in.normal(col.typ)))
			return
		}
	}
	c.w.createIndex(t, x)
}

func (c *comparison) column(t *table, col column, f *found) {
	got, ok := f.columns[col.name]
	if !ok {
		c.note(MissingColumn, t.name, col.name, col.typ, "")
		c.w.addColumn(t, col)
		return
	}
	if want := c.in.normal(col.typ); want != got.typ {
		c.note(DifferentType, t.name, col.name, want, got.typ)
		c.w.byHand(fmt.Sprintf("%s.%s is %s, the model needs %s", t.name, col.name, got.typ, want))
	}
	if want := col.notNull || slices.Contains(t.key, col.name); want != got.notNull {
		c.note(DifferentNull, t.name, col.name, nullability(want), nullability(got.notNull))
		c.w.byHand(fmt.Sprintf("%s.%s is %s, the model needs %s", t.name, col.name, nullability(got.notNull), nullability(want)))
	}
}

func nullability(notNull bool) string {
	if notNull {
		return "NOT NULL"
	}
	return "NULL"
}

// has reports whether an index does the work of x: by its columns, whatever it is called. Expressions and conditions go by name.
func (f *found) has(x index) bool {
	byName := x.where != "" || slices.Contains(x.columns, "")
	return slices.ContainsFunc(f.indexes, func(o foundIndex) bool {
		if o.name == x.name || byName {
			return o.name == x.name
		}
		if x.unique {
			return o.unique && !o.partial && slices.Equal(o.columns, x.columns)
		}
		return !o.partial && len(o.columns) >= len(x.columns) && slices.Equal(o.columns[:len(x.columns)], x.columns)
	})
}

// setup makes sure of the functions that indexes of texts use.
func setup(ctx context.Context, db *gorm.DB) error {
	d, err := dialect.Of(db.Name())
	if err != nil {
		return err
	}
	return d.Setup(ctx, db.Session(&gorm.Session{NewDB: true}).Statement.ConnPool)
}

// Create brings a database to what the linked classes need as far as that takes nothing away: tables, columns and indexes that
// are missing are created, in one transaction. For development and demos; production runs migration files, see [Migrator].
// The report says what was different. What cannot be created stays in it: types, nullability, unknown columns.
func Create(ctx context.Context, db *gorm.DB, classes []*model.Class) (Report, error) {
	report, err := Diff(ctx, db, classes)
	if err != nil || len(report.changes) == 0 {
		return report, err
	}
	if err := setup(ctx, db); err != nil {
		return report, fmt.Errorf("migrations: %w", err)
	}
	err = db.Session(&gorm.Session{NewDB: true, Context: ctx}).Transaction(func(tx *gorm.DB) error {
		for _, ch := range report.changes {
			if ch.drops || ch.up == "" {
				continue
			}
			if _, err := tx.Statement.ConnPool.ExecContext(ctx, ch.up); err != nil {
				return fmt.Errorf("migrations: %s: %w", ch.what, err)
			}
		}
		return nil
	})
	return report, err
}
