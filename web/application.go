package web

import (
	"errors"
	"fmt"
)

// Application is the web servers of one application: the host's and those of its components, each with its own settings, cookie and
// sessions (S-042). Its sites are listened to separately.
type Application struct {
	host       *Site
	components map[string]*Site
}

// NewApplication makes the sites of all servers, or reports all their mistakes together. Names, session managers and cookie names must
// differ: browsers send a cookie to every port of a host, so that two servers with one cookie would end each other's sessions.
func NewApplication(host Server, components ...Server) (*Application, error) {
	host.Component = false
	main, err := New(host)
	errs := []error{err}
	app := &Application{host: main, components: make(map[string]*Site, len(components))}
	all := []*Site{main}
	for _, c := range components {
		c.Component = true
		site, err := New(c)
		errs = append(errs, err)
		if site == nil {
			continue
		}
		all = append(all, site)
		app.components[site.Name()] = site
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := distinct(all); err != nil {
		return nil, err
	}
	for _, site := range all {
		site.app = app
	}
	return app, nil
}

// distinct checks that sites do not share what must be their own.
func distinct(sites []*Site) error {
	var errs []error
	for i, a := range sites {
		for _, b := range sites[:i] {
			switch {
			case a.Name() == b.Name():
				errs = append(errs, fmt.Errorf("two web servers are called %q: give each its Server.Name", a.Name()))
			case a.Manager() == b.Manager():
				errs = append(errs, fmt.Errorf("web servers %q and %q share a session manager: give each its own", b.Name(), a.Name()))
			case a.Manager().CookieName() == b.Manager().CookieName():
				errs = append(errs, fmt.Errorf("web servers %q and %q have the cookie %s: give their managers different AppNames",
					b.Name(), a.Name(), a.Manager().CookieName()))
			}
		}
	}
	return errors.Join(errs...)
}

// Host returns the web server of the host.
func (a *Application) Host() *Site { return a.host }

// Component returns the web server of the component called name, nil when there is none.
func (a *Application) Component(name string) *Site { return a.components[name] }

// Application returns the application that the site was made for, nil when [New] made it (S-045).
func (s *Site) Application() *Application { return s.app }
