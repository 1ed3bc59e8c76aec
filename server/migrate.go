package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/ordago/ordago/migrations"
)

// ErrNoMigrations is returned where numbered migrations are asked for and [Config.Migrations] is nil.
var ErrNoMigrations = errors.New("this application has no migration files: tables are created from the models when it starts")

// Migrator returns the runner of the numbered migrations, or [ErrNoMigrations].
func (d *Database) Migrator() (*migrations.Migrator, error) {
	if d.migrator == nil {
		return nil, ErrNoMigrations
	}
	return d.migrator, nil
}

// Migrate brings the database to what the program needs: all migrations that have not run, or, without migration files, everything that
// is missing. A database that a newer program has migrated is [migrations.ErrNewer].
func (d *Database) Migrate(ctx context.Context) error {
	if d.migrator == nil {
		if _, err := migrations.Create(ctx, d.db, d.store.Models()); err != nil {
			return fmt.Errorf("create tables in %s: %w", d, err)
		}
		return nil
	}
	done, err := d.migrator.Up(ctx)
	for _, m := range done {
		d.log.Info("migrated", "migration", m.Name)
	}
	if err != nil {
		return fmt.Errorf("migrate %s: %w", d, err)
	}
	return nil
}

// SQLOptions choose what the report of [Database.Diff] writes as SQL.
type SQLOptions = migrations.SQLOptions

// Diff reports where the database is not as the models need it.
func (d *Database) Diff(ctx context.Context) (migrations.Report, error) {
	return migrations.Diff(ctx, d.db, d.store.Models())
}

// checkDrift refuses a database without tables or columns that every request would need, and logs other differences.
func (d *Database) checkDrift(ctx context.Context) error {
	report, err := d.Diff(ctx)
	if err != nil {
		return fmt.Errorf("compare %s with the models: %w", d, err)
	}
	var missing []error
	for _, diff := range report.Differences {
		switch diff.Kind {
		case migrations.MissingTable, migrations.MissingColumn, migrations.MissingWords:
			missing = append(missing, errors.New(diff.String()))
		default:
			d.log.Warn("the database differs from the models", "difference", diff.String())
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%s lacks what the models need: write a migration (ordago migrate diff shows it): %w", d, errors.Join(missing...))
	}
	return nil
}
