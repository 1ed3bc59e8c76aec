package sqlplan

import (
	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// operand returns the SQL of what a test compares: a column, or a value inside an object. It is valid until the next call,
// and may be repeated in a statement.
func (w *writer) operand(n *node) []byte {
	if n.doc == nil {
		return w.column(n.at, n.attr)
	}
	w.scratch = w.inside(w.scratch[:0], target{at: n.at, attr: n.attr, doc: n.doc}, n.as)
	return w.scratch
}

func (w *writer) expr(n *node) {
	if n.doc == nil {
		w.writeColumn(n.at, n.attr)
		return
	}
	w.buf = append(w.buf, w.operand(n)...)
}

// inside appends the value at a place in an object.
func (w *writer) inside(b []byte, t target, kind dialect.JSONKind) []byte {
	base, keys := w.base(t.at, t.attr), t.doc.keys
	member := w.dialect.JSONAt(base, keys, w.key)
	if !t.doc.length {
		return w.dialect.JSONExpr(b, member, kind)
	}
	return w.dialect.JSONLength(b, w.dialect.JSONAt(base, keys[:len(keys)-1], w.key), member, kind)
}

// base is the document that keys begin in: an element of a collection, or the column.
func (w *writer) base(r *ref, a *model.Attribute) dialect.JSON {
	if r.elements != nil {
		return w.dialect.JSONElement(w.alias(nil, r))
	}
	return w.dialect.JSONColumn(w.dialect.Quote(append(w.alias(nil, r), '.'), a.Column), a.StoredAsBytes())
}

// key binds a key, or a path of keys, once for all its uses.
func (w *writer) key(b []byte, v any) []byte {
	w.args = append(w.args, v)
	return w.dialect.Numbered(b, len(w.args))
}

// elements writes the elements of a collection as a table.
func (w *writer) elements(r *ref) {
	doc := w.dialect.JSONAt(w.base(r.parent, r.via), r.elements.keys, w.key)
	w.buf = w.dialect.JSONElements(w.buf, doc, w.alias(nil, r))
}

// present writes the condition that the row of a to-many ref is there.
func (w *writer) present(r *ref) {
	if r.elements != nil {
		w.buf = w.dialect.JSONPresent(w.buf, w.alias(nil, r))
		return
	}
	w.writeColumn(r, r.class.Key[0])
	w.write(" IS NOT NULL")
}

// none asks whether no element is as the first of kids says, and one as the second (O-133).
func (w *writer) none(n *node) {
	w.write("(")
	w.not(n.kids[0])
	w.write(" AND ")
	w.node(n.kids[1], false)
	w.write(")")
}
