package migrations

import (
	"strings"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// A keyword index serves the operator %. PostgreSQL has a kind of index for that. SQLite gets a table of words, which triggers of the
// database keep up with every write, whoever makes it.

// keywordIndexes adds the indexes of texts whose tag says orda:"keywords".
func (e *expectation) keywordIndexes(c *model.Class, t *table) {
	for _, a := range c.Attributes {
		if a.Kind != model.Storage || !a.Keywords {
			continue
		}
		x := index{name: a.WordsTable(), columns: []string{""}, keywords: a}
		if p, ok := e.dialect.(dialect.Postgres); ok {
			x.method, x.exprs = "gin", []string{"(" + string(p.WordsExpr(nil, []byte(e.quote(a.Column)))) + ")"}
		} else {
			x.exprs = []string{"words of " + a.Column} // never SQL, see createWords
		}
		t.indexes = append(t.indexes, x)
	}
}

// createWords writes table and triggers, and fills the table from the rows that exist.
func (w *writer) createWords(t *table, x index) {
	column, words := w.quote(x.keywords.Column), w.quote(x.name)
	list := func(prefix string) string {
		parts := make([]string, len(t.key))
		for i, k := range t.key {
			parts[i] = prefix + w.quote(k)
		}
		return strings.Join(parts, ", ")
	}
	of := func(row string) string { return "json_each(ordago_words(" + row + column + "))" }
	add := "INSERT OR IGNORE INTO " + words + " SELECT value, " + list("new.") + " FROM " + of("new.")
	remove := "DELETE FROM " + words + " WHERE word IN (SELECT value FROM " + of("old.") + ") AND (" + list("") + ") = (" + list("old.") + ")"
	w.indexes = append(w.indexes,
		change{
			what: "create table " + x.name,
			up:   "CREATE TABLE " + words + " (word text NOT NULL, " + list("") + ", PRIMARY KEY (word, " + list("") + ")) WITHOUT ROWID",
			down: "DROP TABLE " + words,
		},
		change{
			what: "fill table " + x.name,
			up:   "INSERT OR IGNORE INTO " + words + " SELECT value, " + list("t.") + " FROM " + w.quote(t.name) + " t, " + of("t."),
		},
		w.trigger(t, x.name+"_insert", "INSERT", add),
		w.trigger(t, x.name+"_delete", "DELETE", remove),
		w.trigger(t, x.name+"_update", "UPDATE OF "+column+", "+list(""), remove+"; "+add),
	)
}

// trigger writes a trigger of the database. The comments keep goose from ending the statement inside of it.
func (w *writer) trigger(t *table, name, event, body string) change {
	return change{
		what: "create trigger " + name,
		up: "-- +goose StatementBegin\nCREATE TRIGGER " + w.quote(name) + " AFTER " + event + " ON " + w.quote(t.name) +
			" BEGIN\n  " + strings.ReplaceAll(body, "; ", ";\n  ") + ";\nEND;\n-- +goose StatementEnd",
		down: "DROP TRIGGER " + w.quote(name),
	}
}
