package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// apps is a server for mobile apps. Its hook accepts users whose password is "sesame", with the role that they are called like.
type apps struct {
	t       testing.TB
	manager *session.Manager
	mobile  *rest.Mobile
	clock   *clock
	url     string

	mu    sync.Mutex
	asked []rest.MobileLogin
}

// serveApps serves a new library under /mobileapp and /rest.
func serveApps(t testing.TB, m *session.Manager, mobile *rest.Mobile, opts ...rest.Option) *apps {
	t.Helper()
	return serveAppsWith(t, parseRoles(t, `{`+libraryRoles+`}`), m, mobile, opts...)
}

func serveAppsWith(t testing.TB, roles *privileges.Roles, m *session.Manager, mobile *rest.Mobile, opts ...rest.Option) *apps {
	t.Helper()
	a := &apps{t: t, manager: m, mobile: mobile, clock: newClock()}
	m.Roles = roles
	m.Now = a.clock.Now
	t.Cleanup(func() { _ = m.Close() })
	if mobile.Authentication == nil {
		mobile.Authentication = a.accept
	}
	ds, e := openLibrary(t, roles).Remote(), rest.New()
	opts = append([]rest.Option{rest.Clock(a.clock.Now), rest.LoginRate(1000, 1000)}, opts...)
	rest.Mount(e.Group("/rest"), ds, m, opts...)
	rest.Mount(e.Group("/mobileapp"), ds, m, append(opts, rest.MobileApps(mobile))...)
	a.url = start(t, e).url
	return a
}

func (a *apps) accept(_ context.Context, s *session.Session, in rest.MobileLogin) (rest.MobileLoginResult, error) {
	a.mu.Lock()
	a.asked = append(a.asked, in)
	a.mu.Unlock()
	user, _, _ := strings.Cut(in.Email, "@")
	if s != nil && user != "" {
		if err := s.SetPrivileges(session.Grant{Roles: []string{user}, UserName: user}); err != nil {
			return rest.MobileLoginResult{}, err
		}
	}
	return rest.MobileLoginResult{Success: in.Password == "sesame" || user == "", StatusText: "seen", UserInfo: map[string]any{"user": user}}, nil
}

// calls returns what the hook was asked since the last time.
func (a *apps) calls() []rest.MobileLogin {
	a.mu.Lock()
	defer a.mu.Unlock()
	asked := a.asked
	a.asked = nil
	return asked
}

// phone is an app on a device, with cookies and a token.
type phone struct {
	*browser
	device, token string
}

func (a *apps) phone(device string) *phone { return &phone{newBrowser(a.t, a.url), device, ""} }

// send posts JSON with the token of the phone.
func (p *phone) send(target, body string) reply {
	p.t.Helper()
	return p.do("POST", "/mobileapp/"+target, body, p.header()...)
}

func (p *phone) get(status int, text, target string) reply {
	p.t.Helper()
	return p.want(status, text, "GET", "/mobileapp/"+target, "", p.header()...)
}

func (p *phone) header() []string {
	h := []string{"Content-Type", "application/json"}
	if p.token != "" {
		h = append(h, "Authorization", "Bearer "+p.token)
	}
	return h
}

func (p *phone) login(email, password string) string {
	return fmt.Sprintf(`{"email":%q,"password":%q,"application":{"id":"org.lib.app"},"team":{"id":"T1"},"device":{"id":%q}}`, email, password, p.device)
}

type signedIn struct {
	Success    bool
	ID, Token  string
	StatusText string
	UserInfo   map[string]any
	Verify     bool
}

// signIn signs in and keeps the token.
func (p *phone) signIn(email string) signedIn {
	p.t.Helper()
	r := p.send("$authenticate", p.login(email, "sesame"))
	var got signedIn
	if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.status != 200 || !got.Success {
		p.t.Fatalf("$authenticate of %q: %d %s", email, r.status, r.body)
	}
	p.token = got.Token
	return got
}

// S-049, S-085, R-481: the hook gets what the app sent and the session that was made for it.
func TestMobileAuthentication(t *testing.T) {
	t.Parallel()
	var got rest.MobileLogin
	cart := session.NewKey[string]("cart")
	m := &session.Manager{}
	a := serveApps(t, m, &rest.Mobile{
		Authentication: func(ctx context.Context, s *session.Session, in rest.MobileLogin) (rest.MobileLoginResult, error) {
			got = in
			if session.Current(ctx) != s || s.ID() != in.Session.ID || len(s.ID()) != 32 || !s.IsGuest() {
				t.Errorf("session %q, in the context %q, in the input %q", s.ID(), session.Current(ctx).ID(), in.Session.ID)
			}
			return rest.MobileLoginResult{Success: true}, errors.Join(cart.Set(s, "apples"), s.SetPrivileges(session.Grant{Roles: []string{"boss"}}))
		},
		Action: func(ctx context.Context, s *session.Session, _ rest.MobileAction) (rest.MobileActionResult, error) {
			text, _ := cart.Get(s)
			return rest.MobileActionResult{Success: true, StatusText: text}, cart.Set(session.Current(ctx), "pears")
		},
	})
	p := a.phone("d1")
	r := p.send("$authenticate/", `{"email":"mira@lib.org","password":"secret","send":"link","application":{"id":"org.lib.app","name":"Library","version":"1.2"},
	 "team":{"id":"T1","name":"Lib"},"device":{"id":"d1","version":"17","description":"Phone","simulator":true,"os":"iOS"},
	 "language":{"id":"en_US","region":"US","code":"en"},"parameters":{"shop":7,"tags":["a"]},"session":{"id":"FORGED","ip":"9.9.9.9"},"success":true}`)
	id := onlySession(t, m).ID()
	want := rest.MobileLogin{
		Email: "mira@lib.org", Password: "secret", Send: "link",
		Application: rest.MobileApplication{ID: "org.lib.app", Name: "Library", Version: "1.2"},
		Device:      rest.MobileDevice{ID: "d1", Version: "17", Description: "Phone", Simulator: true},
		Team:        rest.MobileTeam{ID: "T1"}, Language: rest.MobileLanguage{ID: "en_US", Region: "US", Code: "en"},
		Parameters: map[string]any{"shop": json.Number("7"), "tags": []any{"a"}},
		Session:    rest.MobileSession{ID: id, IP: "::ffff:127.0.0.1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("input of the hook (-want +got):\n%s", diff)
	}
	if want := `{"success":true,"id":"` + id + `","token":"`; r.status != 200 || !strings.HasPrefix(r.body, want) {
		t.Errorf("answer: %d %s, want %s…", r.status, r.body, want)
	}
	for _, text := range []string{"apples", "pears"} {
		if r := p.send("$action/look", ""); r.body != `{"success":true,"statusText":"`+text+`"}` {
			t.Errorf("action: %d %s, want %s", r.status, r.body, text)
		}
	}
	p.get(200, `"Low Water"`, "Book(1)") // reader, by the role that the hook gave
}

// S-081, S-082: the hook is asked once for each app on each device of each team, guests included, and again for another user.
func TestMobileHookIsAskedOnce(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{})
	emails := func() []string {
		list := []string{}
		for _, in := range a.calls() {
			list = append(list, in.Email+" "+in.Device.ID)
		}
		return list
	}
	check := func(what string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(append([]string{}, want...), emails()); diff != "" {
			t.Errorf("%s: the hook was asked for (-want +got):\n%s", what, diff)
		}
	}
	p := a.phone("d1")
	first := p.signIn("")
	check("a guest", " d1")
	again := p.signIn("")
	if again.ID != first.ID || again.Token != first.Token {
		t.Errorf("second sign-in: %+v, want %+v", again, first)
	}
	p.get(401, "21001", "Book") // a guest, whom permissions bind
	p.send("$action/x", "")
	check("requests with the token")
	p.token = ""
	byCookie := p.signIn("")
	if byCookie.ID != first.ID || byCookie.Token == first.Token || byCookie.Token == "" {
		t.Errorf("sign-in with the cookie: %+v, want another token for %s", byCookie, first.ID)
	}
	check("a request with the cookie")
	a.phone("d2").signIn("")
	check("another device", " d2")
	boss := p.signIn("boss@lib.org")
	check("another user of the app", "boss@lib.org d1")
	if boss.ID == first.ID {
		t.Error("another user of the same app gets the session of the one before")
	}
	p.get(200, "Duarte", "Author(1)")
	fresh := a.phone("d1") // no token, no cookie: anybody could say that
	fresh.signIn("boss@lib.org")
	check("the same device without token and cookie", "boss@lib.org d1")
	fresh.get(200, "Duarte", "Author(1)")
	p.get(401, "21005", "Author(1)") // its sign-in was replaced
}

// S-083: who is rejected has no sign-in, and nothing of what the hook granted before it rejected.
func TestMobileRejected(t *testing.T) {
	t.Parallel()
	reject := func(result rest.MobileLoginResult, err error, panics bool) *rest.Mobile {
		return &rest.Mobile{
			Authentication: func(_ context.Context, s *session.Session, _ rest.MobileLogin) (rest.MobileLoginResult, error) {
				if e := s.SetPrivileges(session.Grant{Roles: []string{"boss"}}); e != nil {
					t.Error(e)
				}
				if panics {
					panic("secret")
				}
				return result, err
			},
		}
	}
	for _, test := range []struct {
		name   string
		mobile *rest.Mobile
		status int
		body   string
	}{
		{"zero result", reject(rest.MobileLoginResult{}, nil, false), 401, `{"success":false}`},
		{"not successful", reject(rest.MobileLoginResult{StatusText: "no", Verify: true, UserInfo: map[string]any{"a": 1}}, nil, false), 401, `{"success":false,"statusText":"no"}`},
		{"error", reject(rest.MobileLoginResult{Success: true}, errors.New("secret"), false), 500, "internal error"},
		{"error for clients", reject(rest.MobileLoginResult{Success: true}, dataclasses.Errorf(4711, "closed"), false), 500, "closed"},
		{"panic", reject(rest.MobileLoginResult{}, nil, true), 500, "internal error"},
		{"userInfo that is no JSON", reject(rest.MobileLoginResult{Success: true, UserInfo: map[string]any{"f": func() {}}}, nil, false), 500, "internal error"},
	} {
		if test.name == "userInfo that is no JSON" {
			files, err := rest.OpenMobileFiles(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			test.mobile.Store = files
		}
		m := &session.Manager{}
		a := serveApps(t, m, test.mobile)
		p := a.phone("d1")
		r := p.send("$authenticate", p.login("boss", ""))
		if r.status != test.status || !strings.Contains(r.body, test.body) || strings.Contains(r.body, "secret") {
			t.Errorf("%s: %d %s, want %d %s", test.name, r.status, r.body, test.status, test.body)
		}
		if s := onlySession(t, m); !s.IsGuest() || len(s.Privileges()) > 0 {
			t.Errorf("%s: the session keeps %v", test.name, s.Privileges())
		}
		p.get(401, "21005", "Book")
		p.want(401, "21001", "GET", "/rest/Author", "")
	}
	m := &session.Manager{}
	t.Cleanup(func() { _ = m.Close() })
	none := start(t, rest.Handler(openLibrary(t, nil).Remote(), m, rest.BasePath("/mobileapp"), rest.MobileApps(&rest.Mobile{})))
	p := &phone{browser: none, device: "d1"}
	if r := p.send("$authenticate", p.login("", "")); r.status != 401 || r.body != `{"success":false}` {
		t.Errorf("no hook: %d %s", r.status, r.body)
	}
}

// S-084: a developer's own machine is accepted where that is asked for, and not when a proxy has forwarded the request.
func TestMobileLocalhost(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context, *session.Session, rest.MobileLogin) (rest.MobileLoginResult, error) {
		return rest.MobileLoginResult{Verify: true}, nil
	}
	for _, test := range []struct {
		asked  bool
		header string
		want   int
	}{{false, "", 401}, {true, "", 200}, {true, "X-Forwarded-For", 401}, {true, "Forwarded", 401}, {true, "X-Real-Ip", 401}, {true, "Via", 401}} {
		a := serveApps(t, &session.Manager{}, &rest.Mobile{Authentication: refuse, DeveloperLocalhost: test.asked})
		p := a.phone("d1")
		header := p.header()
		if test.header != "" {
			header = append(header, test.header, "127.0.0.1")
		}
		if r := p.do("POST", "/mobileapp/$authenticate", p.login("", ""), header...); r.status != test.want {
			t.Errorf("%+v: %d %s", test, r.status, r.body)
		}
	}
}

// S-087, S-088: what the hook for actions gets, and what the app is told.
func TestMobileAction(t *testing.T) {
	t.Parallel()
	var got rest.MobileAction
	m := &session.Manager{}
	a := serveApps(t, m, &rest.Mobile{Action: func(_ context.Context, s *session.Session, in rest.MobileAction) (rest.MobileActionResult, error) {
		got = in
		switch in.Action {
		case "lend":
			return rest.MobileActionResult{Success: true, StatusText: "lent", DataSynchro: true}, nil
		case "check":
			return rest.MobileActionResult{Errors: []rest.MobileParameterError{{"title", "is empty"}, {"price", "is below 0"}}}, nil
		case "fail":
			return rest.MobileActionResult{Success: true}, errors.New("secret")
		}
		return rest.MobileActionResult{}, nil
	}})
	p := a.phone("d1")
	if r := p.send("$action/lend", ""); r.status != 401 || got.Action != "" {
		t.Errorf("an action before the sign-in: %d %s, hook got %+v", r.status, r.body, got)
	}
	p.signIn("clerk")
	for _, test := range []struct {
		name, body string
		want       rest.MobileAction
		status     int
		answer     string
	}{
		{"lend", ``, rest.MobileAction{}, 200, `{"success":true,"statusText":"lent","dataSynchro":true}`},
		{"lend", `{}`, rest.MobileAction{}, 200, `{"success":true,"statusText":"lent","dataSynchro":true}`},
		{
			"check", `{"parameters":{"title":"","price":-1},"context":{"dataClass":"Book","entity":{"primaryKey":3}},"metadata":{}}`,
			rest.MobileAction{
				Parameters: map[string]any{"title": "", "price": json.Number("-1")},
				Context:    rest.MobileContext{DataClass: "Book", Entity: &rest.MobileEntity{PrimaryKey: "3"}},
			}, 200, `{"success":false,"errors":[{"parameter":"title","message":"is empty"},{"parameter":"price","message":"is below 0"}]}`,
		},
		{
			"add", `{"action":"lend","session":{"id":"X"},"application":{"id":"X"},"context":{"dataClass":"Book","entity":{"relationName":"author"},
			 "parent":{"primaryKey":"7","relationName":"books","dataClass":"Author"}}}`,
			rest.MobileAction{Context: rest.MobileContext{
				DataClass: "Book", Entity: &rest.MobileEntity{RelationName: "author"},
				Parent: &rest.MobileParent{PrimaryKey: "7", RelationName: "books", DataClass: "Author"},
			}}, 200, `{"success":false}`,
		},
		{"fail", `{"context":{"entity":{"primaryKey":null}}}`, rest.MobileAction{Context: rest.MobileContext{Entity: &rest.MobileEntity{}}}, 500, "internal error"},
	} {
		r := p.send("$action/"+test.name, test.body)
		if r.status != test.status || !strings.Contains(r.body, test.answer) || strings.Contains(r.body, "secret") {
			t.Errorf("%s: %d %s, want %d %s", test.name, r.status, r.body, test.status, test.answer)
		}
		test.want.Action, test.want.Application.ID = test.name, "org.lib.app"
		test.want.Session = rest.MobileSession{ID: p.token[:32], IP: "::ffff:127.0.0.1"}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: input of the hook (-want +got):\n%s", test.name, diff)
		}
	}
}

// S-089: without a hook, and for an action that it does not know, success is false.
func TestMobileActionOfNobody(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{})
	p := a.phone("d1")
	p.signIn("")
	for _, target := range []string{"$action/any", "$action/any?$method=update"} {
		if r := p.send(target, ""); r.status != 200 || r.body != `{"success":false}` {
			t.Errorf("%s: %d %s", target, r.status, r.body)
		}
	}
	for target, want := range map[string]string{"$action": "1800", "$action/a/b": "1800", "$action/a,b": "1806", "$action/" + strings.Repeat("x", 257): "1806"} {
		if r := p.send(target, ""); !strings.Contains(r.body, want) {
			t.Errorf("%.20s: %d %s, want %s", target, r.status, r.body, want)
		}
	}
	p.get(405, "POST", "$action/any")
	p.get(405, "POST", "$authenticate")
	p.want(404, "1800", "POST", "/rest/$authenticate", p.login("", ""), p.header()...)
	p.want(404, "1800", "POST", "/rest/$action/any", "", p.header()...)
}

// S-049: when sessions are off the hooks get none, and the token still tells who signed in.
func TestMobileWithoutSessions(t *testing.T) {
	t.Parallel()
	null := 0
	a := serveApps(t, &session.Manager{Disabled: true}, &rest.Mobile{
		Authentication: func(ctx context.Context, s *session.Session, in rest.MobileLogin) (rest.MobileLoginResult, error) {
			if s == nil && session.Current(ctx) == nil && in.Session.ID == "" {
				null++
			}
			return rest.MobileLoginResult{Success: true}, nil
		},
		Action: func(ctx context.Context, s *session.Session, in rest.MobileAction) (rest.MobileActionResult, error) {
			if s == nil && session.Current(ctx) == nil && in.Session.ID == "" {
				null++
			}
			return rest.MobileActionResult{Success: true}, nil
		},
	})
	p := a.phone("d1")
	p.signIn("boss")
	r := p.send("$action/x", "")
	if null != 2 || r.body != `{"success":true}` || r.header.Get("Set-Cookie") != "" {
		t.Errorf("%d of 2 hooks had no session; action: %d %s", null, r.status, r.body)
	}
	p.get(200, "Gold", "Badge")
	p.get(401, "21001", "Author")
	p.token = ""
	p.get(401, "21005", "Badge")
}

// the grammar is that of /rest, and all URIs begin with /mobileapp.
func TestMobileData(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{}, rest.CollectionSuffix("Collection"))
	p := a.phone("d1")
	p.signIn("boss")
	for target, want := range map[string]string{
		"$catalog":      `"uri":"/mobileapp/$catalog/Book"`,
		"$catalog/Book": `"collectionName":"BookCollection"`,
		"$info":         `"userName":"boss"`,
		"Book(1)":       `"uri":"/mobileapp/Author(1)"`,
		`Book?$filter="title=:t"&$params='{"t":"Low@"}'&$limit=1&$skip=0&$orderby=title&$attributes=title`: `"title":"Low Water"`,
		"Book?$method=entityset&$timeout=60&$top=0":                                                        `"__ENTITYSET":"/mobileapp/Book/$entityset/`,
		"Book(2)/cover?$imageformat=best&$expand=cover":                                                    "PNG",
	} {
		r := p.get(200, want, target)
		if strings.Contains(r.body, "/rest/") {
			t.Errorf("%s: %s", target, r.body)
		}
	}
	if r := p.send("Book?$method=update&$atomic=true", `[{"title":"New"}]`); !strings.Contains(r.body, `"uri":"/mobileapp/Book(5)"`) {
		t.Errorf("update: %s", r.body)
	}
}

// In force-login mode an app that signed in without privileges may request actions and sign out, but no data.
func TestMobileForceLogin(t *testing.T) {
	t.Parallel()
	roles := parseRoles(t, `{"forceLogin": true,`+libraryRoles+`}`)
	a := serveAppsWith(t, roles, &session.Manager{}, &rest.Mobile{})
	p := a.phone("d1")
	p.get(401, "21005", "$catalog")
	p.signIn("")
	p.get(200, "Book", "$catalog")
	p.get(401, "21005", "Badge")
	if r := p.send("$action/any", ""); r.body != `{"success":false}` {
		t.Errorf("action: %d %s", r.status, r.body)
	}
	p.signIn("clerk@x")
	p.get(200, "Gold", "Badge")
	if r := p.send("$logout", ""); r.body != `{"ok":true,"success":true}` {
		t.Errorf("logout: %d %s", r.status, r.body)
	}
	p.get(401, "21005", "$catalog")
	p.want(401, "21005", http.MethodGet, "/rest/Badge", "")
}

// waiting is a hook that lets everybody wait for Mobile.Verify.
func waiting(_ context.Context, s *session.Session, _ rest.MobileLogin) (rest.MobileLoginResult, error) {
	return rest.MobileLoginResult{Success: true, Verify: true, StatusText: "look into your mail"}, s.SetPrivileges(session.Grant{Roles: []string{"boss"}})
}

// Until a sign-in is verified the app has no token and its session no rights, under any base path.
func TestMobileVerify(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{Authentication: waiting})
	p := a.phone("d1")
	first := p.signIn("boss")
	want := signedIn{Success: true, ID: first.ID, StatusText: "look into your mail", Verify: true}
	if diff := cmp.Diff(want, first); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	p.get(401, "21005", "Author")
	p.want(401, "21001", "GET", "/rest/Author", "")
	if again := p.signIn("boss"); again.Token != "" || again.ID != first.ID {
		t.Errorf("before it is verified: %+v", again)
	}
	if ok, err := a.mobile.Verify(t.Context(), "nobody"); ok || err != nil {
		t.Errorf("Verify of an unknown session = %v, %v", ok, err)
	}
	for _, want := range []bool{true, false} {
		if ok, err := a.mobile.Verify(t.Context(), first.ID); ok != want || err != nil {
			t.Errorf("Verify = %v, %v; want %v", ok, err, want)
		}
	}
	p.get(401, "21005", "Author") // not before it has signed in again
	if stranger := a.phone("d1").signIn("boss"); stranger.Token != "" || !stranger.Verify {
		t.Errorf("the same device without the cookie: %+v", stranger)
	}

	q := a.phone("d2")
	id := q.signIn("boss").ID
	if ok, err := a.mobile.Verify(t.Context(), id); !ok || err != nil {
		t.Fatal(ok, err)
	}
	got := q.signIn("boss")
	if got.Token == "" || got.Verify || got.ID != id {
		t.Errorf("after it was verified: %+v", got)
	}
	q.get(200, "Duarte", "Author(1)")
	q.client.Jar = nil
	q.get(200, "Duarte", "Author(1)")
	a.clock.move(2 * time.Hour)
	q.get(200, "Duarte", "Author(1)") // the session has expired and comes back
}
