package server

import (
	"context"
	"net/http"

	"github.com/ordago/ordago/session"
)

type contextKey struct{}

// FromContext returns the application on whose behalf the code runs. It is there in every context that the application made: in web
// requests, procedures and hooks, and under [Server.Context]; not under [session.Detach].
func FromContext(ctx context.Context) (*Server, bool) {
	s, ok := ctx.Value(contextKey{}).(*Server)
	return s, ok
}

// Session returns the session of everything that is no web request: on a server the one stored-procedure session (S-009), in a
// standalone application the standalone session (S-010). Its creation time is that of [Open] (S-012), it begins when it is first asked for,
// at the latest in [Server.Run], and ends in [Server.Close].
func (s *Server) Session() *session.Session { return s.session() }

// Context returns a context under which code runs as a process of the application: [session.Current] is [Server.Session], whatever it
// was before (S-022), and [FromContext] finds the application. Use it where a program's own call chains begin: a process is a call
// chain carried by a context, and a bare [context.Background] belongs to no process and has no session (S-025, S-038).
func (s *Server) Context(parent context.Context) context.Context {
	return session.NewContext(s.within(parent), s.Session())
}

// within makes the application known under ctx and leaves the session as it is.
func (s *Server) within(ctx context.Context) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// Storage returns the storage that every process and web request of this program shares, 4D's Storage (S-259). It is empty at start, lives
// in memory, is not the storage of any session and is not shared with other servers on the same database. It holds up to
// [MaxStorage] bytes.
func (s *Server) Storage() *session.Object { return s.storage }

// MaxStorage is the size in bytes that [Server.Storage] may have.
const MaxStorage = 16 << 20

// webContext is what web requests begin with: the application, and no session until theirs is bound (S-020). Permissions apply all the same,
// to a caller who holds nothing, so that a route that binds none, or a middleware that forgot to, does not act with all rights (S-281).
func (s *Server) webContext(ctx context.Context) context.Context {
	return session.Anonymous(s.within(ctx))
}

// anonymous reports whether ctx is one for a web request whose session is not bound.
func anonymous(ctx context.Context) bool { return session.Enforced(ctx) && session.Caller(ctx) == nil }

// handler lets h answer a request of our own server, whose context has the application already, or of another one, whose context may have
// the session of whatever started that server.
func (s *Server) handler(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		defer s.requests.Add(-1)
		if app, _ := FromContext(r.Context()); app != s || !anonymous(r.Context()) {
			r = r.WithContext(s.webContext(r.Context()))
		}
		h.ServeHTTP(w, r)
	})
}
