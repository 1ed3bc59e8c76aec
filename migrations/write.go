package migrations

import (
	"fmt"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// change is one statement and the one that takes it back.
type change struct {
	what  string // for people: create table books
	up    string // "": to be done by hand, what says what
	down  string // always a DROP; "" if the statement cannot be taken back
	drops bool   // up takes something away
}

// writer writes the statements that remove differences. Tables come first, then columns, indexes and constraints:
// a constraint may lead to a table that comes later, and needs the unique index there.
type writer struct {
	db                                                   *gorm.DB
	sqlite                                               bool
	tables, columns, indexes, constraints, drops, remark []change
}

func (w *writer) changes() []change {
	return slices.Concat(w.tables, w.columns, w.indexes, w.constraints, w.drops, w.remark)
}

func (w *writer) quote(name string) string { return quote(w.db, name) }

func (w *writer) createTable(t *table) {
	var lines []string
	inline := false
	for _, c := range t.columns {
		inline = inline || strings.Contains(strings.ToUpper(c.full), "PRIMARY KEY")
		lines = append(lines, w.quote(c.name)+" "+c.full)
	}
	if !inline && len(t.key) > 0 {
		lines = append(lines, "PRIMARY KEY ("+w.list(t.key)+")")
	}
	for _, k := range t.checks {
		lines = append(lines, "CONSTRAINT "+w.quote(k.name)+" CHECK ("+k.expr+")")
	}
	if w.sqlite { // it cannot add constraints later, and takes those to tables that come later
		for _, k := range t.foreign {
			lines = append(lines, w.constraint(k))
		}
	}
	w.tables = append(w.tables, change{
		what: "create table " + t.name,
		up:   "CREATE TABLE " + w.quote(t.name) + " (\n  " + strings.Join(lines, ",\n  ") + "\n)",
		down: "DROP TABLE " + w.quote(t.name),
	})
	for _, x := range t.indexes {
		w.createIndex(t, x)
	}
	for _, k := range t.foreign {
		w.addConstraint(t, k)
	}
}

func (w *writer) list(names []string) string {
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = w.quote(n)
	}
	return strings.Join(quoted, ", ")
}

func (w *writer) constraint(k foreignKey) string {
	return "CONSTRAINT " + w.quote(k.name) + " FOREIGN KEY (" + w.quote(k.column) + ") " + w.references(k)
}

func (w *writer) references(k foreignKey) string {
	s := "REFERENCES " + w.quote(k.toTable) + " (" + w.quote(k.toColumn) + ")"
	if k.onDelete != "" {
		s += " ON DELETE " + k.onDelete
	}
	return s
}

// addConstraint adds a foreign key to a table that exists; SQLite cannot.
func (w *writer) addConstraint(t *table, k foreignKey) {
	if w.sqlite {
		return
	}
	w.constraints = append(w.constraints, change{
		what: "add constraint " + k.name,
		up:   "ALTER TABLE " + w.quote(t.name) + " ADD " + w.constraint(k),
		down: "ALTER TABLE " + w.quote(t.name) + " DROP CONSTRAINT " + w.quote(k.name),
	})
}

// addColumn gives rows that exist the blank value where the column must not be null. Where the type has no blank value
// the column is added without NOT NULL, and the rest is left to people.
func (w *writer) addColumn(t *table, c column) {
	definition := c.full
	switch {
	case !c.notNull || c.hasDef:
	case c.blank != "":
		definition += " DEFAULT " + c.blank
	default:
		definition = strings.ReplaceAll(definition, " NOT NULL", "")
		w.byHand(fmt.Sprintf("%s.%s is added without NOT NULL; fill it, then add NOT NULL", t.name, c.name))
	}
	for _, k := range t.foreign {
		if k.column != c.name {
			continue
		}
		if w.sqlite && !strings.Contains(definition, " DEFAULT ") { // SQLite wants null in the rows that exist
			definition += " " + w.references(k)
		}
		w.addConstraint(t, k)
	}
	w.columns = append(w.columns, change{
		what: "add column " + t.name + "." + c.name,
		up:   "ALTER TABLE " + w.quote(t.name) + " ADD COLUMN " + w.quote(c.name) + " " + definition,
		down: "ALTER TABLE " + w.quote(t.name) + " DROP COLUMN " + w.quote(c.name),
	})
}

func (w *writer) createIndex(t *table, x index) {
	if x.keywords != nil && w.sqlite {
		w.createWords(t, x)
		return
	}
	s := "CREATE "
	if x.unique {
		s += "UNIQUE "
	}
	s += "INDEX " + w.quote(x.name) + " ON " + w.quote(t.name)
	if x.method != "" && !w.sqlite {
		s += " USING " + x.method
	}
	s += " (" + strings.Join(x.exprs, ", ") + ")"
	if x.where != "" {
		s += " WHERE " + x.where
	}
	w.indexes = append(w.indexes, change{what: "create index " + x.name, up: s, down: "DROP INDEX " + w.quote(x.name)})
}

func (w *writer) dropColumn(t *table, name string) {
	w.drops = append(w.drops, change{
		what:  "drop column " + t.name + "." + name,
		up:    "ALTER TABLE " + w.quote(t.name) + " DROP COLUMN " + w.quote(name),
		drops: true,
	})
}

// byHand notes what no statement can do without knowing the data.
func (w *writer) byHand(what string) { w.remark = append(w.remark, change{what: what}) }
