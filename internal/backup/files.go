package backup

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// copyFile copies the first bytes of a file into one that is there.
func copyFile(ctx context.Context, from, to string, size int64, p Progress) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0)
	if err != nil {
		return err
	}
	const chunk = 4 << 20
	for done := int64(0); done < size && err == nil; {
		var n int64
		n, err = io.CopyN(out, withContext{ctx, in}, min(chunk, size-done))
		done += n
		p.tell(done, size)
	}
	return errors.Join(err, ctx.Err(), out.Close())
}

// linkOver gives a file a second name, in the place of what has it.
func linkOver(path, name string) error {
	second, err := besideOf(name)
	if err != nil {
		return err
	}
	if err := os.Remove(second); err != nil { // the name alone is needed
		return err
	}
	if err := os.Link(path, second); err != nil {
		return err
	}
	if err := os.Rename(second, name); err != nil {
		return err
	}
	if err := os.Remove(second); !errors.Is(err, fs.ErrNotExist) { // renaming does nothing where both are names of one file already
		return err
	}
	return nil
}

// removeDatabase removes an SQLite file and all beside it.
func removeDatabase(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return removeBeside(path)
}

func removeBeside(path string) error {
	for _, suffix := range besideSuffixes {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
