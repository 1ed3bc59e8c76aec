package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Errors that [Connect] and [Exclusive] can be asked for.
var (
	// ErrInUse means that another connection, of this process or of any other, has the file open.
	ErrInUse = errors.New("another program has the database open: stop it first")
	// ErrDamaged means that the content is no SQLite database or is broken.
	ErrDamaged = errors.New("the file is damaged or no database")
)

// Connect opens one connection to a file that exists, without GORM, for tools that work on the file as a whole. With [ReadOnly] nothing
// in the file can change. A content that is no sound database is [ErrDamaged].
func Connect(path string, opts ...Option) (*sql.DB, error) {
	db, err := connect(path, newOptions(opts))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, mark(explain(err)))
	}
	return db, nil
}

func connect(path string, o options) (*sql.DB, error) {
	if err := errors.Join(checkPath(path), o.check(), checkPlace(path, true)); err != nil {
		return nil, err
	}
	query := writerQuery(o)
	if o.readOnly {
		query = readerQuery(o)
	}
	db, err := pool(path, query, 1, nil)
	if err != nil {
		return nil, err
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Exclusive takes the file at path for the caller alone and moves what is in its WAL into it, so that nothing is left beside it. Until
// release is called nobody else can read or write it. [ErrInUse] means that somebody has it open; [ErrDamaged], that its content does not
// allow to find out.
//
// A connection to a WAL database holds a shared lock for as long as it is open, and leaving WAL mode needs all locks: so an idle
// connection is noticed too.
func Exclusive(ctx context.Context, path string) (release func() error, err error) {
	db, err := Connect(path, BusyTimeout(0))
	if err == nil {
		if err = takeAll(ctx, db); err == nil {
			return db.Close, nil
		}
		err = errors.Join(fmt.Errorf("lock database %s: %w", path, mark(err)), db.Close())
	}
	code, ok := errorCode(err)
	if busy := ok && (code&0xff == codeBusy || code&0xff == codeLocked); busy && !errors.Is(err, ErrInUse) {
		return nil, fmt.Errorf("%w: %w", ErrInUse, err)
	}
	return nil, err
}

// takeAll leaves WAL mode and takes all locks, in a transaction that ends with the connection. Locking mode EXCLUSIVE would close the gap
// between the two, but leaves a journal behind that closing deletes by its name, which may be another database's by then.
func takeAll(ctx context.Context, db *sql.DB) error {
	if err := wantJournal(ctx, db, "PRAGMA journal_mode = DELETE"); err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "BEGIN EXCLUSIVE"); err != nil {
		return err
	}
	return wantJournal(ctx, db, "PRAGMA journal_mode") // whoever opened it in between has gone back to WAL
}

func wantJournal(ctx context.Context, db *sql.DB, pragma string) error {
	var mode string
	if err := db.QueryRowContext(ctx, pragma).Scan(&mode); err != nil {
		return err
	}
	if mode != "delete" {
		return fmt.Errorf("%w: its journal mode is %s", ErrInUse, mode)
	}
	return nil
}

// mark adds [ErrDamaged] to an error that means it.
func mark(err error) error {
	if code, ok := errorCode(err); ok && (code&0xff == codeNotADB || code&0xff == codeCorrupt) {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}
