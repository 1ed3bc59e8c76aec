// Package migrations brings a database to the form that the models need, in two ways.
//
// [Migrator] runs numbered SQL files, each in a transaction, and remembers which have run. This is for production:
//
//	m, err := migrations.New(db, "postgres", files, migrations.Options{})
//	done, err := m.Up(ctx)
//
// [Diff] compares the models with the database and reports the drift. The report writes the SQL of the next file,
// and [Create] runs what is missing at once, for development and demos. Nothing is dropped unless it is asked for.
//
// GORM's AutoMigrate is not used: it rebuilds tables on SQLite, which loses database triggers and follows cascades.
package migrations
