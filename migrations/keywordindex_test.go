package migrations_test

import (
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
)

type Note struct {
	ID   int
	Text string `orda:"keywords"`
}

// written runs the migration that the report of the linked classes writes.
func written(t *testing.T, db *gorm.DB, list []*model.Class) *migrations.Migrator {
	t.Helper()
	report, err := migrations.Diff(t.Context(), db, list)
	if err != nil {
		t.Fatal(err)
	}
	file := report.Migration(migrations.SQLOptions{AllowDrop: true})
	m := migrator(t, db, files("00001_notes.sql", file))
	if _, err := m.Up(t.Context()); err != nil {
		t.Fatalf("%v\n%s", err, file)
	}
	return m
}

// A keyword index is made by a migration file and found when models and database are compared.
func TestKeywordIndex(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		list := classes(t, Note{})
		written(t, db, list)
		if report, err := migrations.Diff(t.Context(), db, list); err != nil || !report.Empty() {
			t.Errorf("after the migration: %v, %v", report, err)
		}
		if err := db.Create(&Note{Text: "Alpha Bravo"}).Error; err != nil {
			t.Errorf("a row with words: %v", err)
		}
		drop := "DROP INDEX notes_text_words"
		if db.Name() == "sqlite" {
			drop = "DROP TRIGGER notes_text_words_insert"
		}
		if err := db.Exec(drop).Error; err != nil {
			t.Fatal(err)
		}
		report, err := migrations.Diff(t.Context(), db, list)
		if got := report.String(); err != nil || !strings.Contains(got, "notes: missing keyword index notes_text_words") {
			t.Errorf("without the index: %s, %v", got, err)
		}
	})
}

// What the migration made is gone when it was taken back.
func TestKeywordIndexDown(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		if _, err := written(t, db, classes(t, Note{})).Down(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"notes", "notes_text_words"} {
			if db.Migrator().HasTable(table) {
				t.Errorf("table %s is still there", table)
			}
		}
	})
}
