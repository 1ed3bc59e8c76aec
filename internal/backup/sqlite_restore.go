package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/ordago/ordago/sqlite"
)

// KeptSuffix is what a restore adds to the name of the old SQLite database.
const KeptSuffix = ".before-restore"

// besideSuffixes are those of the files that SQLite has beside a database.
var besideSuffixes = [...]string{"-wal", "-shm", "-journal"}

// RestoreSQLite puts the backup src in the place of the database file at path, and returns under which name the old one is kept, ""
// where there was none. The backup is read in full, copied beside the database, and the copy is read in full, before anything else is
// touched. While any connection has the database open, in this process or another, the error is [sqlite.ErrInUse].
//
// The new file gets its name by one renaming. A crash before that leaves the old database, and one after it the new; a temporary file
// called .NAME.*.tmp may be left too.
func RestoreSQLite(ctx context.Context, src, path string, o RestoreOptions) (Report, string, error) {
	began := time.Now()
	r, err := newReplacement(src, path, o)
	if err != nil {
		return Report{}, "", err
	}
	defer r.discard()
	c, err := r.prepare(ctx)
	if err != nil {
		return Report{}, "", err
	}
	size := r.size()
	if err := r.swap(ctx); err != nil {
		return Report{}, "", fmt.Errorf("restore %s: %w", path, err)
	}
	return newReport(c, size, began), r.kept, nil
}

// replacement is a backup on its way to the place of a database.
type replacement struct {
	target // dest is the database, without symbolic links
	RestoreOptions
	src  string
	kept string // "" while there is no old database
}

func newReplacement(src, path string, o RestoreOptions) (*replacement, error) {
	if err := want(src, KindSQLite); err != nil {
		return nil, err
	}
	real, info, err := resolve(path)
	if err != nil {
		return nil, fmt.Errorf("restore %s: %w", path, err)
	}
	r := &replacement{RestoreOptions: o, src: src, target: target{dest: real, overwrite: true}}
	if info == nil {
		return r, noneLeft(real)
	}
	if from, err := os.Stat(src); err == nil && os.SameFile(info, from) {
		return nil, fmt.Errorf("restore %s: this is the database itself, not a backup of it", path)
	}
	r.kept = real + KeptSuffix
	if from, err := os.Stat(src); err == nil && r.takesPlaceOf(from) {
		return nil, fmt.Errorf("restore %s: the backup has the name under which the old database will be kept: rename it", src)
	}
	if there, err := os.Lstat(r.kept); err == nil && !o.Force && !os.SameFile(there, info) { // the same after a crash in between
		return nil, fmt.Errorf("%s is there from an earlier restore: move it away, or force to replace it", r.kept)
	}
	return r, nil
}

// noneLeft refuses to restore beside what a database that was moved away has left: it holds the last changes of that one.
func noneLeft(path string) error {
	for _, suffix := range besideSuffixes {
		if info, err := os.Stat(path + suffix); err == nil && info.Size() > 0 && suffix != "-shm" {
			return fmt.Errorf("%s is there, but no database: it belongs to one that was moved away; move it along or remove it", path+suffix)
		}
	}
	return nil
}

// takesPlaceOf reports whether keeping the old database would replace that file.
func (r *replacement) takesPlaceOf(file fs.FileInfo) bool {
	there, err := os.Stat(r.kept)
	return err == nil && os.SameFile(there, file)
}

// resolve follows symbolic links: the file they lead to is replaced, and SQLite names the files beside it after that one. No info: there
// is no such file.
func resolve(path string) (string, fs.FileInfo, error) {
	real, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		return absolute(path), nil, nil
	}
	if err != nil {
		return "", nil, err
	}
	info, err := os.Stat(real)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("this is not a file")
	}
	return absolute(real), info, err
}

// prepare makes a copy beside the database that is known to be good.
func (r *replacement) prepare(ctx context.Context) (Contents, error) {
	from, err := unseal(ctx, r.src)
	if err != nil {
		return Contents{}, err
	}
	c, err := readSQLite(ctx, r.src, r.VersionTable)
	if err == nil {
		err = wholePages(r.src, from.size)
	}
	if err != nil {
		return c, fmt.Errorf("check backup: %w", err)
	}
	if err := accept(r.Accept, c); err != nil {
		return c, fmt.Errorf("backup %s: %w", r.src, err)
	}
	if r.temp, err = besideOf(r.dest); err != nil {
		return c, err
	}
	r.step("copy")
	if err := copyFile(ctx, r.src, r.temp, from.size, r.Progress); err != nil {
		return c, fmt.Errorf("copy backup: %w", err)
	}
	if err := syncFile(r.temp); err != nil {
		return c, err
	}
	return c, r.checkCopy(ctx, from)
}

// checkCopy reads the copy as SQLite will, and compares it with the original byte by byte.
func (r *replacement) checkCopy(ctx context.Context, from sealed) error {
	copied, err := unseal(ctx, r.temp)
	if err == nil && copied.sum != from.sum {
		err = errors.New("it is not the same")
	}
	if err == nil {
		_, err = readSQLite(ctx, r.temp, r.VersionTable)
	}
	if err != nil {
		return fmt.Errorf("check the copy of the backup: %w", err)
	}
	return nil
}

// swap puts the copy in the place of the database, which nobody else may have open.
func (r *replacement) swap(ctx context.Context) error {
	release, err := r.lock(ctx)
	if err != nil {
		return err
	}
	err = r.replace()
	return errors.Join(err, release())
}

// lock takes the old database for us alone. One that is damaged can be neither locked nor seen to be in use.
func (r *replacement) lock(ctx context.Context) (release func() error, err error) {
	r.step("lock")
	nothing := func() error { return nil }
	if r.kept == "" {
		return nothing, nil
	}
	release, err = sqlite.Exclusive(ctx, r.dest)
	switch {
	case !errors.Is(err, sqlite.ErrDamaged):
		return release, err
	case r.Force:
		return nothing, nil
	}
	return nil, fmt.Errorf("nobody can tell whether a program has the old database open: stop all and force the restore: %w", err)
}

func (r *replacement) replace() error {
	r.step("transient")
	for _, path := range r.Transient {
		if err := removeDatabase(path); err != nil {
			return err
		}
	}
	if err := r.keep(); err != nil {
		return err
	}
	r.step("rename")
	if err := os.Rename(r.temp, r.dest); err != nil {
		return err
	}
	r.step("sync")
	return syncDir(r.dest)
}

// keep gives the old database its second name, and its permissions to the new one. What belongs to it must be away before the new one
// has its name: SQLite would take an old WAL for the new database's.
func (r *replacement) keep() error {
	r.step("keep")
	if r.kept == "" {
		return removeBeside(r.dest)
	}
	if err := removeBeside(r.kept); err != nil {
		return err
	}
	for _, suffix := range besideSuffixes { // left only by a damaged database
		if err := os.Rename(r.dest+suffix, r.kept+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	info, err := os.Stat(r.dest)
	if err != nil {
		return err
	}
	if err := os.Chmod(r.temp, info.Mode().Perm()); err != nil {
		return err
	}
	if err := linkOver(r.dest, r.kept); err != nil {
		return fmt.Errorf("keep the old database: %w; on a file system without links move it away yourself", err)
	}
	return syncDir(r.dest)
}

func (r *replacement) step(name string) {
	if r.Step != nil {
		r.Step(name)
	}
}

// discard removes the copy, which has another name by now if all went well.
func (r *replacement) discard() {
	if r.temp != "" {
		r.target.discard()
	}
}
