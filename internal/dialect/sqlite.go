package dialect

import (
	"context"
	"errors"
	"fmt"
)

// SQLite is the dialect of databases opened with package sqlite of this module,
// whose connections have the functions ordago_fold and ordago_keyword.
//
// Calling back into Go costs more than the comparison, so rows that hold only
// ASCII (as many bytes as characters) are compared without it: SQLite's own
// lower, NOCASE and LIKE do to ASCII what [Fold] does.
type SQLite struct{}

var _ Dialect = SQLite{}

// Name returns "sqlite".
func (SQLite) Name() string { return "sqlite" }

// Quote appends ident in backticks: SQLite would take an unknown name in double
// quotes for a string.
func (SQLite) Quote(b []byte, ident string) []byte { return quote(b, ident, '`') }

// Placeholder appends a question mark.
func (SQLite) Placeholder(b []byte, _ int) []byte { return append(b, '?') }

// FoldExpr implements [Dialect].
func (SQLite) FoldExpr(b, col []byte) []byte {
	return fill(b, "CASE WHEN octet_length(#)=length(#) THEN lower(#) ELSE ordago_fold(#) END", col)
}

// EqualFold implements [Dialect]. The value is bound twice: most rows are
// decided by the first comparison, and only the others are folded.
func (SQLite) EqualFold(b, col []byte, ph func([]byte) []byte) []byte {
	b = append(b, '(')
	b = append(b, col...)
	b = ph(append(b, '='))
	b = fill(b, " COLLATE NOCASE OR octet_length(#)<>length(#) AND ordago_fold(#)=", col)
	return append(ph(b), ')')
}

// LikeFold implements [Dialect].
func (SQLite) LikeFold(b, col []byte, ph func([]byte) []byte) []byte {
	b = fill(b, "CASE WHEN octet_length(#)=length(#) THEN # ELSE ordago_fold(#) END LIKE ", col)
	return append(ph(b), escape...)
}

// KeywordExpr implements [Dialect].
func (SQLite) KeywordExpr(b, col []byte, ph func([]byte) []byte) []byte {
	b = fill(b, "ordago_keyword(#,", col)
	return append(ph(b), ')')
}

// KeywordArg returns word as it is: the function takes it apart.
func (SQLite) KeywordArg(word string) string { return word }

// OrderExpr implements [Dialect]; SQLite's own order of NULL is ours.
func (SQLite) OrderExpr(b, expr []byte, desc bool) []byte {
	b = append(b, expr...)
	if desc {
		b = append(b, " DESC"...)
	}
	return b
}

// errNoFunctions says how to get the functions that SQLite itself lacks.
var errNoFunctions = errors.New("sqlite connection has no function ordago_fold: open the database with github.com/ordago/ordago/sqlite")

// Setup checks that the connection has our functions.
func (SQLite) Setup(ctx context.Context, conn Conn) error {
	var folded string
	err := conn.QueryRowContext(ctx, "SELECT ordago_fold(?)", "É").Scan(&folded)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%w (%w)", errNoFunctions, err)
	}
	if err != nil {
		return fmt.Errorf("check function ordago_fold: %w", err)
	}
	if folded != "e" {
		return errNoFunctions
	}
	return nil
}
