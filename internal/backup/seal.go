package backup

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
)

// A seal is the last line of a backup: the SHA-256 of all before it. Neither SQLite nor pg_restore reads that far, and neither would
// notice a changed byte everywhere: a text in a row is as good as any other.
const (
	sealPrefix = "\nordago backup sha256:"
	sealSize   = len(sealPrefix) + 2*sha256.Size + 1
)

// errChanged means that a backup is not what was written.
var errChanged = errors.New("the file is damaged or was changed: its size or checksum is wrong")

// sealed describes the content of a file without its seal.
type sealed struct {
	size int64
	sum  [sha256.Size]byte
	ok   bool // there is a seal, and it matches
}

// seal appends the checksum to a file.
func seal(ctx context.Context, path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("seal the backup: %w", err)
	}
	info, err := f.Stat()
	if err == nil {
		var sum [sha256.Size]byte
		if sum, err = checksum(ctx, f, info.Size()); err == nil {
			_, err = f.WriteAt([]byte(sealPrefix+hex.EncodeToString(sum[:])+"\n"), info.Size())
		}
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("seal the backup: %w", err)
	}
	return nil
}

// unseal reads a backup and compares it with its seal. A file without one is another program's, which may be right.
func unseal(ctx context.Context, path string) (s sealed, err error) {
	f, err := os.Open(path)
	if err != nil {
		return s, fmt.Errorf("read backup: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return s, fmt.Errorf("read backup: %w", err)
	}
	s.size = info.Size()
	end := make([]byte, min(s.size, int64(sealSize)))
	if _, err := f.ReadAt(end, s.size-int64(len(end))); err != nil {
		return s, fmt.Errorf("read backup: %w", err)
	}
	want, has := bytes.CutPrefix(end, []byte(sealPrefix))
	if has {
		s.size -= int64(sealSize)
	}
	if s.sum, err = checksum(ctx, f, s.size); err != nil {
		return s, fmt.Errorf("read backup: %w", err)
	}
	s.ok = has && string(want) == hex.EncodeToString(s.sum[:])+"\n"
	if has && !s.ok {
		return s, fmt.Errorf("check backup %s: %w", path, errChanged)
	}
	return s, nil
}

// checksum reads the first bytes of a file.
func checksum(ctx context.Context, f io.ReaderAt, size int64) (sum [sha256.Size]byte, err error) {
	h := sha256.New()
	if _, err := io.Copy(h, withContext{ctx, io.NewSectionReader(f, 0, size)}); err != nil {
		return sum, err
	}
	return [sha256.Size]byte(h.Sum(nil)), nil
}

// withContext is a reader that stops when its context ends.
type withContext struct {
	ctx context.Context
	r   io.Reader
}

// Read implements [io.Reader].
func (r withContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
