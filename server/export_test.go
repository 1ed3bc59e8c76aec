package server

import (
	"context"
	"database/sql"

	"github.com/jonboulle/clockwork"
)

// Pool lends the connections under a database to fn.
func Pool(d *Database, fn func(*sql.DB) error) error {
	pool, err := d.db.DB()
	if err != nil {
		return err
	}
	return fn(pool)
}

// SetClock gives the schedule another clock; before Run.
func SetClock(s *Server, c clockwork.Clock) { s.clock = c }

// WithBackupHooks makes a backup of the caller's between the hooks.
func WithBackupHooks(ctx context.Context, s *Server, backup func(context.Context) error) error {
	return s.config.Hooks.aroundBackup(ctx, s.hook, func() error { return backup(ctx) })
}
