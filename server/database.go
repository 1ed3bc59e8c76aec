package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
)

// Database is the data side of an application, without a web server: for tools that migrate, fill or describe it.
type Database struct {
	source   source
	db       *gorm.DB
	closer   io.Closer
	store    *dataclasses.DataStore
	migrator *migrations.Migrator // nil without files
	log      *slog.Logger
}

// OpenDatabase opens the database that c names and the datastore on it. It changes nothing in the database, except that a missing
// SQLite file is created: [Database.Migrate] does the rest. Errors name the database without its password, and say what to do.
func OpenDatabase(c Config) (*Database, error) {
	c = c.withDefaults()
	if err := c.check(); err != nil {
		return nil, err
	}
	src, err := parseSource(c.Database)
	if err != nil {
		return nil, err
	}
	if err := src.exists(); c.MustExist && err != nil {
		return nil, err
	}
	db, closer, err := src.open(c.Durable, &c)
	if err != nil {
		return nil, err
	}
	d := &Database{source: src, db: db, closer: closer, log: c.Log}
	if err := d.assemble(c); err != nil {
		return nil, errors.Join(err, closer.Close())
	}
	return d, nil
}

func (d *Database) assemble(c Config) error {
	var err error
	if d.store, err = openStore(d.db, c); err != nil {
		return err
	}
	if c.Migrations == nil {
		return nil
	}
	d.migrator, err = newMigrator(d.db, d.source.dialect, c.Migrations)
	return err
}

// newMigrator returns the runner of the files in the folder that is called as the dialect.
func newMigrator(db *gorm.DB, dialect string, folders fs.FS) (*migrations.Migrator, error) {
	files, err := fs.Sub(folders, dialect)
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	pool, err := db.DB()
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return migrations.New(pool, dialect, files, migrations.Options{})
}

// open connects to the database. GORM's log begins afterwards: what fails here is returned, not logged. A nil config logs nothing at all.
func (s source) open(durable Durability, c *Config) (*gorm.DB, io.Closer, error) {
	dialector, closer := s.dialector(durable)
	db, err := gorm.Open(dialector, &gorm.Config{
		TranslateError:  true,
		QueryFields:     true,
		CreateBatchSize: 100,
		NowFunc:         func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		Logger:          logger.Discard,
	})
	if err != nil {
		if s.dialect == dialectPostgres {
			err = fmt.Errorf("open database %s: %w", s, explainPostgres(err))
		}
		return nil, nil, errors.Join(err, closer.Close())
	}
	if c != nil {
		db.Logger = newSlowLog(*c)
	}
	return db, closer, nil
}

// DataStore returns the datastore, with permissions as Go code without a session meets them.
func (d *Database) DataStore() *dataclasses.DataStore { return d.store }

// String names the database for people: the file, or the URL without its password.
func (d *Database) String() string { return d.source.String() }

// Close closes the connections. Calling it again does nothing.
func (d *Database) Close() error { return d.closer.Close() }

// Ping reports whether the database answers.
func (d *Database) Ping(ctx context.Context) error {
	pool, err := d.db.DB()
	if err != nil {
		return err
	}
	return pool.PingContext(ctx)
}
