package migrations

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"github.com/ordago/ordago/internal/dialect"
)

// ErrNewer means that the database has migrations that the program does not know: an older program must not touch it.
var ErrNewer = errors.New("the database is newer than the program")

// DefaultTable is where the versions that have run are kept unless [Options] say otherwise.
const DefaultTable = "ordago_migrations"

// Options of a [Migrator]. The zero value is useful.
type Options struct {
	Table string       // where the versions that have run are kept; "" is ordago_migrations
	Log   *slog.Logger // told of each migration that runs; nil: nothing is logged
}

// Migration is one numbered SQL file.
type Migration struct {
	Version   int64
	Name      string    // name of the file
	AppliedAt time.Time // zero: it has not run
}

// Migrator runs migrations. It holds no connection of its own; the caller closes the database.
type Migrator struct {
	provider *goose.Provider
	db       *sql.DB
	dialect  goose.Dialect
}

// New returns a migrator for the files NNNNN_name.sql in the root of fsys; they are in goose's form,
// with the comments `-- +goose Up` and `-- +goose Down`. The database is sqlite, postgres or mysql.
// No file, two files of one version and a name without a version are errors. New does not use the database.
// On PostgreSQL a lock lets several servers start at once.
func New(db *sql.DB, database string, fsys fs.FS, o Options) (*Migrator, error) {
	if o.Table == "" {
		o.Table = DefaultTable
	}
	options := []goose.ProviderOption{
		goose.WithTableName(o.Table),
		goose.WithDisableGlobalRegistry(true),
	}
	if o.Log != nil {
		options = append(options, goose.WithSlog(o.Log))
	}
	var d goose.Dialect
	switch database {
	case "sqlite":
		d = goose.DialectSQLite3
	case "mysql":
		d = goose.DialectMySQL
	case "postgres":
		d = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // every second, for five minutes
		if err != nil {
			return nil, fmt.Errorf("migrations: %w", err)
		}
		options = append(options, goose.WithSessionLocker(locker))
	default:
		return nil, fmt.Errorf("migrations: unknown dialect %q; write sqlite, postgres or mysql", database)
	}
	p, err := goose.NewProvider(d, db, fsys, options...)
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil, fmt.Errorf("migrations: no file NNNNN_name.sql is found; the file system must have them in its root")
	}
	if err != nil {
		return nil, fmt.Errorf("migrations: %w", err)
	}
	return &Migrator{provider: p, db: db, dialect: d}, nil
}

// Up runs all migrations that have not run and returns them in order. Each is one transaction;
// when one has an error, those before it stay and are returned too. A database that is too new is [ErrNewer].
func (m *Migrator) Up(ctx context.Context) ([]Migration, error) {
	if err := m.known(ctx); err != nil {
		return nil, err
	}
	if err := m.setup(ctx); err != nil {
		return nil, fmt.Errorf("migrate up: %w", err)
	}
	results, err := m.provider.Up(ctx)
	partial, ok := errors.AsType[*goose.PartialError](err)
	if ok {
		results = partial.Applied
		err = fmt.Errorf("migration %s: %w", path.Base(partial.Failed.Source.Path), partial.Err)
	} else if err != nil {
		err = fmt.Errorf("migrate up: %w", err)
	}
	done := make([]Migration, len(results))
	for i, r := range results {
		done[i] = Migration{Version: r.Source.Version, Name: path.Base(r.Source.Path), AppliedAt: time.Now()}
	}
	return done, err
}

// setup makes the functions that indexes of texts use, where the database does not have them from its connections.
func (m *Migrator) setup(ctx context.Context) error {
	if m.dialect != goose.DialectPostgres {
		return nil
	}
	return dialect.Postgres{}.Setup(ctx, m.db)
}

// Down takes the last migration back and returns it; none left is version 0 and no error.
// A database that is too new is [ErrNewer].
func (m *Migrator) Down(ctx context.Context) (Migration, error) {
	if err := m.known(ctx); err != nil {
		return Migration{}, err
	}
	r, err := m.provider.Down(ctx)
	if errors.Is(err, goose.ErrNoNextVersion) {
		return Migration{}, nil
	}
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		return Migration{}, fmt.Errorf("migration %s, down: %w", path.Base(partial.Failed.Source.Path), partial.Err)
	}
	if err != nil {
		return Migration{}, fmt.Errorf("migrate down: %w", err)
	}
	return Migration{Version: r.Source.Version, Name: path.Base(r.Source.Path)}, nil
}

// Status returns all migrations in order of their version. A database that is too new is [ErrNewer].
func (m *Migrator) Status(ctx context.Context) ([]Migration, error) {
	if err := m.known(ctx); err != nil {
		return nil, err
	}
	statuses, err := m.provider.Status(ctx)
	if err != nil {
		return nil, fmt.Errorf("migration status: %w", err)
	}
	list := make([]Migration, len(statuses))
	for i, s := range statuses {
		list[i] = Migration{Version: s.Source.Version, Name: path.Base(s.Source.Path), AppliedAt: s.AppliedAt}
	}
	return list, nil
}

// Version returns the version of the database; 0 before the first migration. It also answers for a database that is too new.
func (m *Migrator) Version(ctx context.Context) (int64, error) {
	v, err := m.provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("migration version: %w", err)
	}
	return v, nil
}

// Newest returns the highest version that the files have. It does not use the database.
func (m *Migrator) Newest() int64 {
	sources := m.provider.ListSources()
	return sources[len(sources)-1].Version
}

// known refuses a database with migrations that the files do not have.
func (m *Migrator) known(ctx context.Context) error {
	current, target, err := m.provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("migration version: %w", err)
	}
	if current > target {
		return fmt.Errorf("%w: database is at version %d, this program knows up to %d: use a newer program", ErrNewer, current, target)
	}
	return nil
}
