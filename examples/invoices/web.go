package invoices

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"strings"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

//go:embed pages
var pageFiles embed.FS

// Pages returns the application's web folder as it was when the program was built.
func Pages() fs.FS {
	pages, err := fs.Sub(pageFiles, "pages")
	if err != nil {
		panic(err) // the name is right
	}
	return pages
}

// Web returns the application's pages, for server.Config.Web: a home page with a sign-in form, customers, invoices, the method
// action_Session, and the open invoices as a file for spreadsheets. They read through the data layer, with the rights of the session.
// Set Root to serve the folder from somewhere else.
func (a *App) Web() *web.Server {
	return &web.Server{
		Root:           Pages(),
		HomePage:       "index.shtml",
		Authentication: authenticate,
		Connection:     connect,
		Methods: []*web.Method{
			web.NewMethod("action_Session", ActionSession, web.TagsAndURLs),
			web.NewMethod("signIn", a.signInPage, web.TagsAndURLs),
			web.NewMethod("signOut", signOutPage, web.TagsAndURLs),
			web.NewMethod("approve", a.approvePage, web.TagsAndURLs),
		},
		Handlers: []web.RequestHandler{{Pattern: "export", Verbs: "GET, HEAD", Handle: exportOpen}},
		Tags:     a.tags(),
	}
}

// ActionSession is the method action_Session of the Session command's documentation (S-390).
func ActionSession(_ context.Context, s *session.Session, c *web.Call) error {
	switch {
	case s == nil:
		return c.SendText("4DACTION --> Session is null")
	case s.HasPrivilege("CreateInvoices"):
		return c.SendText("4DACTION --> Session is CreateInvoices")
	default:
		return c.SendText("4DACTION --> Session is not CreateInvoices")
	}
}

// authenticate is On Web Authentication: pages show guests what guests may see, and only the methods that they need run for them.
func authenticate(_ context.Context, s *session.Session, r web.Request) (web.Verdict, error) {
	const prefix = "/4DACTION/"
	url := r.URL()
	if s != nil && !s.IsGuest() || len(url) < len(prefix) || !strings.EqualFold(url[:len(prefix)], prefix) {
		return web.Accept, nil
	}
	name, _, _ := strings.Cut(url[len(prefix):], "?")
	switch name, _, _ := strings.Cut(name, "/"); name {
	case "action_Session", "signIn":
		return web.Accept, nil
	}
	return web.Refuse, nil
}

// connect is On Web Connection: /invoice/INV-2026-0001 is the page of that invoice.
func connect(_ context.Context, _ *session.Session, c *web.Call) error {
	if numberInPath(c) == "" {
		return c.SendStatus(404)
	}
	return c.SendFile("invoice.shtml")
}

// numberInPath is the invoice that a URL names, "" for none. Numbers have no character that a URL would escape.
func numberInPath(c *web.Call) string {
	path, _, _ := strings.Cut(c.URL(), "?")
	number, _ := strings.CutPrefix(path, "/invoice/")
	if number == path || strings.ContainsAny(number, "/%") {
		return ""
	}
	return number
}

var errNoStore = errors.New("pages need the datastore in their context: serve them with package server")

// pageStore is the datastore of the application that answers the request.
func pageStore(ctx context.Context) (*dataclasses.DataStore, error) {
	ds, ok := dataclasses.FromContext(ctx)
	if !ok {
		return nil, errNoStore
	}
	return ds, nil
}
