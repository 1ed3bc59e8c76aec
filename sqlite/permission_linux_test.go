package sqlite_test

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/ordago/ordago/sqlite"
)

// asNobody runs f with the rights of an ordinary user on files: root may write
// everything, and tests may run as root. The thread is thrown away afterwards.
func asNobody(t *testing.T, f func()) {
	t.Helper()
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

// foreign makes a directory that others may enter and list, but not change.
func foreign(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != filepath.Clean(os.TempDir()) && d != "/"; d = filepath.Dir(d) {
		chmod(t, d, 0o755|modeOf(t, d))
	}
	return dir
}

func modeOf(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
}

func TestOpenInDirectoryWithoutRights(t *testing.T) {
	t.Parallel()
	dir := foreign(t)
	chmod(t, dir, 0o555)
	t.Cleanup(func() { chmod(t, dir, 0o755) })
	asNobody(t, func() {
		wantOpenError(t, filepath.Join(dir, "x.db"), "check the permissions of the directory")
	})
}

func TestOpenFileWithoutRights(t *testing.T) {
	t.Parallel()
	dir := foreign(t)
	path := filepath.Join(dir, "x.db")
	_, d, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	chmod(t, path, 0o444)
	chmod(t, dir, 0o777)
	asNobody(t, func() {
		wantOpenError(t, path, "may not be written: change its permissions or open it read-only")
		if _, _, err := open(t, path, sqlite.ReadOnly()); err != nil {
			t.Errorf("read-only: %v", err)
		}
	})
}
