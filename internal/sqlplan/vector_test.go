package sqlplan_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

func like(metric string, threshold any, v ...any) map[string]any {
	o := map[string]any{"vector": v}
	if metric != "" {
		o["metric"] = metric
	}
	if threshold != nil {
		o["threshold"] = threshold
	}
	return o
}

// O-156, O-157, O-158, O-159
func TestVectors(t *testing.T) {
	t.Parallel()
	runAsks(t, query.ORDA, []ask{
		{"note", "meaning > :1", "1", []any{like("", nil, 1, 0.1)}},
		{"note", "meaning > :1", "1", []any{like("cosine", 0.9, 1, 0.1)}},
		{"note", "meaning < :1", "2 3", []any{like("cosine", 0.5, json.Number("1"), 0.1)}},
		{"note", "meaning >= :1", "1 2", []any{like("dot", 1, 1, 0.5)}},
		{"note", "meaning > :1", "", []any{like("dot", 1, 1, 0.5)}},
		{"note", "meaning <= :1", "3 10", []any{like("dot", 0.5, 1, 0.5)}},
		{"note", "meaning <= :1", "1 2 10", []any{like("euclidean", 2, 0, 1)}},
		{"note", "meaning < :1", "1 2 10", []any{like("euclidean", 2, 0.5, 1)}},
		{"note", "meaning <= :1", "9", []any{like("euclidean", 1, 1, 2, 3)}}, // those of another length are left out
		{"note", "meaning < :1", "", []any{like("dot", 100, 1, 2, 3, 4)}},
		{"note", "not (meaning > :1)", "2 3 4 5 6 7 8 9 10", []any{like("", nil, 1, 0.1)}},
		{"note", "meaning = null", "4 5 6 7 8", nil},
		{"note", "meaning > :1 order by meaning desc", "1 2 3", []any{like("", -1, 1, 0.1)}},
		{"note", "meaning > :1 order by meaning", "3 2 1", []any{like("", -1, 1, 0.1)}},
		{"note", "meaning <= :1 and meaning > :2 order by meaning, ID", "10 1 2 3", []any{like("euclidean", 10, 0, 0.5), like("dot", -100, 9, 9)}},
		{"note", "meaning > :1", "1", []any{model.JSON{"vector": model.Vector{1, 0.1}, "threshold": 0.9}}},
		{"note", "meaning > :1", "1", []any{model.JSON{"vector": []float32{1, 0.125}, "threshold": 0.9}}},
		{"author", "notes.meaning > :1", "1", []any{like("", nil, 0, 1)}},
		{"note", "author.notes.meaning > :1", "1 2", []any{like("", nil, 0, 1)}},
	})
}

// O-156, O-157
func TestVectorErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		value any
		kind  sqlplan.Kind
		msg   string
	}{
		{"meaning = :1", like("", nil, 1), sqlplan.WrongOperator, "note.meaning holds vectors: compare it with <, <=, > or >="},
		{"meaning in :1", like("", nil, 1), sqlplan.WrongOperator, "note.meaning holds vectors: compare it with <, <=, > or >="},
		{"meaning > 1", nil, sqlplan.BadLiteral, "note.meaning holds vectors: compare it with a placeholder for {vector, metric, threshold}"},
		{"meaning > :1", nil, sqlplan.MissingPlaceholder, "the value of :1 is null: write \"= null\" in the text to look for null"},
		{"meaning > :1", []any{1.0}, sqlplan.BadPlaceholder, "the value of :1 must be an object {vector, metric, threshold}"},
		{"meaning > :1", like("", nil), sqlplan.BadPlaceholder, "the value of :1 needs a vector of 1 to 16384 numbers"},
		{"meaning > :1", like("", nil, "1"), sqlplan.BadPlaceholder, "the value of :1 needs a vector of 1 to 16384 numbers"},
		{"meaning > :1", like("", nil, many(16_385, 1)...), sqlplan.BadPlaceholder, "the value of :1 needs a vector of 1 to 16384 numbers"},
		{"meaning > :1", like("angle", nil, 1), sqlplan.BadPlaceholder, "the value of :1 has an unknown metric: write cosine, dot or euclidean"},
		{"meaning > :1", like("", "x", 1), sqlplan.BadPlaceholder, "the value of :1 needs a number as threshold"},
		{"ID > 0 order by meaning", nil, sqlplan.BadOrder, "note.meaning holds vectors: a sort by it needs a condition that compares it"},
		{"meaning.x = 1", nil, sqlplan.UnknownAttribute, `note.meaning (object) has no attributes, "x" cannot follow it`},
	} {
		s := source(t, classes(t)["note"], c.text, query.ORDA, sqlplan.Values{Indexed: []any{c.value}})
		err := sqlplan.New(dialect.SQLite{}).Check(s, sqlplan.Lens{})
		e, ok := errors.AsType[*sqlplan.Error](err)
		if !ok || e.Kind != c.kind || e.Msg != c.msg {
			t.Errorf("%s: %v, want %d: %s", c.text, err, c.kind, c.msg)
		}
	}
}
