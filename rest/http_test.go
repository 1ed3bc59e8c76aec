package rest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// browser is a client with cookies.
type browser struct {
	t      testing.TB
	url    string
	client *http.Client
}

func newBrowser(t testing.TB, url string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, url, &http.Client{Jar: jar}}
}

func start(t testing.TB, h http.Handler) *browser {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return newBrowser(t, server.URL)
}

type reply struct {
	status int
	header http.Header
	body   string
}

func (b *browser) do(method, target, body string, header ...string) reply {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.url+escapeTarget(target), strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.client.Do(r)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, target, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, target, err)
	}
	return reply{resp.StatusCode, resp.Header, string(data)}
}

func (b *browser) want(status int, text, method, target, body string, header ...string) reply {
	b.t.Helper()
	r := b.do(method, target, body, header...)
	if r.status != status || !strings.Contains(r.body, text) {
		b.t.Errorf("%s %s = %d %s, want %d with %q", method, target, r.status, r.body, status, text)
	}
	return r
}

// S-336
func TestHeaders(t *testing.T) {
	t.Parallel()
	b := start(t, plainServer(t))
	first := b.do("GET", "/rest/Book(2)/title", "")
	cookie := first.header.Get("Set-Cookie")
	for _, part := range []string{"4DSID_Library=", "Path=/", "HttpOnly", "SameSite=Strict"} {
		if !strings.Contains(cookie, part) {
			t.Errorf("cookie %q has no %q", cookie, part)
		}
	}
	if got := b.do("GET", "/rest/Book(2)/title", "").header.Get("Set-Cookie"); got != "" {
		t.Errorf("second request sets the cookie again: %q", got)
	}
	for _, test := range []struct {
		target string
		want   map[string]string
	}{
		{"/rest/Book(2)", map[string]string{
			"Content-Type": "application/json; charset=UTF-8", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
		}},
		{"/rest/Book(2)/cover?$expand=cover", map[string]string{"Content-Type": "image/png", "Cache-Control": "no-store"}},
		{"/rest/Book(2)/cover?$expand=cover&$version=1", map[string]string{"Cache-Control": "private, max-age=86400"}},
		{"/rest/Book(2)/excerpt?$expand=excerpt", map[string]string{
			"Content-Type": "application/octet-stream", "Content-Disposition": `attachment; filename="Book_2_excerpt"`,
		}},
	} {
		r := b.do("GET", test.target, "")
		got := map[string]string{}
		for name := range test.want {
			got[name] = r.header.Get(name)
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("header of %s (-want +got):\n%s", test.target, diff)
		}
	}
	if r := b.do("HEAD", "/rest/Book(2)", ""); r.body != "" || r.header.Get("Content-Length") == "0" {
		t.Errorf("HEAD: %q, Content-Length %s", r.body, r.header.Get("Content-Length"))
	}
}

// S-220, S-221, S-227: a cookie that opens nothing gets a new session and another cookie; older names are accepted.
func TestCookies(t *testing.T) {
	t.Parallel()
	b := start(t, legacyServer(t))
	b.client.Jar = nil
	unknown := strings.Repeat("A", 32)
	r := b.want(200, "", "GET", "/rest/$catalog", "", "Cookie", "4DSID_Library="+unknown)
	if c := r.header.Get("Set-Cookie"); c == "" || strings.Contains(c, unknown) {
		t.Errorf("an unknown cookie is answered with %q", c)
	}
	login := b.want(200, `{"result":true}`, "POST", "/rest/$directory/login", `["clerk","sesame"]`)
	pair, _, _ := strings.Cut(login.header["Set-Cookie"][len(login.header["Set-Cookie"])-1], ";")
	_, secret, _ := strings.Cut(pair, "=")
	for _, name := range []string{"4DSID_Library", "WASID4D", "WASID"} {
		b.want(200, `"userName":"clerk"`, "GET", "/rest/$directory/currentUser", "", "Cookie", name+"="+secret)
	}
}

// a client without cookies reaches its entity sets by their ID.
func TestWithoutCookies(t *testing.T) {
	t.Parallel()
	b := start(t, plainServer(t))
	b.client.Jar = nil
	r := b.want(200, "__ENTITYSET", "GET", "/rest/Book?$method=entityset&$top=0", "")
	_, after, _ := strings.Cut(r.body, `"__ENTITYSET":"`)
	uri, _, _ := strings.Cut(after, `"`)
	b.want(200, `"__COUNT":4`, "GET", uri, "")
}

// two bases serve the same data, each with its own URIs.
func TestTwoBases(t *testing.T) {
	t.Parallel()
	ds := openLibrary(t, nil)
	m := &session.Manager{}
	t.Cleanup(func() { _ = m.Close() })
	e := rest.New()
	rest.Mount(e.Group("/rest"), ds.Remote(), m)
	rest.Mount(e.Group("/mobileapp"), ds.Remote(), m, rest.CollectionSuffix("Collection"))
	b := start(t, e)
	b.want(200, `"uri":"/rest/Author(1)"`, "GET", "/rest/Book(1)/author", "")
	b.want(200, `"uri":"/mobileapp/Author(1)"`, "GET", "/mobileapp/Book(1)/author", "")
	b.want(200, `"collectionName":"AuthorCollection"`, "GET", "/mobileapp/$catalog/Author", "")
	b.want(404, "Not Found", "GET", "/other", "")
	plain := start(t, rest.Handler(ds.Remote(), m, rest.BasePath("/api/v1/")))
	plain.want(200, `"uri":"/api/v1/Author(1)"`, "GET", "/api/v1/Book(1)/author", "")
	plain.want(404, "1800", "GET", "/rest/Book(1)", "")
}

//
func TestLimits(t *testing.T) {
	t.Parallel()
	b := start(t, newServer(t, nil, rest.MaxBody(100), rest.PageSize(2, 3), rest.EntitySetMembers(2)))
	b.want(413, "100 bytes", "POST", "/rest/$catalog/hello", `["`+strings.Repeat("x", 200)+`"]`)
	b.want(500, "16384 bytes", "GET", "/rest/Book?$filter="+strings.Repeat("x", 17000), "")
	b.want(200, `"__SENT":2`, "GET", "/rest/Book", "")
	b.want(200, `"__SENT":3`, "GET", "/rest/Book?$top=50", "")
	b.want(500, "at most 2", "GET", "/rest/Book?$method=entityset", "")
	b.want(405, "1813", "PROPFIND", "/rest/Book", "")
	if r := b.want(405, "1813", "PURGE", "/rest/Book", ""); r.header.Get("Allow") == "" {
		t.Error("405 without Allow")
	}

	big := start(t, plainServer(t))
	big.want(500, "10000 entities", "POST", "/rest/Book?$method=update", "["+strings.Repeat("{},", 10_000)+"{}]")
	big.want(500, "64 parameters", "POST", "/rest/$catalog/hello", "["+strings.Repeat("1,", 64)+"1]")
	big.want(200, "", "POST", "/rest/Badge?$method=update", "["+strings.Repeat(`{"label":"x"},`, 120)+`{"label":"y"}]`)
	big.want(200, `"__COUNT":122,"__SENT":100,`, "GET", "/rest/Badge", "")

	m := &session.Manager{MaxSessions: 1}
	t.Cleanup(func() { _ = m.Close() })
	h := rest.Handler(openLibrary(t, nil).Remote(), m)
	one := start(t, h)
	one.want(200, "", "GET", "/rest/$catalog", "")
	newBrowser(t, one.url).want(402, "1823", "GET", "/rest/$catalog", "")
	one.want(200, "", "GET", "/rest/$catalog", "")
}

// S-205, R-443
func TestEntitySetQuota(t *testing.T) {
	t.Parallel()
	b := start(t, newServer(t, nil, rest.EntitySetQuota(1)))
	r := b.want(200, "__ENTITYSET", "GET", "/rest/Book?$method=entityset&$top=0", "")
	b.want(429, "Too many entity sets", "GET", "/rest/Book?$method=entityset&$top=0", "")
	_, rest, _ := strings.Cut(r.body, `"__ENTITYSET":"`)
	uri, _, _ := strings.Cut(rest, `"`)
	b.want(200, `"ok":true`, "GET", uri+"?$method=release", "")
	b.want(200, "__ENTITYSET", "GET", "/rest/Book?$method=entityset&$top=0", "")
}

// sets expire, and their values are read when they are used.
func TestEntitySetLife(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := time.Now()
	clock := func() time.Time { mu.Lock(); defer mu.Unlock(); return now }
	advance := func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
	b := start(t, newServer(t, nil, rest.Clock(clock)))
	r := b.want(200, "__ENTITYSET", "GET", `/rest/Book?$filter="title=Orphan"&$method=entityset&$timeout=60`, "")
	_, after, _ := strings.Cut(r.body, `"__ENTITYSET":"`)
	uri, _, _ := strings.Cut(after, `"`)
	b.want(200, `"success":true`, "POST", "/rest/Book(4)?$method=update", `{"title":"Adopted"}`)
	b.want(200, "Adopted", "GET", uri, "")
	advance(59 * time.Second)
	b.want(200, "Adopted", "GET", uri, "")
	advance(59 * time.Second)
	b.want(200, "Adopted", "GET", uri+"?$timeout=10", "")
	advance(11 * time.Second)
	b.want(404, "1802", "GET", uri, "")
}

// Entity sets end with their session.
func TestEntitySetsEndWithSession(t *testing.T) {
	t.Parallel()
	sets := rest.NewMemoryEntitySets()
	m := &session.Manager{}
	t.Cleanup(func() { _ = m.Close() })
	b := start(t, rest.Handler(openLibrary(t, nil).Remote(), m, rest.WithEntitySets(sets)))
	b.want(200, "__ENTITYSET", "GET", "/rest/Book?$method=entityset", "")
	list, err := m.List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("sessions: %v, %v", list, err)
	}
	if err := m.Drop(t.Context(), list[0].ID); err != nil {
		t.Fatal(err)
	}
	if left, err := sets.List(t.Context(), time.Now()); len(left) != 0 || err != nil {
		t.Errorf("after the session ended: %v, %v", left, err)
	}
}

// S-225: without sessions there is no cookie, guests' sets work, force login lets nobody in.
func TestSessionsDisabled(t *testing.T) {
	t.Parallel()
	roles := parseRoles(t, `{"forceLogin": true,`+libraryRoles+`}`)
	m := &session.Manager{Disabled: true, Roles: roles}
	b := start(t, rest.Handler(openLibrary(t, roles).Remote(), m))
	if r := b.want(401, "21005", "GET", "/rest/Book", ""); r.header.Get("Set-Cookie") != "" {
		t.Error("a cookie is sent although sessions are switched off")
	}
	open := start(t, rest.Handler(openLibrary(t, nil).Remote(), &session.Manager{Disabled: true}))
	open.want(200, "Salt Roads", "GET", "/rest/Book(2)", "")
	open.want(200, "__ENTITYSET", "GET", "/rest/Book?$method=entityset", "")
	open.want(200, `{"result":false}`, "POST", "/rest/$logout", "")
	open.want(200, `"sessionInfo":[]`, "GET", "/rest/$info", "")
}

// S-079, S-358: without a hook a login is accepted and changes nothing.
func TestLoginWithoutHook(t *testing.T) {
	t.Parallel()
	b := start(t, plainServer(t))
	b.want(200, `{"result":true}`, "POST", "/rest/$directory/login", "")
	b.want(200, `{"result":null}`, "GET", "/rest/$directory/currentUser", "")
}

func TestLoginRate(t *testing.T) {
	t.Parallel()
	reject := func(context.Context, *session.Session, rest.Credentials) (bool, error) { return false, nil }
	b := start(t, newServer(t, nil, rest.Login(reject), rest.LoginRate(0.001, 2)))
	for i := range 3 {
		r := b.want(401, `{"result":false}`, "POST", "/rest/$directory/login", "")
		if got := r.header.Get("Retry-After") != ""; got != (i == 2) {
			t.Errorf("attempt %d: slowed down %v", i, got)
		}
	}
	b.want(401, "1822", "POST", "/rest/$catalog/authentify", `[{"name":"x","password":"y"}]`)

	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	got := rest.AllowAttempts(1, 1, []time.Time{at, at, at, at.Add(time.Second)}, func(i int) string { return []string{"a", "a", "b", "a"}[i] })
	if diff := cmp.Diff([]bool{true, false, true, true}, got); diff != "" {
		t.Errorf("attempts (-want +got):\n%s", diff)
	}
	many := make([]time.Time, 30_000)
	for i, ok := range rest.AllowAttempts(0.001, 1, many, func(i int) string { return fmt.Sprint(i) }) {
		if !ok {
			t.Fatalf("address %d was refused its first attempt", i)
		}
	}
}

// A hook that fails says nothing to the client.
func TestLoginHookFails(t *testing.T) {
	t.Parallel()
	b := start(t, newServer(t, nil, rest.Login(func(context.Context, *session.Session, rest.Credentials) (bool, error) {
		return false, errors.New("ldap secret")
	})))
	if r := b.want(500, "internal error", "POST", "/rest/$directory/login", ""); strings.Contains(r.body, "secret") {
		t.Errorf("the answer tells the error: %s", r.body)
	}
}

//
func TestOptions(t *testing.T) {
	t.Parallel()
	b := start(t, newServer(t, nil, rest.StrictParams(), rest.AllowGetDelete(), rest.AllowDeleteAll(), rest.AdminInfo()))
	b.want(500, "1811", "GET", "/rest/Book?$nonsense=1", "")
	b.want(500, "1807", "GET", "/rest/Book/$filter=x", "")
	b.want(200, `"ok":true`, "GET", "/rest/Book(1)?$method=delete", "")
	b.want(200, `"ok":true`, "POST", "/rest/Book?$method=delete", "")
	b.want(200, `"__COUNT":0`, "GET", "/rest/Book", "")
	b.want(401, "21001", "GET", "/rest/$info", "")
}

func TestMountRefusesOtherRoles(t *testing.T) {
	t.Parallel()
	defer func() {
		if p := recover(); p == nil || !strings.Contains(fmt.Sprint(p), "different roles") {
			t.Errorf("Mount with other roles: panic %v", p)
		}
	}()
	rest.Mount(echo.New().Group("/rest"), openLibrary(t, nil).Remote(), &session.Manager{Roles: parseRoles(t, `{`+libraryRoles+`}`)})
}

// S-219: requests of one session run at the same time.
func TestParallelRequests(t *testing.T) {
	t.Parallel()
	b := start(t, plainServer(t))
	b.do("GET", "/rest/$catalog", "")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 5 {
				b.want(200, "Salt Roads", "GET", "/rest/Book(2)", "")
				b.want(200, `"success":true`, "POST", "/rest/Book?$method=update", fmt.Sprintf(`{"title":"Book of %d"}`, i))
				b.want(200, "__ENTITYSET", "GET", "/rest/Book?$method=entityset&$top=1", "")
			}
		})
	}
	wg.Wait()
	b.want(200, `"__COUNT":44`, "GET", "/rest/Book?$top=0", "")
}

// What is unexpected is logged once, with its stack and without secrets in the answer; what the client did wrong is not logged.
func TestErrorLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var mu sync.Mutex
	b := start(t, newServer(t, nil, rest.Logger(slog.New(slog.NewTextHandler(lockedWriter{&mu, &log}, nil)))))
	b.want(404, "1800", "GET", "/rest/Book(99)", "")
	b.want(500, "4711", "POST", "/rest/$catalog/misfortune", `["user"]`)
	r := b.want(500, "internal error", "POST", "/rest/$catalog/misfortune", `["panic"]`)
	mu.Lock()
	defer mu.Unlock()
	lines := strings.Split(strings.TrimSpace(log.String()), "\n")
	if len(lines) != 1 || !strings.Contains(lines[0], "secret detail") || !strings.Contains(lines[0], "stack=") ||
		!strings.Contains(lines[0], r.header.Get("X-Request-Id")) {
		t.Errorf("log:\n%s", log.String())
	}
}

type lockedWriter struct {
	mu *sync.Mutex
	w  io.Writer
}

func (l lockedWriter) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// A client that went away leaves no error in the log.
func TestClientGone(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m := &session.Manager{}
	t.Cleanup(func() { _ = m.Close() })
	h := rest.Handler(openLibrary(t, nil).Remote(), m, rest.Logger(slog.New(slog.NewTextHandler(&log, nil))))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, r := range []*http.Request{
		httptest.NewRequestWithContext(ctx, "GET", "/rest/Book", nil),
		httptest.NewRequestWithContext(ctx, "POST", "/rest/Book?$method=update", strings.NewReader(`[{"title":"x"}]`)),
		httptest.NewRequestWithContext(t.Context(), "POST", "/rest/Book?$method=update", io.MultiReader(strings.NewReader(`[{"title":"Half`), brokenReader{})),
	} {
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
	if log.Len() > 0 {
		t.Errorf("log:\n%s", log.String())
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), "GET", "/rest/Book?$top=0", nil))
	if !strings.Contains(rec.Body.String(), `"__COUNT":4`) {
		t.Errorf("something was written: %s", rec.Body)
	}
}

// A request that takes too long ends with an error that says so.
func TestTimeout(t *testing.T) {
	t.Parallel()
	b := start(t, newServer(t, nil, rest.Timeout(time.Nanosecond)))
	b.want(500, "took too long", "GET", "/rest/Book", "")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// Pages of other sites cannot write.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	b := start(t, plainServer(t))
	b.want(401, "Cross-origin", "POST", "/rest/Book?$method=update", `{"title":"x"}`, "Sec-Fetch-Site", "cross-site")
	b.want(200, "success", "POST", "/rest/Book?$method=update", `{"title":"x"}`, "Sec-Fetch-Site", "same-origin")
	b.want(200, "", "GET", "/rest/Book", "", "Sec-Fetch-Site", "cross-site")
}

func TestNewAnswersPanicsAndErrors(t *testing.T) {
	t.Parallel()
	e := rest.New()
	e.GET("/panic", func(echo.Context) error { panic("secret detail") })
	e.GET("/error", func(echo.Context) error { return errors.New("secret detail") })
	e.GET("/teapot", func(echo.Context) error { return echo.NewHTTPError(418, "secret detail") })
	e.POST("/big", func(c echo.Context) error { _, err := io.Copy(io.Discard, c.Request().Body); return err })
	b := start(t, e)
	for target, status := range map[string]int{"/panic": 500, "/error": 500, "/teapot": 418, "/nothing": 404} {
		r := b.want(status, "__ERROR", "GET", target, "")
		if strings.Contains(r.body, "secret") || r.header.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v %s", target, r.header, r.body)
		}
	}
	b.want(413, "__ERROR", "POST", "/big", strings.Repeat("x", 33<<20))
}

// S-281: the server runs in a process with a session; a route that binds none has neither that session nor its freedom.
func TestServe(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(session.NewContext(t.Context(), session.NewStandalone("")))
	entered, leave := make(chan struct{}), make(chan struct{})
	e := rest.New()
	e.GET("/slow", func(c echo.Context) error {
		close(entered)
		<-leave
		ctx := c.Request().Context()
		return c.String(200, fmt.Sprintf("finished, session %t, enforced %t", session.Current(ctx) != nil, session.Enforced(ctx)))
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- rest.ServeListener(ctx, e, l, rest.DefaultGrace, slog.New(slog.DiscardHandler)) }()
	b := newBrowser(t, "http://"+l.Addr().String())
	answered := make(chan reply, 1)
	go func() { answered <- b.do("GET", "/slow", "") }()
	<-entered
	if err := rest.Serve(t.Context(), rest.New(), l.Addr().String()); err == nil || !strings.Contains(err.Error(), "is in use") {
		t.Errorf("Serve on an address in use: %v", err)
	}
	stop()
	close(leave)
	if r := <-answered; r.status != 200 || r.body != "finished, session false, enforced true" {
		t.Errorf("a running request got %d %s while the server stopped", r.status, r.body)
	}
	if err := <-served; err != nil {
		t.Errorf("Serve after its context ended: %v", err)
	}
	if err := rest.Serve(t.Context(), rest.New(), "127.0.0.1:notaport"); err == nil {
		t.Error("Serve on a wrong address: no error")
	}
}
