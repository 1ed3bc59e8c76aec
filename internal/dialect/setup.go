package dialect

import (
	"context"
	"errors"
	"fmt"
)

// createFold defines [Fold] in SQL: one expression, and not STRICT, because
// PostgreSQL puts only such a function into the query in place of the call.
// U+034F is removed before decomposing because it would keep the marks around
// it from being ordered.
const createFold = `CREATE FUNCTION ordago_fold(text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
SELECT ` + foldBody + `
$$`

const foldBody = `CASE WHEN octet_length($1) = length($1) THEN lower($1 COLLATE "C")
ELSE regexp_replace(normalize(translate(lower($1 COLLATE "und-x-icu"), U&'\03C2\034F', U&'\03C3'), NFD),
  U&'[\0300-\036F]', '', 'g') COLLATE "C" END`

// probe is a text that every step of the fold changes.
const probe = "ÀÉ\u034f\u0301 ΟΔΟΣ 가 Ωİ"

// sqlFunction is a function that [Postgres.Setup] creates.
type sqlFunction struct{ name, create string }

func functions() []sqlFunction {
	return []sqlFunction{{"ordago_fold", createFold}, {"ordago_words", createWords()}}
}

// Setup creates the functions ordago_fold and ordago_words in the first schema of the search path
// where no schema of the path has them, and checks that they work as this version of
// the program does.
func (Postgres) Setup(ctx context.Context, conn Conn) error {
	for _, f := range functions() {
		if err := f.ensure(ctx, conn); err != nil {
			return err
		}
	}
	if err := checkFold(ctx, conn); err != nil {
		return err
	}
	return checkWords(ctx, conn)
}

func (f sqlFunction) ensure(ctx context.Context, conn Conn) error {
	exists, err := f.exists(ctx, conn)
	if err != nil {
		return fmt.Errorf("look for function %s: %w", f.name, err)
	}
	if exists {
		return nil
	}
	return f.add(ctx, conn)
}

func (f sqlFunction) exists(ctx context.Context, conn Conn) (bool, error) {
	var exists bool
	err := conn.QueryRowContext(ctx, "SELECT to_regprocedure($1) IS NOT NULL", f.name+"(text)").Scan(&exists)
	return exists, err
}

// add creates the function. Another server may do the same in between:
// then ours fails on a unique key, and the function is there.
func (f sqlFunction) add(ctx context.Context, conn Conn) error {
	_, err := conn.ExecContext(ctx, f.create)
	if err == nil {
		return nil
	}
	if exists, again := f.exists(ctx, conn); again == nil && exists {
		return nil
	}
	return fmt.Errorf("create function %s: %w: %s", f.name, err, f.remedy(err))
}

// remedy says what the operator can do about err, by its SQLSTATE.
func (f sqlFunction) remedy(err error) string {
	state, ok := errors.AsType[interface {
		error
		SQLState() string
	}](err)
	if !ok {
		return "the database must be PostgreSQL 13 or later"
	}
	switch state.SQLState() {
	case "42501": // insufficient_privilege
		return "let the role of this program create it (GRANT CREATE ON SCHEMA), or have the owner of the schema run once:\n" + f.create
	case "3F000": // invalid_schema_name
		return "the search_path of this role names no schema that exists"
	case "42704": // undefined_object
		return "the server must be built with ICU (collation \"und-x-icu\")"
	}
	return "the database must be PostgreSQL 13 or later with ICU and encoding UTF8"
}

// checkFold compares one text. An older or a foreign function of that name
// would find other rows than SQLite, silently.
func checkFold(ctx context.Context, conn Conn) error {
	var folded string
	if err := conn.QueryRowContext(ctx, "SELECT ordago_fold($1)", probe).Scan(&folded); err != nil {
		return fmt.Errorf("call function ordago_fold: %w: %s", err, functions()[0].remedy(err))
	}
	if folded != Fold(probe) {
		return errors.New("function ordago_fold of the database folds in another way than this program: " +
			"drop it together with the indexes that use it (DROP FUNCTION ordago_fold(text) CASCADE) and start again")
	}
	return nil
}
