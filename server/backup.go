package server

import (
	"context"
	"time"

	"github.com/ordago/ordago/internal/backup"
	"github.com/ordago/ordago/sqlite"
)

// KeptSuffix is what [Restore] adds to the name of the old SQLite database.
const KeptSuffix = backup.KeptSuffix

// ErrInUse is matched by the error of [Restore] while a program has the SQLite database open.
var ErrInUse = sqlite.ErrInUse

// BackupReport is what a backup or a restore did.
type BackupReport struct {
	Database string // its name for people: the file, or the URL without its password
	Bytes    int64  // size of the backup
	Tables   int
	Rows     int64 // of all tables
	Took     time.Duration
}

func (a application) report(r backup.Report) BackupReport {
	return BackupReport{a.source.String(), r.Bytes, r.Tables, r.Rows, r.Took}
}

// BackupOptions of a backup. The zero value is useful.
type BackupOptions struct {
	// Overwrite replaces a file that has the name; without it that is an error.
	Overwrite bool
	// Progress is told from time to time how many bytes of about total are done, on the goroutine of the caller; nil: nobody is told.
	Progress func(done, total int64)
}

// Backup copies the database to the file dest while programs write to it: an SQLite file is copied to an SQLite file, the PostgreSQL
// schema that is used to an archive of pg_dump, which must be installed. What was committed before the call is in it, and nothing of an
// unfinished transaction. Sessions are not.
//
// The file is for its owner only, and gets its name after all of it was read back. On every error, and when ctx ends, dest is as it was.
// [Hooks] BackupStartup and BackupShutdown are called as S-101 and S-102 say; a refusal is a [*BackupError]. Errors name files, and so
// are not for clients.
func (s *Server) Backup(ctx context.Context, dest string, o BackupOptions) (BackupReport, error) {
	return s.application().backup(ctx, s.config.Hooks, s.hook, dest, o)
}

// Backup is [Server.Backup] of the database that c names, without opening its datastore: it needs no right to write an SQLite
// database and does not wait for its writer. The hooks of c run in a session of their own.
func Backup(ctx context.Context, c Config, dest string, o BackupOptions) (BackupReport, error) {
	app, err := describe(c)
	if err != nil {
		return BackupReport{}, err
	}
	if err := app.source.exists(); err != nil {
		return BackupReport{}, err
	}
	return app.backup(ctx, c.Hooks, c.runHook(), dest, o)
}

func (a application) backup(ctx context.Context, h Hooks, run runner, dest string, o BackupOptions) (BackupReport, error) {
	var made backup.Report
	err := h.aroundBackup(ctx, run, func() (err error) {
		made, err = a.copyTo(ctx, dest, o)
		return err
	})
	if err != nil {
		return BackupReport{}, err
	}
	return a.report(made), nil
}

func (a application) copyTo(ctx context.Context, dest string, o BackupOptions) (backup.Report, error) {
	options := backup.Options{
		Overwrite: o.Overwrite, Progress: o.Progress, VersionTable: a.versionTable(), Accept: a.owns,
	}
	if a.source.dialect == dialectSQLite {
		options.Avoid = []string{sessionsPath(a.source.path)}
		return backup.SQLite(ctx, a.source.path, dest, options)
	}
	options.Transient = sessionTables()
	made, err := backup.Postgres(ctx, a.source.conn, dest, options)
	if err != nil {
		return made, explainPostgres(err)
	}
	return made, nil
}

// RestoreOptions of [Restore]. The zero value is useful.
type RestoreOptions struct {
	// Force replaces the old database that an earlier restore kept, and an SQLite file so damaged that nobody can tell whether it is in
	// use; on PostgreSQL it leaves tables alone that the backup does not have.
	Force bool
	// Progress is as in [BackupOptions].
	Progress func(done, total int64)
}

// RestoreReport is what [Restore] did.
type RestoreReport struct {
	BackupReport
	// Kept is the file with the old SQLite database; "" on PostgreSQL and where there was none.
	Kept string
}

// Restore puts the backup src in the place of the database that c names, and ends all sessions kept in SQL. A file that is damaged, of
// another kind of database, of another application or made by a newer program ([migrations.ErrNewer]) is an error before anything is
// touched; one made by an older program is migrated when the server starts.
//
// An SQLite database must not be open in any program ([ErrInUse]); the old file is kept as NAME.before-restore. On PostgreSQL
// everything happens in one transaction, which waits for those of others. Whatever happens, the database is the old or the new one.
func Restore(ctx context.Context, c Config, src string, o RestoreOptions) (RestoreReport, error) {
	app, err := describe(c)
	if err != nil {
		return RestoreReport{}, err
	}
	return app.restore(ctx, src, o)
}

func (a application) restore(ctx context.Context, src string, o RestoreOptions) (RestoreReport, error) {
	options := backup.RestoreOptions{
		Force: o.Force, Progress: o.Progress, VersionTable: a.versionTable(), Accept: a.fits,
	}
	if a.source.dialect == dialectSQLite {
		options.Transient = []string{sessionsPath(a.source.path)}
		made, kept, err := backup.RestoreSQLite(ctx, src, a.source.path, options)
		return RestoreReport{a.report(made), kept}, err
	}
	options.Transient = sessionTables()
	made, err := backup.RestorePostgres(ctx, src, a.source.conn, options)
	if err != nil {
		return RestoreReport{}, explainPostgres(err)
	}
	return RestoreReport{BackupReport: a.report(made)}, nil
}

// sessionTables are those of package session on PostgreSQL.
func sessionTables() []string { return []string{"ordago_sessions", "ordago_session_otps"} }
