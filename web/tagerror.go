package web

import (
	"errors"
	"fmt"
)

// Codes of the error texts (S-406); the package comment explains them.
const (
	codeSyntax = 1 + iota
	codeUnknown
	codeNotAllowed
	codeType
	codeFunction
	codeNoSession
	codeAuthentication
	codeDepth
)

// tagError is an error of one tag: its code is shown in the page, its text in the log.
type tagError struct {
	code int
	err  error
}

func (e *tagError) Error() string { return e.err.Error() }
func (e *tagError) Unwrap() error { return e.err }

func wrongType(format string, args ...any) error {
	return &tagError{codeType, fmt.Errorf(format, args...)}
}

func unknownName(name string) error {
	return &tagError{codeUnknown, fmt.Errorf("unknown name %q", name)}
}

// codeOf returns the code to show for an error. What the virtual machine says by itself is about types.
func codeOf(err error) int {
	if e, ok := errors.AsType[*tagError](err); ok {
		return e.code
	}
	return codeType
}

// overspent is an error that ends the page: it passed one of its limits.
type overspent struct{ what string }

func (e *overspent) Error() string { return "the page passed its limit of " + e.what }
