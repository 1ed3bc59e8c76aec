package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

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
