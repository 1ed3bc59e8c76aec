package backup_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ordago/ordago/internal/backup"
	"github.com/ordago/ordago/sqlite"
)

// childVariable makes the test binary another program: "open PATH", or "restore BACKUP PATH STEP".
const childVariable = "ORDAGO_TEST_BACKUP_CHILD"

func TestMain(m *testing.M) {
	if job := os.Getenv(childVariable); job != "" {
		child(strings.Split(job, "|"))
	}
	os.Exit(m.Run())
}

func child(job []string) {
	var err error
	switch job[0] {
	case "open":
		err = hold(job[1])
	case "restore":
		err = restoreUntil(job[1], job[2], job[3])
	}
	if err != nil {
		_, _ = io.WriteString(os.Stderr, err.Error()+"\n")
		os.Exit(1)
	}
	os.Exit(0)
}

// hold opens a database, says so, and does nothing until its input ends.
func hold(path string) error {
	db, err := sqlite.Connect(path)
	if err != nil {
		return err
	}
	_, _ = io.WriteString(os.Stdout, "open\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
	return db.Close()
}

// restoreUntil kills this process before a step of a restore.
func restoreUntil(src, path, last string) error {
	_, _, err := backup.RestoreSQLite(context.Background(), src, path, backup.RestoreOptions{Step: func(step string) {
		if step == last {
			self, _ := os.FindProcess(os.Getpid())
			_ = self.Kill()
			select {}
		}
	}})
	return err
}

func command(t *testing.T, job ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), childVariable+"="+strings.Join(job, "|"))
	cmd.Stderr = os.Stderr
	return cmd
}

func TestRestoreSQLiteInUseByOtherProcess(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	cmd := command(t, "open", p.path)
	input, err1 := cmd.StdinPipe()
	output, err2 := cmd.StdoutPipe()
	if err := errors.Join(err1, err2, cmd.Start()); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(output).ReadString('\n'); line != "open\n" {
		t.Fatalf("the other process says %q, %v", line, err)
	}
	if err := p.restore(t, backup.RestoreOptions{Force: true}); !errors.Is(err, sqlite.ErrInUse) {
		t.Errorf("while another process has the database open: %v, want ErrInUse", err)
	}
	wantAccounts(t, p.path, 3)
	if err := errors.Join(input.Close(), cmd.Wait()); err != nil {
		t.Fatal(err)
	}
	if err := p.restore(t, backup.RestoreOptions{}); err != nil {
		t.Errorf("after it has ended: %v", err)
	}
	wantAccounts(t, p.path, 2)
}

// Whenever the process is killed, the database is the old or the new one, and the restore can be repeated.
func TestRestoreSQLiteKilled(t *testing.T) {
	t.Parallel()
	for step, want := range map[string]int64{"copy": 3, "lock": 3, "transient": 3, "keep": 3, "rename": 3, "sync": 2} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			exit, ok := errors.AsType[*exec.ExitError](command(t, "restore", p.backup, p.path, step).Run())
			if !ok || exit.ExitCode() > 0 {
				t.Fatalf("the process ended with %v, want that it was killed", exit)
			}
			wantAccounts(t, p.path, want)
			if step == "sync" {
				wantAccounts(t, p.path+".before-restore", 3)
				return
			}
			if err := p.restore(t, backup.RestoreOptions{}); err != nil {
				t.Errorf("again: %v", err)
			}
			wantAccounts(t, p.path, 2)
			wantAccounts(t, p.path+".before-restore", 3)
		})
	}
}
