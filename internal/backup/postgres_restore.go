package backup

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// RestorePostgres puts what the archive src has in the place of what is in the first schema of the connection's search path. Before
// anything is touched all of the archive is read; it must be of the same schema, and the schema must not have tables that the archive
// lacks, unless forced. Then everything happens in one transaction: on every error, and after a crash, the database is as it was,
// except that Transient tables may be empty.
//
// It waits for transactions that use the tables, and those that come later wait for it. Programs need not be stopped, but what they
// remember of the data is old afterwards.
func RestorePostgres(ctx context.Context, src string, conn *pgx.ConnConfig, o RestoreOptions) (Report, error) {
	began := time.Now()
	if err := want(src, KindPostgres); err != nil {
		return Report{}, err
	}
	sealed, err := unseal(ctx, src)
	if err != nil {
		return Report{}, err
	}
	t := newTools(conn)
	c, err := t.readArchive(ctx, src, o.VersionTable)
	if err != nil {
		return Report{}, fmt.Errorf("check backup: %w", err)
	}
	if err := accept(o.Accept, c); err != nil {
		return Report{}, fmt.Errorf("backup %s: %w", src, err)
	}
	if err := t.load(ctx, src, conn, c, o); err != nil {
		return Report{}, fmt.Errorf("restore database %s: %w", t.database, stopped(ctx, err))
	}
	o.Progress.tell(sealed.size, sealed.size)
	return newReport(c, sealed.size, began), nil
}

// load checks the database and runs pg_restore.
func (t tools) load(ctx context.Context, src string, conn *pgx.ConnConfig, c Contents, o RestoreOptions) error {
	list, err := t.entryList(ctx, src, c.schema)
	if err != nil {
		return err
	}
	defer os.Remove(list)
	if err := prepareSchema(ctx, conn, c, o); err != nil {
		return err
	}
	if o.Step != nil {
		o.Step("load")
	}
	p := newTableProgress(c.schema, c.bytes)
	look := func() { o.Progress.tell(p.done.Load(), p.total) }
	args := []string{
		"--clean", "--if-exists", "--single-transaction", "--exit-on-error", "--no-owner", "--no-password", "--verbose",
		"--use-list=" + list, t.connection(), src,
	}
	return watch(ctx, look, func(ctx context.Context) error {
		return t.run(ctx, "pg_restore", args, output{messages: p.message})
	})
}

// entryList writes the entries that pg_restore is to restore to a file, and refuses those of other schemas.
func (t tools) entryList(ctx context.Context, src, schema string) (string, error) {
	entries, err := t.entries(ctx, src)
	if err != nil {
		return "", err
	}
	for _, entry := range entries {
		if !strings.Contains(entry, " "+schema+" ") && !strings.Contains(entry, " - ") {
			return "", fmt.Errorf("the backup has more than schema %s: %s", schema, entry)
		}
	}
	f, err := os.CreateTemp("", "ordago-restore-*.list")
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(strings.Join(entries, "\n") + "\n")
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return f.Name(), err
}

// prepareSchema refuses a database that the archive does not fit, and ends what is transient.
func prepareSchema(ctx context.Context, conn *pgx.ConnConfig, c Contents, o RestoreOptions) error {
	db, err := pgx.ConnectConfig(ctx, conn)
	if err != nil {
		return err
	}
	defer db.Close(context.WithoutCancel(ctx))
	schema, err := currentSchema(ctx, db)
	if err != nil {
		return err
	}
	if schema != c.schema {
		return fmt.Errorf("the backup is of schema %s, the database uses schema %s: connect with search_path=%s", c.schema, schema, c.schema)
	}
	tables, err := tablesOf(ctx, db, schema, nil)
	if err != nil {
		return err
	}
	if extra := lacking(c, tables, o.Transient); len(extra) > 0 && !o.Force {
		return fmt.Errorf("the database has tables that the backup does not: %s: drop them, restore into an empty schema, or force to leave them as they are",
			strings.Join(extra, ", "))
	}
	return empty(ctx, db, schema, tables, o)
}

// lacking lists tables of the database that the archive does not have.
func lacking(c Contents, tables []table, transient []string) []string {
	var list []string
	for _, t := range tables {
		if !c.Has(t.name) && !slices.Contains(transient, t.name) {
			list = append(list, t.name)
		}
	}
	return list
}

func empty(ctx context.Context, db *pgx.Conn, schema string, tables []table, o RestoreOptions) error {
	for _, t := range tables {
		if !slices.Contains(o.Transient, t.name) {
			continue
		}
		if _, err := db.Exec(ctx, "DELETE FROM "+quote(schema)+"."+quote(t.name)); err != nil {
			return err
		}
	}
	return nil
}
