package sqlplan_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/sqlplan"
)

// Usual limits stand in PostgreSQL's statements, all others are bound; a remembered plan never has the limit of another.
func TestLimitInTheText(t *testing.T) {
	t.Parallel()
	e := classes(t)["employee"]
	for _, d := range []dialect.Dialect{dialect.SQLite{}, dialect.Postgres{}} {
		p := sqlplan.New(d)
		for range 3 { // the second and third from memory
			for _, limit := range []int{0, 1, 10, 20, 21, 50, 100, 101, 1000, 1050, 5000} {
				s := cachedSource(t, p, e, "age > :1", 7)
				s.Limit = limit
				st, err := p.Keys(s, sqlplan.Lens{})
				if err != nil {
					t.Fatal(err)
				}
				usual := limit > 0 && (limit <= 20 || limit <= 1000 && limit%50 == 0)
				_, text, _ := strings.Cut(st.SQL, " LIMIT ")
				bound := len(st.Args) == 2 && st.Args[1] == int64(limit)
				if inText := text == strconv.Itoa(limit); inText != (usual && d.Name() == "postgres") || bound == inText {
					t.Errorf("%s, limit %d: %s %v", d.Name(), limit, st.SQL, st.Args)
				}
			}
		}
	}
}
