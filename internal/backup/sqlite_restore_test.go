package backup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/backup"
	"github.com/ordago/ordago/sqlite"
)

// pair is a database with 3 accounts and a backup from when it had 2.
type pair struct{ dir, path, backup string }

func newPair(t *testing.T) pair {
	t.Helper()
	dir := t.TempDir()
	p := pair{dir, filepath.Join(dir, "a.db"), filepath.Join(t.TempDir(), "b")}
	db := create(t, p.path, accounts()...)
	if _, err := backup.SQLite(t.Context(), p.path, p.backup, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO accounts VALUES (3, 'late', 0)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p pair) restore(t *testing.T, o backup.RestoreOptions) error {
	t.Helper()
	_, _, err := backup.RestoreSQLite(t.Context(), p.backup, p.path, o)
	return err
}

// wantAccounts expects a sound database with so many accounts.
func wantAccounts(t *testing.T, path string, want int64) {
	t.Helper()
	if n := number(t, path, "SELECT count(*) FROM accounts"); n != want {
		t.Errorf("%s has %d accounts, want %d", path, n, want)
	}
	if n := number(t, path, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"); n != 0 {
		t.Errorf("%s is damaged", path)
	}
}

func TestRestoreSQLite(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	if err := os.Chmod(p.path, 0o640); err != nil {
		t.Fatal(err)
	}
	sessions := filepath.Join(p.dir, "sessions.db")
	create(t, sessions, "CREATE TABLE s (id)")
	var done, total int64
	report, kept, err := backup.RestoreSQLite(t.Context(), p.backup, p.path, backup.RestoreOptions{
		Transient: []string{sessions, filepath.Join(p.dir, "none.db")},
		Progress:  func(d, all int64) { done, total = d, all },
	})
	if err != nil {
		t.Fatal(err)
	}
	if kept != p.path+".before-restore" || report.Rows != 9 || done != report.Bytes || total != report.Bytes {
		t.Errorf("kept %s, report %+v, last progress %d of %d", kept, report, done, total)
	}
	wantFiles(t, p.dir, "a.db", "a.db.before-restore")
	wantAccounts(t, p.path, 2)
	wantAccounts(t, kept, 3)
	if info, err := os.Stat(p.path); err != nil || info.Mode() != 0o640 {
		t.Errorf("the new database: %v, %v, want the permissions of the old one", info, err)
	}

	wantError(t, p.restore(t, backup.RestoreOptions{}), "is there from an earlier restore: move it away, or force")
	wantAccounts(t, kept, 3)
	if err := p.restore(t, backup.RestoreOptions{Force: true}); err != nil {
		t.Error(err)
	}
	wantAccounts(t, kept, 2)
	wantFiles(t, p.dir, "a.db", "a.db.before-restore")
}

// What was restored is a database like any other: it goes into WAL mode, is written to and backed up again. What was kept can be restored.
func TestRestoreSQLiteAndGoOn(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	if err := p.restore(t, backup.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	db, err := sqlite.Connect(p.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO accounts VALUES (8, 'h', 0), (9, 'i', 0)"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	wantAccounts(t, p.path, 4)
	undo := pair{p.dir, p.path, filepath.Join(p.dir, "undo")}
	wantError(t, pair{p.dir, p.path, p.path + ".before-restore"}.restore(t, backup.RestoreOptions{Force: true}), "rename it")
	if err := os.Rename(p.path+".before-restore", undo.backup); err != nil {
		t.Fatal(err)
	}
	if err := undo.restore(t, backup.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	wantAccounts(t, p.path, 3)
}

func TestRestoreSQLiteWithoutOld(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	fresh := filepath.Join(p.dir, "fresh.db")
	write(t, fresh+"-wal", []byte("the last changes of a database"))
	_, _, err := backup.RestoreSQLite(t.Context(), p.backup, fresh, backup.RestoreOptions{})
	wantError(t, err, "belongs to one that was moved away")
	write(t, fresh+"-wal", nil)
	write(t, fresh+"-shm", []byte("nothing"))
	_, kept, err := backup.RestoreSQLite(t.Context(), p.backup, fresh, backup.RestoreOptions{})
	if err != nil || kept != "" {
		t.Errorf("kept %q, error %v", kept, err)
	}
	wantFiles(t, p.dir, "a.db", "fresh.db")
	wantAccounts(t, fresh, 2)
	if info, err := os.Stat(fresh); err != nil || info.Mode() != 0o600 {
		t.Errorf("the new database: %v, %v, want it for its owner only", info, err)
	}
}

// The file that a symbolic link leads to is replaced, not the link.
func TestRestoreSQLiteThroughLink(t *testing.T) {
	t.Parallel()
	p, link := newPair(t), filepath.Join(t.TempDir(), "link.db")
	if err := os.Symlink(p.path, link); err != nil {
		t.Skip(err)
	}
	if _, _, err := backup.RestoreSQLite(t.Context(), p.backup, link, backup.RestoreOptions{}); err != nil {
		t.Fatal(err)
	}
	wantFiles(t, filepath.Dir(link), "link.db")
	wantFiles(t, p.dir, "a.db", "a.db.before-restore")
	wantAccounts(t, p.path, 2)
}

// Nothing is touched by a file that is no sound backup.
func TestRestoreSQLiteRefuses(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	whole := read(t, p.backup)
	broken := slices.Clone(whole)
	copy(broken[4096+8:8192], strings.Repeat("\xff", 4000))
	wal := slices.Clone(whole)
	wal[18], wal[19] = 2, 2
	text := bytes.Replace(whole, []byte("and"), []byte("end"), 1) // in a row: SQLite does not mind
	refused := errors.New("not mine")
	for name, tt := range map[string]struct {
		content []byte
		o       backup.RestoreOptions
		want    string
	}{
		"empty":         {nil, backup.RestoreOptions{}, "neither an SQLite database nor an archive"},
		"letter":        {[]byte("Dear reader"), backup.RestoreOptions{}, "neither an SQLite database nor an archive"},
		"archive":       {[]byte("PGDMP\x01\x0e"), backup.RestoreOptions{}, "is a backup of PostgreSQL, the database is SQLite"},
		"header only":   {whole[:50], backup.RestoreOptions{}, "check backup"},
		"cut off":       {whole[:len(whole)/2], backup.RestoreOptions{}, "check backup"},
		"last page off": {whole[:len(whole)-4096], backup.RestoreOptions{}, "check backup"},
		"broken page":   {broken, backup.RestoreOptions{}, "check backup"},
		"changed text":  {text, backup.RestoreOptions{}, "its size or checksum is wrong"},
		"added to":      {append(slices.Clone(whole), 'x'), backup.RestoreOptions{}, "check backup"},
		"in WAL mode":   {wal, backup.RestoreOptions{}, "a database that programs work on, not a backup"},
		"not accepted":  {whole, backup.RestoreOptions{Accept: func(backup.Contents) error { return refused }}, "not mine"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := pair{p.dir, p.path, filepath.Join(t.TempDir(), "bad")}
			write(t, bad.backup, tt.content)
			wantError(t, bad.restore(t, tt.o), tt.want)
			wantFiles(t, filepath.Dir(bad.backup), "bad")
		})
	}
	wantError(t, pair{p.dir, p.path, p.backup + "none"}.restore(t, backup.RestoreOptions{}), "there is no such file")
	wantError(t, pair{p.dir, p.path, p.dir}.restore(t, backup.RestoreOptions{}), "this is not a file")
	wantError(t, pair{p.dir, p.dir, p.backup}.restore(t, backup.RestoreOptions{}), "this is not a file")
	if _, err := sqlite.Exclusive(t.Context(), p.path); err != nil { // leaves WAL mode
		t.Fatal(err)
	}
	wantError(t, pair{p.dir, p.path, p.path}.restore(t, backup.RestoreOptions{}), "this is the database itself")
	wantFiles(t, p.dir, "a.db")
}

func TestRestoreSQLiteStopped(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	ctx, cancel := context.WithCancel(t.Context())
	_, _, err := backup.RestoreSQLite(ctx, p.backup, p.path, backup.RestoreOptions{Progress: func(int64, int64) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	wantFiles(t, p.dir, "a.db")
	wantAccounts(t, p.path, 3)
}

// A connection of this process that does nothing is in the way too.
func TestRestoreSQLiteInUse(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for name, opts := range map[string][]sqlite.Option{"writer": nil, "reader": {sqlite.ReadOnly()}} {
		db, err := sqlite.Connect(p.path, opts...)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.restore(t, backup.RestoreOptions{Force: true}); !errors.Is(err, sqlite.ErrInUse) {
			t.Errorf("while a %s is open: %v, want ErrInUse", name, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	wantAccounts(t, p.path, 3)
	if _, err := os.Stat(p.path + ".before-restore"); err == nil {
		t.Error("there is a kept database")
	}
}

// What only a restore can help is restored, but only if someone has said that nobody uses it. What is beside the old database must not
// reach the new one.
func TestRestoreSQLiteOverDamaged(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	db, err := sqlite.Connect(p.path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("INSERT INTO accounts VALUES (4, 'only in the WAL', 0)"); err != nil {
		t.Fatal(err)
	}
	wal := read(t, p.path+"-wal")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	write(t, p.path, []byte(strings.Repeat("no database any more. ", 500)))
	write(t, p.path+"-wal", wal)
	write(t, p.path+".before-restore-wal", []byte("older WAL"))
	err = p.restore(t, backup.RestoreOptions{})
	wantError(t, err, "stop all and force the restore")
	if !errors.Is(err, sqlite.ErrDamaged) {
		t.Errorf("error %v, want ErrDamaged", err)
	}
	if err := p.restore(t, backup.RestoreOptions{Force: true}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{p.path + "-wal", p.path + "-shm"} {
		if _, err := os.Stat(name); err == nil {
			t.Errorf("%s is left", name)
		}
	}
	if kept, err := os.ReadFile(p.path + ".before-restore-wal"); err == nil && string(kept) == "older WAL" {
		t.Error("what an earlier restore kept is beside what this one kept")
	}
	wantAccounts(t, p.path, 2)
}

// A connection that came in at the last moment to the old file cannot write to what is kept: its commit would be lost.
func TestKeptDatabaseTakesNoWrites(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	var late error
	err := p.restore(t, backup.RestoreOptions{Step: func(step string) {
		if step == "rename" {
			_, late = sqlite.Connect(p.path, sqlite.BusyTimeout(0))
		}
	}})
	if err != nil || late == nil {
		t.Errorf("restore: %v; a connection during it: %v, want an error", err, late)
	}
	wantAccounts(t, p.path, 2)
}

func ExampleRestoreSQLite() {
	_, _, err := backup.RestoreSQLite(context.Background(), "monday.db", "invoices.db", backup.RestoreOptions{})
	fmt.Println(err)
	// Output: backup monday.db: there is no such file
}
