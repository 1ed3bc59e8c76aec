package backup

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/ordago/ordago/sqlite"
)

// querier is a connection or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// readSQLite reads all of a file that nobody writes, and refuses it if anything in it is broken.
func readSQLite(ctx context.Context, path, versionTable string) (Contents, error) {
	db, err := sqlite.Connect(path, sqlite.ReadOnly())
	if err != nil {
		return Contents{}, err
	}
	defer db.Close()
	if err := sound(ctx, db); err != nil {
		return Contents{}, stopped(ctx, err)
	}
	c, err := contents(ctx, db, versionTable)
	return c, stopped(ctx, err)
}

// sound checks pages, indexes, constraints and foreign keys.
func sound(ctx context.Context, q querier) error {
	var result string
	if err := q.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&result); err != nil {
		return err
	}
	if result != "ok" {
		return fmt.Errorf("%w: %s", sqlite.ErrDamaged, result)
	}
	var table string
	err := q.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("rows of table %s refer to rows that do not exist: repair them (PRAGMA foreign_key_check lists them)", table)
}

// contents reads definitions and the number of rows of each table; virtual tables are counted by the tables behind them.
func contents(ctx context.Context, q querier, versionTable string) (Contents, error) {
	c := Contents{Rows: map[string]int64{}}
	definitions, err := texts(ctx, q, "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name")
	if err != nil {
		return c, err
	}
	c.schema = strings.Join(definitions, "\n")
	tables, err := texts(ctx, q, `SELECT name FROM sqlite_schema
WHERE type = 'table' AND name NOT LIKE 'sqlite\_%' ESCAPE '\' AND sql NOT LIKE 'CREATE VIRTUAL %' ORDER BY name`)
	if err != nil {
		return c, err
	}
	for _, table := range tables {
		if c.Rows[table], err = number(ctx, q, "SELECT count(*) FROM "+quote(table)); err != nil {
			return c, err
		}
	}
	if versionTable != "" && c.Has(versionTable) {
		c.Version, err = number(ctx, q, "SELECT coalesce(max(version_id), 0) FROM "+quote(versionTable))
	}
	return c, err
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func number(ctx context.Context, q querier, query string) (n int64, err error) {
	err = q.QueryRowContext(ctx, query).Scan(&n)
	return n, err
}

func texts(ctx context.Context, q querier, query string) ([]string, error) {
	rows, err := q.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []string
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, rows.Err()
}
