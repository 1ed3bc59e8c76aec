package server_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/server"
)

// wantOpenError expects Open to fail with all these texts, and never to show a password.
func wantOpenError(t *testing.T, c server.Config, want ...string) error {
	t.Helper()
	s, err := server.Open(t.Context(), c)
	if err == nil {
		t.Errorf("Open of %s: no error, want %q", c.Database, want)
		return s.Close()
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("Open of %s: %v, want %q", c.Database, err, text)
		}
	}
	if strings.Contains(err.Error(), "secret") {
		t.Errorf("Open of %s: the error shows the password: %v", c.Database, err)
	}
	return err
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "letter.db")
	write(t, text, strings.Repeat("this is a letter and no database. ", 100))
	for _, tt := range []struct {
		name, database string
		want           []string
	}{
		{"other database", "oracle://scott:secret@127.0.0.1/x", []string{"begin with postgres://, not with oracle://"}},
		{"bad URL", "postgres://ada:secret@127.0.0.1:port/x", []string{"database URL"}},
		{"nobody answers", "postgres://ada:secret@127.0.0.1:1/x", []string{"open database postgres://ada@127.0.0.1:1/x", "start PostgreSQL"}},
		{"no folder", filepath.Join(dir, "no", "x.db"), []string{"open database " + filepath.Join(dir, "no", "x.db"), "create it first"}},
		{"a folder", dir, []string{"this is a directory"}},
		{"no database", text, []string{"open database " + text, "this is not an SQLite database"}},
		{"memory", ":memory:", []string{"use a file"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := config(t, newNotes())
			c.Database = tt.database
			_ = wantOpenError(t, c, tt.want...)
		})
	}
}

func TestConfigErrors(t *testing.T) {
	t.Parallel()
	err := wantOpenError(t, server.Config{Durable: "very", Sessions: "cloud", MaxBody: -1, Grace: -1},
		`durable "very" is unknown: write normal or full`, `sessions "cloud" is unknown: write memory or sql`,
		"request body cannot be -1 bytes", "cannot be negative", "there are no definitions")
	if err == nil {
		t.Error("no error")
	}
}

func TestMustExist(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	c.MustExist = true
	_ = wantOpenError(t, c, "there is no such file: correct the name or create the database first")
	if _, err := os.Stat(c.Database); err == nil {
		t.Error("the file was created")
	}
}

func TestMistakesInDefinitions(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	c.Definitions = append(c.Definitions, dataclasses.OnStore(dataclasses.Exposed("no name", whoAmI)))
	_ = wantOpenError(t, c, "open datastore: ", "no name")
}

func TestOpenDamagedFile(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	create(t, c)
	closed(c.Database)
	damage(t, c.Database)
	_ = wantOpenError(t, c, "open database "+c.Database, "the database is damaged: restore a backup")
}

func TestOpenLockedFile(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = server.Pool(s.Database, func(writer *sql.DB) error {
		tx, err := writer.Begin() // another program's long transaction
		if err != nil {
			return err
		}
		_ = wantOpenError(t, c, "open database "+c.Database, "locked by another process: stop it or wait")
		return tx.Rollback()
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpenNewerDatabase(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database = database
		newer := fstest.MapFS{}
		for name, file := range migration().(fstest.MapFS) {
			newer[name] = file
			newer[strings.Replace(name, "00001_notes", "00002_more", 1)] = &fstest.MapFile{
				Data: []byte("-- +goose Up\nCREATE TABLE more (id integer);\n-- +goose Down\nDROP TABLE more;\n"),
			}
		}
		older := c
		c.Migrations = newer
		create(t, c)
		err := wantOpenError(t, older, "database is at version 2, this program knows up to 1: use a newer program")
		if !errors.Is(err, migrations.ErrNewer) {
			t.Errorf("Open: %v, want ErrNewer", err)
		}
	})
}

func TestOpenBrokenMigration(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	c.Migrations = fstest.MapFS{"sqlite/00001_notes.sql": {Data: []byte("-- +goose Up\nCREATE TABEL notes (id integer);\n")}}
	_ = wantOpenError(t, c, "migrate "+c.Database, "00001_notes.sql", "TABEL")
}

// create makes the database of a configuration.
func create(t *testing.T, c server.Config) {
	t.Helper()
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// closed waits until the last connection to a file has ended: it takes the WAL away, and may do so a moment after Close.
func closed(path string) {
	for {
		if _, err := os.Stat(path + "-wal"); os.IsNotExist(err) {
			return
		}
		runtime.Gosched()
	}
}

// damage overwrites the schema of a database.
func damage(t *testing.T, path string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	copy(data[100:], strings.Repeat("\xff", 3000))
	write(t, path, string(data))
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
