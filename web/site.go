package web

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/ordago/ordago/session"
)

// Site is a web server that answers. It is an [http.Handler], safe for concurrent use, and is made by [New].
type Site struct {
	server   Server
	methods  map[string]*Method
	handlers []matcher
	language *language
	pages    *pageCache
	origins  *http.CrossOriginProtection
	app      *Application // nil: alone
	key      []byte       // of digest nonces
}

// New checks the whole of server, compiles what can be compiled and returns the site. All mistakes are reported together.
func New(server Server) (*Site, error) {
	s := &Site{server: server, origins: http.NewCrossOriginProtection(), pages: newPageCache(), key: make([]byte, 32)}
	if _, err := rand.Read(s.key); err != nil {
		return nil, fmt.Errorf("make a key for digest authentication: %w", err)
	}
	s.server.Name = cmp.Or(server.Name, "host")
	s.server.HomePage = cmp.Or(server.HomePage, "index.html")
	s.server.Realm = cmp.Or(server.Realm, s.server.Name)
	s.server.Log = cmp.Or(server.Log, slog.Default())
	s.server.Limits = server.Limits.withDefaults()
	if server.Now == nil {
		s.server.Now = time.Now
	}
	if err := s.check(); err != nil {
		return nil, fmt.Errorf("web server %q: %w", s.server.Name, err)
	}
	return s, nil
}

// Name returns the name of the server.
func (s *Site) Name() string { return s.server.Name }

// Manager returns what binds the sessions of the server.
func (s *Site) Manager() *session.Manager { return s.server.Manager }

// ServeHTTP implements [http.Handler].
func (s *Site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.server.Limits.Time)
	defer cancel()
	x := &exchange{site: s, w: w, r: r, ctx: ctx}
	a, err := x.answer()
	if err != nil {
		a = x.failed(err)
	}
	if err := s.server.Manager.Commit(w, x.session); err != nil {
		a = x.failed(fmt.Errorf("send session cookie: %w", err))
	}
	if err := a.send(w, r); err != nil {
		s.server.Log.Debug("client went away while the answer was sent", "server", s.server.Name)
	}
}

// exchange is one request while it is being answered.
type exchange struct {
	site    *Site
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	session *session.Session // nil when sessions are switched off or not bound yet
	call    *Call
	body    []byte

	credentials credentials
	decided     bool // On Web Authentication was asked
	accepted    bool
}

// answer does the work of a request and turns a panic into an error.
func (x *exchange) answer() (a *answer, err error) {
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler {
				panic(p)
			}
			err = &panicError{p, debug.Stack()}
		}
	}()
	x.w.Header().Set("X-Content-Type-Options", "nosniff")
	if err := x.site.origins.Check(x.r); err != nil {
		return nil, &statusError{status: http.StatusForbidden}
	}
	h, err := x.site.handlerFor(x.r)
	if err != nil {
		return nil, errors.Join(x.bind(), err)
	}
	if h == nil && x.withoutSession() {
		if f := x.site.file(x.r.URL.Path); f != nil {
			if !f.dynamic() {
				return x.static(f)
			}
			f.close()
		}
	}
	if err := x.bind(); err != nil {
		return nil, err
	}
	return x.route(h)
}

// withoutSession reports whether the request gets no session if it is for a static file. One that brings a passcode does: the passcode is
// used, whatever the URL names (S-224, S-238). Nor are files served where methods and REST live.
func (x *exchange) withoutSession() bool {
	return x.site.server.SkipStatic && !reserved(x.r.URL.Path) && !x.r.URL.Query().Has(reservedParameter)
}

// bind finds or makes the session and puts it into the context, before any code of the application runs (S-218 to S-225, S-378).
func (x *exchange) bind() error {
	s, err := x.site.server.Manager.Bind(x.w, x.r, "web")
	if err != nil {
		return fmt.Errorf("bind session: %w", err)
	}
	x.session = s
	x.call = newCall(x)
	ctx := context.WithValue(x.ctx, contextKey{}, x.call)
	if s == nil {
		x.ctx = session.Anonymous(ctx)
		return nil
	}
	x.ctx = session.NewContext(ctx, s)
	return nil
}

// route answers a request whose session is bound.
func (x *exchange) route(h *RequestHandler) (*answer, error) {
	if h != nil {
		return x.handle(h)
	}
	if name, param, ok := actionOf(x.r.URL.EscapedPath()); ok {
		return x.action(name, param)
	}
	if underREST(x.r.URL.Path) {
		return nil, notFound() // the REST server was mounted elsewhere, or is off
	}
	if f := x.site.file(x.r.URL.Path); f != nil {
		return x.serveFile(f)
	}
	return x.connection()
}

// serveFile answers with a file or a semi-dynamic page.
func (x *exchange) serveFile(f *file) (*answer, error) {
	if !f.dynamic() {
		return x.static(f)
	}
	f.close()
	if err := x.readForm(); err != nil {
		return nil, err
	}
	return x.page(f)
}

// connection runs On Web Connection for a request that nothing else answers (S-071 to S-074).
func (x *exchange) connection() (*answer, error) {
	if err := x.readForm(); err != nil {
		return nil, err
	}
	if !x.authenticated() {
		return nil, x.site.refusal(x)
	}
	if x.site.server.Connection == nil {
		return nil, notFound()
	}
	return x.run(x.site.server.Connection)
}

// run lets code of the application answer.
func (x *exchange) run(fn func(context.Context, *session.Session, *Call) error) (*answer, error) {
	x.call.open = true
	err := fn(x.ctx, session.Current(x.ctx), x.call)
	x.call.open = false
	if err != nil {
		return nil, err
	}
	return x.call.outcome()
}

type contextKey struct{}

// FromContext returns the web request that the running code answers. It reports false outside of one.
func FromContext(ctx context.Context) (*Call, bool) {
	c, ok := ctx.Value(contextKey{}).(*Call)
	return c, ok
}

// Receiver returns the web server that received the request of ctx: the one whose sessions count (S-039, S-045). It reports false outside
// of a web request.
func Receiver(ctx context.Context) (*Site, bool) {
	c, ok := FromContext(ctx)
	if !ok {
		return nil, false
	}
	return c.exchange.site, true
}
