package sqlplan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

// FuzzPlan holds that arbitrary text and values give an error or SQL with a place for each value, and nothing of the
// text or the values inside.
func FuzzPlan(f *testing.F) {
	all := classes(f)
	db := openSQLite(f)
	for _, g := range goldens() {
		f.Add(g.class, g.text, `["a", 1, [1, "b@"], {"c": 2}, true, "2020-01-01"]`, false)
	}
	f.Add("author", ":1 = :2 or :3 in :4", `["books.price", 1e99, "stars", [1]]`, true)
	f.Add("employee", "name < :1 order by :2", `["a@", "employer.name"]`, false)
	f.Fuzz(func(t *testing.T, class, text, values string, rest bool) {
		language := query.ORDA
		if rest {
			language = query.REST
		}
		q, err := query.Parse(text, language)
		c := all[class]
		if err != nil || c == nil {
			return
		}
		var v sqlplan.Values
		decode := json.NewDecoder(strings.NewReader(values))
		decode.UseNumber()
		if decode.Decode(&v.Indexed) != nil {
			return
		}
		s := &sqlplan.Source{Class: c, Conditions: []sqlplan.Condition{&sqlplan.Query{Query: q, Values: v}}, Order: q.Order, Limit: 10}
		postgres, errPostgres := sqlplan.New(dialect.Postgres{}).Keys(s, sqlplan.Lens{})
		st, err := db.planner.Keys(s, sqlplan.Lens{})
		if (err == nil) != (errPostgres == nil) {
			t.Fatalf("sqlite: %v, postgres: %v", err, errPostgres)
		}
		if err != nil {
			if e, ok := err.(*sqlplan.Error); !ok || e.Offset < 0 || e.Offset > len(text) {
				t.Fatalf("%#v", err)
			}
			return
		}
		if got := strings.Count(st.SQL, "?"); got != len(st.Args) {
			t.Fatalf("%d places, %d values: %s", got, len(st.Args), st.SQL)
		}
		if got := strings.Count(postgres.SQL, "$"); got != len(postgres.Args) {
			t.Fatalf("%d places, %d values: %s", got, len(postgres.Args), postgres.SQL)
		}
		db.read(t, st)
	})
}
