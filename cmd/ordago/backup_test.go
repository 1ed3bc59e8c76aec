package main_test

import (
	"bytes"
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ordago/ordago/sqlite"

	main "github.com/ordago/ordago/cmd/ordago"
)

// openSQL opens a database without the program.
func openSQL(t *testing.T, database string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", database)
	if !strings.Contains(database, "://") {
		db, err = sqlite.Connect(database, sqlite.ReadOnly())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// wantConsistent expects in a database all these invoices, and of each invoice the total to be the sum of its lines.
func wantConsistent(t *testing.T, database string, numbers []string) {
	t.Helper()
	db := openSQL(t, database)
	defer db.Close()
	there := map[string]bool{}
	rows, err := db.Query(`SELECT number, total, (SELECT coalesce(sum(amount), 0) FROM invoice_lines WHERE invoice_id = invoices.id)
FROM invoices`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var number string
		var total, sum int64
		if err := rows.Scan(&number, &total, &sum); err != nil {
			t.Fatal(err)
		}
		there[number] = true
		if total != sum {
			t.Errorf("invoice %s has total %d, its lines %d", number, total, sum)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, number := range numbers {
		if !there[number] {
			t.Errorf("invoice %s was acknowledged before the backup and is not there", number)
		}
	}
}

func TestRestoreByCommand(t *testing.T) {
	t.Parallel()
	databases := map[string]string{"sqlite": t.TempDir() + "/r.db"}
	if dsn := ownSchema(t); dsn != "" {
		databases["postgres"] = dsn
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "b")
			ordago(t, "seed", "--invoices", "5", "--db", database).want(t, 0, "added 5", "")
			ordago(t, "backup", file, "--db", database).want(t, 0, "backed up ", "")
			ordago(t, "seed", "--invoices", "3", "--db", database).want(t, 0, "added 3", "")
			ordago(t, "backup", file, "--db", database, "--overwrite").want(t, 0, " to "+file+": ", "")
			ordago(t, "seed", "--invoices", "7", "--db", database).want(t, 0, "added 7", "")
			got := ordago(t, "restore", file, "--db", database)
			got.want(t, 0, " from "+file+": ", "")
			if kept := "the old database is kept as " + database + ".before-restore\n"; database[0] == '/' && !strings.HasSuffix(got.stdout, kept) {
				t.Errorf("stdout %q, want %q", got.stdout, kept)
			}
			ordago(t, "migrate", "diff", "--check", "--db", database).want(t, 0, "as the models need it", "")
			ordago(t, "seed", "--invoices", "1", "--db", database).want(t, 0, "added 1", "") // its number is the next one
			wantConsistent(t, database, []string{"INV-2026-0401", "INV-2026-0409"})
			var n int
			if err := openSQL(t, database).QueryRow("SELECT count(*) FROM invoices").Scan(&n); err != nil || n != 409 {
				t.Errorf("%d invoices, %v, want 409: 400 of the demo, 8 in the backup, 1 after", n, err)
			}
		})
	}
}

func TestBackupErrors(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, file, letter := filepath.Join(dir, "a.db"), filepath.Join(dir, "b"), filepath.Join(dir, "letter")
	write(t, letter, "Dear reader")
	ordago(t, "backup", file, "--db", db).want(t, 1, "", "there is no such file: correct the name")
	ordago(t, "restore", letter, "--db", db).want(t, 1, "", "is no backup: it is neither")
	ordago(t, "restore", file, "--db", db).want(t, 1, "", "there is no such file")
	ordago(t, "restore", file, "--db", "mysql://x").want(t, 1, "", "database URLs begin with postgres://")
	if _, err := os.Stat(db); err == nil {
		t.Error("there is a database")
	}
	ordago(t, "seed", "--invoices", "1", "--db", db).want(t, 0, "", "")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	code := main.Run(ctx, []string{"backup", file, "--db", db}, nil, &stdout, &stderr)
	wantResult(t, result{code, stdout.String(), stderr.String()}, result{1, "", "ordago: interrupted: there is no backup\n"})
	if _, err := os.Stat(file); err == nil {
		t.Error("there is a backup")
	}
}
