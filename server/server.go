package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jonboulle/clockwork"
	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// Server is an application that is ready to answer requests. Make one with [Open].
type Server struct {
	*Database
	config   Config
	sessions *session.Manager
	echo     *echo.Echo
	app      *web.Application
	fronts   []*front        // the web servers beside the host's
	admin    *administration // nil: none

	sessionDB io.Closer // nil while sessions are in memory
	closeOnce func() error

	session    func() *session.Session // of all that is no web request; made when it is first asked for
	storage    *session.Object         // of the whole program
	procedures map[string]Procedure
	processes  *processes
	clock      clockwork.Clock // of the schedule
	requests   atomic.Int64    // web requests that run

	mu       sync.Mutex
	listener net.Listener // nil before Listen and after Run
	closed   bool
	ran      bool
}

// Open puts the application together: it opens the database, migrates it, compares it with the models, and prepares sessions and
// routes. It does not listen yet: see [Server.Run]. All mistakes in the configuration are reported at once.
func Open(ctx context.Context, c Config) (*Server, error) {
	c = c.withDefaults()
	s := &Server{config: c, sessions: c.newManager()}
	sitesErr := s.assembleSites()
	db, err := OpenDatabase(c)
	if err := errors.Join(err, sitesErr); err != nil {
		if db != nil {
			err = errors.Join(err, db.Close())
		}
		return nil, err
	}
	s.Database = db
	s.closeOnce = sync.OnceValue(s.close)
	if err := s.prepare(ctx); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Server) prepare(ctx context.Context) error {
	if err := s.Migrate(ctx); err != nil {
		return err
	}
	if err := s.checkDrift(ctx); err != nil {
		return err
	}
	s.sessions.Roles = s.store.Roles()
	if err := s.openSessions(); err != nil {
		return err
	}
	s.openProcesses()
	opts, err := s.mountREST()
	if err != nil {
		return err
	}
	return s.mountPages(opts)
}

// openSessions gives the manager the store that was chosen.
func (s *Server) openSessions() error {
	if s.config.Sessions == SessionsInMemory {
		return nil
	}
	pool, closer, err := s.source.sessions()
	if err != nil {
		return fmt.Errorf("sessions: %w", err)
	}
	s.sessionDB = closer
	store, err := session.NewSQLStore(pool, s.source.dialect)
	if err != nil {
		return err
	}
	s.sessions.Store = store
	return nil
}

// openProcesses prepares what runs on the application's own account.
func (s *Server) openProcesses() {
	opened := time.Now()
	s.session = sync.OnceValue(func() *session.Session { return s.beginSession(opened) })
	s.storage = session.NewStorage(MaxStorage)
	s.procedures = make(map[string]Procedure, len(s.config.Procedures))
	for _, p := range s.config.Procedures {
		s.procedures[p.Name()] = p
	}
	s.clock = clockwork.NewRealClock()
	s.processes = newProcesses(s.config.MaxProcesses, time.Now)
}

// beginSession makes the session of the application. That starts the session manager, whose fields a program may set until then.
func (s *Server) beginSession(opened time.Time) *session.Session {
	return session.New(s.config.desktop(), session.Desktop{Manager: s.sessions, UserName: s.config.UserName, Created: opened})
}

// Echo returns the router, to add routes or to set IPExtractor behind a proxy, which holds for the other web servers of the application
// too; before [Server.Run] only.
//
// A route of one's own begins as a web request without a session: [session.Current] is nil under its context, and the data layer lets
// it do what a guest may (S-281). With [session.Manager.Bind] of [Server.Sessions] it gets the session of pages and REST, as the example
// shows. Writes that a page of another site makes a browser send are refused before, as for REST.
func (s *Server) Echo() *echo.Echo { return s.echo }

// Handler answers the requests of the application, for a server of one's own.
func (s *Server) Handler() http.Handler { return s.handler(s.echo) }

// Sessions returns the session manager. Its fields can be set until [Server.Run] or the first use of [Server.Session].
func (s *Server) Sessions() *session.Manager { return s.sessions }

// Close aborts processes, ends [Server.Session] and the sessions' housekeeping, and closes listeners and database. Call it after
// [Server.Run] has returned; calling it again does nothing.
func (s *Server) Close() error { return s.closeOnce() }

func (s *Server) close() error {
	errs := []error{s.stopListening()}
	if s.processes != nil {
		s.processes.stop(s.abortTime(), s.config.Log)
		errs = append(errs, s.Session().End())
	}
	errs = append(errs, s.sessions.Close(), s.closeManagers())
	if s.sessionDB != nil {
		errs = append(errs, s.sessionDB.Close())
	}
	return errors.Join(append(errs, s.Database.Close())...)
}
