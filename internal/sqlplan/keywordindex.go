package sqlplan

import "github.com/ordago/ordago/internal/dialect"

// keyword asks whether the text has the word, of the keyword index if the attribute has one and it can tell.
func (r *resolver) keyword(t target, word string) *node {
	want, prefix, ok := dialect.IndexedWord(word)
	if !ok || !t.attr.Keywords || t.doc != nil {
		return t.is(keywordTest, word)
	}
	if r.postgres {
		return t.is(wordTest, dialect.Postgres{}.WordArg(want, prefix))
	}
	if !prefix {
		return t.is(wordTest, want)
	}
	end, bounded := following(want)
	if !bounded {
		return t.is(keywordTest, word)
	}
	return t.is(wordRangeTest, want, end)
}

// words asks the keyword index.
func (w *writer) words(n *node, column []byte) {
	if p, ok := w.dialect.(dialect.Postgres); ok {
		w.buf = p.HasWord(w.buf, column, w.bind)
		return
	}
	w.wordsTable(n)
}

// wordsTable asks the table of words that migrations make on SQLite.
func (w *writer) wordsTable(n *node) {
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
	if n.test == wordTest {
		w.write(" WHERE word = ")
		w.arg(n.values[0], "")
	} else {
		w.write(" WHERE word >= ")
		w.arg(n.values[0], "")
		w.write(" AND word < ")
		w.origin.index = 1
		w.arg(n.values[1], "")
	}
	w.write(")")
}
