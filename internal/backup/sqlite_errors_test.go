package backup_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/backup"
	"github.com/ordago/ordago/sqlite"
)

func TestSQLiteErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path, taken, letter := filepath.Join(dir, "a.db"), filepath.Join(dir, "taken"), filepath.Join(dir, "letter")
	create(t, path, accounts()...)
	write(t, taken, []byte("precious"))
	write(t, letter, []byte(strings.Repeat("this is a letter. ", 100)))
	refused := errors.New("not mine")
	if err := os.Link(path, filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, path, dest string
		o                backup.Options
		want             string
	}{
		{"no name", path, "", backup.Options{}, "name the file of the backup"},
		{"taken", path, taken, backup.Options{}, "choose another name or ask to overwrite it"},
		{"a folder", path, dir, backup.Options{Overwrite: true}, "something that is no file"},
		{"no folder", path, filepath.Join(dir, "no", "x"), backup.Options{}, "create it first"},
		{"itself", path, path, backup.Options{Overwrite: true}, "this belongs to the database"},
		{"itself by another name", path, filepath.Join(dir, "link"), backup.Options{Overwrite: true}, "this belongs to the database"},
		{"its WAL", path, path + "-wal", backup.Options{Overwrite: true}, "belongs to the database"},
		{"its journal to come", path, path + "-journal", backup.Options{}, "this name belongs to the database"},
		{"what was asked to stay", path, taken, backup.Options{Overwrite: true, Avoid: []string{taken}}, "belongs to the database"},
		{"no database", filepath.Join(dir, "none"), filepath.Join(dir, "x"), backup.Options{}, "there is no such file"},
		{"a letter", letter, filepath.Join(dir, "x"), backup.Options{}, "this is not an SQLite database"},
		{"not accepted", path, filepath.Join(dir, "x"), backup.Options{Accept: func(backup.Contents) error { return refused }}, "not mine"},
		{"not accepted, overwriting", path, taken,
			backup.Options{Overwrite: true, Accept: func(backup.Contents) error { return refused }}, "not mine"},
	} {
		_, err := backup.SQLite(t.Context(), tt.path, tt.dest, tt.o)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.name, err, tt.want)
		}
	}
	wantFiles(t, dir, "a.db", "a.db-shm", "a.db-wal", "letter", "link", "taken")
	if got := string(read(t, taken)); got != "precious" {
		t.Errorf("the file that was there is %q now", got)
	}
	if _, err := backup.SQLite(t.Context(), path, taken, backup.Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want ErrExist", err)
	}
	if _, err := backup.SQLite(t.Context(), path, taken, backup.Options{Overwrite: true}); err != nil {
		t.Errorf("overwrite: %v", err)
	}
	if n := number(t, taken, "SELECT count(*) FROM accounts"); n != 2 {
		t.Errorf("%d accounts in the overwritten file, want 2", n)
	}
}

// A database that is broken gives no backup that looks whole.
func TestSQLiteOfBrokenDatabase(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	orphan, path := filepath.Join(dir, "orphan.db"), filepath.Join(dir, "a.db")
	create(t, orphan, append(accounts(), "PRAGMA foreign_keys = OFF", "DELETE FROM accounts WHERE id = 2")...)
	_, err := backup.SQLite(t.Context(), orphan, filepath.Join(dir, "x"), backup.Options{})
	wantError(t, err, `rows of table odd " name refer to rows that do not exist`)

	db := create(t, path, append(accounts(), "PRAGMA wal_checkpoint(TRUNCATE)")...)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	content := read(t, path)
	copy(content[4096+8:8192], strings.Repeat("\xff", 4000)) // the first page behind the schema
	write(t, path, content)
	if _, err := backup.SQLite(t.Context(), path, filepath.Join(dir, "x"), backup.Options{}); !errors.Is(err, sqlite.ErrDamaged) &&
		!strings.Contains(err.Error(), "malformed") {
		t.Errorf("error %v, want one of a damaged database", err)
	}
	if _, err := os.Stat(filepath.Join(dir, "x")); err == nil {
		t.Error("there is a backup")
	}
}

func TestSQLiteStopped(t *testing.T) {
	t.Parallel()
	path, dir := filepath.Join(t.TempDir(), "a.db"), t.TempDir()
	create(t, path, append(accounts(), `INSERT INTO accounts
WITH RECURSIVE c(n) AS (SELECT 3 UNION ALL SELECT n + 1 FROM c WHERE n < 100000) SELECT n, hex(randomblob(50)), 0 FROM c`)...)
	dest := filepath.Join(dir, "x")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := backup.SQLite(ctx, path, dest, backup.Options{Progress: func(int64, int64) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	wantFiles(t, dir)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is lost")
			}
		}()
		_, _ = backup.SQLite(t.Context(), path, dest, backup.Options{Progress: func(int64, int64) { panic("no") }})
	}()
	wantFiles(t, dir)
}

// Of two backups with one name one gets it.
func TestSQLiteTwoAtOnce(t *testing.T) {
	t.Parallel()
	path, dir := filepath.Join(t.TempDir(), "a.db"), t.TempDir()
	create(t, path, accounts()...)
	dest := filepath.Join(dir, "x")
	_, err := backup.SQLite(t.Context(), path, dest, backup.Options{Accept: func(backup.Contents) error {
		_, err := backup.SQLite(t.Context(), path, dest, backup.Options{})
		return err
	}})
	if !errors.Is(err, fs.ErrExist) {
		t.Errorf("error %v, want ErrExist", err)
	}
	wantFiles(t, dir, "x")
	if n := number(t, dest, "SELECT count(*) FROM accounts"); n != 2 {
		t.Errorf("%d accounts, want 2", n)
	}
}
