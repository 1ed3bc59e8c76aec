package server

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// Component is a package that plugs into an application. Its dataclasses and functions join the application's datastore and REST; its
// methods and tag functions join the host's web pages. With Web it has a web server of its own besides. Whose sessions its code sees is
// decided by the web server that a browser addressed, never by where the code comes from (S-018, S-039, S-043).
//
// Names must differ from those of the host and of other components: all clashes are errors of [Open]. Permissions are the host's
// business: those of a component count only when the host has none.
type Component struct {
	// Name tells components apart, in errors, logs and [Server.ComponentAddr].
	Name string
	// Definitions are added to [Config.Definitions]. Where [Config.Migrations] is set, it has the tables of their models too.
	Definitions []dataclasses.Definition
	// Methods and Tags are reached on the host's web server, if it has pages, and on the component's own.
	Methods []*web.Method
	Tags    web.Environment

	// Web is the component's own web server; nil: none. It has its own sessions, in its own cookie, and its own flag for them (S-042):
	// with a nil Manager they are in memory, and the cookie is called after the component. [Open] gives a Manager the application's
	// roles and marks it as a component's, so that its passcodes open nothing (S-246); do not give it a Store that another manager has.
	// Request handlers are ignored (S-370). The server has pages only: REST of the whole application is the host's.
	Web *web.Server
	// Listen is the TCP address of Web, port 0 takes a free one; required with Web.
	Listen string
}

// check reports the mistakes that package web cannot see.
func (c Component) check() error {
	var errs []error
	if c.Name == "" {
		errs = append(errs, errors.New("a component has no name: set Component.Name"))
	}
	if c.Web != nil && c.Listen == "" {
		errs = append(errs, fmt.Errorf("component %q has a web server without an address: set Listen", c.Name))
	}
	if c.Web == nil && c.Listen != "" {
		errs = append(errs, fmt.Errorf("component %q has an address without a web server: set Web", c.Name))
	}
	return errors.Join(errs...)
}

// checkComponents reports all mistakes in the components.
func checkComponents(all []Component) error {
	var errs []error
	for i, c := range all {
		errs = append(errs, c.check())
		if c.Name != "" && slices.ContainsFunc(all[:i], func(o Component) bool { return o.Name == c.Name }) {
			errs = append(errs, fmt.Errorf("two components are called %q: give each its Component.Name", c.Name))
		}
	}
	return errors.Join(errs...)
}

// manager returns the session manager of the component's own web server. Its roles come with the datastore.
func (c Component) manager(config Config) *session.Manager {
	m := c.Web.Manager
	if m == nil {
		m = &session.Manager{AppName: c.Name, Profile: config.Profile}
	}
	m.Component = true
	m.Secure = m.Secure || config.CookieSecure
	m.Log = cmp.Or(m.Log, config.Log)
	return m
}

// site describes the component's own web server.
func (c Component) site(config Config) web.Server {
	w := *c.Web
	w.Name, w.Manager, w.Log = c.Name, c.manager(config), cmp.Or(w.Log, config.Log)
	return withParts(w, c)
}

// withParts adds what a component offers to a web server.
func withParts(w web.Server, c Component) web.Server {
	w.Methods = slices.Concat(w.Methods, c.Methods)
	w.Tags.Functions = slices.Concat(w.Tags.Functions, c.Tags.Functions)
	w.Tags.Variables = slices.Concat(w.Tags.Variables, c.Tags.Variables)
	return w
}

// definitions are those of the components and then of the host, whose permissions replace theirs.
func (c Config) definitions() []dataclasses.Definition {
	var all []dataclasses.Definition
	for _, part := range c.Components {
		all = append(all, part.Definitions...)
	}
	return append(all, c.Definitions...)
}

// ComponentAddr returns the address of the web server of the component called name, with its real port; nil before [Server.Listen] and
// for a component without a web server.
func (s *Server) ComponentAddr(name string) net.Addr {
	if name == adminName {
		return nil
	}
	return s.addrOf(name)
}
