package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/ordago/ordago/sqlite"
)

// SQLite copies the database file at path to dest while others go on reading and writing. Nothing at path is changed; as long as it
// copies, the WAL of the database keeps growing.
//
// Every commit before the call is in it, and nothing of a transaction that is not. The copy is an SQLite file of its own, without
// files beside it, for its owner only. It is read back before it gets its name: structure, foreign keys, definitions, and, if nobody
// has committed while it was made, the number of rows of every table. On every error, also the end of ctx, dest is as it was.
func SQLite(ctx context.Context, path, dest string, o Options) (Report, error) {
	began := time.Now()
	o.Avoid = append([]string{path, path + "-wal", path + "-shm", path + "-journal"}, o.Avoid...)
	t, err := newTarget(dest, o)
	if err != nil {
		return Report{}, err
	}
	defer t.discard()
	before, err := vacuumInto(ctx, path, t, o)
	if err != nil {
		return Report{}, fmt.Errorf("back up %s: %w", path, err)
	}
	copied, err := readSQLite(ctx, t.temp, o.VersionTable)
	if err == nil {
		err = before.compare(copied)
	}
	if err != nil {
		return Report{}, fmt.Errorf("check the backup of %s: %w", path, err)
	}
	if err := accept(o.Accept, copied); err != nil {
		return Report{}, fmt.Errorf("back up %s: %w", path, err)
	}
	return t.finish(ctx, copied, o.Progress, began)
}

// vacuumInto writes the copy and returns what it must contain.
func vacuumInto(ctx context.Context, path string, t *target, o Options) (expected, error) {
	db, err := sqlite.Connect(path, sqlite.ReadOnly())
	if err != nil {
		return expected{}, err
	}
	defer db.Close()
	before, err := expect(ctx, db, o.VersionTable)
	if err != nil {
		return expected{}, err
	}
	look := func() { o.Progress.tell(t.size(), before.size) }
	err = watch(ctx, look, func(ctx context.Context) error {
		// The connection is one that cannot write; that it may not either would forbid the copy too.
		if _, err := db.ExecContext(ctx, "PRAGMA query_only = OFF"); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, "VACUUM INTO ?", t.temp)
		return err
	})
	if err != nil {
		return expected{}, stopped(ctx, err)
	}
	after, err := versions(ctx, db)
	before.unchanged = after == before.at
	before.sameSchema = after.schema == before.at.schema
	return before, err
}

// stopped prefers the end of ctx to what it made of a statement or a program.
func stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && !errors.Is(err, ctx.Err()) {
		return fmt.Errorf("%w: %w", ctx.Err(), err)
	}
	return err
}

// expected is the database as it was when the copy began.
type expected struct {
	Contents
	size                  int64 // bytes that the copy will have, about
	at                    version
	unchanged, sameSchema bool // until the copy was done
}

// version tells one state of a database from another, as one connection sees it.
type version struct{ data, schema int64 }

func versions(ctx context.Context, q querier) (v version, err error) {
	if v.data, err = number(ctx, q, "PRAGMA data_version"); err != nil {
		return v, err
	}
	v.schema, err = number(ctx, q, "PRAGMA schema_version")
	return v, err
}

// expect reads in one transaction what the copy must have.
func expect(ctx context.Context, db *sql.DB, versionTable string) (e expected, err error) {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return e, err
	}
	defer tx.Rollback()
	if e.Contents, err = contents(ctx, tx, versionTable); err != nil {
		return e, err
	}
	if e.at, err = versions(ctx, tx); err != nil {
		return e, err
	}
	e.size, err = number(ctx, tx, "SELECT (page_count - freelist_count) * page_size "+
		"FROM pragma_page_count, pragma_freelist_count, pragma_page_size")
	return e, err
}

// compare finds what the copy has otherwise than the database, as far as the database did not change meanwhile.
func (e expected) compare(copied Contents) error {
	if e.sameSchema && e.schema != copied.schema {
		return errors.New("it defines other tables or indexes than the database")
	}
	if e.unchanged {
		return sameRows(e.Rows, copied.Rows)
	}
	return nil
}

// sameRows compares the number of rows of each table.
func sameRows(want, got map[string]int64) error {
	if len(want) != len(got) {
		return fmt.Errorf("it has %d tables, the database %d", len(got), len(want))
	}
	for table, rows := range want {
		if n, ok := got[table]; !ok || n != rows {
			return fmt.Errorf("table %s has %d rows in it, %d in the database", table, n, rows)
		}
	}
	return nil
}
