package migrations

import (
	"slices"

	"github.com/ordago/ordago/model"
)

// Queries compare and sort texts without case and diacritics (O-115, O-151), which no index of the bare column can serve.
// So indexes of texts are indexes of their fold. What must be unique, and what foreign keys lead to, stays as it is written, and
// gets an index of the fold beside it.

// foldSuffix ends the names of indexes of folds, so that they do not pass for one of the bare column.
const foldSuffix = "_fold"

// folded is the index with its text columns folded. Those that were written as something special are left alone.
func (e *expectation) folded(c *model.Class, x index) index {
	if x.unique || x.where != "" || x.method != "" || slices.Contains(x.columns, "") {
		return x
	}
	out := index{name: x.name + foldSuffix, columns: slices.Clone(x.columns), exprs: slices.Clone(x.exprs)}
	for i, name := range x.columns {
		if x.exprs[i] == e.quote(name) && isText(c, name) { // no COLLATE, no order of its own
			out.columns[i], out.exprs[i] = "", e.fold(c, name)
			out.texts = append(out.texts, name)
		}
	}
	if out.texts == nil {
		return x
	}
	return out
}

// foldedAlone adds the index of the fold of each indexed text that no index leads with.
func (e *expectation) foldedAlone(c *model.Class) {
	t := e.table(c.Table)
	for _, a := range c.Attributes {
		if a.Kind != model.Storage || a.Type != model.String || !a.Indexed {
			continue
		}
		name := e.db.NamingStrategy.IndexName(t.name, a.Column) + foldSuffix
		x := index{name: name, columns: []string{""}, exprs: []string{e.fold(c, a.Column)}, texts: []string{a.Column}}
		if !slices.ContainsFunc(t.indexes, func(o index) bool { return o.exprs[0] == x.exprs[0] }) {
			t.indexes = append(t.indexes, x)
		}
	}
}

func isText(c *model.Class, column string) bool {
	a := stored(c, column)
	return a != nil && a.Type == model.String
}

func nullable(c *model.Class, column string) bool {
	a := stored(c, column)
	return a != nil && !a.NotNull
}

func stored(c *model.Class, column string) *model.Attribute {
	for _, a := range c.Attributes {
		if a.Kind == model.Storage && a.Column == column {
			return a
		}
	}
	return nil
}

// fold is the expression that the queries of the data layer use, in the order that they sort by.
func (e *expectation) fold(c *model.Class, column string) string {
	expr := []byte("(" + string(e.dialect.FoldExpr(nil, []byte(e.quote(column)))) + ")")
	if nullable(c, column) {
		expr = e.dialect.OrderExpr(nil, expr, false)
	}
	return string(expr)
}
