package server_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// sightOf is what code sees of its session: kind, ID and user.
func sightOf(s *session.Session) string {
	if s == nil {
		return "null"
	}
	return fmt.Sprintf("%s %s %s", s.Kind(), s.ID(), s.User())
}

// look is a method that tells which session it sees, in itself and in the functions of the datastore that it calls.
func lookAround(ctx context.Context, s *session.Session, c *web.Call) error {
	ds, ok := dataclasses.FromContext(ctx)
	if !ok {
		return errors.New("no datastore")
	}
	inside, err := seen.Call(ctx, ds, dataclasses.None{})
	if err != nil {
		return err
	}
	return c.SendBytes("text/plain", []byte(sightOf(s)+"\n"+inside))
}

// seen is a function of the host's datastore.
var seen = dataclasses.Exposed("seen", func(_ context.Context, s *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (string, error) {
	return sightOf(s), nil
})

// enter is a page's way to sign in.
func enter(_ context.Context, s *session.Session, c *web.Call) error {
	name, _ := c.Field("name")
	return s.SetPrivileges(session.Grant{Privileges: []string{"WebAdmin"}, UserName: name})
}

func pages() *web.Server {
	return &web.Server{
		Root: fstest.MapFS{
			"index.shtml": {Data: []byte(`home of <!--#4DTEXT Session.userName-->`)},
			"plain.html":  {Data: []byte(`<!--#4DTEXT 1+1-->`)},
		},
		HomePage: "index.shtml",
		Methods:  []*web.Method{web.NewMethod("look", lookAround, web.TagsAndURLs), web.NewMethod("enter", enter, web.TagsAndURLs)},
	}
}

// pagesConfig is the test application with pages.
func pagesConfig(t *testing.T) server.Config {
	t.Helper()
	n := newNotes()
	c := config(t, n)
	c.Definitions = append(c.Definitions, dataclasses.OnStore(seen))
	c.Web = pages()
	return c
}

// root is the address of the host's pages.
func (r *running) root() string { return strings.TrimSuffix(r.base, "/rest/") }

// fetch gets a URL and returns status and body; 0 where no answer came.
func fetch(c *http.Client, url string) (int, string) {
	resp, err := c.Get(url)
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(data)
}

func wantFetch(t *testing.T, c *http.Client, url string, status int, want string) {
	t.Helper()
	if got, body := fetch(c, url); got != status || body != want {
		t.Errorf("GET %s: %d %q, want %d %q", url, got, body, status, want)
	}
}

// lookAt returns what the method look sees at a web server, which must be one session throughout.
func lookAt(t *testing.T, c *http.Client, root string) string {
	t.Helper()
	status, body := fetch(c, root+"/4DACTION/look")
	method, function, _ := strings.Cut(body, "\n")
	if status != http.StatusOK || method != function {
		t.Errorf("look at %s: %d, the method sees %q, the function of the datastore %q", root, status, method, function)
	}
	return method
}

// S-217: pages and REST are one web server with one set of sessions.
func TestPagesAndREST(t *testing.T) {
	t.Parallel()
	s := start(t, pagesConfig(t))
	web := client(t)
	wantFetch(t, web, s.root()+"/", 200, "home of ")
	before := lookAt(t, web, s.root())
	wantPost(t, web, s.base+"$catalog/seen", "[]", `{"result":"`+before+`"}`)
	wantPost(t, web, s.base+"$catalog/signIn", `["ada"]`, `{"result":true}`)
	if after := lookAt(t, web, s.root()); after != before+"ada" {
		t.Errorf("after signing in over REST a page sees %q, want %q", after, before+"ada")
	}
	wantFetch(t, web, s.root()+"/", 200, "home of ada")
	other := client(t)
	if _, err := other.PostForm(s.root()+"/4DACTION/enter", url.Values{"name": {"bob"}}); err != nil {
		t.Fatal(err)
	}
	wantPost(t, other, s.base+"$catalog/whoAmI", "[]", `{"result":"bob"}`)
	wantFetch(t, web, s.root()+"/plain.html", 200, "<!--#4DTEXT 1+1-->")
	wantFetch(t, web, s.root()+"/nothing", 404, "Not Found\n")
	if status, body := fetch(web, s.root()+"/%72est/Note"); status != 404 || body != "Not Found\n" {
		t.Errorf("an escaped /rest: %d %q", status, body)
	}
}

// Without pages there is REST alone.
func TestNoPages(t *testing.T) {
	t.Parallel()
	s := start(t, config(t, newNotes()))
	if status, body := fetch(client(t), s.root()+"/"); status != 404 || !strings.Contains(body, "__ERROR") {
		t.Errorf("GET /: %d %q, want 404 of REST", status, body)
	}
}

// S-023, S-225: without sessions there is none in pages and none in REST, and no cookie.
func TestNoSessions(t *testing.T) {
	t.Parallel()
	c := pagesConfig(t)
	c.NoSessions = true
	s := start(t, c)
	web := client(t)
	if got := lookAt(t, web, s.root()); got != "null" {
		t.Errorf("a page sees %q", got)
	}
	wantPost(t, web, s.base+"$catalog/seen", "[]", `{"result":"null"}`)
	u, _ := url.Parse(s.base)
	if cookies := web.Jar.Cookies(u); len(cookies) > 0 {
		t.Errorf("cookies %v, want none", cookies)
	}
}

// S-020, S-029: a web request has a web session, or none, whatever session the program around the server has.
func TestWebRuleComesFirst(t *testing.T) {
	t.Parallel()
	for _, kind := range []session.Kind{session.Standalone, session.Remote, session.StoredProcedure} {
		for _, off := range []bool{false, true} {
			c := pagesConfig(t)
			c.NoSessions = off
			s, err := server.Open(t.Context(), c)
			if err != nil {
				t.Fatal(err)
			}
			around := session.NewContext(t.Context(), session.New(kind, session.Desktop{}))
			front := httptest.NewUnstartedServer(s.Handler())
			front.Config.BaseContext = func(net.Listener) context.Context { return around }
			front.Start()
			got, _, _ := strings.Cut(lookAt(t, client(t), front.URL), " ")
			if want := map[bool]string{false: "web", true: "null"}[off]; got != want {
				t.Errorf("in a program with a %s session, sessions off %v: a request sees %q, want %q", kind, off, got, want)
			}
			front.Close()
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// S-119, S-271: the ID that a page sees leads to the same session from elsewhere.
func TestSessionByID(t *testing.T) {
	t.Parallel()
	s := start(t, pagesConfig(t))
	fields := strings.Fields(lookAt(t, client(t), s.root()))
	id := fields[1]
	if info, ok := s.Sessions().InfoOf(t.Context(), id); !ok || info.ID != id || info.Type != "web" {
		t.Errorf("InfoOf(%s): %+v, %v", id, info, ok)
	}
	storage := s.Sessions().StorageOf(t.Context(), id)
	err := storage.Use(t.Context(), func(_ context.Context, o *session.Object) error { return o.Set("x", 1) })
	if _, ok := s.Sessions().StorageOf(t.Context(), id).Get("x"); !ok || err != nil {
		t.Errorf("StorageOf(%s) lacks what was put in: %v", id, err)
	}
	if info, ok := s.Sessions().InfoOf(t.Context(), strings.Repeat("0", 32)); ok {
		t.Errorf("InfoOf of no session: %+v", info)
	}
}

// Pages of another site cannot write, in pages or over REST; a trusted one can write to the pages.
func TestCrossOriginPages(t *testing.T) {
	t.Parallel()
	c := pagesConfig(t)
	c.Web.TrustedOrigins = []string{"https://friend.example"}
	s := start(t, c)
	got := map[string]int{}
	for _, origin := range []string{"https://evil.example", "https://friend.example"} {
		for _, path := range []string{"/4DACTION/enter", "/", "/nothing", "/rest/$catalog/seen"} {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.root()+path, strings.NewReader(""))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Origin", origin)
			resp, err := client(t).Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = resp.Body.Close()
			got[origin[8:]+path] = resp.StatusCode
		}
	}
	want := map[string]int{
		"evil.example/4DACTION/enter": 403, "evil.example/": 403, "evil.example/nothing": 403, "evil.example/rest/$catalog/seen": 401,
		"friend.example/4DACTION/enter": 200, "friend.example/": 200, "friend.example/nothing": 404, "friend.example/rest/$catalog/seen": 401,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
}

// The limits of the listener hold for pages too.
func TestLimitsOfPages(t *testing.T) {
	t.Parallel()
	c := pagesConfig(t)
	c.MaxBody = 100
	s := start(t, c)
	if status, _ := post(client(t), s.root()+"/4DACTION/enter", strings.Repeat("x", 101)); status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of 101 bytes: %d, want 413", status)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(s.root(), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	go func() {
		_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: x\r\n"+strings.Repeat("X-Flood: "+strings.Repeat("f", 1000)+"\r\n", 200)+"\r\n")
	}()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if resp.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("200 kB of header: %d, want 431", resp.StatusCode)
	}
}
