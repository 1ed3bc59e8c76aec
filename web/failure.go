package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/ordago/ordago/session"
)

// statusError is an error that has an answer of its own: a status and perhaps headers. Its text is the one of the status.
type statusError struct {
	status int
	header http.Header
}

// Error names the status.
func (e *statusError) Error() string {
	return fmt.Sprintf("%d %s", e.status, http.StatusText(e.status))
}

func notFound() error { return &statusError{status: http.StatusNotFound} }

func wrongVerb(allowed string) error {
	return &statusError{status: http.StatusMethodNotAllowed, header: http.Header{"Allow": {allowed}}}
}

// panicError is a panic in code of the application.
type panicError struct {
	value any
	stack []byte
}

// Error shows the value; it is for the log.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// failed makes the answer to an error. What has no answer of its own is logged, once, and tells the client nothing (S-332).
func (x *exchange) failed(err error) *answer {
	f := x.failureOf(err)
	return x.site.errorAnswer(f)
}

func (x *exchange) failureOf(err error) *statusError {
	if f, ok := errors.AsType[*statusError](err); ok {
		return f
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return &statusError{status: http.StatusRequestEntityTooLarge}
	}
	switch {
	case errors.Is(err, session.ErrTooMany):
		return &statusError{status: http.StatusTooManyRequests, header: http.Header{"Retry-After": {"60"}}}
	case errors.Is(err, session.ErrManagerClosed):
		return &statusError{status: http.StatusServiceUnavailable}
	case x.r.Context().Err() != nil:
		return &statusError{status: http.StatusInternalServerError} // nobody reads it
	}
	f := &statusError{status: http.StatusInternalServerError}
	if errors.Is(err, context.DeadlineExceeded) {
		f.status = http.StatusServiceUnavailable
	}
	x.site.server.Log.LogAttrs(context.WithoutCancel(x.ctx), slog.LevelError, "request failed", x.attrs(err)...)
	return f
}

// attrs are the facts about an unexpected error: no query, no form variable, no cookie.
func (x *exchange) attrs(err error) []slog.Attr {
	attrs := []slog.Attr{
		slog.String("server", x.site.server.Name), slog.String("requestID", x.r.Header.Get("X-Request-Id")),
		slog.String("method", x.r.Method), slog.String("path", x.r.URL.Path), slog.String("error", err.Error()),
	}
	if p, ok := errors.AsType[*panicError](err); ok {
		attrs = append(attrs, slog.String("stack", string(p.stack)))
	}
	return attrs
}
