package web_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// journal records what ran.
type journal struct {
	mu    sync.Mutex
	lines []string
}

func (j *journal) add(line string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, line)
}

func (j *journal) take() []string {
	j.mu.Lock()
	defer j.mu.Unlock()
	lines := j.lines
	j.lines = nil
	return lines
}

// hooked is a site whose hooks write a journal.
func hooked(t *testing.T, j *journal, verdict web.Verdict, err error) *browser {
	t.Helper()
	return serve(t, site(t, web.Server{
		Root: folder(map[string]string{
			"a/b/c.html": "static", "plain.shtml": "$4DTEXT(greet(\"x\"))", "script.shtml": "<!--#4DSCRIPT/greet/x--><!--#4DSCRIPT/greet/y-->",
			"loop.shtml": "<!--#4DLOOP upTo3-->x<!--#4DENDLOOP-->",
		}),
		Methods: append(methods(), web.NewMethod("noted", func(context.Context, *session.Session, *web.Call) error { j.add("method"); return nil }, web.TagsAndURLs)),
		Tags:    vocabulary(),
		Authentication: func(_ context.Context, s *session.Session, r web.Request) (web.Verdict, error) {
			j.add(fmt.Sprintf("authentication %s %v", r.URL(), s != nil))
			return verdict, err
		},
		Connection: func(_ context.Context, s *session.Session, c *web.Call) error {
			j.add(fmt.Sprintf("connection %s %v", c.URL(), s != nil))
			return c.SendText("dynamic")
		},
		Handlers: []web.RequestHandler{{Pattern: "api", Handle: func(context.Context, *session.Session, *web.HandlerRequest) (*web.HandlerResponse, error) {
			j.add("handler")
			return &web.HandlerResponse{Body: []byte("handled")}, nil
		}}},
	}))
}

// S-046, S-060, S-061, S-062, S-069, S-071, S-072, S-073, S-381, S-401, S-377
func TestWhenHooksRun(t *testing.T) {
	t.Parallel()
	var j journal
	b := hooked(t, &j, web.Accept, nil)
	tests := []struct {
		path, body string
		want       []string
	}{
		{"/a/b/c.html", "static", nil},
		{"/a/b/c", "dynamic", []string{"authentication /a/b/c true", "connection /a/b/c true"}},
		{"/", "dynamic", []string{"authentication / true", "connection / true"}},
		{"/Customers/Add?x=1", "dynamic", []string{"authentication /Customers/Add?x=1 true", "connection /Customers/Add?x=1 true"}},
		{"/4DACTION/noted", "", []string{"authentication /4DACTION/noted true", "method"}},
		{"/api/x", "handled", []string{"handler"}},
		{"/plain.shtml", "Hello x", nil},
		{"/script.shtml", "Hello /xHello /y", []string{"authentication /script.shtml true"}},
		{"/loop.shtml", "xxx", []string{"authentication /loop.shtml true"}},
		{"/rest/Book", "Not Found\n", nil},
	}
	for _, test := range tests {
		if got := b.get(test.path); got.Body != test.body {
			t.Errorf("GET %s = %q, want %q", test.path, got.Body, test.body)
		}
		if diff := cmp.Diff(test.want, j.take()); diff != "" {
			t.Errorf("GET %s ran (-want +got):\n%s", test.path, diff)
		}
	}
}

// T-07. S-062, S-063, S-064: the results of the hook; S-070: 403 in custom mode, and the session is kept. S-401: tags.
func TestVerdicts(t *testing.T) {
	t.Parallel()
	const refusedScript = `<!--#4DSCRIPT/greet/x-->: ## error # 7<!--#4DSCRIPT/greet/y-->: ## error # 7`
	tests := []struct {
		name    string
		verdict web.Verdict
		err     error
		runs    bool
	}{
		{"true", web.Accept, nil, true},
		{"false", web.Refuse, nil, false},
		{"no result", web.NoResult, nil, true},
		{"error", web.Accept, errors.New("broken"), false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var j journal
			b := hooked(t, &j, test.verdict, test.err)
			want := map[bool]int{true: 200, false: 403}[test.runs]
			for _, path := range []string{"/4DACTION/noted", "/nothing"} {
				j.take()
				got := b.get(path)
				if got.Status != want || len(j.take()) != map[bool]int{true: 2, false: 1}[test.runs] {
					t.Errorf("GET %s = %d, want %d", path, got.Status, want)
				}
			}
			script := map[bool]string{true: "Hello /xHello /y", false: refusedScript}[test.runs]
			b.wants("/script.shtml", 200, script)
			loop := map[bool]string{true: "xxx", false: "<!--#4DLOOP upTo3-->: access error"}[test.runs]
			b.wants("/loop.shtml", 200, loop)
			if fresh := visit(t, b.url).get("/4DACTION/noted"); fresh.header.Get("Set-Cookie") == "" {
				t.Error("the session of the request has no cookie") // S-222
			}
		})
	}
}

// S-064: a panic refuses too.
func TestHookPanics(t *testing.T) {
	t.Parallel()
	hook := func(context.Context, *session.Session, web.Request) (web.Verdict, error) { panic("secret") }
	b := serve(t, site(t, web.Server{Methods: methods(), Authentication: hook}))
	b.wants("/4DACTION/action_Session", 403, "Forbidden\n")
}

// S-046: the hook can change the session it gets.
func TestHookChangesSession(t *testing.T) {
	t.Parallel()
	hook := func(_ context.Context, s *session.Session, _ web.Request) (web.Verdict, error) {
		return web.Accept, s.SetPrivileges(session.Grant{Privileges: []string{"CreateInvoices"}})
	}
	b := serve(t, site(t, web.Server{Methods: methods(), Authentication: hook}))
	b.wants("/4DACTION/action_Session", 200, "4DACTION --> Session is CreateInvoices")
}

// S-065: without a hook custom mode accepts, the others refuse. S-070: with a challenge.
func TestModesWithoutHook(t *testing.T) {
	t.Parallel()
	for mode, want := range map[web.AuthMode]string{web.Custom: "", web.Basic: "Basic realm=", web.Digest: "Digest realm="} {
		b := serve(t, site(t, web.Server{Methods: methods(), Mode: mode, Realm: `a "b"`}))
		got := b.get("/4DACTION/action_Session")
		if mode == web.Custom {
			if got.Status != 200 {
				t.Errorf("custom mode = %d", got.Status)
			}
			continue
		}
		if challenge := got.header.Get("Www-Authenticate"); got.Status != 401 || !strings.HasPrefix(challenge, want+`"a \"b\""`) {
			t.Errorf("mode %d = %d %q, want 401 %s", mode, got.Status, challenge, want)
		}
	}
}

// S-066, S-067: credentials in BASIC mode and the application's own users.
func TestBasic(t *testing.T) {
	t.Parallel()
	users := func(_ context.Context, user, password string) (web.UserCheck, error) {
		switch {
		case user != "known":
			return web.UnknownUser, nil
		case password == "right":
			return web.RightPassword, nil
		}
		return web.WrongPassword, nil
	}
	var j journal
	hook := func(_ context.Context, _ *session.Session, r web.Request) (web.Verdict, error) {
		j.add("hook " + r.User() + ":" + r.Password())
		if r.User() == "" || r.Password() == "bad" {
			return web.Refuse, nil
		}
		return web.Accept, nil
	}
	plain := serve(t, site(t, web.Server{Methods: methods(), Mode: web.Basic, Authentication: hook, Users: users}))
	include := serve(t, site(t, web.Server{Methods: methods(), Mode: web.Basic, Authentication: hook, Users: users, IncludeUsers: true}))
	tests := []struct {
		name           string
		b              *browser
		user, password string
		status         int
		want           []string
	}{
		{"none", plain, "", "", 401, []string{"hook :"}},
		{"unknown", plain, "ann", "x", 200, []string{"hook ann:x"}},
		{"unknown refused", plain, "ann", "bad", 401, []string{"hook ann:bad"}},
		{"known: password is hidden", plain, "known", "wrong", 200, []string{"hook known:"}},
		{"included, right", include, "known", "right", 200, nil},
		{"included, wrong", include, "known", "wrong", 401, nil},
		{"included, unknown", include, "ann", "x", 200, []string{"hook ann:x"}},
	}
	for _, test := range tests { // one after the other: they share the journal
		header := []string{}
		if test.user != "" {
			header = []string{"Authorization", basic(test.user, test.password)}
		}
		if got := test.b.do("GET", "/4DACTION/action_Session", "", header...); got.Status != test.status {
			t.Errorf("%s: %d, want %d", test.name, got.Status, test.status)
		}
		if diff := cmp.Diff(test.want, j.take()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// proof answers a digest challenge (RFC 7616).
func proof(challenge, user, password, method, uri string) string {
	_, nonce, _ := strings.Cut(challenge, `nonce="`)
	nonce, _, _ = strings.Cut(nonce, `"`)
	h := func(parts ...string) string {
		sum := sha256.Sum256([]byte(strings.Join(parts, ":")))
		return hex.EncodeToString(sum[:])
	}
	response := h(h(user, "Shop", password), nonce, "00000001", "abc", "auth", h(method, uri))
	return fmt.Sprintf(`Digest username="%s", realm="Shop", nonce="%s", uri="%s", algorithm=SHA-256, qop=auth, nc=00000001, cnonce="abc", response="%s"`,
		user, nonce, uri, response)
}

// S-066: in DIGEST mode the password stays with the browser and the hook checks a proof.
func TestDigest(t *testing.T) {
	t.Parallel()
	hook := func(_ context.Context, _ *session.Session, r web.Request) (web.Verdict, error) {
		if r.Password() == "" && r.User() == "ada" && r.ValidDigest("secret") {
			return web.Accept, nil
		}
		return web.Refuse, nil
	}
	now := newClock()
	b := serve(t, site(t, web.Server{Methods: methods(), Mode: web.Digest, Realm: "Shop", Authentication: hook, Now: now.Now}))
	const uri = "/4DACTION/action_Session"
	challenge := b.get(uri).header.Get("Www-Authenticate")
	good := proof(challenge, "ada", "secret", "GET", uri)
	tests := []struct {
		name, header string
		status       int
	}{
		{"right", good, 200},
		{"wrong password", proof(challenge, "ada", "wrong", "GET", uri), 401},
		{"wrong user", proof(challenge, "bob", "secret", "GET", uri), 401},
		{"other method", proof(challenge, "ada", "secret", "POST", uri), 401},
		{"other URL", proof(challenge, "ada", "secret", "GET", "/other"), 401},
		{"own nonce", proof(`nonce="AAAA"`, "ada", "secret", "GET", uri), 401},
		{"no quotes", `Digest username=ada`, 401},
		{"basic", basic("ada", "secret"), 401},
	}
	for _, test := range tests {
		if got := b.do("GET", uri, "", "Authorization", test.header); got.Status != test.status {
			t.Errorf("%s: %d, want %d", test.name, got.Status, test.status)
		}
	}
	now.move(6 * 60)
	if got := b.do("GET", uri, "", "Authorization", good); got.Status != 401 || !strings.Contains(got.header.Get("Www-Authenticate"), "stale=true") {
		t.Errorf("old challenge: %d %q, want 401 with stale=true", got.Status, got.header.Get("Www-Authenticate"))
	}
}

// S-068: addresses in IPv6 notation. The content is cut at 32 KB.
func TestInputsOfHooks(t *testing.T) {
	t.Parallel()
	type inputs struct {
		URL, Verb, Client, Server, User, Password, First string
		Content                                          int
	}
	var got inputs
	hook := func(_ context.Context, _ *session.Session, r web.Request) (web.Verdict, error) {
		first, _, _ := strings.Cut(r.Content(), "\r\n")
		got = inputs{r.URL(), r.Verb(), r.ClientIP(), r.ServerIP(), r.User(), r.Password(), first, len(r.Content())}
		return web.Accept, nil
	}
	m := manager(t, "Inputs")
	b := serve(t, site(t, web.Server{Manager: m, Authentication: hook}))
	b.do("POST", "/x%20y?a=1", strings.Repeat("b", 40_000), "Authorization", basic("a", "b"))
	want := inputs{"/x%20y?a=1", "POST", "::ffff:127.0.0.1", "::ffff:127.0.0.1", "", "", "POST /x%20y?a=1 HTTP/1.1", 32 << 10}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("inputs (-want +got):\n%s", diff)
	}
}
