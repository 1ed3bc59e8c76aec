package migrations_test

import (
	"crypto/rand"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/model"
)

// databases runs a test on an SQLite file and, where ORDAGO_TEST_POSTGRES names a server, in a schema of its own on PostgreSQL.
func databases(t *testing.T, run func(t *testing.T, db *gorm.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, open(t, sqliteDialector(filepath.Join(t.TempDir(), "test.db"))))
	})
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	if dsn == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, open(t, postgres.Open(ownSchema(t, dsn))))
	})
}

func open(t *testing.T, d gorm.Dialector) *gorm.DB {
	t.Helper()
	db, err := gorm.Open(d, &gorm.Config{
		Logger:  logger.Discard,
		NowFunc: func() time.Time { return model.Instant(time.Now()) },
	})
	if err != nil {
		t.Fatalf("open database: %v", err)
	}
	t.Cleanup(func() {
		if conn, err := db.DB(); err == nil {
			_ = conn.Close()
		}
	})
	return db
}

// ownSchema creates a schema, drops it after the test and returns the DSN that uses it.
func ownSchema(t *testing.T, dsn string) string {
	t.Helper()
	admin := open(t, postgres.Open(dsn))
	name := "migrations_" + strings.ToLower(rand.Text())
	if err := admin.Exec("CREATE SCHEMA " + name).Error; err != nil {
		t.Fatalf("create schema: %v", err)
	}
	t.Cleanup(func() { admin.Exec("DROP SCHEMA " + name + " CASCADE") })
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatalf("ORDAGO_TEST_POSTGRES: %v", err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
