//go:build unix

package server_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// childDatabase makes the test binary an application on that database, which prints what its hooks are told.
const childDatabase = "ORDAGO_TEST_CHILD_DATABASE"

func TestMain(m *testing.M) {
	if database := os.Getenv(childDatabase); database != "" {
		if err := child(database); err != nil {
			fmt.Println("error", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func child(database string) error {
	ctx, stop := context.WithCancel(context.Background())
	c := server.Config{Database: database, Definitions: newNotes().definitions(), Listen: "127.0.0.1:0"}
	c.Hooks.ServerStartup = func(context.Context, *session.Session) error { fmt.Println("startup"); return nil }
	c.Hooks.ServerShutdown = func(context.Context, *session.Session) { fmt.Println("shutdown") }
	c.Hooks.SystemEvent = func(_ context.Context, s *session.Session, e server.SystemEvent) {
		fmt.Println("event", int(e), s.Kind())
		if n, _ := events.Get(s); n == 3 {
			stop()
		} else {
			_ = events.Set(s, n+1)
		}
	}
	s, err := server.Open(ctx, c)
	if err != nil {
		return err
	}
	defer s.Close()
	return s.Run(ctx)
}

var events = session.NewKey[int]("events")

// S-103: a real process is suspended and resumed, twice.
func TestJobControl(t *testing.T) {
	t.Parallel()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDatabase+"="+filepath.Join(t.TempDir(), "child.db"))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	hung := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	t.Cleanup(func() { hung.Stop(); _ = cmd.Process.Kill() })
	lines := bufio.NewScanner(out)
	want := func(line string) {
		t.Helper()
		if !lines.Scan() || lines.Text() != line {
			t.Fatalf("the program printed %q, want %q", lines.Text(), line)
		}
	}
	want("startup")
	for range 2 {
		signal(t, cmd, syscall.SIGCONT) // of a program that runs: no event
		signal(t, cmd, syscall.SIGTSTP)
		want("event 1 storedProcedure")
		var status syscall.WaitStatus
		if _, err := syscall.Wait4(cmd.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
			t.Fatalf("the program is not suspended: %v, %v", status, err)
		}
		signal(t, cmd, syscall.SIGCONT)
		want("event 2 storedProcedure")
	}
	want("shutdown")
	if err := cmd.Wait(); err != nil {
		t.Errorf("the program ended with %v", err)
	}
}

func signal(t *testing.T, cmd *exec.Cmd, s syscall.Signal) {
	t.Helper()
	if err := cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}
