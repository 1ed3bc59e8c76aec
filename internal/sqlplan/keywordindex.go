package sqlplan

import (
	"github.com/ordago/ordago/internal/dialect"
)

// keyword asks whether the text has the word, with the keyword index if the attribute has one and it can tell.
func (w *writer) keyword(n *node, column []byte) {
	word, _ := n.values[0].(string)
	want, prefix, ok := dialect.IndexedWord(word)
	p, postgres := w.dialect.(dialect.Postgres)
	switch {
	case !n.attr.Keywords || !ok:
		w.value = w.dialect.KeywordArg(word)
		w.buf = w.dialect.KeywordExpr(w.buf, column, w.bind)
	case postgres:
		w.value = p.WordArg(want, prefix)
		w.buf = p.HasWord(w.buf, column, w.bind)
	default:
		w.wordsTable(n, want, prefix)
	}
}

// wordsTable asks the table of words that migrations make on SQLite.
func (w *writer) wordsTable(n *node, want string, prefix bool) {
	keys := n.attr.Class.Key
	w.keyList(n.at, keys)
	w.write(" IN (SELECT ")
	for i, a := range keys {
		if i > 0 {
			w.write(", ")
		}
		w.quote(a.Column)
	}
	w.write(" FROM ")
	w.quote(n.attr.WordsTable())
	w.write(" WHERE word ")
	end, bounded := following(want)
	switch {
	case !prefix:
		w.write("= ")
		w.arg(want, "")
	case bounded:
		w.write(">= ")
		w.arg(want, "")
		w.write(" AND word < ")
		w.arg(end, "")
	default:
		w.write(">= ")
		w.arg(want, "")
	}
	w.write(")")
}
