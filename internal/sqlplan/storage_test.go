package sqlplan_test

import (
	"os"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

// a column of type uuid is compared like one of text.
func TestUUIDColumn(t *testing.T) {
	t.Parallel()
	url := os.Getenv("ORDAGO_TEST_POSTGRES")
	if url == "" {
		t.Skip("ORDAGO_TEST_POSTGRES is not set")
	}
	d := openPostgres(t, url)
	for _, ddl := range []string{
		"UPDATE employees SET token = '00000000-0000-0000-0000-000000000000' WHERE token = ''",
		"ALTER TABLE employees ALTER COLUMN badge TYPE uuid USING badge::uuid",
		"ALTER TABLE employees ALTER COLUMN token TYPE uuid USING token::uuid",
	} {
		if _, err := d.db.ExecContext(t.Context(), ddl); err != nil {
			t.Fatal(err)
		}
	}
	list := []any{"AB000000000000000000000000000000"}
	for range 20 {
		list = append(list, "cd000000-0000-0000-0000-000000000000")
	}
	for _, c := range []struct{ text, want string }{
		{"badge = AB000000000000000000000000000000", "1"},
		{"badge in :1", "1 2"},
		{"token = AB000000000000000000000000000000", "1"},
		{"token in :1", "1 2"},
		{"token != AB000000000000000000000000000000", "2 3 4 5 6"},
		{"badge = null", ""},
	} {
		s := source(t, d.classes["employee"], c.text, query.ORDA, sqlplan.Values{Indexed: []any{list}})
		if got := d.keys(t, s); got != c.want {
			t.Errorf("%s: got %q, want %q", c.text, got, c.want)
		}
	}
}

// Numbers that a narrow column cannot hold are compared, not refused by the driver.
func TestNarrowColumns(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, d database) {
		for _, c := range []struct{ text, want string }{
			{"year < 9007199254740993", "1 2 3 4 5 6"},
			{"year = 9007199254740993", ""},
			{"year in [2020, 9007199254740993]", "1 3"},
			{"price < 100000000000000000000000000000", "1 2 3 5 6"},
			{"price > 18.49999", "1 3 5 6"},
		} {
			s := source(t, d.classes["book"], c.text, query.ORDA, sqlplan.Values{})
			if got := d.keys(t, s); got != c.want {
				t.Errorf("%s: got %q, want %q", c.text, got, c.want)
			}
		}
	})
}

// Comparisons with days, keys and numbers can use an index.
func TestIndexUse(t *testing.T) {
	t.Parallel()
	d := openSQLite(t)
	for _, column := range []string{"born", "age", "employer_id"} {
		if _, err := d.db.ExecContext(t.Context(), "CREATE INDEX idx_"+column+" ON employees ("+column+")"); err != nil {
			t.Fatal(err)
		}
	}
	for text, index := range map[string]string{
		"born = 1990-01-31":               "idx_born",
		"born > 1990-01-31 order by born": "idx_born",
		"age = 30":                        "idx_age",
		"employer = 1":                    "idx_employer_id",
		"employer in [1, 2]":              "idx_employer_id",
		"ID in [1, 2]":                    "INTEGER PRIMARY KEY",
		"employer.name = 'acm@'":          "SEARCH t1 USING INTEGER PRIMARY KEY",
	} {
		st, err := d.planner.Keys(source(t, d.classes["employee"], text, query.ORDA, sqlplan.Values{}), sqlplan.Lens{})
		if err != nil {
			t.Fatal(err)
		}
		st.SQL = "EXPLAIN QUERY PLAN " + st.SQL
		if plan := strings.Join(d.read(t, st), "\n"); !strings.Contains(plan, index) {
			t.Errorf("%s does not use %s:\n%s", text, index, plan)
		}
	}
}
