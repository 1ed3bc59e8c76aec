package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/sqlite"
)

// newFile makes a database in WAL mode and closes it.
func newFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	db, d, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(db.AutoMigrate(&Country{}), db.Create(&Country{Code: "ES"}).Error, d.Close()); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestConnect(t *testing.T) {
	t.Parallel()
	path := newFile(t)
	db, err := sqlite.Connect(path, sqlite.ReadOnly())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var folded string
	if err := db.QueryRow("SELECT ordago_fold(code) FROM countries").Scan(&folded); err != nil || folded != "es" {
		t.Errorf("our function over the row: %q, %v, want es", folded, err)
	}
	for _, statement := range []string{"DELETE FROM countries", "PRAGMA query_only = OFF", "DELETE FROM countries"} {
		if _, err := db.Exec(statement); err == nil && strings.HasPrefix(statement, "DELETE") {
			t.Errorf("%s: no error on a read-only connection", statement)
		}
	}
}

func TestConnectErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letter := filepath.Join(dir, "letter")
	write(t, letter, strings.Repeat("this is a letter. ", 100))
	for path, want := range map[string]string{
		"": "no path", ":memory:": "use a file", dir: "this is a directory", filepath.Join(dir, "none"): "there is no such file",
		letter: "this is not an SQLite database",
	} {
		_, err := sqlite.Connect(path)
		if err == nil || !strings.Contains(err.Error(), want) || errors.Is(err, sqlite.ErrDamaged) != (path == letter) {
			t.Errorf("Connect(%q): %v, want %q", path, err, want)
		}
	}
}

func TestExclusive(t *testing.T) {
	t.Parallel()
	path := newFile(t)
	idle, err := sqlite.Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sqlite.Exclusive(t.Context(), path); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("while a connection is open: %v, want ErrInUse", err)
	}
	if _, err := idle.Exec("INSERT INTO countries (code) VALUES ('FR')"); err != nil {
		t.Errorf("that connection afterwards: %v", err)
	}
	if err := idle.Close(); err != nil {
		t.Fatal(err)
	}
	release, err := sqlite.Exclusive(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("files: %v, %v, want the database alone", entries, err)
	}
	wantOpenError(t, path, "locked by another process", sqlite.BusyTimeout(time.Millisecond))
	if _, err := sqlite.Exclusive(t.Context(), path); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("a second time: %v, want ErrInUse", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	_, d, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if got := queryText(t, d.Readers(), "SELECT group_concat(code) FROM countries"); got != "ES,FR" {
		t.Errorf("countries afterwards: %q, want ES,FR", got)
	}
}
