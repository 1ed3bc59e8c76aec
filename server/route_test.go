package server_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// routes opens an application in which a note takes the privilege Write, with routes of its own that add one: with a session and without.
func routes(t *testing.T, change func(*server.Config)) *server.Server {
	t.Helper()
	c := config(t, newNotes())
	c.RolesFile = filepath.Join(t.TempDir(), "roles.json")
	write(t, c.RolesFile, goodRoles)
	c.Definitions = append(c.Definitions, dataclasses.OnStore(dataclasses.Exposed("mayWrite",
		func(_ context.Context, s *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (bool, error) {
			return true, s.SetPrivileges(session.Grant{Privileges: []string{"Write"}, UserName: "wes"})
		})))
	change(&c)
	s := open(t, c)
	add := func(c echo.Context) error {
		ctx := c.Request().Context()
		note := dataclasses.Of[Note](s.DataStore()).New()
		note.Value.Text = "x"
		if err := note.Save(ctx); err != nil {
			return c.String(http.StatusForbidden, sightOf(session.Current(ctx))+": "+err.Error())
		}
		return c.String(http.StatusOK, sightOf(session.Current(ctx)))
	}
	s.Echo().GET("/unbound", add)
	s.Echo().GET("/bound", add, bound(s))
	return s
}

const noCreate = "null: No permission to create for the Note dataclass"

// S-281: a route that binds no session has none and no rights, whoever asks; one that binds it has that of REST with its rights.
func TestRoutesOfOnesOwn(t *testing.T) {
	t.Parallel()
	s := run(t, routes(t, func(*server.Config) {}))
	signedIn, guest := client(t), client(t)
	wantPost(t, signedIn, s.base+"$catalog/mayWrite", `[]`, `{"result":true}`)
	wantFetch(t, signedIn, s.root()+"/unbound", 403, noCreate)
	wantFetch(t, guest, s.root()+"/unbound", 403, noCreate)
	status, body := fetch(signedIn, s.root()+"/bound")
	if status != http.StatusOK || !strings.HasPrefix(body, "web ") || !strings.HasSuffix(body, " wes") {
		t.Errorf("a route with the session of one who may write: %d %q", status, body)
	}
	status, body = fetch(guest, s.root()+"/bound")
	if _, again := fetch(guest, s.root()+"/bound"); status != 403 || !strings.HasPrefix(body, "web ") || again != body {
		t.Errorf("a route with the session of a guest: %d %q, then %q; want a refusal in one web session", status, body, again)
	}
}

// S-023, S-281: with sessions switched off a bound route has none, and no rights by it.
func TestRoutesWithoutSessions(t *testing.T) {
	t.Parallel()
	s := run(t, routes(t, func(c *server.Config) { c.NoSessions = true }))
	for _, path := range []string{"/bound", "/unbound"} {
		wantFetch(t, client(t), s.root()+path, 403, noCreate)
	}
}

// S-020, S-281: so it is when the server around runs in a process of the application, whose rights are not limited.
func TestRoutesInsideAProcess(t *testing.T) {
	t.Parallel()
	for _, standalone := range []bool{false, true} {
		s := routes(t, func(c *server.Config) { c.Standalone = standalone })
		front := httptest.NewUnstartedServer(s.Handler())
		front.Config.BaseContext = func(net.Listener) context.Context { return s.Context(context.Background()) }
		front.Start()
		t.Cleanup(front.Close)
		wantFetch(t, client(t), front.URL+"/unbound", 403, noCreate)
	}
}
