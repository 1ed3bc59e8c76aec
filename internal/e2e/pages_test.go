package e2e_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// pagesConfig describes the demo application with its pages.
func pagesConfig(database string) server.Config {
	c, app := config(database), invoices.New()
	c.Definitions, c.Web = app.Definitions(), app.Web()
	return c
}

// startPages starts the demo with its pages, changed by change.
func startPages(t *testing.T, change func(*server.Config)) *product {
	t.Helper()
	c := pagesConfig(t.TempDir() + "/demo.db")
	if change != nil {
		change(&c)
	}
	return demo(t, c)
}

// page gets what is at a path outside of /rest.
func (b *browser) page(path string) reply {
	b.t.Helper()
	return b.send(http.MethodGet, "../"+strings.TrimPrefix(path, "/"), "")
}

// form posts a form.
func (b *browser) form(path string, pairs ...string) reply {
	b.t.Helper()
	values := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return b.send(http.MethodPost, "../"+strings.TrimPrefix(path, "/"), values.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

// signInPage signs in through the form of the pages.
func (b *browser) signInPage(name string) {
	b.t.Helper()
	if r := b.form("/4DACTION/signIn", "name", name, "password", name); !strings.Contains(r.body, "signed in as "+name) {
		b.t.Fatalf("the sign-in form: %d %s", r.status, r.body)
	}
}

const actionSession = "/4DACTION/action_Session"

func (b *browser) wantPage(path string, status int, body string) {
	b.t.Helper()
	if r := b.page(path); r.status != status || r.body != body {
		b.t.Errorf("GET %s: %d %q, want %d %q", path, r.status, r.body, status, body)
	}
}

// S-048, S-390, T-03, T-04, T-05, T-06, T-07: the five outcomes of action_Session, in the demo itself.
func TestActionSession(t *testing.T) {
	t.Parallel()
	hook := func(v web.Verdict, err error) func(*server.Config) {
		return func(c *server.Config) {
			c.Web.Authentication = func(context.Context, *session.Session, web.Request) (web.Verdict, error) { return v, err }
		}
	}
	for _, test := range []struct {
		name   string
		change func(*server.Config)
		user   string
		status int
		body   string
	}{
		{"holds CreateInvoices", nil, "clara", 200, "4DACTION --> Session is CreateInvoices"},
		{"is a guest", nil, "", 200, "4DACTION --> Session is not CreateInvoices"},
		{"no scalable sessions", func(c *server.Config) { c.NoSessions = true }, "", 200, "4DACTION --> Session is null"},
		{"the attribute is off", func(c *server.Config) {
			c.Web.Methods = []*web.Method{web.NewMethod("action_Session", invoices.ActionSession)}
		}, "", 403, "Forbidden\n"},
		{"On Web Authentication says no", hook(web.Refuse, nil), "", 403, "Forbidden\n"},
		{"On Web Authentication says yes", hook(web.Accept, nil), "", 200, "4DACTION --> Session is not CreateInvoices"},
		{"On Web Authentication says nothing", hook(web.NoResult, nil), "", 200, "4DACTION --> Session is not CreateInvoices"},
		{"On Web Authentication fails", hook(web.Accept, http.ErrNoCookie), "", 403, "Forbidden\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := startPages(t, test.change)
			b := p.browser(t)
			if test.user != "" {
				b.signIn(test.user) // over REST
			}
			r := b.page(actionSession)
			if r.status != test.status || r.body != test.body {
				t.Errorf("%d %q, want %d %q", r.status, r.body, test.status, test.body)
			}
			if kind := r.header.Get("Content-Type"); r.status == http.StatusOK && !strings.HasPrefix(kind, "text/html") {
				t.Errorf("content type %q, want text/html", kind)
			}
			if cookie := b.cookie(); (cookie == "") != (strings.HasSuffix(test.body, "null")) {
				t.Errorf("cookie %q", cookie)
			}
		})
	}
}

// S-391: the example of older versions asks for WebAdmin, which the application may give itself (S-315).
func TestActionSessionOfOlderVersions(t *testing.T) {
	t.Parallel()
	p := startPages(t, func(c *server.Config) {
		c.Web.Authentication = nil
		c.Web.Methods = append(c.Web.Methods,
			web.NewMethod("old", func(_ context.Context, s *session.Session, c *web.Call) error {
				if s.HasPrivilege("WebAdmin") {
					return c.SendText("4DACTION --> Session is WebAdmin")
				}
				return c.SendText("4DACTION --> Session is not WebAdmin")
			}, web.TagsAndURLs),
			web.NewMethod("assign", func(_ context.Context, s *session.Session, _ *web.Call) error {
				return s.SetPrivileges(session.Grant{Privileges: []string{"WebAdmin"}})
			}, web.TagsAndURLs))
	})
	b := p.browser(t)
	b.wantPage("/4DACTION/old", 200, "4DACTION --> Session is not WebAdmin")
	b.page("/4DACTION/assign")
	b.wantPage("/4DACTION/old", 200, "4DACTION --> Session is WebAdmin")
}

// S-006, S-051, S-217, S-219, S-220, T-01, T-02: the first request of any kind makes one guest session for pages, methods, handlers and REST, and requests
// of one session do not wait for each other.
func TestOneSession(t *testing.T) {
	t.Parallel()
	both := make(chan struct{})
	p := startPages(t, func(c *server.Config) {
		c.Web.Authentication = nil
		c.Web.Methods = append(c.Web.Methods, web.NewMethod("meet", func(ctx context.Context, s *session.Session, c *web.Call) error {
			select { // each waits for one other
			case both <- struct{}{}:
			case <-both:
			case <-ctx.Done():
				return ctx.Err()
			}
			return c.SendText(s.ID())
		}, web.TagsAndURLs), web.NewMethod("id", func(_ context.Context, s *session.Session, c *web.Call) error { return c.SendText(s.ID()) }, web.TagsAndURLs))
	})
	for _, first := range []string{"/", "/style.css", actionSession, "/export", "/nothing", "/rest/$catalog"} {
		b := p.browser(t)
		cookie := setCookie(b.page(first))
		id := b.page("/4DACTION/id").body
		info, ok := p.Sessions().InfoOf(t.Context(), id)
		if cookie == "" || b.cookie() != cookie || !ok || !info.Guest || len(info.Privileges) > 0 {
			t.Errorf("first request %s: cookie %q, session %+v", first, cookie, info)
		}
		for _, next := range []string{"/", actionSession, "/export", "/rest/$catalog", "/style.css"} {
			if again := setCookie(b.page(next)); again != "" {
				t.Errorf("%s after %s made another session", next, first)
			}
		}
	}
	b := p.browser(t)
	id := b.page("/4DACTION/id").body
	answers := make(chan string)
	for range 20 {
		go func() {
			r, err := b.try(http.MethodGet, "../4DACTION/meet", "")
			if err != nil {
				r.body = err.Error()
			}
			answers <- r.body
		}()
	}
	for range 20 {
		if got := <-answers; got != id {
			t.Errorf("a parallel request is in session %s, want %s", got, id)
		}
	}
}

// S-292, S-343: pages, files and methods run for a guest, who is kept from REST; what they do with data is subject to permissions.
func TestPagesOfGuests(t *testing.T) {
	t.Parallel()
	p := startPages(t, func(c *server.Config) {
		c.Web.Root = fstest.MapFS{"data.shtml": {Data: []byte(`page <!--#4DEACH c in customers()--><!--#4DTEXT c.name--><!--#4DENDEACH-->`)}}
	})
	b := p.browser(t)
	b.wantPage("/data.shtml", 200, `page <!--#4DEACH c in customers()-->: access error`)
	b.wantPage(actionSession, 200, "4DACTION --> Session is not CreateInvoices")
	b.wantPage("/export", 403, "Sign in first\n")
	if r := b.get("Customer"); r.status != http.StatusUnauthorized || r.errors()[0].Message != "Authentication is required" {
		t.Errorf("REST of a guest: %d %s", r.status, r.body)
	}
	b.signIn("clara")
	if r := b.page("/data.shtml"); !strings.HasPrefix(r.body, "page Alder") && !strings.Contains(r.body, "Alder") || strings.Contains(r.body, "error") {
		t.Errorf("the page for clara: %.200s", r.body)
	}
}

// S-239, S-260, S-262, S-344: a browser in a shared desktop session is no guest to REST; permissions are those of the session.
func TestSharedDesktopSession(t *testing.T) {
	t.Parallel()
	p := startPages(t, nil)
	remote := session.New(session.Remote, session.Desktop{Manager: p.Sessions(), UserName: "cleo"})
	b := p.browser(t)
	token, err := remote.CreateOTP(t.Context(), time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	if r := b.get("$catalog?$4DSID=" + token); r.status != http.StatusOK {
		t.Errorf("catalog: %d", r.status)
	}
	if r := b.get("Customer"); r.errors()[0].Message != "Authentication is required" {
		t.Errorf("a passcode in a REST URL counted: %d %s", r.status, r.body)
	}
	if r := b.page("/?$4DSID=" + token); !strings.Contains(r.body, "signed in as cleo") {
		t.Errorf("page with a passcode: %d %s", r.status, r.body)
	}
	if r := b.get("Customer"); r.status != http.StatusUnauthorized || r.errors()[0].Message != "No permission to read for the Customer dataclass" {
		t.Errorf("REST without privileges: %d %s", r.status, r.body)
	}
	if err := remote.SetPrivileges(session.Grant{Roles: []string{"clerk"}}); err != nil {
		t.Fatal(err)
	}
	if who := b.whoAmI(); who.SessionID != remote.ID() || who.IsGuest || who.UserName != "cleo" {
		t.Errorf("whoAmI: %+v, want session %s", who, remote.ID())
	}
	if r := b.get("Customer?$top=1"); r.status != http.StatusOK {
		t.Errorf("REST with privileges: %d %s", r.status, r.body)
	}
}

// S-378: a handler has the session already, also the one of a passcode, which it does not see.
func TestHandlerHasTheSession(t *testing.T) {
	t.Parallel()
	p := startPages(t, func(c *server.Config) {
		c.Web.Handlers = []web.RequestHandler{{Pattern: "who", Handle: func(ctx context.Context, s *session.Session, r *web.HandlerRequest) (*web.HandlerResponse, error) {
			return &web.HandlerResponse{Body: []byte(session.Current(ctx).ID() + " " + s.ID() + " " + s.User() + " " + r.Query.Encode())}, nil
		}}}
	})
	clara := p.as(t, "clara")
	id := clara.whoAmI().SessionID
	clara.wantPage("/who?a=1", 200, id+" "+id+" clara a=1")
	owner, err := p.Sessions().Lookup(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	token, err := owner.CreateOTP(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.browser(t).wantPage("/who?a=1&$4DSID="+token, 200, id+" "+id+" clara a=1")
}

// T-41: the tags of .html stay as they are, those of .shtml are evaluated.
func TestEndings(t *testing.T) {
	t.Parallel()
	const text = `<!--#4DTEXT 6*7-->`
	p := startPages(t, func(c *server.Config) {
		c.Web.Root = fstest.MapFS{"page.html": {Data: []byte(text)}, "page.shtml": {Data: []byte(text)}}
	})
	p.browser(t).wantPage("/page.html", 200, text)
	p.browser(t).wantPage("/page.shtml", 200, "42")
}
