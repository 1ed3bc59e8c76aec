package triggers_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
	"github.com/ordago/ordago/triggers"
)

// each runs a test on every database there is, with the plugin and the models' tables.
func each(t *testing.T, test func(t *testing.T, db *gorm.DB)) {
	t.Helper()
	eachWith(t, gorm.Config{}, test)
}

func eachWith(t *testing.T, config gorm.Config, test func(t *testing.T, db *gorm.DB)) {
	t.Helper()
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		d := sqlite.Open(filepath.Join(t.TempDir(), "test.db"))
		t.Cleanup(func() { _ = d.Close() })
		test(t, open(t, d, config))
	})
	if os.Getenv("ORDAGO_TEST_POSTGRES") != "" {
		t.Run("postgres", func(t *testing.T) {
			t.Parallel()
			db := open(t, postgresSchema(t), config)
			t.Cleanup(func() { closePool(db) })
			test(t, db)
		})
	}
}

func open(t *testing.T, d gorm.Dialector, config gorm.Config) *gorm.DB {
	t.Helper()
	config.TranslateError = true
	config.Logger = logger.Discard
	config.NowFunc = func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
	db, err := gorm.Open(d, &config)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	if err := db.AutoMigrate(models()...); err != nil {
		t.Fatalf("migrate: %v", err)
	}
	if err := db.Use(triggers.NewPlugin(schemas(t, db)...)); err != nil {
		t.Fatalf("use the plugin: %v", err)
	}
	return db.WithContext(t.Context())
}

func schemas(t *testing.T, db *gorm.DB) []*schema.Schema {
	t.Helper()
	var all []*schema.Schema
	for _, m := range models() {
		stmt := &gorm.Statement{DB: db}
		if err := stmt.Parse(m); err != nil {
			t.Fatalf("parse %T: %v", m, err)
		}
		all = append(all, stmt.Schema)
	}
	return all
}

var schemaNumber atomic.Int64

// postgresSchema makes a schema for one test, so that tests can run side by side.
func postgresSchema(t *testing.T) gorm.Dialector {
	t.Helper()
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	name := fmt.Sprintf("triggers_%d_%d", os.Getpid(), schemaNumber.Add(1))
	admin, err := gorm.Open(postgres.Open(dsn), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatalf("open PostgreSQL: %v", err)
	}
	if err := admin.Exec("CREATE SCHEMA " + name).Error; err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() {
		admin.Exec("DROP SCHEMA " + name + " CASCADE")
		closePool(admin)
	})
	if strings.Contains(dsn, "://") {
		sep := "?"
		if strings.Contains(dsn, "?") {
			sep = "&"
		}
		return postgres.Open(dsn + sep + "search_path=" + name)
	}
	return postgres.Open(dsn + " search_path=" + name)
}

// closePool gives the connections back: the server has few, and other packages' tests want some.
func closePool(db *gorm.DB) {
	if pool, err := db.DB(); err == nil {
		_ = pool.Close()
	}
}

// must stops the test at an unexpected error.
func must(t *testing.T, tx *gorm.DB) *gorm.DB {
	t.Helper()
	if tx.Error != nil {
		t.Fatalf("unexpected error: %v", tx.Error)
	}
	return tx
}

// as binds a session of that user to the handle.
func as(t *testing.T, db *gorm.DB, user string) *gorm.DB {
	t.Helper()
	return db.WithContext(session.NewContext(db.Statement.Context, session.NewStandalone(user)))
}

// count returns the number of rows of a table.
func count(t *testing.T, db *gorm.DB, table string) int64 {
	t.Helper()
	var n int64
	must(t, db.Table(table).Count(&n))
	return n
}

func get[T any](t *testing.T, db *gorm.DB, id uint) T {
	t.Helper()
	var row T
	must(t, db.Unscoped().First(&row, id))
	return row
}
