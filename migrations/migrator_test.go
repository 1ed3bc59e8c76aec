package migrations_test

import (
	"database/sql"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/migrations"
)

func files(pairs ...string) fstest.MapFS {
	m := fstest.MapFS{}
	for i := 0; i < len(pairs); i += 2 {
		m[pairs[i]] = &fstest.MapFile{Data: []byte(pairs[i+1])}
	}
	return m
}

const (
	first  = "-- +goose Up\nCREATE TABLE a (n INTEGER);\nINSERT INTO a VALUES (1);\n-- +goose Down\nDROP TABLE a;\n"
	second = "-- +goose Up\nALTER TABLE a ADD COLUMN m INTEGER;\n-- +goose Down\nALTER TABLE a DROP COLUMN m;\n"
	broken = "-- +goose Up\nCREATE TABLE b (n INTEGER);\nINSERT INTO nowhere VALUES (1);\n-- +goose Down\nDROP TABLE b;\n"
)

func connection(t *testing.T, db *gorm.DB) *sql.DB {
	t.Helper()
	conn, err := db.DB()
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

func migrator(t *testing.T, db *gorm.DB, fsys fstest.MapFS) *migrations.Migrator {
	t.Helper()
	m, err := migrations.New(connection(t, db), db.Name(), fsys, migrations.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func names(list []migrations.Migration) []string {
	var s []string
	for _, m := range list {
		mark := ""
		if m.AppliedAt.IsZero() {
			mark = " pending"
		}
		s = append(s, m.Name+mark)
	}
	return s
}

func TestUpDownStatus(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ctx := t.Context()
		m := migrator(t, db, files("00001_first.sql", first, "00002_second.sql", second))
		check := func(what string, list []migrations.Migration, err error, want ...string) {
			t.Helper()
			if diff := cmp.Diff(want, names(list), cmpopts.EquateEmpty()); diff != "" || err != nil {
				t.Errorf("%s, error %v (-want +got):\n%s", what, err, diff)
			}
		}
		version := func(want int64) {
			t.Helper()
			if got, err := m.Version(ctx); err != nil || got != want {
				t.Errorf("Version = %d, %v; want %d", got, err, want)
			}
		}
		version(0)
		if got := m.Newest(); got != 2 {
			t.Errorf("Newest = %d, want 2", got)
		}
		list, err := m.Status(ctx)
		check("status of an empty database", list, err, "00001_first.sql pending", "00002_second.sql pending")
		list, err = m.Up(ctx)
		check("up", list, err, "00001_first.sql", "00002_second.sql")
		version(2)
		list, err = m.Up(ctx)
		check("second up", list, err)
		down, err := m.Down(ctx)
		if diff := cmp.Diff(migrations.Migration{Version: 2, Name: "00002_second.sql"}, down); diff != "" || err != nil {
			t.Errorf("down, error %v (-want +got):\n%s", err, diff)
		}
		list, err = m.Status(ctx)
		check("status after down", list, err, "00001_first.sql", "00002_second.sql pending")
		if _, err := m.Down(ctx); err != nil {
			t.Error(err)
		}
		if down, err := m.Down(ctx); err != nil || down != (migrations.Migration{}) {
			t.Errorf("down of an empty database = %v, %v", down, err)
		}
		version(0)
	})
}

// A migration is one transaction: one with an error leaves nothing, those before it stay.
func TestUpError(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		m := migrator(t, db, files("00001_first.sql", first, "00002_broken.sql", broken))
		done, err := m.Up(t.Context())
		if diff := cmp.Diff([]string{"00001_first.sql"}, names(done)); diff != "" {
			t.Errorf("done (-want +got):\n%s", diff)
		}
		if err == nil || !strings.HasPrefix(err.Error(), "migration 00002_broken.sql: ") || !strings.Contains(err.Error(), "nowhere") {
			t.Errorf("Up = %v, want an error that names the file and the table", err)
		}
		if v, err := m.Version(t.Context()); v != 1 || err != nil {
			t.Errorf("Version = %d, %v; want 1", v, err)
		}
		if db.Migrator().HasTable("b") {
			t.Error("a table of the broken migration is there")
		}
	})
}

func TestNewerDatabase(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ctx := t.Context()
		if _, err := migrator(t, db, files("00001_first.sql", first, "00007_second.sql", second)).Up(ctx); err != nil {
			t.Fatal(err)
		}
		old := migrator(t, db, files("00001_first.sql", first))
		_, up := old.Up(ctx)
		_, down := old.Down(ctx)
		_, status := old.Status(ctx)
		want := "the database is newer than the program: database is at version 7, this program knows up to 1: use a newer program"
		for name, err := range map[string]error{"Up": up, "Down": down, "Status": status} {
			if !errors.Is(err, migrations.ErrNewer) || err.Error() != want {
				t.Errorf("%s = %v, want %s", name, err, want)
			}
		}
		if v, err := old.Version(ctx); v != 7 || err != nil {
			t.Errorf("Version = %d, %v; want 7", v, err)
		}
	})
}

// With one connection there is no second one to wait for.
func TestOneConnection(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		connection(t, db).SetMaxOpenConns(1)
		m := migrator(t, db, files("00001_first.sql", first))
		if _, err := m.Up(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := migrations.Create(t.Context(), db, library(t)); err != nil {
			t.Error(err)
		}
	})
}

// Several servers that start at once on one PostgreSQL run each migration once.
func TestConcurrentUp(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		if db.Name() == "sqlite" {
			return // one process has the file
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		var all []string
		for range 2 {
			wg.Go(func() {
				done, err := migrator(t, db, files("00001_first.sql", first, "00002_second.sql", second)).Up(t.Context())
				mu.Lock()
				defer mu.Unlock()
				all = append(all, names(done)...)
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if diff := cmp.Diff([]string{"00001_first.sql", "00002_second.sql"}, all); diff != "" {
			t.Errorf("migrations that ran (-want +got):\n%s", diff)
		}
	})
}

// The file that a report writes makes what Create makes, and its down part takes it back.
func TestReportAsMigration(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ctx := t.Context()
		report, err := migrations.Diff(ctx, db, library(t))
		if err != nil {
			t.Fatal(err)
		}
		m := migrator(t, db, files("00001_models.sql", report.Migration(migrations.SQLOptions{AllowDrop: true})))
		if _, err := m.Up(ctx); err != nil {
			t.Fatal(err)
		}
		if rest, err := migrations.Diff(ctx, db, library(t)); err != nil || !rest.Empty() {
			t.Errorf("drift after the migration: %v, %v", rest, err)
		}
		if _, err := m.Down(ctx); err != nil {
			t.Fatal(err)
		}
		after, err := migrations.Diff(ctx, db, library(t))
		if diff := cmp.Diff(report.String(), after.String()); diff != "" || err != nil {
			t.Errorf("drift after down, error %v (-before +after):\n%s", err, diff)
		}
	})
}

func TestNewErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, dialect string
		fsys          fstest.MapFS
		want          string
	}{
		{"dialect", "oracle", files("00001_a.sql", first), `migrations: unknown dialect "oracle"; write sqlite, postgres or mysql`},
		{"no files", "sqlite", files(), "migrations: no file NNNNN_name.sql is found; the file system must have them in its root"},
		{"twice", "sqlite", files("00001_a.sql", first, "1_b.sql", second), "migrations: "},
	}
	for _, tt := range tests {
		_, err := migrations.New(new(sql.DB), tt.dialect, tt.fsys, migrations.Options{Table: "v"})
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("%s: New = %v, want %s", tt.name, err, tt.want)
		}
	}
}
