package backup

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// Kind is the database that a backup is of.
type Kind string

// The kinds.
const (
	KindSQLite   Kind = "SQLite"
	KindPostgres Kind = "PostgreSQL"
)

// What the files begin with.
var (
	magicSQLite   = []byte("SQLite format 3\x00")
	magicPostgres = []byte("PGDMP")
)

// The header of an SQLite file, https://www.sqlite.org/fileformat2.html.
const (
	pageHeader = 16 // size of a page, two bytes; 1 is 64 KiB
	walHeader  = 18 // write and read version; 2 is WAL
	headerSize = 100
)

// want refuses a file that is no backup of that kind, by how it begins.
func want(path string, kind Kind) error {
	header, err := readHeader(path)
	if err != nil {
		return err
	}
	found := kindOf(header)
	switch {
	case found == "":
		return fmt.Errorf("%s is no backup: it is neither an SQLite database nor an archive of pg_dump", path)
	case found != kind:
		return fmt.Errorf("%s is a backup of %s, the database is %s", path, found, kind)
	case kind == KindSQLite && len(header) == headerSize && (header[walHeader] == 2 || header[walHeader+1] == 2):
		return fmt.Errorf("%s is a database that programs work on, not a backup: its last changes may be in files beside it; make a backup of it first", path)
	}
	return nil
}

func kindOf(header []byte) Kind {
	switch {
	case bytes.HasPrefix(header, magicSQLite):
		return KindSQLite
	case bytes.HasPrefix(header, magicPostgres):
		return KindPostgres
	}
	return ""
}

// wholePages refuses an SQLite file with something behind its last page, which SQLite does not look at.
func wholePages(path string, size int64) error {
	header, err := readHeader(path)
	if err != nil {
		return err
	}
	page := int64(binary.BigEndian.Uint16(header[pageHeader:]))
	if page == 1 {
		page = 64 << 10
	}
	if page == 0 || size%page != 0 {
		return fmt.Errorf("%s: %w", path, errChanged)
	}
	return nil
}

func readHeader(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("backup %s: there is no such file", path)
	}
	if err != nil {
		return nil, fmt.Errorf("read backup: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("backup %s: this is not a file", path), err)
	}
	header := make([]byte, headerSize)
	n, err := io.ReadFull(f, header)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("read backup: %w", err)
	}
	return header[:n], nil
}
