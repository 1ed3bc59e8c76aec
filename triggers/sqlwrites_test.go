package triggers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/triggers"
)

// O-561: SQL writes to a table by any of these; reading, DDL and TRUNCATE are none.
func TestWrites(t *testing.T) {
	t.Parallel()
	tests := []struct {
		dialect, sql string
		want         []string
	}{
		{"", "", nil},
		{"", "SELECT * FROM t", nil},
		{"", "INSERT INTO t VALUES (1)", []string{"creating t"}},
		{"", "insert\n\tinto T(a) select * from u", []string{"creating t"}},
		{"", `INSERT INTO "public"."T" VALUES (1)`, []string{"creating t"}},
		{"", "INSERT INTO main.`t` DEFAULT VALUES", []string{"creating t"}},
		{"", "INSERT INTO [t] VALUES (1)", []string{"creating t"}},
		{"", `INSERT INTO "a""b" VALUES (1)`, []string{`creating a"b`}},
		{"sqlite", "INSERT INTO 't' VALUES (1)", []string{"creating t"}},
		{"sqlite", "INSERT OR IGNORE INTO t VALUES (1)", []string{"creating t"}},
		{"sqlite", "INSERT OR REPLACE INTO t VALUES (1)", []string{"creating t", "deleting t"}},
		{"sqlite", "REPLACE INTO t VALUES (1)", []string{"creating t", "deleting t"}},
		{"mysql", "REPLACE t SET a = 1", []string{"creating t", "deleting t"}},
		{"mysql", "INSERT IGNORE t VALUES (1)", []string{"creating t"}},
		{"mysql", "INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a = 1", []string{"creating t", "updating t"}},
		{"", "INSERT INTO t VALUES (1) ON CONFLICT (id) DO UPDATE SET a = 1", []string{"creating t", "updating t"}},
		{"", "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING", []string{"creating t"}},
		{"", "UPDATE t SET a = 1", []string{"updating t"}},
		{"", "UPDATE ONLY t AS x SET a = 1 FROM u", []string{"updating t", "updating x"}},
		{"sqlite", "UPDATE OR ROLLBACK t SET a = 1", []string{"updating t"}},
		{"mysql", "UPDATE t JOIN u ON t.id = u.id SET t.a = 1", []string{"updating t", "updating u", "updating id", "updating id"}},
		{"", "DELETE FROM t", []string{"deleting t"}},
		{"", "DELETE FROM ONLY t USING u WHERE t.id = u.id", []string{"deleting t"}},
		{"", "DELETE FROM t RETURNING id", []string{"deleting t"}},
		{"mysql", "DELETE x FROM t AS x JOIN u WHERE 1", []string{"deleting x", "deleting t", "deleting x", "deleting u"}},
		{"postgres", "MERGE INTO t USING u ON t.id = u.id WHEN MATCHED THEN DELETE", []string{"creating t", "updating t", "deleting t"}},
		{"postgres", "COPY t (a) FROM STDIN", []string{"creating t"}},
		{"postgres", "COPY t TO STDOUT", nil},
		{"mysql", "LOAD DATA INFILE 'x' INTO TABLE t", []string{"creating t"}},
		{"", "SELECT 1; UPDATE t SET a = 1; DELETE FROM u", []string{"updating t", "deleting u"}},
		{"", "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", []string{"creating t"}},
		{"postgres", "WITH x AS (DELETE FROM t RETURNING *), y AS MATERIALIZED (UPDATE u SET a = 1) SELECT 1", []string{"deleting t", "updating u"}},
		{"postgres", "EXPLAIN ANALYZE UPDATE t SET a = 1", []string{"updating t"}},
		{"postgres", "PREPARE p AS DELETE FROM t", []string{"deleting t"}},
		{"", "/* UPDATE u SET a = 1 */ -- DELETE FROM u\nUPDATE/**/t SET a = 1", []string{"updating t"}},
		{"mysql", "# DELETE FROM u\nUPDATE t SET a = 1", []string{"updating t"}},
		{"mysql", "/*!50000 DELETE FROM t */", []string{"deleting t"}},

		{"", "SELECT 'x''; DELETE FROM t' FROM u", nil},
		{"mysql", `SELECT 'x\'; DELETE FROM t', "\"; DELETE FROM t"`, nil},
		{"", `SELECT 'x\'; DELETE FROM t`, []string{"deleting t"}},
		{"postgres", `SELECT E'x\'; DELETE FROM t'`, nil},
		{"postgres", "SELECT $$; DELETE FROM t$$, $a$; DELETE FROM t; $$ $a$", nil},
		{"postgres", "SELECT $1; DELETE FROM t WHERE a = $2", []string{"deleting t"}},
		{"", "SELECT * FROM t FOR UPDATE", nil},
		{"", "SELECT replace(a, 'b', 'c'), (replace(a, 1, 2)) FROM t", nil},
		{"", "SELECT a, \"update\", `delete` FROM t", nil},
		{"", "INSERT INTO u (copy, load, merge) VALUES (1, 2, 3)", []string{"creating u"}},
		{"", "CREATE TABLE t (a INT REFERENCES u ON DELETE CASCADE ON UPDATE SET NULL)", nil},
		{"", "CREATE OR REPLACE VIEW v AS SELECT 1", nil},
		{"", "DROP TABLE t", nil},
		{"", "TRUNCATE TABLE t", nil},
		{"", "ALTER TABLE t RENAME TO u", nil},
		{"", "SAVEPOINT x", nil},
		{"", "UPDATE", nil},
		{"", "DELETE FROM", nil},
		{"", "INSERT INTO (", nil},
		{"", "'unfinished", nil},
		{"", "/* unfinished", nil},
		{"postgres", "$a$ unfinished", nil},
	}
	for _, test := range tests {
		if diff := cmp.Diff(test.want, triggers.Writes(test.dialect, test.sql)); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.dialect, test.sql, diff)
		}
	}
}

// FuzzWrites: any text is scanned to its end, and what follows it is still seen unless the text hides it.
func FuzzWrites(f *testing.F) {
	for _, s := range []string{"SELECT 1", "$a$", "E'\\", "/*!", "[", "WITH x AS (DELETE FROM t)", "INSERT INTO a.b.c", "`"} {
		f.Add("mysql", s)
		f.Add("postgres", s)
	}
	f.Fuzz(func(t *testing.T, dialect, sql string) {
		triggers.Writes(dialect, sql)
		if strings.ContainsAny(sql, "'\"`[$/-#\\") {
			return
		}
		if got := triggers.Writes(dialect, sql+"; DELETE FROM t WHERE a"); !slices.Contains(got, "deleting t") {
			t.Errorf("after %q a deletion is not seen: %q", sql, got)
		}
	})
}
