package dataclasses

import (
	"errors"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

// QueryError is a mistake in a query string, a sort list or the values of placeholders, with the offset in the text (O-168).
// Caret returns the text and a caret under the offset.
type QueryError = sqlplan.Error

// QueryErrorKind says what kind of mistake a [QueryError] is.
type QueryErrorKind = sqlplan.Kind

// The kinds.
const (
	Syntax             = QueryErrorKind(0)          // the text is no query
	UnknownAttribute   = sqlplan.UnknownAttribute   // no such attribute, or not visible for the caller
	WrongOperator      = sqlplan.WrongOperator      // the attribute cannot be compared that way
	BadLiteral         = sqlplan.BadLiteral         // a constant does not convert to the attribute's type
	MissingPlaceholder = sqlplan.MissingPlaceholder // a placeholder has no value, or null
	BadPlaceholder     = sqlplan.BadPlaceholder     // the value of a placeholder does not convert
	FormulaNotAllowed  = sqlplan.FormulaNotAllowed  // a formula from a remote caller
	UnknownFormula     = sqlplan.UnknownFormula     // no formula of that name is declared
	BadFormula         = sqlplan.BadFormula         // what stands in eval(...) is not names of formulas joined by & and |
	NoFormula          = sqlplan.NoFormula          // the value of a placeholder that stands alone is no formula
	BadOrder           = sqlplan.BadOrder           // a sort criterion that cannot be sorted by
	TooComplex         = sqlplan.TooComplex         // over a limit
	Unsupported        = sqlplan.Unsupported        // a part of the language that is not there
)

// queryError makes a *QueryError of a parser's error.
func queryError(err error) error {
	if syntax, ok := errors.AsType[*query.Error](err); ok {
		return &QueryError{Offset: syntax.Offset, Text: syntax.Text, Msg: syntax.Msg}
	}
	return err
}
