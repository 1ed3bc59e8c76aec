package server

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/ordago/ordago/internal/backup"
	"github.com/ordago/ordago/migrations"
)

// application says what a backup must be of.
type application struct {
	source source
	tables []string // of the models
	newest int64    // version of the migration files; 0 without
}

// application describes the application of an open database.
func (d *Database) application() application {
	a := application{source: d.source}
	for _, m := range d.store.Models() {
		a.tables = append(a.tables, m.Table)
	}
	if d.migrator != nil {
		a.newest = d.migrator.Newest()
	}
	return a
}

// describe does the same without the database, which may be damaged or missing: neither tables nor versions depend on it.
func describe(c Config) (application, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return application{}, err
	}
	src, err := parseSource(c.Database)
	if err != nil {
		return application{}, err
	}
	dir, err := os.MkdirTemp("", "ordago-describe")
	if err != nil {
		return application{}, fmt.Errorf("make a folder for an empty database: %w", err)
	}
	defer os.RemoveAll(dir)
	empty := c
	empty.Database, empty.Migrations, empty.RolesFile = filepath.Join(dir, "empty.db"), nil, ""
	empty.MustExist, empty.Log = false, slog.New(slog.DiscardHandler)
	d, err := OpenDatabase(empty)
	if err != nil {
		return application{}, err
	}
	if c.Migrations != nil {
		d.migrator, err = newMigrator(d.db, src.dialect, c.Migrations)
	}
	if err != nil {
		return application{}, errors.Join(err, d.Close())
	}
	a := d.application()
	a.source = src
	return a, d.Close()
}

// versionTable is where a backup has the version of its migrations; "" without migration files.
func (a application) versionTable() string {
	if a.newest == 0 {
		return ""
	}
	return migrations.DefaultTable
}

// owns refuses the database of another application. An older program may have had fewer tables, but not none.
func (a application) owns(c backup.Contents) error {
	if table := a.versionTable(); table != "" && !c.Has(table) {
		return fmt.Errorf("this is not a database of this application: it has no table %s", table)
	}
	if !slices.ContainsFunc(a.tables, c.Has) {
		return fmt.Errorf("this is not a database of this application: it has no table of %s", strings.Join(a.tables, ", "))
	}
	return nil
}

// fits refuses what the program could not work with after a restore.
func (a application) fits(c backup.Contents) error {
	if err := a.owns(c); err != nil {
		return err
	}
	if c.Version > a.newest {
		return fmt.Errorf("%w: the backup is at version %d, this program knows up to %d: use a newer program", migrations.ErrNewer, c.Version, a.newest)
	}
	if a.newest == 0 || c.Version < a.newest {
		return nil // tables that are missing are made when the server starts
	}
	missing := slices.DeleteFunc(slices.Clone(a.tables), c.Has)
	if len(missing) > 0 {
		return fmt.Errorf("this is not a database of this application: it has no table %s", strings.Join(missing, ", "))
	}
	return nil
}
