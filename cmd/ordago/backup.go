package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/ordago/ordago/server"
)

func (a *app) backupCommand() *cobra.Command {
	var overwrite bool
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the database to a file while it is in use",
		Long: `Backup copies the database to FILE while programs go on working with it. The copy has everything that was committed before,
is consistent, and is read back before it gets its name; when something goes wrong, nothing is left.
An SQLite database becomes an SQLite file. On PostgreSQL pg_dump and pg_restore must be installed, at least as new as the server.
The file is for its owner only. Sessions are not in it.`,
		Example: `  ordago backup monday.backup
  ordago backup /backups/ordago.backup --overwrite --db invoices.db
  ORDAGO_DB=postgres://ordago:secret@127.0.0.1/ordago ordago backup ordago.backup`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return a.backup(cmd.Context(), args[0], overwrite) },
	}
	cmd.Flags().BoolVar(&overwrite, "overwrite", false, "replace a file that has the name, once the new one is complete")
	a.use(cmd.Flags(), "db")
	return cmd
}

func (a *app) backup(ctx context.Context, file string, overwrite bool) error {
	show := newByteProgress(a.stderr, "backup")
	report, err := server.Backup(ctx, a.config(), file, server.BackupOptions{Overwrite: overwrite, Progress: show.tell})
	show.end()
	if err != nil {
		return interrupted(ctx, err, "there is no backup")
	}
	fmt.Fprintf(a.stdout, "backed up %s to %s: %s\n", report.Database, file, summary(report))
	return nil
}

func (a *app) restoreCommand() *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "restore FILE",
		Short: "Put a backup in the place of the database",
		Long: `Restore checks all of FILE and then puts it in the place of the database. Whatever happens, the database is the old one or the
new one. Everybody has to sign in again afterwards.
An SQLite database must not be open in any program; the old file is kept as NAME` + server.KeptSuffix + `. On PostgreSQL, where
pg_restore must be installed, everything happens in one transaction, and nothing is kept: make a backup first.
A backup that an older program has made is migrated when the server starts.`,
		Example: `  ordago restore monday.backup
  ordago restore monday.backup --force --db invoices.db
  ORDAGO_DB=postgres://ordago:secret@127.0.0.1/ordago ordago restore ordago.backup`,
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return a.restore(cmd.Context(), args[0], force) },
	}
	cmd.Flags().BoolVar(&force, "force", false,
		"replace what an earlier restore kept, and a database too damaged to see if it is in use; on PostgreSQL keep tables that the backup lacks")
	a.use(cmd.Flags(), "db")
	return cmd
}

func (a *app) restore(ctx context.Context, file string, force bool) error {
	show := newByteProgress(a.stderr, "restore")
	report, err := server.Restore(ctx, a.config(), file, server.RestoreOptions{Force: force, Progress: show.tell})
	show.end()
	if err != nil {
		return interrupted(ctx, err, "the database is as it was")
	}
	fmt.Fprintf(a.stdout, "restored %s from %s: %s\n", report.Database, file, summary(report.BackupReport))
	if report.Kept != "" {
		fmt.Fprintf(a.stdout, "the old database is kept as %s\n", report.Kept)
	}
	return nil
}

// interrupted says of an error that came with the end of ctx what it left.
func interrupted(ctx context.Context, err error, left string) error {
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return fmt.Errorf("interrupted: %s", left)
	}
	return err
}

func summary(r server.BackupReport) string {
	return fmt.Sprintf("%s, %d tables, %d rows, checked, in %v", bytesText(r.Bytes), r.Tables, r.Rows, r.Took.Round(10*time.Millisecond))
}

func oneFile(_ *cobra.Command, args []string) error {
	switch len(args) {
	case 0:
		return &usageError{errors.New("name the file of the backup")}
	case 1:
		return nil
	}
	return &usageError{fmt.Errorf("unknown argument %q: one file is enough", args[1])}
}
