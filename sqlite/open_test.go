package sqlite_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/sqlite"
)

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantOpenError opens path and expects an error that names it.
func wantOpenError(t *testing.T, path, want string, opts ...sqlite.Option) {
	t.Helper()
	_, d, err := open(t, path, opts...)
	if err == nil || !strings.HasPrefix(err.Error(), "open database "+path) || !strings.Contains(err.Error(), want) {
		t.Errorf("open %q: error %v, want the path and %q", path, err, want)
	}
	if d.Readers() != nil {
		t.Errorf("open %q: there are readers after an error", path)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	write(t, text, strings.Repeat("this is a letter and no database. ", 100))
	for _, tt := range []struct {
		name, path, want string
		opts             []sqlite.Option
	}{
		{"nothing", "", "name the database file", nil},
		{"memory", ":memory:", "use a file, in tests in t.TempDir()", nil},
		{"memory with parameters", ":memory:?cache=shared", "use a file", nil},
		{"memory as URI", "file::memory:", "use a file", nil},
		{"URI", "file:x.db?mode=rw", "a URI instead of a path", nil},
		{"NUL", "a\x00b", "NUL character", nil},
		{"no directory", filepath.Join(dir, "no", "x.db"), "create it first", nil},
		{"directory is a file", filepath.Join(text, "x.db"), "", nil},
		{"directory", dir, "this is a directory", nil},
		{"no database", text, "this is not an SQLite database", nil},
		{"no database, read-only", text, "this is not an SQLite database", []sqlite.Option{sqlite.ReadOnly()}},
		{"read-only without file", filepath.Join(dir, "none.db"), "there is no such file", []sqlite.Option{sqlite.ReadOnly()}},
		{"negative wait", filepath.Join(dir, "x.db"), "must be positive", []sqlite.Option{sqlite.BusyTimeout(-1)}},
		{"no wait", filepath.Join(dir, "x.db"), "must be positive", []sqlite.Option{sqlite.WriterWait(0)}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			wantOpenError(t, tt.path, tt.want, tt.opts...)
		})
	}
}

func TestOpenDamagedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db, d, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&Customer{}); err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := 100; i < 4096; i++ { // the schema page behind the file header
		content[i] = 0xff
	}
	write(t, path, string(content))
	wantOpenError(t, path, "the database is damaged: restore a backup")
}

func TestOpenLockedFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db, _, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	tx := db.Begin()
	defer tx.Rollback()
	wantOpenError(t, path, "locked by another process: stop it or wait", sqlite.BusyTimeout(10*time.Millisecond))
}

func TestOpenTwice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	first, _, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	_, second, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := first.AutoMigrate(&Country{}); err != nil {
		t.Fatal(err)
	}
	first.Create(&Country{Code: "ES"})
	if got := queryText(t, second.Readers(), "SELECT code FROM countries"); got != "ES" {
		t.Errorf("code read by the second = %q, want ES", got)
	}
}

func TestPathsAreEscaped(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b.db", "50%.db", "%41.db", "q?mode=memory.db", "h#1.db", "ñ&+=;:'\"`.db"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), name)
			db, d, err := open(t, path)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.AutoMigrate(&Country{}); err != nil {
				t.Fatal(err)
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if info, err := os.Stat(path); err != nil || info.Size() == 0 {
				t.Errorf("file %q after Close: %v, %v, want the database", name, info, err)
			}
			entries, err := os.ReadDir(filepath.Dir(path))
			if err != nil || len(entries) != 1 {
				t.Errorf("files after Close: %v, %v, want the database alone", entries, err)
			}
		})
	}
}

func TestRelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	if _, _, err := open(t, "test.db"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat("test.db"); err != nil {
		t.Error(err)
	}
}
