package dialect_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	gormsqlite "gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/sqlite"
)

func openSQLite(t testing.TB) (*sql.DB, *sqlite.Dialector) {
	t.Helper()
	d := sqlite.Open(filepath.Join(t.TempDir(), "test.db"))
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	writer, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	return writer, d
}

// O-115, O-119, O-151, R-178: see testConformance
func TestSQLite(t *testing.T) {
	t.Parallel()
	db, _ := openSQLite(t)
	d := dialect.SQLite{}
	if err := d.Setup(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	testConformance(t, db, d)
}

func TestSQLiteSetupNeedsOurFunctions(t *testing.T) {
	t.Parallel()
	db, err := sql.Open(plainDriver, filepath.Join(t.TempDir(), "plain.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = dialect.SQLite{}.Setup(t.Context(), db)
	if err == nil || !strings.Contains(err.Error(), "open the database with github.com/ordago/ordago/sqlite") {
		t.Errorf("Setup = %v, want an error that names the package to use", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := (dialect.SQLite{}).Setup(ended, db); !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "open the database") {
		t.Errorf("Setup with an ended context = %v, want only that", err)
	}
}

// plainDriver is the engine without our functions, as another package opens it.
var plainDriver = map[string]string{"mattn": gormsqlite.DriverName, "modernc": "sqlite"}[sqlite.Engine]

// BenchmarkSQLiteEqual compares the forms of a comparison that SQLite allows,
// on 100,000 rows of which one in ten is not ASCII.
func BenchmarkSQLiteEqual(b *testing.B) {
	db, _ := openSQLite(b)
	if _, err := db.Exec("CREATE TABLE person (name text)"); err != nil {
		b.Fatal(err)
	}
	_, err := db.Exec(`INSERT INTO person WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n+1 FROM c WHERE n < 100000)
		SELECT CASE WHEN n % 10 = 0 THEN 'Hétrick ' ELSE 'Harness ' END || n FROM c`)
	if err != nil {
		b.Fatal(err)
	}
	d := dialect.SQLite{}
	name := []byte("name")
	ph := func(b []byte) []byte { return append(b, "'hetrick 500'"...) }
	like := func(b []byte) []byte { return append(b, "'hetrick 50%'"...) }
	for _, form := range []struct{ name, where string }{
		{"fold all", "ordago_fold(name) = 'hetrick 500'"},
		{"fold expression", string(d.FoldExpr(nil, name)) + " = 'hetrick 500'"},
		{"equal", string(d.EqualFold(nil, name, ph))},
		{"like of fold", string(d.FoldExpr(nil, name)) + " LIKE 'hetrick 50%'"},
		{"like", string(d.LikeFold(nil, name, like))},
		{"nocase, no fold", "name = 'hetrick 500' COLLATE NOCASE"},
	} {
		b.Run(form.name, func(b *testing.B) {
			for b.Loop() {
				var n int
				if err := db.QueryRow(fmt.Sprintf("SELECT count(*) FROM person WHERE %s", form.where)).Scan(&n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
