//go:build unix

package main_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/ordago/ordago/sqlite"
)

// process runs the program in a process of its own and returns what it left.
func process(t *testing.T, dir string, args ...string) result {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.Command(self, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
	cmd.Env = append(withoutOptions(os.Environ()), childVariable+"=1")
	if err := cmd.Run(); err != nil {
		if _, exited := errors.AsType[*exec.ExitError](err); !exited {
			t.Fatal(err)
		}
	}
	return result{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// snapshot returns what has been acknowledged so far.
func (a *acknowledged) snapshot() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.numbers[:len(a.numbers):len(a.numbers)]
}

// A process backs up what another one serves while clients write to it.
func TestBackupWhileServing(t *testing.T) {
	t.Parallel()
	databases := map[string]string{"sqlite": t.TempDir() + "/served.db"}
	if dsn := ownSchema(t); dsn != "" {
		databases["postgres"] = dsn
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) { backupWhileServing(t, database) })
	}
}

func backupWhileServing(t *testing.T, database string) {
	dir, file := t.TempDir(), "monday.backup"
	p := serve(t, dir, "--db", database)
	var acks acknowledged
	var writers sync.WaitGroup
	enough := make(chan struct{})
	for range 3 {
		web := p.signedIn(t)
		writers.Go(func() { acks.draft(p, web, func() { close(enough) }) })
	}
	<-enough
	before := acks.snapshot()
	process(t, dir, "backup", file, "--db", database).want(t, 0, " rows, checked, in ", "")
	process(t, dir, "backup", file, "--db", database).want(t, 1, "", "choose another name or ask to overwrite it")
	later := acks.snapshot()
	if database[0] == '/' {
		process(t, dir, "restore", file, "--db", database).want(t, 1, "", "another program has the database open: stop it first")
	}
	if err := p.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	writers.Wait()
	_ = p.cmd.Wait()
	wantConsistent(t, database, later)
	if len(later) == len(before) {
		t.Error("nothing was written during the backup")
	}
	process(t, dir, "restore", file, "--db", database).want(t, 0, "restored ", "")
	wantConsistent(t, database, before)
}

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
