package invoices

import (
	"embed"
	"io/fs"
)

//go:embed migrations
var migrationFiles embed.FS

// Migrations returns the application's migration files, in a folder for each dialect: sqlite and postgres.
// Give the one of the database to migrations.New with fs.Sub.
func Migrations() fs.FS {
	sub, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		panic("invoices: " + err.Error()) // the folder is embedded above
	}
	return sub
}
