package rest

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
)

// Mount serves a datastore under the path of the group; several groups may serve the same one, each with the URIs of its own path.
// Sessions are bound by m, which must use the roles of the datastore: Mount panics if it does not, because rights would not mean the same
// in both. Options are described where they are declared. Entity sets live in the memory of this mount unless [WithEntitySets] is given.
func Mount(g *echo.Group, ds *dataclasses.Remote, m *session.Manager, opts ...Option) {
	s := newServer(ds, m, opts)
	h := func(c echo.Context) error {
		base := strings.TrimSuffix(strings.TrimSuffix(c.Path(), "*"), "/")
		r := c.Request()
		s.serve(c.Response(), r.WithContext(context.WithValue(r.Context(), addressKey{}, c.RealIP())), base)
		return nil
	}
	g.Any("", h)
	g.Any("/*", h)
	g.RouteNotFound("/*", h) // HTTP methods that Echo does not know: the answer is ours
}

// New returns an Echo with what every public server needs, in the right order: panics caught, a request ID, one log line a request,
// a limit of the request body, headers against sniffing and framing, and refusal of cross-origin writes.
//
// The client's address is the one of the connection. Behind a proxy set e.IPExtractor to an extractor of Echo that trusts that proxy only,
// and session.Manager.Address to the same. Of the options [Logger], [MaxBody] and [CheckedElsewhere] count here; give them to [Mount] too.
func New(opts ...Option) *echo.Echo {
	o := newOptions(opts)
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.IPExtractor = echo.ExtractIPDirect()
	e.HTTPErrorHandler = answerEchoError
	e.Use(
		catchPanics(o.log),
		identify,
		logRequests(o.log),
		limitBody(o.maxBody),
		middleware.SecureWithConfig(middleware.SecureConfig{
			ContentTypeNosniff: "nosniff", XFrameOptions: "SAMEORIGIN", ReferrerPolicy: "same-origin",
		}),
		sameOrigin(o.elsewhere),
	)
	return e
}

// catchPanics answers a panic as an internal error. A handler that wants the connection to be cut keeps its way to do so.
func catchPanics(log *slog.Logger) echo.MiddlewareFunc {
	return middleware.RecoverWithConfig(middleware.RecoverConfig{
		DisableErrorHandler: true,
		LogErrorFunc: func(c echo.Context, err error, stack []byte) error {
			log.Error("panic in request", "requestID", requestID(c.Request()), "error", err, "stack", string(stack))
			return err
		},
	})
}

// identify gives the request an ID. What the client calls its request is not believed.
func identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		id := rand.Text()
		c.Request().Header.Set(requestIDHeader, id)
		c.Response().Header().Set(requestIDHeader, id)
		return next(c)
	}
}

// logRequests writes one line for each request: no query, no cookie, no body.
func logRequests(log *slog.Logger) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			start := time.Now()
			if err := next(c); err != nil {
				c.Error(err)
			}
			r := c.Request()
			log.LogAttrs(r.Context(), slog.LevelInfo, "request",
				slog.String("requestID", requestID(r)), slog.String("method", r.Method), slog.String("route", c.Path()),
				slog.Int("status", c.Response().Status), slog.Int64("bytes", c.Response().Size), slog.Duration("took", time.Since(start)))
			return nil
		}
	}
}

// limitBody stops reading a body that is too large, whatever handler reads it.
func limitBody(most int64) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			if r.Body != nil {
				r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
			}
			return next(c)
		}
	}
}

// sameOrigin refuses writes that a page of another site makes a browser send, but for the routes that do so themselves.
func sameOrigin(elsewhere []string) echo.MiddlewareFunc {
	protection := http.NewCrossOriginProtection()
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if slices.Contains(elsewhere, c.Path()) {
				return next(c)
			}
			if err := protection.Check(c.Request()); err != nil {
				return fail(http.StatusUnauthorized, codeLoginRequired, "Cross-origin request refused")
			}
			return next(c)
		}
	}
}

// answerEchoError is the answer to errors outside of the protocol: the same shape, and nothing of the error's text unless it is ours.
func answerEchoError(err error, c echo.Context) {
	if c.Response().Committed {
		return
	}
	f, ok := errors.AsType[*failure](err)
	if !ok {
		f = echoFailure(err)
	}
	var out answer
	out.fail(f)
	if err := out.send(c.Response(), c.Request().Method); err != nil {
		slog.Debug("client went away while an error was sent", "requestID", requestID(c.Request()))
	}
}

func echoFailure(err error) *failure {
	if f := requestFailure(err); f != nil {
		return f
	}
	if he, ok := errors.AsType[*echo.HTTPError](err); ok && he.Code >= 400 && he.Code < 500 {
		return fail(he.Code, codeNotFound, http.StatusText(he.Code))
	}
	return internalError()
}
