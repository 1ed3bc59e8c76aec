package migrations

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// table is a table as the models need it.
type table struct {
	name    string
	columns []column
	key     []string // columns of the primary key
	indexes []index
	foreign []foreignKey
	checks  []check
}

// column is a column as the models need it.
type column struct {
	name    string
	typ     string // as GORM's dialect names it, without NOT NULL and DEFAULT
	full    string // typ, NOT NULL and DEFAULT
	notNull bool
	blank   string // SQL of the value for rows that exist when a NOT NULL column is added; "" if there is none
	hasDef  bool   // full has a DEFAULT
}

type index struct {
	name    string
	unique  bool
	columns []string // "" for an expression
	exprs   []string // what is indexed, as SQL: quoted columns with their order, or expressions
	texts   []string // columns whose fold is indexed

	keywords *model.Attribute // of a keyword index
	where    string
	method   string // btree, gin …; "" is the default
}

type foreignKey struct {
	name, column, toTable, toColumn, onDelete string
}

type check struct{ name, expr string }

// expectation builds tables from classes.
type expectation struct {
	db      *gorm.DB
	dialect dialect.Dialect
	tables  []*table
}

// expect returns the tables that the linked classes need, one for each table name.
func expect(db *gorm.DB, classes []*model.Class) ([]*table, error) {
	d, err := dialect.Of(db.Name())
	if err != nil {
		return nil, err
	}
	e := &expectation{db: db, dialect: d}
	for _, c := range classes {
		if c.Schema == nil {
			return nil, fmt.Errorf("%s: %s has no Go struct, so it has no table; leave it out", c.Position, c.Name)
		}
		if e.table(c.Table) == nil {
			e.add(c)
		}
	}
	for _, c := range classes {
		for _, a := range c.Attributes {
			if a.Kind == model.RelatedEntity || a.Kind == model.RelatedEntities { // not an alias of one, which another relation links
				e.foreignKey(a)
			}
		}
	}
	for _, c := range classes {
		e.foldedAlone(c)
	}
	return e.tables, nil
}

func (e *expectation) table(name string) *table {
	for _, t := range e.tables {
		if t.name == name {
			return t
		}
	}
	return nil
}

func (e *expectation) add(c *model.Class) {
	s := c.Schema
	t := &table{name: c.Table}
	for _, f := range s.PrimaryFields {
		t.key = append(t.key, f.DBName)
	}
	for _, name := range s.DBNames {
		if f := s.FieldsByDBName[name]; !f.IgnoreMigration {
			t.columns = append(t.columns, e.column(f, len(t.key) > 1))
		}
	}
	for _, x := range s.ParseIndexes() {
		t.indexes = append(t.indexes, e.folded(c, e.index(x)))
	}
	for _, u := range s.ParseUniqueConstraints() {
		t.indexes = append(t.indexes, index{name: u.Name, unique: true, columns: []string{u.Field.DBName}, exprs: []string{e.quote(u.Field.DBName)}})
	}
	for _, k := range s.ParseCheckConstraints() {
		t.checks = append(t.checks, check{name: k.Name, expr: k.Constraint})
	}
	e.keywordIndexes(c, t)
	slices.SortFunc(t.indexes, func(a, b index) int { return cmp.Compare(a.name, b.name) })
	slices.SortFunc(t.checks, func(a, b check) int { return cmp.Compare(a.name, b.name) })
	e.tables = append(e.tables, t)
}

// column describes a column. A key of several columns cannot be SQLite's one autoincrementing column.
func (e *expectation) column(f *schema.Field, composite bool) column {
	m := e.db.Migrator()
	c := column{name: f.DBName, full: m.FullDataTypeOf(f).SQL, notNull: f.NotNull || f.PrimaryKey, blank: blank(f)}
	c.typ, _, _ = strings.Cut(strings.ToLower(typeOf(e.db, f)), " primary key")
	if composite && strings.Contains(strings.ToUpper(c.full), "PRIMARY KEY") {
		c.full = c.typ
	}
	if f.PrimaryKey && !f.NotNull && !strings.Contains(strings.ToUpper(c.full), "PRIMARY KEY") {
		c.full += " NOT NULL" // SQLite accepts null in a primary key
	}
	c.hasDef = strings.Contains(c.full, " DEFAULT ")
	return c
}

// typeOf asks the field's own type first, as GORM's migrator does.
func typeOf(db *gorm.DB, f *schema.Field) string {
	type dataTyper interface{ DataTypeOf(*schema.Field) string }
	if m, ok := db.Migrator().(dataTyper); ok {
		return m.DataTypeOf(f)
	}
	return db.Dialector.DataTypeOf(f)
}

// blank is the SQL of the blank value of a column, where its type has one.
func blank(f *schema.Field) string {
	switch f.GORMDataType {
	case schema.Bool:
		return "false"
	case schema.Int, schema.Uint, schema.Float:
		return "0"
	case schema.String:
		if f.Serializer == nil && f.DataType != "uuid" {
			return "''"
		}
	}
	return ""
}

func (e *expectation) index(x *schema.Index) index {
	i := index{name: x.Name, unique: strings.EqualFold(x.Class, "UNIQUE"), where: x.Where, method: x.Type}
	for _, f := range x.Fields {
		expr, name := f.Expression, ""
		if expr == "" {
			name = f.DBName
			expr = e.quote(name)
			if f.Collate != "" {
				expr += " COLLATE " + f.Collate
			}
			if f.Sort != "" {
				expr += " " + f.Sort
			}
		} else {
			expr = "(" + expr + ")"
		}
		i.columns, i.exprs = append(i.columns, name), append(i.exprs, expr)
	}
	return i
}

// foreignKey adds the constraint and the index of a relation; both sides of a relation lead to the same one.
func (e *expectation) foreignKey(a *model.Attribute) {
	t, to := e.table(a.ForeignKey.Class.Table), e.table(a.LinkedKey.Class.Table)
	k := foreignKey{
		name: e.db.NamingStrategy.IndexName(t.name, a.ForeignKey.Column), column: a.ForeignKey.Column,
		toTable: to.name, toColumn: a.LinkedKey.Column, onDelete: a.OnDelete,
	}
	t.indexFor(index{name: k.name, columns: []string{k.column}, exprs: []string{e.quote(k.column)}})
	k.name = "fk" + strings.TrimPrefix(k.name, "idx")
	known := slices.ContainsFunc(t.foreign, func(o foreignKey) bool { return o.name == k.name })
	if k.onDelete != "-" && !known {
		t.foreign = append(t.foreign, k)
	}
}

// indexFor adds an index unless the primary key or another index leads with its column.
func (t *table) indexFor(x index) {
	leads := func(o index) bool { return o.exprs[0] == x.exprs[0] && o.where == "" }
	if t.key[0] != x.columns[0] && !slices.ContainsFunc(t.indexes, leads) {
		t.indexes = append(t.indexes, x)
	}
}

func (e *expectation) quote(name string) string { return quote(e.db, name) }

// quote quotes a name, a schema before a point apart.
func quote(db *gorm.DB, name string) string {
	return db.Session(&gorm.Session{NewDB: true}).Statement.Quote(name)
}
