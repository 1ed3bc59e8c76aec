package invoices_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/migrations"
)

var update = flag.Bool("update", false, "rewrite the golden files and the first migrations")

// writeMigration writes the first migration of an empty database.
func writeMigration(t *testing.T, db *gorm.DB) {
	t.Helper()
	ds, err := dataclasses.Open(db, invoices.Definitions()...)
	if err != nil {
		t.Fatal(err)
	}
	report, err := migrations.Diff(t.Context(), db, ds.Models())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("migrations", db.Name(), "00001_invoices.sql")
	if err := os.WriteFile(file, []byte(report.Migration(migrations.SQLOptions{AllowDrop: true})), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestUpdateMigrations does nothing without -update; after it the files must be compiled in anew.
func TestUpdateMigrations(t *testing.T) {
	if !*update {
		return
	}
	writeMigration(t, ordatest.SQLite(t))
	if dsn := os.Getenv("ORDAGO_TEST_POSTGRES"); dsn != "" {
		writeMigration(t, ordatest.Postgres(t, dsn))
	}
}

func TestMigrationsMakeWhatTheModelsNeed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		report, err := migrations.Diff(t.Context(), w.db, w.ds.Models())
		if err != nil {
			t.Fatal(err)
		}
		if !report.Empty() {
			t.Errorf("drift after all migrations:\n%s", report)
		}
	})
}

// Each migration can be taken back and run again.
func TestMigrationsDown(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := migrator(t, w.db)
		for {
			taken, err := m.Down(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if taken.Version == 0 {
				break
			}
		}
		report, err := migrations.Diff(t.Context(), w.db, w.ds.Models())
		if err != nil {
			t.Fatal(err)
		}
		if len(report.Differences) != len(w.ds.Models()) {
			t.Errorf("every table should be missing:\n%s", report)
		}
		migrate(t, w.db)
	})
}
