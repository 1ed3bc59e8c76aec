package sqlplan

import "github.com/ordago/ordago/internal/dialect"

// mixedTerm sorts values of any type (O-150): by type, then booleans and numbers by value, then texts folded. Objects and
// collections are equal among themselves. Dates are texts, and sort as such.
func (w *writer) mixedTerm(t term) {
	w.buf = w.dialect.OrderExpr(w.buf, w.inside(nil, t.target, dialect.JSONRank), t.descending)
	w.write(", ")
	w.buf = w.dialect.OrderExpr(w.buf, w.inside(nil, t.target, dialect.JSONOrder), t.descending)
	w.write(", ")
	text := w.dialect.FoldExpr(nil, w.inside(nil, t.target, dialect.JSONText))
	w.buf = w.dialect.OrderExpr(w.buf, text, t.descending)
}
