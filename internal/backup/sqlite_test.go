package backup_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/backup"
	"github.com/ordago/ordago/sqlite"
)

// create makes an SQLite database and returns a connection that writes.
func create(t *testing.T, path string, statements ...string) *sql.DB {
	t.Helper()
	write(t, path, nil)
	db, err := sqlite.Connect(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return db
}

// accounts are the tables of the tests, with what a copy could lose: an index on one of our functions, odd names, every kind of value.
func accounts() []string {
	return []string{
		"CREATE TABLE accounts (id integer PRIMARY KEY, name text, balance integer)",
		"CREATE INDEX by_name ON accounts (ordago_fold(name))",
		"INSERT INTO accounts VALUES (1, 'Ñandú', 50), (2, 'b', 50)",
		`CREATE TABLE "odd "" name" (v, a REFERENCES accounts)`,
		`INSERT INTO "odd "" name" VALUES (1.5, 1), (x'00ff', 2), (NULL, NULL), ('text', 1)`,
		"CREATE VIEW total AS SELECT sum(balance) AS balance FROM accounts",
		"CREATE TABLE versions (version_id integer)",
		"INSERT INTO versions VALUES (1), (7), (3)",
	}
}

func write(t *testing.T, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// number reads one number from a file.
func number(t *testing.T, path, query string) (n int64) {
	t.Helper()
	db, err := sqlite.Connect(path, sqlite.ReadOnly())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRow(query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// wantFiles expects these names in a folder and no others.
func wantFiles(t *testing.T, dir string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("files in the folder (-want +got):\n%s", diff)
	}
}

// wantError expects an error with that text.
func wantError(t *testing.T, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestSQLite(t *testing.T) {
	t.Parallel()
	path, dir := filepath.Join(t.TempDir(), "a.db"), t.TempDir()
	create(t, path, accounts()...)
	before := read(t, path)
	dest := filepath.Join(dir, "file:b?mode=x 50%.backup")
	var done, total int64
	var seen backup.Contents
	report, err := backup.SQLite(t.Context(), path, dest, backup.Options{
		Progress:     func(d, all int64) { done, total = d, all },
		VersionTable: "versions",
		Accept:       func(c backup.Contents) error { seen = c; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dest)
	if err != nil || info.Mode() != 0o600 || info.Size() != report.Bytes || done != report.Bytes || total != report.Bytes {
		t.Errorf("file %v, %v; report %+v, last progress %d of %d", info, err, report, done, total)
	}
	if report.Tables != 3 || report.Rows != 9 || seen.Version != 7 {
		t.Errorf("report %+v, version %d, want 3 tables, 9 rows, version 7", report, seen.Version)
	}
	want := map[string]int64{"accounts": 2, `odd " name`: 4, "versions": 3}
	if diff := cmp.Diff(want, seen.Rows); diff != "" {
		t.Errorf("rows (-want +got):\n%s", diff)
	}
	wantFiles(t, dir, filepath.Base(dest))
	if n := number(t, dest, "SELECT id FROM accounts INDEXED BY by_name WHERE ordago_fold(name) = 'nandu'"); n != 1 {
		t.Errorf("found by the index on a function of ours: %d, want 1", n)
	}
	if n := number(t, dest, `SELECT count(*) FROM "odd "" name" WHERE typeof(v) IN ('real', 'blob', 'null', 'text')`); n != 4 {
		t.Errorf("%d values with their types, want 4", n)
	}
	if diff := cmp.Diff(before, read(t, path)); diff != "" {
		t.Error("the database file has changed")
	}
}

// A backup is one moment: a writer moves money between two rows all the time, and counts its commits.
func TestSQLiteWhileOthersWrite(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.db")
	db := create(t, path, append(accounts(), "CREATE TABLE commits (n integer PRIMARY KEY, filler)")...)
	var committed atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	writer := make(chan error, 1)
	begun := make(chan struct{})
	go func() { writer <- transfer(ctx, db, &committed, begun) }()
	<-begun
	for i := range 10 {
		least := committed.Load()
		dest := filepath.Join(dir, fmt.Sprintf("%d.backup", i))
		if _, err := backup.SQLite(t.Context(), path, dest, backup.Options{}); err != nil {
			t.Fatal(err)
		}
		most := committed.Load() + 1 // one may be committed and not counted yet
		n := number(t, dest, "SELECT count(*) FROM commits")
		if n < least || n > most {
			t.Errorf("%d commits in the backup, want %d to %d", n, least, most)
		}
		if sum := number(t, dest, "SELECT balance FROM total"); sum != 100 {
			t.Errorf("balance %d in the backup, want 100", sum)
		}
		if b := number(t, dest, "SELECT 50 - balance FROM accounts WHERE id = 1"); b != n {
			t.Errorf("%d transfers in the backup, %d commits", b, n)
		}
	}
	cancel()
	if err := <-writer; err != nil {
		t.Error(err)
	}
}

// transfer moves money until ctx ends.
func transfer(ctx context.Context, db *sql.DB, committed *atomic.Int64, begun chan struct{}) error {
	for n := int64(1); ctx.Err() == nil; n++ {
		tx, err := db.Begin()
		if err != nil {
			return err
		}
		_, err1 := tx.Exec("UPDATE accounts SET balance = balance - 1 WHERE id = 1")
		_, err2 := tx.Exec("INSERT INTO commits VALUES (?, randomblob(500))", n)
		_, err3 := tx.Exec("UPDATE accounts SET balance = balance + 1 WHERE id = 2")
		if err := errors.Join(err1, err2, err3, tx.Commit()); err != nil {
			return err
		}
		if committed.Add(1) == 20 {
			close(begun)
		}
	}
	return nil
}
