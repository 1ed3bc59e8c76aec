package sqlplan

import (
	"encoding/json"
	"strconv"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/model"
)

// test writes the test of a node whose row is in reach.
func (w *writer) test(n *node) {
	guarded := n.test.truthOfNull() && w.nullRow(n.at)
	if guarded {
		w.write("(")
		w.present(n.at.quantifier())
		w.write(" AND ")
	}
	w.plainTest(n)
	if guarded {
		w.write(")")
	}
}

// nullRow reports whether r may be the row of nulls that an EXISTS was extended by.
func (w *writer) nullRow(r *ref) bool {
	q := r.quantifier()
	return q != nil && q.extended
}

func (w *writer) plainTest(n *node) {
	w.origin = origin{node: n}
	switch n.test {
	case neverTest:
		w.write("1 = 0")
	case nullTest:
		w.expr(n)
		w.write(" IS NULL")
	case notNullTest:
		w.expr(n)
		w.write(" IS NOT NULL")
	case compareTest:
		w.expr(n)
		w.operator(n.symbol)
		w.arg(n.values[0], cast(n))
	case inTest:
		w.in(n)
	case notInTest:
		w.writeColumn(n.at, n.attr)
		w.write(" NOT")
		w.list(n)
	case unrelatedTest:
		w.unrelated(n)
	case withinTest:
		w.within(n)
	case amongTest:
		w.among(n)
	case noneTest:
		w.none(n)
	case vectorTest:
		w.buf = w.similarity(w.buf, n.at, n.attr, n.similarity)
		w.operator(n.symbol)
		w.arg(n.values[0], "::float8")
	default:
		w.textTest(n)
	}
}

func (w *writer) textTest(n *node) {
	column := w.operand(n)
	w.value = n.values[0]
	switch n.test {
	case foldEqualTest:
		w.equalFold(n, column)
	case likeTest:
		w.buf = w.dialect.LikeFold(w.buf, column, w.bind)
	case notLikeTest:
		w.write("NOT (")
		w.buf = w.dialect.LikeFold(w.buf, column, w.bind)
		w.write(")")
	case keywordTest:
		word, _ := n.values[0].(string)
		w.value = w.dialect.KeywordArg(word)
		w.buf = w.dialect.KeywordExpr(w.buf, column, w.bind)
	case wordTest, wordRangeTest:
		w.words(n, column)
	case foldCompareTest:
		w.buf = w.dialect.FoldExpr(w.buf, column)
		w.operator(n.symbol)
		w.arg(n.values[0], "")
	case foldInTest:
		w.buf = w.dialect.FoldExpr(w.buf, column)
		w.list(n)
	}
}

func (w *writer) operator(symbol string) {
	w.write(" ")
	w.write(symbol)
	w.write(" ")
}

func (w *writer) number(n int) { w.buf = strconv.AppendInt(w.buf, int64(n), 10) }

// cast is the type of values compared with an attribute's column, on databases that would else infer it.
// A column of 32 bits is compared with a number of 64; a Number column may be numeric or double precision.
func cast(n *node) string {
	a := n.attr
	switch {
	case n.doc != nil && n.as == dialect.JSONNumber:
		return "::numeric"
	case n.doc != nil:
		return ""
	case a.Type.Integer() || a.Type == model.Duration:
		return "::bigint"
	case a.Type == model.Number:
		return "::numeric"
	}
	return ""
}

func (w *writer) list(n *node) {
	w.write(" IN (")
	for i, v := range n.values {
		if i > 0 {
			w.write(", ")
		}
		w.origin.index = i
		w.arg(v, cast(n))
	}
	w.write(")")
}

// manyKeys is from how many whole numbers or texts on a list is bound as one value. The SQL is then the same for
// every length, so that it is prepared once, and a list can be longer than the number of values a database takes.
const manyKeys = 16

func (w *writer) in(n *node) {
	w.expr(n)
	switch list := uniform(n.values).(type) {
	case []int64:
		w.array(list, "::bigint[]") // also for numbers in objects: PostgreSQL compares bigint with numeric
	case []string:
		w.array(list, "")
	default:
		w.list(n)
	}
}

// uniform returns a long list as []int64 or []string if it is one, else nil. A list of numbers may come as one value.
func uniform(values []any) any {
	if len(values) == 1 {
		if list, ok := values[0].([]int64); ok {
			return list
		}
	}
	if len(values) < manyKeys {
		return nil
	}
	if list, ok := all[int64](values); ok {
		return list
	}
	if list, ok := all[string](values); ok && allStorable(list) {
		return list
	}
	return nil
}

func all[T any](values []any) ([]T, bool) {
	list := make([]T, len(values))
	for i, v := range values {
		one, ok := v.(T)
		if !ok {
			return nil, false
		}
		list[i] = one
	}
	return list, true
}

func allStorable(list []string) bool {
	for _, text := range list {
		if !storable(text) {
			return false
		}
	}
	return true
}

// array binds a list as one value: PostgreSQL has arrays, SQLite reads JSON.
func (w *writer) array(list any, cast string) {
	w.origin = origin{} // a list of a placeholder is not kept, one of constants is always the same
	if w.postgres {
		w.write(" = ANY(")
		w.arg(list, cast)
		w.write(")")
		return
	}
	text, err := json.Marshal(list)
	if err != nil {
		w.err = err
		return
	}
	w.write(" IN (SELECT value FROM json_each(")
	w.arg(string(text), "")
	w.write("))")
}

// unrelated asks whether no row is related: "books = null".
func (w *writer) unrelated(n *node) {
	if w.exists++; w.exists > maxExists {
		w.tooManyExists()
		return
	}
	row := n.row
	w.open(row)
	w.write("NOT EXISTS (SELECT 1 FROM ")
	w.table(row)
	w.ruleJoins(row)
	w.write(" WHERE ")
	w.link(row)
	w.andRule(row)
	w.write(")")
}

// tooManyExists ends the statement; what is written after it does not matter.
func (w *writer) tooManyExists() {
	if w.err == nil {
		w.err = &Error{Kind: TooComplex, Msg: "more than " + strconv.Itoa(maxExists) + " questions about related entities: split the query"}
	}
}

// within asks whether the entity's key is among those of another selection. The window stands in a table of its own,
// because not every database takes LIMIT directly in IN.
func (w *writer) within(n *node) {
	keys := n.at.class.Key
	inner := make([]target, len(keys))
	for i, a := range keys {
		inner[i] = target{at: n.within.root, attr: a}
	}
	w.keyList(n.at, keys)
	w.write(" IN (SELECT * FROM (")
	w.selection(n.within, inner, true)
	w.write(") w)")
	n.within.root.bound = false
}

func (w *writer) keyList(r *ref, keys []*model.Attribute) {
	if len(keys) > 1 {
		w.write("(")
	}
	for i, a := range keys {
		if i > 0 {
			w.write(", ")
		}
		w.writeColumn(r, a)
	}
	if len(keys) > 1 {
		w.write(")")
	}
}
