package sqlplan_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/sqlite"
)

// database is a real database with [rows], and what is needed to ask it.
type database struct {
	db      *sql.DB
	planner *sqlplan.Planner
	classes map[string]*model.Class
	dialect dialect.Dialect
}

// onEach runs a test on every database there is: SQLite, and PostgreSQL with ORDAGO_TEST_POSTGRES.
func onEach(t *testing.T, test func(t *testing.T, d database)) {
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, openSQLite(t))
	})
	if url := os.Getenv("ORDAGO_TEST_POSTGRES"); url != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			test(t, openPostgres(t, url))
		})
	}
}

func openSQLite(t testing.TB) database {
	t.Helper()
	d := sqlite.Open(filepath.Join(t.TempDir(), "test.db"))
	g, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return fill(t, g, dialect.SQLite{})
}

func openPostgres(t testing.TB, url string) database {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("ordago_sqlplan_%d_%s", os.Getpid(), strings.ToLower(strings.NewReplacer("/", "_", "#", "_").Replace(t.Name())))
	schema = schema[:min(len(schema), 60)]
	config.RuntimeParams["search_path"] = schema
	config.RuntimeParams["jit"] = "off" // it takes longer than these small queries
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(4)
	if _, err := db.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	g, err := gorm.Open(postgres.New(postgres.Config{Conn: db}), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	return fill(t, g, dialect.Postgres{})
}

func fill(t testing.TB, g *gorm.DB, d dialect.Dialect) database {
	t.Helper()
	db, err := g.DB()
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Setup(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if err := g.AutoMigrate(tables()...); err != nil {
		t.Fatal(err)
	}
	for _, list := range rows() {
		if err := g.Create(list).Error; err != nil {
			t.Fatal(err)
		}
	}
	return database{db: db, planner: sqlplan.New(d), classes: classes(t), dialect: d}
}

// source is a query of a class, with the order of the text.
func source(t testing.TB, c *model.Class, text string, language query.Dialect, v sqlplan.Values) *sqlplan.Source {
	t.Helper()
	q, err := query.Parse(text, language)
	if err != nil {
		t.Fatalf("Parse(%q): %v", text, err)
	}
	return &sqlplan.Source{Class: c, Conditions: []sqlplan.Condition{&sqlplan.Query{Query: q, Values: v}}, Order: q.Order, Limit: -1}
}

// keys runs Keys and Count, and returns the keys separated by blanks.
func (d database) keys(t testing.TB, s *sqlplan.Source) string {
	t.Helper()
	st, err := d.planner.Keys(s, sqlplan.Lens{})
	if err != nil {
		t.Fatalf("Keys: %v", err)
	}
	result := d.read(t, st)
	count, err := d.planner.Count(s, sqlplan.Lens{})
	if err != nil {
		t.Fatalf("Count: %v", err)
	}
	if got, want := d.read(t, count), []string{fmt.Sprint(len(result))}; got[0] != want[0] {
		t.Errorf("Count = %s, but Keys has %s\n%s", got[0], want[0], count.SQL)
	}
	return strings.Join(result, " ")
}

// read returns each row as text, its columns separated by a comma.
func (d database) read(t testing.TB, st sqlplan.Statement) []string {
	t.Helper()
	rows, err := d.db.QueryContext(t.Context(), st.SQL, st.Args...)
	if err != nil {
		t.Fatalf("%s %v: %v", st.SQL, st.Args, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var result []string
	for rows.Next() {
		result = append(result, scan(t, rows, len(columns)))
	}
	if err := rows.Err(); err != nil {
		t.Fatalf("%s %v: %v", st.SQL, st.Args, err)
	}
	return result
}

func scan(t testing.TB, rows *sql.Rows, n int) string {
	t.Helper()
	values, pointers := make([]any, n), make([]any, n)
	for i := range values {
		pointers[i] = &values[i]
	}
	if err := rows.Scan(pointers...); err != nil {
		t.Fatal(err)
	}
	texts := make([]string, n)
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
	}
	return strings.Join(texts, ",")
}
