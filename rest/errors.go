package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// errGone means that nobody waits for the answer any more.
var errGone = errors.New("client went away")

// failureOf is the only table from errors to answers. It looks through wrapping. An error that it does not know gives
// nil: its text may hold anything, so the client gets [internalError] and the log gets the error.
func failureOf(err error) *failure {
	if f, ok := errors.AsType[*failure](err); ok {
		return f
	}
	if f := applicationFailure(err); f != nil {
		return f
	}
	if f := queryFailure(err); f != nil {
		return f
	}
	if f := writeFact(err); f != nil {
		return f
	}
	return requestFailure(err)
}

// internalError is the answer to everything unexpected.
func internalError() *failure {
	return fail(http.StatusInternalServerError, codeInternal, "internal error")
}

// applicationFailure maps errors that application code makes for its clients, and missing rights.
func applicationFailure(err error) *failure {
	if e, ok := errors.AsType[*dataclasses.PermissionError](err); ok {
		return fail(http.StatusUnauthorized, permissionCode(e.Action), e.Error())
	}
	if e, ok := errors.AsType[*triggers.RejectedError](err); ok {
		return applicationError(int(e.Code), e.Message)
	}
	if e, ok := errors.AsType[*dataclasses.ValidationError](err); ok {
		return applicationError(e.Code, e.Message)
	}
	if e, ok := errors.AsType[*dataclasses.UserError](err); ok {
		f := applicationError(e.Code, e.Message)
		if e.Status >= 400 && e.Status <= 599 {
			f.status = e.Status
		}
		return f
	}
	if e, ok := errors.AsType[*dataclasses.ArgumentError](err); ok {
		return malformed(e.Error())
	}
	return nil
}

// applicationError is an error whose code and text the application chose.
func applicationError(code int, message string) *failure {
	return &failure{status: http.StatusInternalServerError, chain: []wireError{{code: code, message: message, source: "host"}}}
}

// permissionCode is the table of S-331.
func permissionCode(a privileges.Action) int {
	switch a {
	case privileges.Create:
		return codeCreateRefused
	case privileges.Update:
		return codeUpdateRefused
	case privileges.Drop:
		return codeDropRefused
	case privileges.Execute:
		return codeNoExecuteRight
	default:
		return codeReadRefused
	}
}

// queryFailure maps mistakes in filters, sorts and attribute lists.
func queryFailure(err error) *failure {
	if e, ok := errors.AsType[*dataclasses.QueryError](err); ok {
		return queryErrorFailure(e)
	}
	e, ok := errors.AsType[*dataclasses.AttributeError](err)
	if !ok {
		return nil
	}
	f := fail(http.StatusInternalServerError, codeNoAttribute, fmt.Sprintf("Attribute %q not found in dataclass %s", e.Attribute, e.Class))
	if e.Expand {
		return f.then(codeBadExpand, fmt.Sprintf("Expand list %q not valid for dataclass %s", e.Attribute, e.Class))
	}
	return f.then(codeBadAttributes, fmt.Sprintf("Attribute list %q not valid for dataclass %s", e.Attribute, e.Class))
}

func queryErrorFailure(e *dataclasses.QueryError) *failure {
	message := e.Error()
	switch e.Kind {
	case dataclasses.UnknownAttribute:
		return fail(500, codeNoAttribute, message).then(codeCannotAnalyze, "Query cannot be analysed")
	case dataclasses.WrongOperator, dataclasses.Unsupported:
		return fail(500, codeWrongOperator, message)
	case dataclasses.BadLiteral:
		return fail(500, codeCannotQuery, message)
	case dataclasses.MissingPlaceholder:
		return fail(500, codeNoPlaceholder, message)
	case dataclasses.BadPlaceholder:
		return fail(500, codeBadPlaceholder, message)
	case dataclasses.FormulaNotAllowed:
		return fail(500, codeFormula, message)
	case dataclasses.NoFormula:
		return fail(500, codeNoFormula, message)
	case dataclasses.BadOrder:
		return fail(500, codeBadOrder, message)
	case dataclasses.TooComplex:
		return fail(500, codeTooComplex, message)
	case dataclasses.Syntax, dataclasses.UnknownFormula, dataclasses.BadFormula:
		return fail(500, codeInvalidQuery, message).then(codeCannotAnalyze, "Query cannot be analysed")
	}
	return nil
}

// writeFact maps what the data layer says about entities and writes.
func writeFact(err error) *failure {
	if e, ok := errors.AsType[*dataclasses.ConflictError](err); ok {
		return fail(500, codeStamp, fmt.Sprintf("Stamp %d does not match the current stamp of record %s, table %s", e.Sent, e.Key, e.Class))
	}
	if e, ok := errors.AsType[*dataclasses.ConstraintError](err); ok {
		return fail(500, codeRecordNotSaved, e.Error())
	}
	if e, ok := errors.AsType[*dataclasses.ValueError](err); ok {
		return fail(500, codeRecordNotSaved, e.Error())
	}
	if e, ok := errors.AsType[*dataclasses.LimitError](err); ok {
		return fail(500, codeCannotQuery, e.Error())
	}
	if _, ok := errors.AsType[*dataclasses.SetClassError](err); ok {
		return fail(404, codeWrongSet, "Entity set belongs to another dataclass")
	}
	switch {
	case errors.Is(err, dataclasses.ErrNotFound):
		return notFound("Entity not found")
	case errors.Is(err, dataclasses.ErrNoSet):
		return fail(404, codeNoSet, "Entity set not found")
	case errors.Is(err, dataclasses.ErrConflict):
		return fail(500, codeStamp, "Stamp has changed")
	case errors.Is(err, dataclasses.ErrReadOnly):
		return fail(500, codeLimitedChanges, "The database is read-only")
	case errors.Is(err, dataclasses.ErrBusy):
		return fail(500, codeRecordNotSaved, "The database is busy, try again")
	}
	return nil
}

// requestFailure maps limits of the server and the session.
func requestFailure(err error) *failure {
	if e, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fail(http.StatusRequestEntityTooLarge, codeMalformed, fmt.Sprintf("body is larger than %d bytes", e.Limit))
	}
	if e, ok := errors.AsType[*session.StorageFullError](err); ok {
		return fail(500, codeLimitedChanges, e.Error())
	}
	switch {
	case errors.Is(err, session.ErrTooMany):
		return fail(http.StatusPaymentRequired, codeTooManySessions, "Session limit reached")
	case errors.Is(err, ErrTooManySets):
		return fail(http.StatusTooManyRequests, codeNoSet, "Too many entity sets; release one first")
	case errors.Is(err, session.ErrClosed), errors.Is(err, session.ErrNoSession):
		return fail(http.StatusUnauthorized, codeLoginRequired, "The session has ended")
	case errors.Is(err, context.DeadlineExceeded):
		return fail(500, codeCannotQuery, "The request took too long")
	}
	return nil
}

// gone reports whether err only says that the client does not wait any more; drivers have words of their own for a cancelled context.
func gone(ctx context.Context, err error) bool {
	if _, panicked := errors.AsType[*dataclasses.PanicError](err); panicked {
		return false
	}
	return errors.Is(err, errGone) || errors.Is(ctx.Err(), context.Canceled)
}
