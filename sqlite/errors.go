package sqlite

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// ErrWriterBusy is matched by the error of a statement or transaction that did
// not get the writing connection in time; see [WriterWait].
var ErrWriterBusy = errors.New("database writer busy")

// Extended result codes of https://www.sqlite.org/rescode.html.
const (
	codeCheck      = 275
	codeForeignKey = 787
	codePrimaryKey = 1555
	codeUnique     = 2067
	codeRowID      = 2579
)

// Primary result codes, the low byte of the extended ones.
const (
	codePerm     = 3
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeIO       = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// Translate makes the errors of both engines match GORM's: ErrDuplicatedKey,
// ErrForeignKeyViolated and ErrCheckConstraintViolated, where gorm.Config has
// TranslateError. The original error stays in the chain; others are returned
// as they are.
func (d *Dialector) Translate(err error) error {
	code, ok := errorCode(err)
	if !ok {
		return err
	}
	target := constraint(code)
	if target == nil || errors.Is(err, target) {
		return err
	}
	return fmt.Errorf("%w: %w", target, err)
}

func constraint(code int) error {
	switch code {
	case codePrimaryKey, codeUnique, codeRowID:
		return gorm.ErrDuplicatedKey
	case codeForeignKey:
		return gorm.ErrForeignKeyViolated
	case codeCheck:
		return gorm.ErrCheckConstraintViolated
	}
	return nil
}

// explain adds to an error of opening what the operator can do about it.
func explain(err error) error {
	code, ok := errorCode(err)
	if !ok {
		return err
	}
	if advice := advice(code & 0xff); advice != "" {
		return fmt.Errorf("%s: %w", advice, err)
	}
	return err
}

func advice(code int) string {
	switch code {
	case codeBusy, codeLocked:
		return "locked by another process: stop it or wait until its transaction ends"
	case codeReadOnly, codePerm:
		return "the file or its directory may not be written: change its permissions or open it read-only"
	case codeCantOpen:
		return "the file cannot be opened, or its -wal and -shm files cannot be created beside it: check the permissions of the directory"
	case codeNotADB:
		return "this is not an SQLite database, or it is encrypted"
	case codeCorrupt:
		return "the database is damaged: restore a backup"
	case codeFull:
		return "the disk is full"
	case codeIO:
		return "the disk or its file system reports an error"
	}
	return ""
}
