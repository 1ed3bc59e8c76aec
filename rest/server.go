package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// server answers the requests of one mount.
type server struct {
	options
	remote  *dataclasses.Remote
	manager *session.Manager
	logins  *attempts
	buffers buffers
}

// Handler serves a datastore as a plain [http.Handler] under the path of the option [BasePath].
// It panics when the sessions and the datastore do not use the same roles: rights granted by the one would mean something else, or
// nothing, to the other.
func Handler(ds *dataclasses.Remote, m *session.Manager, opts ...Option) http.Handler {
	s := newServer(ds, m, opts)
	base := strings.TrimSuffix(s.base, "/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, base) })
}

func newServer(ds *dataclasses.Remote, m *session.Manager, opts []Option) *server {
	if !sameRoles(m.Roles, ds.Roles()) {
		panic("rest: the session manager and the datastore have different roles: write session.Manager{Roles: ds.Roles()}")
	}
	s := &server{options: newOptions(opts), remote: ds, manager: m}
	if s.sets == nil {
		s.sets = NewMemoryEntitySets()
	}
	s.countSets(m)
	if s.mobile != nil {
		s.mobile.attach(m, s.log)
	}
	s.logins = newAttempts(s.loginsPerSec, s.loginBurst, s.now)
	m.OnClose(func(id string) {
		if err := s.sets.ReleaseSession(context.Background(), id); err != nil {
			s.log.Error("entity sets of an ended session stay until they expire", "error", err)
		}
	})
	return s
}

// sameRoles reports whether sessions and datastore have the same roles in force.
func sameRoles(sessions, store privileges.Provider) bool {
	var current *privileges.Roles
	if sessions != nil {
		current = sessions.Current()
	}
	return current == store.Current()
}

// call is one request while it is being answered.
type call struct {
	*server
	ctx     context.Context
	w       http.ResponseWriter
	r       *http.Request
	req     *request
	session *session.Session // nil when sessions are switched off
	retry   string           // Retry-After of an answer that reports an error, "" for none
	signIn  *MobileSignIn    // of the app that sent the request; nil: none, or not an app
	token   string           // that proved signIn; "": its session did
	out     answer
}

// serve answers one request below base.
func (s *server) serve(w http.ResponseWriter, r *http.Request, base string) {
	ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
	defer cancel()
	c := &call{server: s, ctx: ctx, w: w, r: r}
	c.out.writer = writer{buf: s.buffers.get(), base: base, suffix: s.suffix, most: s.maxAnswer}
	defer func() { s.buffers.put(c.out.buf) }()
	c.out.reset()
	if err := c.answer(); err != nil {
		c.report(err)
	}
	if err := s.manager.Commit(w, c.session); err != nil {
		c.report(fmt.Errorf("send session cookie: %w", err))
	}
	if err := c.out.send(w, r.Method); err != nil {
		s.log.Debug("client went away while the answer was sent", "requestID", requestID(r))
	}
}

// answer does the work of a request and turns a panic into an error.
func (c *call) answer() (err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = &dataclasses.PanicError{Where: "request", Value: p, Stack: debug.Stack()}
		}
	}()
	if err := c.checkMethod(); err != nil {
		return err
	}
	if c.r.Method == http.MethodOptions {
		c.describeMethods()
		return nil
	}
	if c.req, err = parseURL(c.r.URL, c.out.base, c.strict); err != nil {
		return err
	}
	if err := c.bind(); err != nil {
		return err
	}
	if err := c.gate(); err != nil {
		return err
	}
	if err := c.dispatch(); err != nil {
		return err
	}
	if c.out.full {
		return tooLarge(c.maxAnswer, c.reading())
	}
	return nil
}

const allowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"

// checkMethod refuses the HTTP methods that the protocol does not have.
func (c *call) checkMethod() error {
	switch c.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return nil
	}
	return fail(http.StatusMethodNotAllowed, codeNotApplicable, "HTTP method "+quotePlain(c.r.Method)+" is not supported")
}

// describeMethods answers OPTIONS.
func (c *call) describeMethods() {
	c.out.status = http.StatusNoContent
	c.out.set("Allow", allowedMethods)
}

// quotePlain shows a client's word in a message, without what is not a letter.
func quotePlain(word string) string {
	return strings.Map(func(r rune) rune {
		if r < 128 && isAlnum(byte(r)) {
			return r
		}
		return -1
	}, word[:min(len(word), 20)])
}

// bind finds or makes the session and puts it into the context (S-218 to S-225).
func (c *call) bind() error {
	if bound, err := c.bindByToken(); bound || err != nil {
		return err
	}
	s, err := c.manager.Bind(c.w, c.r, sessionType)
	if err != nil {
		return fmt.Errorf("bind session: %w", err)
	}
	c.enter(s)
	return c.findSignIn()
}

// sessionType is what sessions are told that REST requests begin (S-129).
const sessionType = "rest"

// enter makes s the session of the request; nil: there is none.
func (c *call) enter(s *session.Session) {
	c.session = s
	if s == nil {
		c.ctx = session.Anonymous(c.ctx)
		return
	}
	c.ctx = session.NewContext(c.ctx, s)
}

// guest reports whether nobody has signed in. Without sessions nobody can.
func (c *call) guest() bool { return c.session == nil || c.session.IsGuest() }

// sessionID returns the ID of the session, "" without one.
func (c *call) sessionID() string { return c.session.ID() }

// reading reports whether the HTTP method promises to change nothing.
func (c *call) reading() bool { return c.r.Method == http.MethodGet || c.r.Method == http.MethodHead }

// report makes the answer to an error. What is not in the table of [failureOf] is logged, once, and tells the client nothing.
func (c *call) report(err error) {
	f := failureOf(err)
	switch {
	case f != nil:
	case gone(c.ctx, err):
		f = internalError() // nobody reads it
	case errors.Is(c.ctx.Err(), context.DeadlineExceeded):
		f = failureOf(context.DeadlineExceeded) // drivers have words of their own for it
	default:
		c.log.LogAttrs(context.WithoutCancel(c.ctx), slog.LevelError, "request failed", c.attrs(err)...)
		f = internalError()
	}
	c.out.fail(f)
	if c.retry != "" {
		c.out.set("Retry-After", c.retry)
	}
	if f.status == http.StatusMethodNotAllowed {
		c.out.set("Allow", allowedMethods)
	}
}

// attrs are the facts about an unexpected error: no values of attributes, no query, no cookie.
func (c *call) attrs(err error) []slog.Attr {
	attrs := []slog.Attr{slog.String("requestID", requestID(c.r)), slog.String("method", c.r.Method), slog.String("error", err.Error())}
	if c.req != nil && c.req.class != "" {
		attrs = append(attrs, slog.String("dataclass", c.req.class))
	}
	if p, ok := errors.AsType[*dataclasses.PanicError](err); ok {
		attrs = append(attrs, slog.Any("panic", p.Value), slog.String("stack", string(p.Stack)))
	}
	return attrs
}

// requestID returns the ID that the front of the server gave the request, or "".
func requestID(r *http.Request) string { return r.Header.Get(requestIDHeader) }

const requestIDHeader = "X-Request-Id"

// body reads the request's body.
func (c *call) body() ([]byte, error) { return readBody(c.w, c.r, c.maxBody) }

// json reads the request's body as one JSON value; nil when it is empty.
func (c *call) json() (any, error) {
	data, err := c.body()
	if err != nil {
		return nil, err
	}
	return decodeJSON(data, "body")
}
