package sqlplan_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// FuzzPlan holds that arbitrary text and values give an error or SQL with a place for each value, and nothing of the
// text or the values inside.
func FuzzPlan(f *testing.F) {
	all := classes(f)
	db := openSQLite(f)
	known := func(*model.Class, string) bool { return true }
	calculated := declared{queries: map[string]string{"fullName": "name = 'h@' or not (age > 3)"}, orders: map[string]string{"fullName": "name"}}
	options := []sqlplan.Option{sqlplan.WithFormulas(known), sqlplan.WithCalculated(calculated)}
	db.planner = sqlplan.New(dialect.SQLite{}, options...)
	other := sqlplan.New(dialect.Postgres{}, options...)
	for _, g := range goldens() {
		f.Add(g.class, g.text, `["a", 1, [1, "b@"], {"c": 2}, true, "2020-01-01"]`, false)
	}
	f.Add("author", ":1 = :2 or :3 in :4", `["books.price", 1e99, "stars", [1]]`, true)
	f.Add("employee", "name < :1 order by :2", `["a@", "employer.name"]`, false)
	f.Add("note", ":1 = :2 and info.coll[a].x[].y != :3", `["info.a[b].c", "'; DROP TABLE notes --", 1.5]`, false)
	f.Add("note", ":1 in :2 order by :1 desc", `[["info", "$\"].b", "?1"], ["a@", 3, true, "2020-01-31"]]`, false)
	f.Add("note", "meaning > :1 order by meaning", `[{"vector": [1, 2], "metric": "dot", "threshold": -1}]`, true)
	f.Add("author", "notes{2}.info.coll.length = 2 and eval(even & early)", `[]`, false)
	f.Add("employee", "manager.fullName = :1 order by fullName", `["h@"]`, false)
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
		postgres, errPostgres := other.Keys(s, sqlplan.Lens{})
		st, err := db.planner.Keys(s, sqlplan.Lens{})
		if (err == nil) != (errPostgres == nil) {
			t.Fatalf("sqlite: %v, postgres: %v", err, errPostgres)
		}
		if errors.Is(err, sqlplan.ErrResidual) {
			st, err = splitStatement(db.planner, s)
			postgres, _ = splitStatement(other, s)
		}
		if err != nil {
			if e, ok := err.(*sqlplan.Error); !ok || e.Offset < 0 || e.Offset > len(text) {
				t.Fatalf("%#v", err)
			}
			return
		}
		if got := places(st.SQL, '?'); got != len(st.Args) {
			t.Fatalf("%d places, %d values: %s", got, len(st.Args), st.SQL)
		}
		if got := places(postgres.SQL, '$'); got != len(postgres.Args) {
			t.Fatalf("%d places, %d values: %s", got, len(postgres.Args), postgres.SQL)
		}
		for _, sql := range []string{st.SQL, postgres.SQL} {
			if strings.Contains(sql, "DROP") || strings.Contains(sql, "--") {
				t.Fatalf("a value is in %s", sql)
			}
		}
		if err := checkExplain(db.planner, s); err != nil {
			t.Fatal(err)
		}
		db.read(t, st)
	})
}

func splitStatement(p *sqlplan.Planner, s *sqlplan.Source) (sqlplan.Statement, error) {
	r, err := p.Split(s, s.Class.Key, sqlplan.Lens{})
	if err != nil {
		return sqlplan.Statement{}, err
	}
	return r.Statement(0, 10), nil
}

func checkExplain(p *sqlplan.Planner, s *sqlplan.Source) error {
	plan, err := p.Explain(s, sqlplan.Lens{})
	if err == nil {
		_, err = json.Marshal(plan)
	}
	return err
}

// places is how many values the SQL has places for: the highest number behind the mark, one without number being the next.
func places(sql string, mark byte) int {
	highest := 0
	for i := range len(sql) {
		if sql[i] != mark {
			continue
		}
		end := i + 1
		for end < len(sql) && sql[end] >= '0' && sql[end] <= '9' {
			end++
		}
		n, err := strconv.Atoi(sql[i+1 : end])
		if err != nil {
			n = highest + 1
		}
		highest = max(highest, n)
	}
	return highest
}
