// Package backup copies a database to one file while programs write to it, checks what it wrote, and puts such a file back.
//
// An SQLite database becomes an SQLite file by VACUUM INTO, a PostgreSQL schema an archive of pg_dump. Both are consistent: they hold
// what was committed at one moment. A file gets its name only after all of it was read back and is on the disk, so what has the name
// is whole. Nothing here knows the application: what a backup must contain is for the caller to say (Accept).
//
//	report, err := backup.SQLite(ctx, "invoices.db", "monday.db", backup.Options{})
//	kept, err := backup.RestoreSQLite(ctx, "monday.db", "invoices.db", backup.RestoreOptions{})
package backup
