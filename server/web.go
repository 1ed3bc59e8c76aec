package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// pagesRoute is the route that package web takes: all that no other route does.
const pagesRoute = "/*"

// front is a web server beside the host's: that of a component, or the one for administration.
type front struct {
	site   *web.Site
	listen string
	header http.Header // of every answer

	echo     *echo.Echo
	listener net.Listener // nil before Listen and after Run
	addr     net.Addr     // nil before Listen
}

// newManager returns the session manager of the host, for REST and pages alike (S-217). Its roles and its store come with the database.
func (c Config) newManager() *session.Manager {
	return &session.Manager{AppName: c.CookieName, Secure: c.CookieSecure, Disabled: c.NoSessions, Profile: c.Profile, Log: c.Log}
}

// host describes the host's web server, with what the components add.
func (c Config) host(m *session.Manager) (web.Server, error) {
	var w web.Server
	if c.Web != nil {
		w = *c.Web
	}
	var err error
	if w.Manager != nil {
		err = errors.New("the pages of the host share the application's sessions: leave Manager of Config.Web nil, " +
			"and set CookieName, NoSessions or the fields of Server.Sessions")
	}
	w.Manager, w.Log = m, cmp.Or(w.Log, c.Log)
	for _, part := range c.Components {
		w = withParts(w, part)
	}
	return w, err
}

// assembleSites makes the web servers of the application and reports all their mistakes.
func (s *Server) assembleSites() error {
	host, hostErr := s.config.host(s.sessions)
	errs := []error{hostErr, checkComponents(s.config.Components)}
	var others []web.Server
	for _, c := range s.config.Components {
		if c.Web != nil {
			others = append(others, c.site(s.config))
			s.fronts = append(s.fronts, &front{listen: c.Listen})
		}
	}
	if s.config.Admin != nil {
		s.admin = newAdministration(s)
		others = append(others, s.admin.site())
		s.fronts = append(s.fronts, &front{listen: s.config.Admin.listen(), header: adminHeader()})
		errs = append(errs, s.config.Admin.check())
	}
	app, err := web.NewApplication(host, others...)
	if err := errors.Join(append(errs, err)...); err != nil {
		return err
	}
	s.app = app
	for i, w := range others {
		s.fronts[i].site = app.Component(w.Name)
	}
	return nil
}

// mountPages lets the web servers answer, now that there is a datastore. opts are those of REST.
func (s *Server) mountPages(opts []rest.Option) error {
	if s.config.Web != nil {
		s.mount(s.echo, s.app.Host())
	}
	var errs []error
	for _, f := range s.fronts {
		m := f.site.Manager()
		if m.Roles != nil && m.Roles != s.store.Roles() {
			errs = append(errs, fmt.Errorf("web server %q: its session manager has roles of its own: leave Roles nil", f.site.Name()))
		}
		m.Roles = s.store.Roles()
		e := rest.New(slices.Concat(opts, []rest.Option{rest.CheckedElsewhere(pagesRoute)})...)
		e.Use(withHeader(f.header))
		s.mount(e, f.site)
		f.echo = e
	}
	return errors.Join(errs...)
}

// mount puts a site where no other route is, with the datastore in the context of its requests.
func (s *Server) mount(e *echo.Echo, site *web.Site) {
	e.Use(func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if c.Path() == pagesRoute {
				r := c.Request()
				c.SetRequest(r.WithContext(dataclasses.NewContext(r.Context(), s.store)))
			}
			return next(c)
		}
	})
	web.Mount(e, site)
}

// withHeader adds header fields to every answer.
func withHeader(fields http.Header) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			maps.Copy(c.Response().Header(), fields)
			return next(c)
		}
	}
}

// Application returns the web servers of the application (S-045). Its host is the one of [Config.Web]; without that it exists and answers
// nobody.
func (s *Server) Application() *web.Application { return s.app }

// addrOf returns the address of a web server beside the host's, nil when it does not listen.
func (s *Server) addrOf(name string) net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.fronts {
		if f.site.Name() == name {
			return f.addr
		}
	}
	return nil
}

// listenFronts takes the addresses of the other web servers: all of them or, with an error, none.
func (s *Server) listenFronts(ctx context.Context) error {
	for _, f := range s.fronts {
		l, err := rest.Listen(ctx, f.listen)
		if err != nil {
			return errors.Join(fmt.Errorf("web server %q: %w", f.site.Name(), err), s.closeFronts())
		}
		f.listener, f.addr = l, l.Addr()
	}
	return nil
}

// closeFronts gives up the addresses that nobody serves yet.
func (s *Server) closeFronts() error {
	var errs []error
	for _, f := range s.fronts {
		if f.listener != nil {
			errs = append(errs, f.listener.Close())
			f.listener, f.addr = nil, nil
		}
	}
	return errors.Join(errs...)
}

// serve answers on l and on the addresses of the other web servers until ctx ends or one of them fails, which stops all.
func (s *Server) serve(ctx context.Context, l net.Listener) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var running sync.WaitGroup
	errs := make([]error, 1+len(s.fronts))
	begin := func(i int, h http.Handler, l net.Listener) {
		running.Go(func() {
			defer stop()
			errs[i] = rest.ServeListener(ctx, h, l, s.config.Grace, s.config.Log)
		})
	}
	begin(0, s.Handler(), l)
	for i, f := range s.fronts {
		if l := s.takeFront(f); l != nil {
			s.trustAs(f)
			begin(i+1, s.handler(f.echo), l)
		}
	}
	running.Wait()
	return errors.Join(errs...)
}

// trustAs lets a web server find out the addresses of clients as the host does, which was told about its proxy by now.
func (s *Server) trustAs(f *front) {
	f.echo.IPExtractor = s.echo.IPExtractor
	if m := f.site.Manager(); m.Address == nil {
		m.Address = s.sessions.Address
	}
}

// takeFront hands a listener over to who closes it.
func (s *Server) takeFront(f *front) net.Listener {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := f.listener
	f.listener = nil
	return l
}

// closeManagers ends the sessions of the other web servers (S-226).
func (s *Server) closeManagers() error {
	var errs []error
	for _, f := range s.fronts {
		if f.site != nil {
			errs = append(errs, f.site.Manager().Close())
		}
	}
	return errors.Join(errs...)
}
