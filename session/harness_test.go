package session_test

import (
	"context"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

const rolesText = `{
  "forceLogin": FORCE,
  "privileges": [
    {"privilege": "medium", "includes": ["simple"]},
    {"privilege": "simple"},
    {"privilege": "audit"},
    {"privilege": "guest"}
  ],
  "roles": [{"role": "Medium", "privileges": ["medium"]}],
  "permissions": {}
}`

func roles(t testing.TB, forceLogin bool) *privileges.Roles {
	t.Helper()
	r, err := privileges.Parse([]byte(strings.Replace(rolesText, "FORCE", strconv.FormatBool(forceLogin), 1)))
	if err != nil {
		t.Fatalf("roles: %v", err)
	}
	return r
}

// clock is a time that moves when told to.
type clock struct{ now atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 250_000_000, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time       { return time.Unix(0, c.now.Load()) }
func (c *clock) move(d time.Duration) { c.now.Add(int64(d)) }

// app is a web server with a session manager, as package rest would set it up.
type app struct {
	t       testing.TB
	manager *session.Manager
	clock   *clock
	server  *httptest.Server
	work    sync.Map // token to func(context.Context, *http.Request)
	tokens  atomic.Int64
}

// newApp serves m on a real port, with a clock of its own.
func newApp(t testing.TB, m *session.Manager) *app {
	t.Helper()
	a := startApp(t, m)
	a.server = httptest.NewServer(a)
	t.Cleanup(a.server.Close)
	return a
}

func startApp(t testing.TB, m *session.Manager) *app {
	t.Helper()
	a := &app{t: t, manager: m, clock: newClock()}
	m.Now = a.clock.Now
	t.Cleanup(func() { m.Close() })
	return a
}

// ServeHTTP binds the session, runs the work the browser asks for, and commits.
func (a *app) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	typ := "web"
	if strings.HasPrefix(r.URL.Path, "/rest/") {
		typ = "rest"
	}
	s, err := a.manager.Bind(w, r, typ)
	if err != nil {
		http.Error(w, err.Error(), http.StatusPaymentRequired)
		return
	}
	ctx := session.NewContext(r.Context(), s)
	if s == nil {
		ctx = session.Anonymous(r.Context())
	}
	if work, ok := a.work.LoadAndDelete(r.Header.Get("X-Work")); ok {
		work.(func(context.Context, *http.Request))(ctx, r)
	}
	if err := a.manager.Commit(w, s); err != nil {
		a.t.Errorf("Commit = %v", err)
	}
	w.WriteHeader(http.StatusOK)
}

// browser is a client with a cookie jar.
type browser struct {
	app    *app
	client *http.Client
}

func (a *app) browser() *browser {
	a.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	client := *a.server.Client()
	client.Jar = jar
	return &browser{a, &client}
}

// get requests path and runs work inside the request.
func (b *browser) get(path string, work func(ctx context.Context, r *http.Request)) *http.Response {
	b.app.t.Helper()
	r, err := http.NewRequest("GET", b.app.server.URL+path, nil)
	if err != nil {
		b.app.t.Fatal(err)
	}
	token := strconv.FormatInt(b.app.tokens.Add(1), 10)
	b.app.work.Store(token, work)
	r.Header.Set("X-Work", token)
	resp, err := b.client.Do(r)
	if err != nil {
		b.app.t.Errorf("GET %s: %v", path, err)
		return &http.Response{}
	}
	resp.Body.Close()
	return resp
}

// do runs work inside a request, with the session it finds there.
func (b *browser) do(work func(s *session.Session)) *http.Response {
	b.app.t.Helper()
	return b.get("/", func(ctx context.Context, _ *http.Request) { work(session.Current(ctx)) })
}

// id returns the ID of the session a request gets.
func (b *browser) id() (id string) {
	b.app.t.Helper()
	b.do(func(s *session.Session) { id = s.ID() })
	return id
}

// cookie returns the session cookie that the browser has.
func (b *browser) cookie() string {
	b.app.t.Helper()
	r := httptest.NewRequest("GET", b.app.server.URL, nil)
	for _, c := range b.client.Jar.Cookies(r.URL) {
		if c.Name == b.app.manager.CookieName() {
			return c.Value
		}
	}
	return ""
}

// plant gives the browser a session cookie.
func (b *browser) plant(name, value string) {
	b.app.t.Helper()
	r := httptest.NewRequest("GET", b.app.server.URL, nil)
	b.client.Jar.SetCookies(r.URL, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
}

// signIn grants privileges inside a request and fails unless that works.
func (b *browser) signIn(g session.Grant) *http.Response {
	b.app.t.Helper()
	return b.do(func(s *session.Session) {
		if err := s.SetPrivileges(g); err != nil {
			b.app.t.Errorf("SetPrivileges(%+v) = %v", g, err)
		}
	})
}

// eachStore runs a test with every store of this machine.
func eachStore(t *testing.T, run func(t *testing.T, open func() session.Store)) {
	t.Helper()
	for _, o := range openers() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			run(t, o.open(t))
		})
	}
}
