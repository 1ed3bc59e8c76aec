// Package ordatest opens databases for tests: a new SQLite file, and a new schema on PostgreSQL where ORDAGO_TEST_POSTGRES is set.
//
//	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
//		ds := ordatest.Open(t, db, dataclasses.DefineExposed[Book]())
//		…
//	})
package ordatest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/sqlite"
)

// Each runs the test once on every database there is, in parallel.
func Each(t *testing.T, test func(t *testing.T, db *gorm.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	if dsn := os.Getenv("ORDAGO_TEST_POSTGRES"); dsn != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			test(t, Postgres(t, dsn))
		})
	}
}

// SQLite opens a new database file.
func SQLite(t testing.TB) *gorm.DB {
	t.Helper()
	return open(t, sqlite.Open(filepath.Join(t.TempDir(), "test.db")))
}

// Postgres opens a schema of its own on the server of dsn, dropped when the test ends.
func Postgres(t testing.TB, dsn string) *gorm.DB {
	t.Helper()
	schema := "ordago_" + strings.ToLower(rand.Text()[:12])
	admin := open(t, postgres.Open(dsn))
	must(t, admin.Exec("CREATE SCHEMA "+schema).Error)
	t.Cleanup(func() {
		if err := admin.WithContext(context.Background()).Exec("DROP SCHEMA " + schema + " CASCADE").Error; err != nil {
			t.Errorf("drop schema: %v", err)
		}
	})
	return open(t, postgres.Open(withSearchPath(dsn, schema)))
}

func withSearchPath(dsn, schema string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme == "" {
		return dsn + " search_path=" + schema
	}
	q := u.Query()
	q.Set("search_path", schema)
	q.Set("timezone", "UTC")
	q.Set("jit", "off") // compiling costs more than these small queries
	u.RawQuery = q.Encode()
	return u.String()
}

func open(t testing.TB, d gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(d, &gorm.Config{
		TranslateError: true,
		NowFunc:        func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		Logger:         logger.Discard,
	})
	must(t, err)
	t.Cleanup(func() {
		if c, ok := d.(interface{ Close() error }); ok {
			_ = c.Close()
			return
		}
		if pool, err := db.DB(); err == nil {
			_ = pool.Close()
		}
	})
	return db
}

// Open makes a datastore of the definitions and creates their tables.
func Open(t testing.TB, db *gorm.DB, defs ...dataclasses.Definition) *dataclasses.DataStore {
	t.Helper()
	ds, err := dataclasses.Open(db, defs...)
	must(t, err)
	for _, m := range ds.Models() {
		must(t, db.Migrator().AutoMigrate(m.New()))
	}
	return ds
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(fmt.Errorf("test database: %w", err))
	}
}
