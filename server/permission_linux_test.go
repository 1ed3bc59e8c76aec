package server_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// asNobody runs f with the rights of an ordinary user on files: root may write everything, and tests may run as root.
// The thread is thrown away afterwards.
func asNobody(f func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if os.Geteuid() == 0 {
			const nobody = 65534
			syscall.RawSyscall(syscall.SYS_SETFSUID, nobody, 0, 0)
		}
		f()
	}()
	<-done
}

func TestOpenReadOnlyFile(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	create(t, c)
	released(t, c.Database)
	for dir := filepath.Dir(c.Database); dir != filepath.Clean(os.TempDir()) && dir != "/"; dir = filepath.Dir(dir) {
		chmod(t, dir, 0o777)
	}
	chmod(t, c.Database, 0o444)
	asNobody(func() {
		_ = wantOpenError(t, c, "open database "+c.Database, "may not be written: change its permissions")
	})
}

// released waits until this process has no descriptor of a file: SQLite would use an old one, with its rights.
func released(t *testing.T, path string) {
	t.Helper()
	for {
		links, err := filepath.Glob("/proc/self/fd/*")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(links, func(link string) bool {
			target, _ := os.Readlink(link)
			return strings.HasPrefix(target, path)
		}) {
			return
		}
		runtime.Gosched()
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}
