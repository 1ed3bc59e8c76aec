package rest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// S-328, S-331: an error has the same answer bare and wrapped.
func TestFailure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		err    error
		status int
		codes  []int
	}{
		{dataclasses.ErrNotFound, 404, []int{1800}},
		{dataclasses.ErrNoSet, 404, []int{1802}},
		{dataclasses.ErrReadOnly, 500, []int{1828}},
		{dataclasses.ErrBusy, 500, []int{1046}},
		{&dataclasses.ConflictError{Class: "Book", Key: "1", Sent: 1, Stored: 2}, 500, []int{1263}},
		{&dataclasses.ConstraintError{Class: "Book"}, 500, []int{1046}},
		{&dataclasses.ValueError{Class: "Book", Attribute: "price", Msg: "must be a number"}, 500, []int{1046}},
		{&dataclasses.LimitError{What: "members", Max: 3}, 500, []int{1200}},
		{&dataclasses.ArgumentError{Function: "f", Index: 1}, 500, []int{1806}},
		{&dataclasses.AttributeError{Class: "Book", Attribute: "x"}, 500, []int{1500, 1804}},
		{&dataclasses.AttributeError{Class: "Book", Attribute: "x", Expand: true}, 500, []int{1500, 1805}},
		{&dataclasses.PermissionError{Action: privileges.Read, Class: "Book"}, 401, []int{21001}},
		{&dataclasses.PermissionError{Action: privileges.Create, Class: "Book"}, 401, []int{21002}},
		{&dataclasses.PermissionError{Action: privileges.Update, Class: "Book"}, 401, []int{21003}},
		{&dataclasses.PermissionError{Action: privileges.Drop, Class: "Book"}, 401, []int{21004}},
		{&dataclasses.PermissionError{Action: privileges.Execute, Function: "f"}, 401, []int{1561}},
		{&dataclasses.QueryError{Kind: dataclasses.UnknownAttribute}, 500, []int{1500, 1201}},
		{&dataclasses.QueryError{Kind: dataclasses.WrongOperator}, 500, []int{1112}},
		{&dataclasses.QueryError{Kind: dataclasses.Unsupported}, 500, []int{1112}},
		{&dataclasses.QueryError{Kind: dataclasses.BadLiteral}, 500, []int{1200}},
		{&dataclasses.QueryError{Kind: dataclasses.MissingPlaceholder}, 500, []int{1279}},
		{&dataclasses.QueryError{Kind: dataclasses.BadPlaceholder}, 500, []int{1280}},
		{&dataclasses.QueryError{Kind: dataclasses.FormulaNotAllowed}, 500, []int{1278}},
		{&dataclasses.QueryError{Kind: dataclasses.BadOrder}, 500, []int{1810}},
		{&dataclasses.QueryError{Kind: dataclasses.TooComplex}, 500, []int{1203}},
		{&dataclasses.QueryError{}, 500, []int{1162, 1201}},
		{&dataclasses.QueryError{Kind: dataclasses.UnknownFormula}, 500, []int{1162, 1201}},
		{&dataclasses.QueryError{Kind: dataclasses.BadFormula}, 500, []int{1162, 1201}},
		{&dataclasses.QueryError{Kind: dataclasses.NoFormula}, 500, []int{1626}},
		{&triggers.RejectedError{Code: -15001, Message: "no"}, 500, []int{-15001}},
		{dataclasses.Invalid(77, "no"), 500, []int{77}},
		{dataclasses.Errorf(78, "no"), 500, []int{78}},
		{&dataclasses.UserError{Code: 79, Status: 404}, 404, []int{79}},
		{&dataclasses.UserError{Code: 80, Status: 200}, 500, []int{80}}, // an error is never a success
		{session.ErrTooMany, 402, []int{1823}},
		{session.ErrClosed, 401, []int{21005}},
		{rest.ErrTooManySets, 429, []int{1802}},
		{&http.MaxBytesError{Limit: 3}, 413, []int{1806}},
		{context.DeadlineExceeded, 500, []int{1200}},
		{errors.New("dial tcp: secret"), 500, []int{21000}},
		{&dataclasses.PanicError{Where: "f", Value: "secret"}, 500, []int{21000}},
	}
	for _, test := range tests {
		for _, err := range []error{test.err, fmt.Errorf("while testing: %w", test.err), errors.Join(errors.New("other"), test.err)} {
			status, codes := rest.Failure(err)
			if diff := cmp.Diff(test.codes, codes); diff != "" || status != test.status {
				t.Errorf("Failure(%v): status %d, want %d; codes (-want +got):\n%s", err, status, test.status, diff)
			}
		}
	}
}

// Every kind of mistake in a query has an answer of its own, and one more kind than there are has none.
func TestEveryQueryErrorHasACode(t *testing.T) {
	t.Parallel()
	kind := dataclasses.Syntax
	for ; kind.String() != ""; kind++ {
		if _, codes := rest.Failure(&dataclasses.QueryError{Kind: kind}); codes[0] == 21000 {
			t.Errorf("%v is answered as an internal error", kind)
		}
	}
	if kind <= dataclasses.BadFormula {
		t.Errorf("kind %d has no name", kind)
	}
	if _, codes := rest.Failure(&dataclasses.QueryError{Kind: kind}); codes[0] != 21000 {
		t.Errorf("kind %d, which is none: %v", kind, codes)
	}
}
