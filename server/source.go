package server

import (
	"cmp"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"github.com/ordago/ordago/sqlite"
)

// The databases, as packages migrations and session call them.
const (
	dialectSQLite   = "sqlite"
	dialectPostgres = "postgres"
)

// source is the database that [Config.Database] names.
type source struct {
	dialect string
	path    string          // of the SQLite file
	conn    *pgx.ConnConfig // of PostgreSQL
}

// parseSource reads a file path or URL. The errors show no password.
func parseSource(text string) (source, error) {
	scheme, _, isURL := strings.Cut(text, "://")
	switch {
	case !isURL:
		return source{dialect: dialectSQLite, path: text}, nil
	case scheme == "postgres" || scheme == "postgresql":
		conn, err := pgx.ParseConfig(text)
		if err != nil {
			return source{}, fmt.Errorf("database URL: %w", err)
		}
		return source{dialect: dialectPostgres, conn: conn}, nil
	}
	return source{}, fmt.Errorf("database URLs begin with postgres://, not with %s://; for SQLite give the path of a file", scheme)
}

// String names the database for people, without a password.
func (s source) String() string {
	if s.dialect == dialectSQLite {
		return s.path
	}
	return fmt.Sprintf("postgres://%s@%s:%d/%s", s.conn.User, s.conn.Host, s.conn.Port, cmp.Or(s.conn.Database, s.conn.User))
}

// exists returns an error when the database is an SQLite file that is not there.
func (s source) exists() error {
	if s.dialect != dialectSQLite {
		return nil
	}
	if _, err := os.Stat(s.path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open database %s: there is no such file: correct the name or create the database first", s.path)
	}
	return nil // other errors come from opening, with advice
}

// dialector returns GORM's way to the database and what closes its connections.
func (s source) dialector(durable Durability) (gorm.Dialector, io.Closer) {
	if s.dialect == dialectPostgres {
		pool := postgresPool(s.conn, durable, dataConnections)
		return postgresDialector(pool), pool
	}
	var opts []sqlite.Option
	if durable == DurableFull {
		opts = append(opts, sqlite.Durable())
	}
	d := sqlite.Open(s.path, opts...)
	return d, d
}

// sessions opens connections for the session store alone: a session must be able to change while its request is in a transaction.
func (s source) sessions() (*sql.DB, io.Closer, error) {
	if s.dialect == dialectPostgres {
		pool := postgresPool(s.conn, DurableNormal, sessionConnections)
		return pool, pool, nil
	}
	beside := source{dialect: dialectSQLite, path: sessionsPath(s.path)}
	db, closer, err := beside.open(DurableNormal, nil)
	if err != nil {
		return nil, nil, err
	}
	pool, err := db.DB()
	return pool, closer, err
}

// sessionsPath is the file of the sessions that belong to an SQLite file.
func sessionsPath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + "-sessions.db"
}

// mobilePath is the folder of the mobile apps that belong to an SQLite file.
func mobilePath(path string) string {
	return strings.TrimSuffix(path, filepath.Ext(path)) + "-mobile"
}
