// Package dialect is what ORDA needs to know about a database's SQL: quoting,
// placeholders, and above all text comparison that ignores case and diacritics
// in the same way everywhere (O-115, O-119, O-151, R-178).
//
// [Fold] and [Keyword] define that comparison in Go. A [Dialect] says it in
// SQL, with the function ordago_fold that the connection (SQLite) or
// [Dialect.Setup] (PostgreSQL) provides. Tests hold both to the same results.
// The package imports no driver and runs no query except in Setup.
//
//	d, err := dialect.Of(db.Name())
//	sql = d.EqualFold(sql, column, func(b []byte) []byte {
//		args = append(args, dialect.Fold(name))
//		return d.Placeholder(b, len(args))
//	})
package dialect

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
)

// A Dialect appends pieces of SQL for one kind of database. Every method that
// takes b returns it extended. Column and expression arguments are finished
// SQL, already quoted, and may be repeated in the result, so they must not
// hold placeholders.
//
// The ph functions append one placeholder and bind the value to it. They are
// called once for each time the value occurs in the SQL, which may be more
// than once: bind inside ph, not beside it.
type Dialect interface {
	documents
	// Name is GORM's name of the database: "sqlite" or "postgres".
	Name() string
	// Quote appends an identifier. A dot in it is part of the name.
	Quote(b []byte, ident string) []byte
	// Placeholder appends the place of the n-th bound value, counted from 1.
	Placeholder(b []byte, n int) []byte
	// FoldExpr appends the fold of a text column: sorts and compares as [Fold]
	// says (O-151). NULL stays NULL.
	FoldExpr(b, col []byte) []byte
	// EqualFold appends the condition that the fold of col is the bound value,
	// which must already be folded (O-115).
	EqualFold(b, col []byte, ph func([]byte) []byte) []byte
	// LikeFold appends the condition that the fold of col matches the bound LIKE
	// pattern: folded text with % and _ as wildcards, made with [EscapeLike].
	LikeFold(b, col []byte, ph func([]byte) []byte) []byte
	// KeywordExpr appends the condition that col contains the word bound as
	// KeywordArg returns it (O-119). NULL for a NULL column.
	KeywordExpr(b, col []byte, ph func([]byte) []byte) []byte
	// KeywordArg returns the value to bind for a searched word; see [Keyword].
	KeywordArg(word string) string
	// OrderExpr appends an ORDER BY term: NULL first ascending and last
	// descending.
	OrderExpr(b, expr []byte, desc bool) []byte
	// Setup makes sure that the database has what the SQL of this dialect uses.
	// It is safe to call again and from several servers at once, but not inside
	// a transaction.
	Setup(ctx context.Context, conn Conn) error
}

// Conn is the part of *sql.DB, *sql.Conn and gorm.ConnPool that Setup uses.
type Conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Of returns the dialect of the database that GORM calls name: "sqlite" or
// "postgres". Any other name is an error.
func Of(name string) (Dialect, error) {
	switch name {
	case "sqlite":
		return SQLite{}, nil
	case "postgres":
		return Postgres{}, nil
	}
	return nil, fmt.Errorf("database %q is not supported: use sqlite or postgres", name)
}

// EscapeLike returns s with \, % and _ escaped, so that LikeFold takes it
// literally.
func EscapeLike(s string) string {
	if !strings.ContainsAny(s, `\%_`) {
		return s
	}
	b := make([]byte, 0, len(s)+4)
	for i := range len(s) {
		if c := s[i]; c == '\\' || c == '%' || c == '_' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return string(b)
}

// escape ends every LIKE: SQLite has no escape character by default.
const escape = ` ESCAPE '\'`

// quote appends ident between two quotes, doubling those inside. A NUL would
// end the statement early in some drivers and is in no valid name.
func quote(b []byte, ident string, mark byte) []byte {
	b = append(b, mark)
	for i := range len(ident) {
		switch c := ident[i]; c {
		case 0:
		case mark:
			b = append(b, mark, mark)
		default:
			b = append(b, c)
		}
	}
	return append(b, mark)
}

// fill appends template with each # replaced by col.
func fill(b []byte, template string, col []byte) []byte {
	for i := range len(template) {
		if template[i] == '#' {
			b = append(b, col...)
			continue
		}
		b = append(b, template[i])
	}
	return b
}
