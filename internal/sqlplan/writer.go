package sqlplan

import (
	"strconv"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// writer writes resolved selections as SQL. Names come from the model only; values are bound in the order of the text.
type writer struct {
	dialect  dialect.Dialect
	postgres bool
	buf      []byte
	args     []any
	aliases  int    // tables named so far: t0, t1, …
	exists   int    // EXISTS written so far
	scratch  []byte // a column's SQL, see column
	value    any    // what bind binds
	bind     func([]byte) []byte
	err      error

	origins []origin // of args
	origin  origin   // of what bind binds
}

func (p *Planner) writer() *writer {
	w := &writer{
		dialect:  p.dialect,
		postgres: p.dialect.Name() == "postgres",
		buf:      make([]byte, 0, 512),
		args:     make([]any, 0, 4),
		origins:  make([]origin, 0, 4),
		scratch:  make([]byte, 0, 64),
	}
	w.bind = func(b []byte) []byte {
		w.args, w.origins = append(w.args, w.value), append(w.origins, w.origin)
		return w.dialect.Placeholder(b, len(w.args))
	}
	return w
}

func (w *writer) statement() (Statement, error) {
	if w.err == nil && len(w.args) > maxValues {
		w.err = &Error{Kind: TooComplex, Msg: "more than " + strconv.Itoa(maxValues) + " values in one query: use shorter lists"}
	}
	if w.err != nil {
		return Statement{}, w.err
	}
	return Statement{SQL: string(w.buf), Args: w.args}, nil
}

func (w *writer) write(sql string) { w.buf = append(w.buf, sql...) }

// arg binds a value. cast gives its type where PostgreSQL would take the column's, which may be too narrow for it.
func (w *writer) arg(v any, cast string) {
	w.value = v
	w.buf = w.bind(w.buf)
	if w.postgres {
		w.write(cast)
	}
}

func (w *writer) quote(name string) { w.buf = w.dialect.Quote(w.buf, name) }

func (w *writer) alias(b []byte, r *ref) []byte {
	return strconv.AppendInt(append(b, 't'), int64(r.alias), 10)
}

// column returns the SQL of a column, valid until the next call.
func (w *writer) column(r *ref, a *model.Attribute) []byte {
	b := append(w.alias(w.scratch[:0], r), '.')
	w.scratch = w.dialect.Quote(b, a.Column)
	return w.scratch
}

func (w *writer) writeColumn(r *ref, a *model.Attribute) {
	w.buf = append(w.alias(w.buf, r), '.')
	w.quote(a.Column)
}

// selection writes SELECT … with the targets as columns. Without order there must be no window.
func (w *writer) selection(s *selection, columns []target, ordered bool) {
	w.open(s.root)
	w.write("SELECT ")
	w.columns(s, columns)
	w.body(s)
	if ordered {
		w.orderBy(s)
	}
	w.window(s)
}

func (w *writer) columns(s *selection, columns []target) {
	for i, t := range columns {
		if i > 0 {
			w.write(", ")
		}
		w.output(t)
		if s.presence && t.attr.Type.Binary() {
			w.write(" IS NOT NULL")
		}
	}
}

// count counts rows; only a window needs a table of its own for that.
func (w *writer) count(s *selection) {
	w.open(s.root)
	if !s.windowed() {
		w.write("SELECT COUNT(*)")
		w.body(s)
		return
	}
	w.write("SELECT COUNT(*) FROM (SELECT 1 AS one")
	w.body(s)
	w.window(s)
	w.write(") w")
}

// body writes FROM and WHERE.
func (w *writer) body(s *selection) {
	w.write(" FROM ")
	w.table(s.root)
	w.joins(s.root)
	w.ruleJoins(s.root)
	switch {
	case s.root.ruled():
		w.write(" WHERE ")
		w.rule(s.root)
		if s.where != nil {
			w.write(" AND ")
			w.node(s.where, false)
		}
	case s.where != nil:
		w.write(" WHERE ")
		w.node(s.where, true)
	}
}

func (w *writer) table(r *ref) {
	if r.elements != nil {
		w.elements(r)
		return
	}
	w.quote(r.class.Table)
	w.write(" ")
	w.buf = w.alias(w.buf, r)
}

// open names the table of r and those that its relatedEntity steps join to it.
func (w *writer) open(r *ref) {
	r.alias, r.bound = w.aliases, true
	w.aliases++
	for _, kid := range r.kids {
		if !kid.many {
			w.open(kid)
		}
	}
	w.openRule(r)
}

// joins writes the tables that are joined to r's. There is at most one row in each, because the linked key is unique.
func (w *writer) joins(r *ref) {
	for _, kid := range r.kids {
		if kid.many {
			continue
		}
		if !kid.inner {
			w.write(" LEFT")
		}
		w.write(" JOIN ")
		w.table(kid)
		w.write(" ON ")
		w.link(kid)
		w.onRule(kid)
		w.joins(kid)
	}
}

// link writes the condition that ties a ref to its parent.
func (w *writer) link(r *ref) {
	if r.elements != nil {
		w.write("1 = 1") // the table is already that of the parent's elements
		return
	}
	here, there := r.via.LinkedKey, r.via.ForeignKey
	if r.many {
		here, there = there, here
	}
	w.writeColumn(r, here)
	w.write(" = ")
	w.writeColumn(r.parent, there)
}

func (w *writer) orderBy(s *selection) {
	for i, t := range s.order {
		if i == 0 {
			w.write(" ORDER BY ")
		} else {
			w.write(", ")
		}
		w.term(t)
	}
}

// term writes one criterion. What is never null needs no rule for nulls, which lets PostgreSQL use a plain index.
func (w *writer) term(t term) {
	if t.doc != nil {
		w.mixedTerm(t)
		return
	}
	if t.similarity != nil {
		w.buf = w.dialect.OrderExpr(w.buf, w.similarity(nil, t.at, t.attr, t.similarity), t.descending)
		return
	}
	expr := w.column(t.at, t.attr)
	text := t.attr.Type == model.String
	switch {
	case text && !t.key:
		expr = w.dialect.FoldExpr(nil, expr)
	case text && w.postgres:
		expr = append(expr, ` COLLATE "C"`...) // bytes, as everywhere else
	}
	if !t.key && (!t.attr.NotNull || t.at.parent != nil) {
		w.buf = w.dialect.OrderExpr(w.buf, expr, t.descending)
		return
	}
	w.buf = append(w.buf, expr...)
	if t.descending {
		w.write(" DESC")
	}
}

func (w *writer) window(s *selection) {
	w.origin = origin{window: 'l'}
	switch {
	case s.limit >= 0:
		w.write(" LIMIT ")
		w.limit(s.limit)
	case s.offset > 0 && !w.postgres:
		w.write(" LIMIT -1") // SQLite has no OFFSET without LIMIT
	}
	if s.offset > 0 {
		w.write(" OFFSET ")
		w.origin = origin{window: 'o'}
		w.arg(int64(s.offset), "")
	}
	w.origin = origin{}
}
