package server_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// Item is a model of the component stock.
type Item struct {
	ID   uint
	Name string
	model.Record
}

// counted is a function of the component's dataclass.
var counted = dataclasses.Exposed("counted", func(_ context.Context, s *session.Session, _ *dataclasses.DataClass[Item], _ dataclasses.None) (string, error) {
	return sightOf(s), nil
})

// stockLook is code of the component: it tells which session it sees, and the code of the host that it calls.
func stockLook(ctx context.Context, s *session.Session, c *web.Call) error {
	ds, _ := dataclasses.FromContext(ctx)
	mine, err := counted.Call(ctx, dataclasses.Of[Item](ds), dataclasses.None{})
	if err != nil {
		return err
	}
	hosts, err := seen.Call(ctx, ds, dataclasses.None{})
	if err != nil {
		return err
	}
	site, _ := web.Receiver(ctx)
	app := site.Application()
	return c.SendBytes("text/plain", []byte(strings.Join([]string{
		site.Name(), app.Host().Name(), app.Component("stock").Name(), sightOf(session.Current(ctx)), sightOf(s), mine, hosts,
	}, "\n")))
}

// stock is a component with a web server of its own.
func stock() server.Component {
	return server.Component{
		Name:        "stock",
		Definitions: []dataclasses.Definition{dataclasses.DefineExposed[Item](dataclasses.OnClass(counted))},
		Methods:     []*web.Method{web.NewMethod("stock_look", stockLook, web.TagsAndURLs)},
		Tags: web.Environment{Functions: []*web.Function{
			web.Function0("stockSees", func(_ context.Context, s *session.Session) (string, error) { return sightOf(s), nil }, web.TagsAndURLs),
		}},
		Web:    &web.Server{Methods: []*web.Method{web.NewMethod("enter", enter, web.TagsAndURLs)}},
		Listen: "127.0.0.1:0",
	}
}

// stockConfig is the test application with pages and the component. The tables come from the models.
func stockConfig(t *testing.T) server.Config {
	t.Helper()
	c := pagesConfig(t)
	c.Migrations, c.Components = nil, []server.Component{stock()}
	return c
}

// stockSight calls the component's method and returns what it saw: receiver and the one session of all code.
func stockSight(t *testing.T, c *http.Client, root string) (receiver, sight string) {
	t.Helper()
	status, body := fetch(c, root+"/4DACTION/stock_look")
	lines := strings.Split(body, "\n")
	if status != http.StatusOK || len(lines) != 7 {
		t.Fatalf("stock_look at %s: %d %q", root, status, body)
	}
	if diff := cmp.Diff([]string{"host", "stock", lines[3], lines[3], lines[3], lines[3]}, lines[1:]); diff != "" {
		t.Errorf("stock_look at %s: host, component, Session, parameter, component's function, host's function (-want +got):\n%s", root, diff)
	}
	return lines[0], lines[3]
}

// S-018, S-039, S-042, S-044, S-045, T-16: the web server that a browser addressed decides, also about the code of a component; the two
// sessions of one browser are unrelated.
func TestComponentSessions(t *testing.T) {
	t.Parallel()
	s := start(t, stockConfig(t))
	own := "http://" + s.ComponentAddr("stock").String()
	browser := client(t) // cookies are for all ports of a machine
	receiver, atHost := stockSight(t, browser, s.root())
	if receiver != "host" || atHost != lookAt(t, browser, s.root()) {
		t.Errorf("at the host the component sees %q, received by %s", atHost, receiver)
	}
	receiver, atOwn := stockSight(t, browser, own)
	if receiver != "stock" || atOwn == atHost || !strings.HasPrefix(atOwn, "web ") {
		t.Errorf("at its own server the component sees %q, received by %s; at the host %q", atOwn, receiver, atHost)
	}
	wantPost(t, browser, s.base+"Item/counted", "[]", `{"result":"`+atHost+`"}`)
	if _, err := browser.PostForm(own+"/4DACTION/enter", url.Values{"name": {"eve"}}); err != nil {
		t.Fatal(err)
	}
	if _, after := stockSight(t, browser, own); after != atOwn+"eve" {
		t.Errorf("after signing in at the component: %q", after)
	}
	if _, after := stockSight(t, browser, s.root()); after != atHost {
		t.Errorf("signing in at the component changed the host's session to %q", after)
	}
	u, _ := url.Parse(s.root())
	names := map[string]string{}
	for _, c := range browser.Jar.Cookies(u) {
		names[c.Name] = c.Value
	}
	if len(names) != 2 || names["4DSID_ordago"] == "" || names["4DSID_stock"] == "" {
		t.Errorf("cookies %v, want 4DSID_ordago and 4DSID_stock", names)
	}
	browser.Jar.SetCookies(u, []*http.Cookie{{Name: "4DSID_ordago", Value: names["4DSID_stock"], Path: "/"}})
	if _, stolen := stockSight(t, browser, s.root()); strings.Contains(stolen, "eve") || stolen == atOwn {
		t.Errorf("the component's cookie opens session %q at the host", stolen)
	}
	for _, path := range []string{"/4DACTION/look", "/rest/Note", "/rest/$catalog"} {
		if status, _ := fetch(browser, own+path); status != 404 {
			t.Errorf("the component's server answers %s with %d, want 404: the host's methods and REST are the host's", path, status)
		}
	}
}

// S-043, S-210, T-15: flags for sessions do not merge, in whatever direction they differ.
func TestComponentFlags(t *testing.T) {
	t.Parallel()
	for _, hostOff := range []bool{false, true} {
		c := stockConfig(t)
		c.NoSessions = hostOff
		c.Components[0].Web.Manager = &session.Manager{AppName: "Stock", Disabled: !hostOff}
		s := start(t, c)
		own, browser := "http://"+s.ComponentAddr("stock").String(), client(t)
		_, atHost := stockSight(t, browser, s.root())
		_, atOwn := stockSight(t, browser, own)
		if (atHost == "null") != hostOff || (atOwn == "null") == hostOff {
			t.Errorf("sessions of the host off %v: the component's code sees %q at the host and %q at its own server", hostOff, atHost, atOwn)
		}
	}
}

// S-040, S-041: outside of the web all code of an application, components' too, has the one session of its process.
func TestComponentOutsideOfTheWeb(t *testing.T) {
	t.Parallel()
	s := start(t, stockConfig(t))
	for _, kind := range []session.Kind{session.Remote, session.StoredProcedure, session.Standalone} {
		desktop := session.New(kind, session.Desktop{})
		ctx := session.NewContext(t.Context(), desktop)
		mine, err1 := counted.Call(ctx, dataclasses.Of[Item](s.DataStore()), dataclasses.None{})
		hosts, err2 := seen.Call(ctx, s.DataStore(), dataclasses.None{})
		if want := sightOf(desktop); mine != want || hosts != want || errors.Join(err1, err2) != nil {
			t.Errorf("%s: component %q, host %q, %v, want %q", kind, mine, hosts, errors.Join(err1, err2), want)
		}
	}
}

// S-370: handlers of components do not answer.
func TestHandlersOfComponents(t *testing.T) {
	t.Parallel()
	c := stockConfig(t)
	handlers := []web.RequestHandler{{Pattern: "api", Handle: func(context.Context, *session.Session, *web.HandlerRequest) (*web.HandlerResponse, error) {
		return &web.HandlerResponse{Body: []byte("handled")}, nil
	}}}
	c.Web.Handlers, c.Components[0].Web.Handlers = handlers, handlers
	s := start(t, c)
	wantFetch(t, client(t), s.root()+"/api", 200, "handled")
	wantFetch(t, client(t), "http://"+s.ComponentAddr("stock").String()+"/api", 404, "Not Found\n")
}

// S-246: a passcode of a component's session opens nothing, there or at the host; one of the host's opens nothing at the component.
func TestPasscodesOfComponents(t *testing.T) {
	t.Parallel()
	c := stockConfig(t)
	passcode := web.NewMethod("passcode", func(ctx context.Context, s *session.Session, c *web.Call) error {
		token, err := s.CreateOTP(ctx)
		return errors.Join(err, c.SendText(token))
	}, web.TagsAndURLs)
	c.Components[0].Methods = append(c.Components[0].Methods, passcode)
	s := start(t, c)
	own := "http://" + s.ComponentAddr("stock").String()
	for _, origin := range []string{s.root(), own} {
		browser := client(t)
		for _, target := range []string{s.root(), own} {
			_, token := fetch(browser, origin+"/4DACTION/passcode")
			_, original := stockSight(t, browser, origin)
			_, body := fetch(client(t), target+"/4DACTION/stock_look?$4DSID="+token)
			if opened := strings.Contains(body, original); opened != (origin == target && origin == s.root()) {
				t.Errorf("passcode of %s at %s (the component is at %s): opened %v", origin, target, own, opened)
			}
		}
	}
}

// All servers stop together, and their sessions end (S-226).
func TestComponentsStop(t *testing.T) {
	t.Parallel()
	s := start(t, stockConfig(t))
	own := "http://" + s.ComponentAddr("stock").String()
	stockSight(t, client(t), own)
	if err := errors.Join(s.end(t), s.Close()); err != nil {
		t.Fatal(err)
	}
	if status, _ := fetch(client(t), own); status != 0 {
		t.Errorf("the component answers %d after the end", status)
	}
	if _, err := s.Application().Component("stock").Manager().List(t.Context()); !errors.Is(err, session.ErrManagerClosed) {
		t.Errorf("the component's sessions after the end: %v", err)
	}
}

// An address that cannot be had is an error, and gives the others back.
func TestComponentAddressTaken(t *testing.T) {
	t.Parallel()
	first := start(t, config(t, newNotes()))
	taken := strings.TrimPrefix(first.root(), "http://")
	c := stockConfig(t)
	c.Components[0].Listen = taken
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Listen(t.Context()); err == nil || !strings.Contains(err.Error(), `web server "stock": address `+taken+` is in use`) {
		t.Errorf("Listen: %v", err)
	}
	if addr := s.ComponentAddr("stock"); addr != nil {
		t.Errorf("ComponentAddr: %v, want nil", addr)
	}
}

// What the host was told about its proxy holds for the component.
func TestComponentBehindProxy(t *testing.T) {
	t.Parallel()
	c := stockConfig(t)
	c.Components[0].Methods = append(c.Components[0].Methods, web.NewMethod("ip", func(_ context.Context, s *session.Session, c *web.Call) error {
		return c.SendText(c.ClientIP() + " " + s.Info().IPAddress)
	}, web.TagsAndURLs))
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.Echo().IPExtractor = echo.ExtractIPFromXFFHeader()
	s.Sessions().Address = echo.ExtractIPFromXFFHeader()
	r := run(t, s)
	for _, root := range []string{r.root(), "http://" + r.ComponentAddr("stock").String()} {
		q, err := http.NewRequestWithContext(t.Context(), http.MethodGet, root+"/4DACTION/ip", nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("X-Forwarded-For", "192.0.2.7")
		resp, err := client(t).Do(q)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if got := string(body); got != "::ffff:192.0.2.7 192.0.2.7" || err != nil {
			t.Errorf("at %s the client is %q, %v", root, got, err)
		}
	}
}
