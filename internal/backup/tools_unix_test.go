//go:build unix

package backup_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/backup"
)

func script(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
		t.Fatal(err)
	}
}

// The programs of PostgreSQL may be missing or old; other users must not read the password in the list of processes.
func TestPostgresTools(t *testing.T) {
	p, dir, bin := newPostgres(t, "CREATE TABLE a (id bigint)"), t.TempDir(), t.TempDir()
	p.Password = "secret-of-the-database"
	dest := filepath.Join(dir, "x")
	dump, err := exec.LookPath("pg_dump")
	if err != nil {
		t.Skip(err)
	}
	path := os.Getenv("PATH")
	t.Setenv("PATH", bin)
	_, err = backup.Postgres(t.Context(), p.ConnConfig, dest, backup.Options{})
	wantError(t, err, "pg_dump is not found: install the client programs of PostgreSQL")

	t.Setenv("PATH", bin+string(filepath.ListSeparator)+path)
	script(t, filepath.Join(bin, "pg_dump"), "echo 'pg_dump (PostgreSQL) 9.6.24'\n")
	_, err = backup.Postgres(t.Context(), p.ConnConfig, dest, backup.Options{})
	wantError(t, err, "pg_dump is version 9, the server ")
	wantFiles(t, dir)

	said := filepath.Join(bin, "said")
	script(t, filepath.Join(bin, "pg_dump"), `echo "$PGPASSWORD: $*" >>'`+said+`'; exec '`+dump+`' "$@"`+"\n")
	if _, err := backup.Postgres(t.Context(), p.ConnConfig, dest, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(strings.TrimSpace(string(read(t, said)))) {
		if arguments, ok := strings.CutPrefix(line, p.Password); !ok || strings.Contains(arguments, p.Password) {
			t.Errorf("pg_dump got %q, want the password in the environment alone", line)
		}
	}
}
