package web_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

const rolesText = `{"privileges":[{"privilege":"CreateInvoices"},{"privilege":"simple"}],"roles":[],"permissions":{}}`

func roles(t testing.TB) *privileges.Roles {
	t.Helper()
	r, err := privileges.Parse([]byte(rolesText))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func manager(t testing.TB, app string) *session.Manager {
	t.Helper()
	m := &session.Manager{AppName: app, Roles: roles(t), MaxPerAddress: 1_000_000}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// folder is a web folder in memory.
func folder(files map[string]string) fs.FS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text), Mode: 0o600}
	}
	return m
}

// site makes a site, with a manager and without a log unless the server has its own.
func site(t testing.TB, server web.Server) *web.Site {
	t.Helper()
	if server.Manager == nil {
		server.Manager = manager(t, "Test")
	}
	if server.Log == nil {
		server.Log = silent()
	}
	s, err := web.New(server)
	if err != nil {
		t.Fatalf("New: %v", err)
	}
	return s
}

// browser is a client with cookies that follows no redirects.
type browser struct {
	t      testing.TB
	url    string
	client *http.Client
}

func serve(t testing.TB, h http.Handler) *browser {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return visit(t, s.URL)
}

func visit(t testing.TB, url string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &browser{t, url, c}
}

// reply is what a test compares of an answer.
type reply struct {
	Status int
	Body   string
	header http.Header
}

func (b *browser) do(method, target, body string, header ...string) reply {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	path, query, _ := strings.Cut(target, "?")
	r.URL.Opaque = "//" + r.URL.Host + path // sent as it is written
	r.URL.RawQuery = query
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	u, _ := url.Parse(b.url)
	for _, c := range b.client.Jar.Cookies(u) { // the jar does not know opaque URLs
		r.AddCookie(c)
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer resp.Body.Close()
	b.client.Jar.SetCookies(u, resp.Cookies())
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, target, err)
	}
	return reply{resp.StatusCode, string(data), resp.Header}
}

func (b *browser) get(target string) reply {
	b.t.Helper()
	return b.do("GET", target, "")
}

func (b *browser) wants(target string, status int, body string) {
	b.t.Helper()
	if got := b.get(target); got.Status != status || got.Body != body {
		b.t.Errorf("GET %s = %d %q, want %d %q", target, got.Status, got.Body, status, body)
	}
}

// actionSession is the example of the Session command.
func actionSession(_ context.Context, s *session.Session, c *web.Call) error {
	switch {
	case s == nil:
		return c.SendText("4DACTION --> Session is null")
	case s.HasPrivilege("CreateInvoices"):
		return c.SendText("4DACTION --> Session is CreateInvoices")
	default:
		return c.SendText("4DACTION --> Session is not CreateInvoices")
	}
}

func signIn(_ context.Context, s *session.Session, _ *web.Call) error {
	return s.SetPrivileges(session.Grant{Privileges: []string{"CreateInvoices"}, UserName: "ada"})
}

func methods() []*web.Method {
	return []*web.Method{
		web.NewMethod("action_Session", actionSession, web.TagsAndURLs),
		web.NewMethod("signIn", signIn, web.TagsAndURLs),
	}
}

// tags renders one template under a new session.
func tags(t testing.TB, e web.Environment, text string) string {
	t.Helper()
	got, err := site(t, web.Server{Tags: e}).ProcessTags(t.Context(), text, nil)
	if err != nil {
		t.Fatalf("ProcessTags(%q): %v", text, err)
	}
	return got
}

func basic(user, password string) string {
	r := http.Request{Header: http.Header{}}
	r.SetBasicAuth(user, password)
	return r.Header.Get("Authorization")
}

// clock is a time that moves when told to.
type clock struct{ now atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.now.Store(1_800_000_000)
	return c
}

func (c *clock) Now() time.Time     { return time.Unix(c.now.Load(), 0) }
func (c *clock) move(seconds int64) { c.now.Add(seconds) }
