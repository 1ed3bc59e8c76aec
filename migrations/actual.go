package migrations

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// found is a table as the database has it.
type found struct {
	columns map[string]foundColumn
	order   []string // column names in the table's order
	indexes []foundIndex
}

type foundColumn struct {
	typ     string
	notNull bool
}

type foundIndex struct {
	name    string
	unique  bool
	partial bool
	columns []string // "" for an expression
}

// inspector reads the structure of tables from one kind of database.
type inspector interface {
	// columns returns name, type and NOT NULL of each column; no rows: there is no such table.
	columns(table string) (query string, args []any)
	// indexes returns name, unique, partial and column of each column of each index, in order; an expression has no column.
	indexes(table string) (query string, args []any)
	// normal brings a type as GORM or the database names it into a form that can be compared.
	normal(typ string) string
}

func inspectorFor(db *gorm.DB) (inspector, error) {
	switch name := db.Name(); name {
	case "sqlite":
		return sqliteInspector{}, nil
	case "postgres":
		return postgresInspector{}, nil
	default:
		return nil, fmt.Errorf("migrations: the structure of a %s database cannot be compared; write its migrations by hand", name)
	}
}

// inspect reads one table; nil if it does not exist.
func inspect(ctx context.Context, conn gorm.ConnPool, in inspector, table string) (*found, error) {
	f := &found{columns: map[string]foundColumn{}}
	query, args := in.columns(table)
	err := each(ctx, conn, query, args, func(rows *sql.Rows) error {
		var name, typ string
		var notNull bool
		err := rows.Scan(&name, &typ, &notNull)
		f.columns[name] = foundColumn{typ: in.normal(typ), notNull: notNull}
		f.order = append(f.order, name)
		return err
	})
	if err != nil || len(f.columns) == 0 {
		return nil, err
	}
	query, args = in.indexes(table)
	err = each(ctx, conn, query, args, func(rows *sql.Rows) error {
		var x foundIndex
		var column sql.NullString
		err := rows.Scan(&x.name, &x.unique, &x.partial, &column)
		f.index(x, column.String)
		return err
	})
	return f, err
}

// index adds a column to the index of that name.
func (f *found) index(x foundIndex, column string) {
	if n := len(f.indexes); n == 0 || f.indexes[n-1].name != x.name {
		f.indexes = append(f.indexes, x)
	}
	last := &f.indexes[len(f.indexes)-1]
	last.columns = append(last.columns, column)
}

func each(ctx context.Context, conn gorm.ConnPool, query string, args []any, row func(*sql.Rows) error) error {
	rows, err := conn.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

type sqliteInspector struct{}

func (sqliteInspector) columns(table string) (string, []any) {
	return `SELECT name, type, "notnull" OR pk > 0 FROM pragma_table_info(?) ORDER BY cid`, []any{table}
}

func (sqliteInspector) indexes(table string) (string, []any) {
	return `SELECT * FROM (SELECT l.name, l."unique", l.partial, i.name FROM pragma_index_list(?) l, pragma_index_info(l.name) i ORDER BY l.seq, i.seqno)
UNION ALL SELECT replace(name, '_words_insert', '_words'), 0, 0, NULL FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? AND name LIKE '%\_words\_insert' ESCAPE '\'`,
		[]any{table, table}
}

// normal is the affinity: SQLite stores by it, whatever the type is called.
func (sqliteInspector) normal(typ string) string {
	typ = strings.ToUpper(typ)
	has := func(words ...string) bool {
		for _, w := range words {
			if strings.Contains(typ, w) {
				return true
			}
		}
		return false
	}
	switch {
	case has("INT"):
		return "integer"
	case has("CHAR", "CLOB", "TEXT"):
		return "text"
	case has("BLOB") || typ == "":
		return "blob"
	case has("REAL", "FLOA", "DOUB"):
		return "real"
	}
	return "numeric"
}

type postgresInspector struct{}

// regclass finds a table by its quoted name, in the search path when no schema is given; null if there is none.
func regclass(table string) string {
	parts := strings.Split(table, ".")
	for i, p := range parts {
		parts[i] = `"` + strings.ReplaceAll(p, `"`, `""`) + `"`
	}
	return strings.Join(parts, ".")
}

func (postgresInspector) columns(table string) (string, []any) {
	return `SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute
WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`, []any{regclass(table)}
}

func (postgresInspector) indexes(table string) (string, []any) {
	return `SELECT c.relname, x.indisunique, x.indpred IS NOT NULL, a.attname
FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
CROSS JOIN LATERAL unnest(x.indkey::int2[]) WITH ORDINALITY AS k(num, pos)
LEFT JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.num AND k.num > 0
WHERE x.indrelid = to_regclass($1) AND x.indisvalid AND k.pos <= x.indnkeyatts ORDER BY c.relname, k.pos`, []any{regclass(table)}
}

// normal writes types as format_type does. What is in parentheses stays: varchar(80) differs from varchar(20).
func (postgresInspector) normal(typ string) string {
	base, tail, found := strings.Cut(strings.ToLower(strings.TrimSpace(typ)), "(")
	arguments := ""
	if found {
		arguments, tail, _ = strings.Cut(tail, ")")
		arguments = "(" + strings.ReplaceAll(arguments, " ", "") + ")"
	}
	if base == "timestamptz" {
		return "timestamp" + arguments + " with time zone"
	}
	return postgresName(base) + arguments + strings.TrimSuffix(tail, " without time zone")
}

// postgresName is the name that PostgreSQL itself shows for an alias.
func postgresName(base string) string {
	switch base {
	case "bigserial", "int8":
		return "bigint"
	case "serial", "int", "int4":
		return "integer"
	case "smallserial", "int2":
		return "smallint"
	case "decimal":
		return "numeric"
	case "bool":
		return "boolean"
	case "float8":
		return "double precision"
	case "float4":
		return "real"
	case "varchar":
		return "character varying"
	case "char", "bpchar":
		return "character"
	}
	return strings.TrimSuffix(base, " without time zone")
}
