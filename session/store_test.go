package session_test

import (
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sessiontest"
)

// opener makes an empty store. Asked for twice within one test, stores of the
// same database are made by the function that open returns.
type opener struct {
	name string
	open func(testing.TB) func() session.Store
}

// openers lists the stores to test: PostgreSQL only where the environment has one.
func openers() []opener {
	list := []opener{{"memory", openMemory}, {"sqlite", openSQLite}}
	if os.Getenv("ORDAGO_TEST_POSTGRES") != "" {
		list = append(list, opener{"postgres", openPostgres})
	}
	return list
}

func TestStores(t *testing.T) {
	t.Parallel()
	for _, o := range openers() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			sessiontest.TestStore(t, func(t testing.TB) session.Store { return o.open(t)() })
		})
	}
}

func openMemory(testing.TB) func() session.Store {
	return sync.OnceValue(func() session.Store { return session.NewMemoryStore() })
}

func openSQLite(t testing.TB) func() session.Store {
	t.Helper()
	dsn := sqliteDSN(filepath.ToSlash(filepath.Join(t.TempDir(), "sessions.db")))
	return func() session.Store {
		db := openDB(t, sqliteDriver, dsn)
		db.SetMaxOpenConns(4)
		return newSQLStore(t, db, "sqlite")
	}
}

// openPostgres makes stores in a schema of their own, dropped after the test.
func openPostgres(t testing.TB) func() session.Store {
	t.Helper()
	dsn, err := url.Parse(os.Getenv("ORDAGO_TEST_POSTGRES"))
	if err != nil {
		t.Fatalf("ORDAGO_TEST_POSTGRES: %v", err)
	}
	schema := "ordago_session_" + strings.ToLower(rand.Text())
	admin := openDB(t, "pgx", dsn.String())
	admin.SetMaxIdleConns(0)
	if _, err := admin.ExecContext(t.Context(), "CREATE SCHEMA "+schema); err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
	})
	query := dsn.Query()
	query.Set("search_path", schema)
	dsn.RawQuery = query.Encode()
	db := openDB(t, "pgx", dsn.String())
	db.SetMaxOpenConns(4) // all stores of a test together: the server has few
	return func() session.Store { return newSQLStore(t, db, "postgres") }
}

func openDB(t testing.TB, driver, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	if err != nil {
		t.Fatalf("open %s: %v", driver, err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func newSQLStore(t testing.TB, db *sql.DB, dialect string) session.Store {
	t.Helper()
	s, err := session.NewSQLStore(db, dialect)
	if err != nil {
		t.Fatalf("NewSQLStore(%s): %v", dialect, err)
	}
	return s
}

func TestNewSQLStoreRefusesUnknownDialect(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqliteDriver, sqliteDSN(filepath.Join(t.TempDir(), "x.db")))
	if _, err := session.NewSQLStore(db, "oracle"); err == nil || !strings.Contains(err.Error(), `"oracle"`) {
		t.Errorf("NewSQLStore(oracle) = %v, want an error that names the dialect", err)
	}
}

// Several servers may start at once on an empty database.
func TestNewSQLStoreConcurrently(t *testing.T) {
	t.Parallel()
	for _, o := range openers() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			open := o.open(t)
			var wg sync.WaitGroup
			for range 8 {
				wg.Go(func() { open() })
			}
			wg.Wait()
			if n, err := open().Count(t.Context()); n != 0 || err != nil {
				t.Errorf("Count() = %d, %v; want 0", n, err)
			}
		})
	}
}
