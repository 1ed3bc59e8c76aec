package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"
)

// target is the file that a backup becomes: a temporary one beside it until all of it is known to be good.
type target struct {
	dest, temp string
	overwrite  bool
}

// newTarget checks the name and makes the temporary file, empty and for its owner only.
func newTarget(dest string, o Options) (*target, error) {
	if dest == "" {
		return nil, errors.New("no file: name the file of the backup")
	}
	if err := checkDest(dest, o); err != nil {
		return nil, err
	}
	temp, err := besideOf(dest)
	if err != nil {
		return nil, err
	}
	return &target{dest, temp, o.Overwrite}, nil
}

// checkDest refuses a name that is taken by something that must stay.
func checkDest(dest string, o Options) error {
	info, err := os.Lstat(dest)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return sameAsMissing(dest, o.Avoid)
	case err != nil:
		return fmt.Errorf("backup file: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("backup file %s: there is something that is no file: choose another name", dest)
	}
	for _, name := range o.Avoid {
		if other, err := os.Stat(name); err == nil && os.SameFile(info, other) {
			return fmt.Errorf("backup file %s: this belongs to the database: choose another name", dest)
		}
	}
	if !o.Overwrite {
		return fmt.Errorf("backup file %s: %w: choose another name or ask to overwrite it", dest, fs.ErrExist)
	}
	return nil
}

// sameAsMissing refuses the name of a file that the database may make later.
func sameAsMissing(dest string, avoid []string) error {
	for _, name := range avoid {
		if a, err := filepath.Abs(name); err == nil && a == absolute(dest) {
			return fmt.Errorf("backup file %s: this name belongs to the database: choose another one", dest)
		}
	}
	return nil
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// besideOf makes an empty file in the folder of path, so that it can take its place by renaming. It returns an absolute name.
func besideOf(path string) (string, error) {
	dir, name := filepath.Split(absolute(path))
	f, err := os.CreateTemp(dir, "."+name+".*.tmp") // mode 0600
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no directory %s: create it first", dir)
	}
	if err != nil {
		return "", fmt.Errorf("make a temporary file: %w", err)
	}
	return f.Name(), f.Close()
}

// finish makes the temporary file, which was found to have these contents, the backup.
func (t *target) finish(ctx context.Context, c Contents, p Progress, began time.Time) (Report, error) {
	if err := seal(ctx, t.temp); err != nil {
		return Report{}, err
	}
	size := t.size()
	if err := t.publish(); err != nil {
		return Report{}, err
	}
	p.tell(size, size)
	return newReport(c, size, began), nil
}

// publish gives the file its name, after it and before the name is on the disk.
func (t *target) publish() error {
	if err := syncFile(t.temp); err != nil {
		return err
	}
	if t.overwrite {
		if err := os.Rename(t.temp, t.dest); err != nil {
			return fmt.Errorf("name the backup: %w", err)
		}
	} else if err := rename(t.temp, t.dest); err != nil {
		return fmt.Errorf("name the backup: %w", err)
	}
	return syncDir(t.dest)
}

// rename is [os.Rename] that never replaces: another backup may have got the name in the meantime. A file system without links leaves
// a short moment for that.
func rename(from, to string) error {
	err := os.Link(from, to)
	switch {
	case err == nil:
		return os.Remove(from)
	case errors.Is(err, fs.ErrExist):
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	return os.Rename(from, to)
}

// discard removes what is left of a backup that failed; after publish there is nothing.
func (t *target) discard() {
	for _, suffix := range []string{"", "-journal"} {
		_ = os.Remove(t.temp + suffix)
	}
}

// size is that of the temporary file so far.
func (t *target) size() int64 {
	info, err := os.Stat(t.temp)
	if err != nil {
		return 0
	}
	return info.Size()
}

// syncFile waits until the content is on the disk.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("write %s to the disk: %w", path, err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("write %s to the disk: %w", path, err)
	}
	return nil
}

// syncDir waits until the names in the folder of path are on the disk. Windows cannot and need not.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(filepath.Dir(absolute(path)))
	if err != nil {
		return fmt.Errorf("write %s to the disk: %w", path, err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("write %s to the disk: %w", path, err)
	}
	return nil
}
