package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// door is a hook On REST Authentication that remembers what it was asked.
type door struct {
	mu    sync.Mutex
	asked []rest.Credentials
}

func (d *door) ask(ctx context.Context, s *session.Session, c rest.Credentials) (bool, error) {
	d.mu.Lock()
	d.asked = append(d.asked, c)
	d.mu.Unlock()
	return checkPassword(ctx, s, c)
}

func (d *door) calls() []rest.Credentials {
	d.mu.Lock()
	defer d.mu.Unlock()
	asked := d.asked
	d.asked = nil
	return asked
}

const loginURL = "/rest/$directory/login"

// S-077, S-078, S-354, S-358, S-360, R-425: what the hook gets, and that it is not asked again once it has accepted.
func TestRESTAuthentication(t *testing.T) {
	t.Parallel()
	d := &door{}
	m := &session.Manager{}
	b, _ := serveRoles(t, parseRoles(t, `{`+libraryRoles+`}`), m, rest.Login(d.ask))
	steps := []struct {
		name, body string
		header     []string
		status     int
		want       []rest.Credentials
	}{
		{"nothing", ``, nil, 401, []rest.Credentials{{Address: "127.0.0.1"}}},
		{"basic", ``, []string{"username-4D", "clerk", "password-4D", "wrong"}, 401, []rest.Credentials{{"clerk", "wrong", false, "127.0.0.1"}}},
		{"digest", ``, []string{"username-4D", "clerk", "hashed-password-4D", "f00"}, 401, []rest.Credentials{{"clerk", "f00", true, "127.0.0.1"}}},
		{
			"both", ``, []string{"username-4D", "clerk", "password-4D", "wrong", "hashed-password-4D", "abc"}, 401,
			[]rest.Credentials{{"clerk", "wrong", false, "127.0.0.1"}},
		},
		{"array", `["clerk","abc"]`, []string{"hashed-password-4D", "abc"}, 401, []rest.Credentials{{"clerk", "abc", false, "127.0.0.1"}}},
		{
			"object", `{"username":"clerk","password":"abc","hashed":true}`, []string{"hashed-password-4D", "abc"}, 401,
			[]rest.Credentials{{"clerk", "abc", false, "127.0.0.1"}},
		},
		{"wrong types", `[1,{"a":2},"x"]`, nil, 401, []rest.Credentials{{Address: "127.0.0.1"}}},
		{"not JSON", `user=clerk&password=sesame`, []string{"Content-Type", "application/x-www-form-urlencoded"}, 500, nil},
		{"accepted", `["clerk","sesame"]`, nil, 200, []rest.Credentials{{"clerk", "sesame", false, "127.0.0.1"}}},
		{"again", `["clerk","sesame"]`, nil, 200, nil},
		{"again, wrong", `["clerk","wrong"]`, nil, 200, nil},
	}
	for _, step := range steps {
		if r := b.do("POST", loginURL, step.body, step.header...); r.status != step.status {
			t.Errorf("%s: %d %s, want %d", step.name, r.status, r.body, step.status)
		}
		if diff := cmp.Diff(step.want, d.calls()); diff != "" {
			t.Errorf("%s: the hook was asked (-want +got):\n%s", step.name, diff)
		}
	}
	b.want(200, `{"result":true}`, "POST", "/rest/$directory/logout", "")
	b.want(401, `{"result":false}`, "POST", loginURL, `["clerk","wrong"]`)
	if len(d.calls()) != 1 {
		t.Error("after a logout the hook is not asked")
	}
}

// S-076: with force login the hook is never asked, signed in or not.
func TestForceLoginIgnoresHook(t *testing.T) {
	t.Parallel()
	d := &door{}
	m := &session.Manager{}
	b, _ := serveRoles(t, parseRoles(t, `{"forceLogin": true,`+libraryRoles+`}`), m, rest.Login(d.ask))
	b.want(401, "21005", "POST", loginURL, `["clerk","sesame"]`)
	b.want(200, "true", "POST", "/rest/$catalog/authentify", `[{"name":"clerk","password":"sesame"}]`)
	b.want(401, "21005", "POST", loginURL, `["clerk","sesame"]`)
	if asked := d.calls(); len(asked) != 0 {
		t.Errorf("the hook was asked: %+v", asked)
	}
}

// S-046, S-079, S-080: in the hook the session is there to be read and changed; only what it grants is granted.
func TestHookHasSession(t *testing.T) {
	t.Parallel()
	visits := session.NewKey[int]("visits")
	m := &session.Manager{}
	b, _ := serveRoles(t, parseRoles(t, `{`+libraryRoles+`}`), m, rest.Login(func(ctx context.Context, s *session.Session, c rest.Credentials) (bool, error) {
		if s == nil || session.Current(ctx) != s {
			t.Errorf("the hook has session %v, the context %v", s, session.Current(ctx))
		}
		if c.User == "plain" {
			return true, nil
		}
		err := visits.Update(s, func(n int) (int, error) { return n + 1, nil })
		return c.User == "boss", err
	}))
	b.want(401, "", "POST", loginURL, `["mouse",""]`)
	b.want(200, "", "POST", loginURL, `["boss",""]`)
	s := onlySession(t, m)
	if n, _ := visits.Get(s); n != 2 || !s.IsGuest() || len(s.Privileges()) != 0 {
		t.Errorf("%d visits, guest %v, privileges %v; want 2, true, none", n, s.IsGuest(), s.Privileges())
	}
	b.want(401, "21001", "GET", "/rest/Author", "")
}

// S-354, S-357, S-136, T-42: session-4D-length is in minutes, at least 60, and has an upper limit; nonsense changes nothing.
func TestSessionLength(t *testing.T) {
	t.Parallel()
	const hour, month = time.Hour, 30 * 24 * time.Hour
	for value, want := range map[string]time.Duration{
		"30": hour, "60": hour, "120": 2 * hour, "0": hour, "-5": hour, "": 3 * hour, "soon": 3 * hour, "90.5": 3 * hour, "0x99": 3 * hour,
		"99999999": month, strings.Repeat("9", 300): month, "-" + strings.Repeat("9", 300): hour, strings.Repeat("9", 8000): month,
	} {
		m := &session.Manager{Idle: 3 * hour}
		b, _ := serveWith(t, m)
		b.want(200, `{"result":true}`, "POST", loginURL, "", "session-4D-length", value)
		if got := onlySession(t, m).IdleTimeout(); got != want {
			t.Errorf("session-4D-length %.20q: idle timeout %v, want %v", value, got, want)
		}
		if diff := lengthInBody(t, value, want); diff != "" {
			t.Error(diff)
		}
	}
	m := &session.Manager{}
	refuse := func(context.Context, *session.Session, rest.Credentials) (bool, error) { return false, nil }
	b, _ := serveWith(t, m, rest.Login(refuse))
	b.want(401, `{"result":false}`, "POST", loginURL, "", "session-4D-length", "240")
	if got := onlySession(t, m).IdleTimeout(); got != hour {
		t.Errorf("a refused login changes the idle timeout to %v", got)
	}
}

// lengthInBody signs in with the length in a JSON array.
func lengthInBody(t *testing.T, value string, want time.Duration) string {
	t.Helper()
	m := &session.Manager{Idle: 3 * time.Hour}
	b, _ := serveWith(t, m)
	body, err := json.Marshal([]string{"a", "b", value})
	if err != nil {
		t.Fatal(err)
	}
	b.want(200, `{"result":true}`, "POST", loginURL, string(body))
	return cmp.Diff(want, onlySession(t, m).IdleTimeout())
}

// A flood of lengths, or headers larger than a server takes, does no harm: the first one counts, or none.
func TestHeaderFlood(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	b, _ := serveWith(t, m)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+loginURL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2000 {
		r.Header.Add("session-4D-length", []string{"90", "100000"}[min(i, 1)])
	}
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if got := onlySession(t, m).IdleTimeout(); resp.StatusCode != 200 || got != 90*time.Minute {
		t.Errorf("2000 lengths: %d, idle timeout %v, want that of the first", resp.StatusCode, got)
	}
}

// S-343, S-344: the gate is one of REST. A page runs for a guest, whom permissions still bind; and a browser that a passcode brought into
// a desktop session is no guest.
func TestGateIsForREST(t *testing.T) {
	t.Parallel()
	roles := parseRoles(t, `{"forceLogin": true,`+libraryRoles+`}`)
	m := &session.Manager{Roles: roles}
	t.Cleanup(func() { _ = m.Close() })
	ds, e := openLibrary(t, roles), rest.New()
	rest.Mount(e.Group("/rest"), ds.Remote(), m)
	e.GET("/page", func(c echo.Context) error {
		s, err := m.Bind(c.Response(), c.Request(), "web")
		if err != nil {
			return err
		}
		ctx := session.NewContext(c.Request().Context(), s)
		badges, err := dataclasses.Of[Badge](ds).All().Count(ctx)
		if err != nil {
			return err
		}
		_, denied := dataclasses.Of[Author](ds).All().Count(ctx)
		return c.JSON(200, []any{s.IsGuest(), badges, denied != nil})
	})
	b := start(t, e)
	b.want(200, `[true,1,true]`, "GET", "/page", "")
	b.want(401, "21005", "GET", "/rest/Badge", "")

	desk := session.New(session.Remote, session.Desktop{UserName: "mira", Manager: m})
	token, err := desk.CreateOTP(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b.want(200, `[false,1,true]`, "GET", "/page?$4DSID="+token, "")
	b.want(200, `"Gold"`, "GET", "/rest/Badge", "")
	b.want(401, "21001", "GET", "/rest/Author", "")
}

// S-350: without an exposed authentify nobody can leave the guest state, and a private one answers like one that does not exist.
func TestNoAuthentify(t *testing.T) {
	t.Parallel()
	roles := parseRoles(t, `{"forceLogin": true, "privileges": [], "permissions": {"allowed": []}}`)
	var answers []string
	for _, functions := range [][]dataclasses.Definition{nil, {dataclasses.OnStore(dataclasses.Private("authentify", login))}} {
		definitions := append(functions, dataclasses.Permissions(roles), dataclasses.DefineExposed[Badge]())
		m := &session.Manager{Roles: roles}
		t.Cleanup(func() { _ = m.Close() })
		b := start(t, rest.Handler(ordatest.Open(t, ordatest.SQLite(t), definitions...).Remote(), m))
		r := b.want(404, "__ERROR", "POST", "/rest/$catalog/authentify", `[{"name":"boss","password":"sesame"}]`)
		answers = append(answers, r.body)
		if s := onlySession(t, m); !s.IsGuest() {
			t.Errorf("%q has left the guest state", s.User())
		}
		b.want(401, "21005", "GET", "/rest/Badge", "")
	}
	if answers[0] != answers[1] {
		t.Errorf("unknown: %s\nprivate: %s", answers[0], answers[1])
	}
}
