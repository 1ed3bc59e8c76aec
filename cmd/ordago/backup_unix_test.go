//go:build unix

package main_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/ordago/ordago/sqlite"
)

// Ctrl-C in the middle of a backup leaves nothing.
func TestBackupInterrupted(t *testing.T) {
	t.Parallel()
	db, dir := filepath.Join(t.TempDir(), "a.db"), t.TempDir()
	ordago(t, "seed", "--invoices", "1", "--db", db).want(t, 0, "", "")
	large, err := sqlite.Connect(db)
	if err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{"CREATE TABLE filler (f)", `INSERT INTO filler
WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 20000) SELECT randomblob(3000) FROM c`} {
		if _, err := large.Exec(statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := large.Close(); err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "backup", filepath.Join(dir, "b"), "--db", db)
	var stderr bytes.Buffer
	cmd.Stderr, cmd.Env = &stderr, append(withoutOptions(os.Environ()), childVariable+"=1")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for len(files(t, dir)) == 0 { // the temporary file
		runtime.Gosched()
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || !strings.HasSuffix(stderr.String(), "ordago: interrupted: there is no backup\n") {
		t.Errorf("%v, stderr %q, want that it was interrupted", err, stderr.String())
	}
	if left := files(t, dir); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
