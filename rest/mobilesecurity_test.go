package rest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// S-086, S-229: after a restart the app's session is back with its ID and privileges; storage and idle timeout start afresh, and other
// sessions are gone.
func TestMobileRestart(t *testing.T) {
	t.Parallel()
	dir, cart := t.TempDir(), session.NewKey[string]("cart")
	m := &session.Manager{}
	a := serveApps(t, m, &rest.Mobile{Store: openFiles(t, dir)})
	p := a.phone("d1")
	id := p.signIn("boss@lib.org").ID
	before := onlySession(t, m)
	if err := errors.Join(cart.Set(before, "apples"), before.SetIdleTimeout(5*time.Hour)); err != nil {
		t.Fatal(err)
	}
	web := newBrowser(t, a.url)
	webID := sessionIDIn(web.want(200, "sessionID", "GET", "/rest/$info", "").body)
	if err := m.Close(); err != nil {
		t.Fatal(err)
	}

	m = &session.Manager{}
	b := serveApps(t, m, &rest.Mobile{Store: openFiles(t, dir)})
	b.clock.move(time.Minute)
	p.url = b.url
	r := p.get(200, "Duarte", "Author(1)")
	after := onlySession(t, m)
	text, stored := cart.Get(after)
	if after.ID() != id || after.User() != "boss" || !after.HasPrivilege("finance") || stored || after.IdleTimeout() != time.Hour {
		t.Errorf("after the restart: %+v, cart %q, idle timeout %v", after.Info(), text, after.IdleTimeout())
	}
	if want := b.clock.Now().Add(time.Hour).UTC(); !after.Expiration().Equal(want) {
		t.Errorf("it expires at %v, want %v", after.Expiration(), want)
	}
	if r.header.Get("Set-Cookie") == "" {
		t.Error("the session that came back sends no cookie")
	}
	if len(b.calls()) != 0 {
		t.Error("the hook was asked again")
	}
	if again := p.get(200, "Duarte", "Author(1)"); again.header.Get("Set-Cookie") != "" {
		t.Error("the second request gets a cookie too")
	}
	p.token = ""
	p.get(200, "Duarte", "Author(1)") // by that cookie
	web.url = b.url
	if got := sessionIDIn(web.do("GET", "/rest/$info", "").body); got == webID || got == id || got == "" {
		t.Errorf("a session that is no app's: %q after the restart, %q before", got, webID)
	}
}

// Rights that a session has lost, whoever took them, do not come back with it; neither does one that was dropped or ended.
func TestMobileLostRights(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	for name, lose := range map[string]func(*apps, *phone, *session.Session) error{
		"privileges": func(_ *apps, _ *phone, s *session.Session) error { return s.ClearPrivileges() },
		"logout over web": func(_ *apps, p *phone, _ *session.Session) error {
			p.want(200, "true", "POST", "/rest/$logout", "")
			return nil
		},
		"dropped":      func(a *apps, _ *phone, s *session.Session) error { return a.manager.Drop(ctx, s.ID()) },
		"ended":        func(_ *apps, _ *phone, s *session.Session) error { return s.End() },
		"forgotten":    func(a *apps, _ *phone, s *session.Session) error { return a.mobile.Forget(ctx, s.ID()) },
		"app's logout": func(_ *apps, p *phone, _ *session.Session) error { p.send("$logout", ""); return nil },
	} {
		dir := t.TempDir()
		m := &session.Manager{}
		a := serveApps(t, m, &rest.Mobile{Store: openFiles(t, dir)})
		p := a.phone("d1")
		p.signIn("boss")
		p.get(200, "Duarte", "Author(1)")
		if err := lose(a, p, onlySession(t, m)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		text := "21005"
		if name == "privileges" || name == "logout over web" {
			text = "21001" // still an app, but without rights
		}
		p.get(401, text, "Author")
		if err := m.Close(); err != nil {
			t.Fatal(err)
		}
		p.url = serveApps(t, &session.Manager{}, &rest.Mobile{Store: openFiles(t, dir)}).url
		p.get(401, text, "Author")
	}
}

// A token opens nothing for another device, another user, a forger or after its time.
func TestMobileTokens(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{MaxAge: 10 * time.Hour})
	p := a.phone("d1")
	p.signIn("boss")
	stolen := p.token
	thief := a.phone("d2")
	thief.token = stolen
	if r := thief.send("$authenticate", thief.login("boss", "sesame")); r.status != 401 || !strings.Contains(r.body, "another device") {
		t.Errorf("replay from another device: %d %s", r.status, r.body)
	}
	thief.token, thief.client.Jar = "", p.client.Jar
	if r := thief.send("$authenticate", thief.login("boss", "sesame")); r.status != 401 {
		t.Errorf("replay of the cookie from another device: %d %s", r.status, r.body)
	}
	p.client.Jar = nil
	p.get(200, "Duarte", "Author(1)") // none of it has harmed the owner

	flipped := []byte(stolen)
	flipped[95] ^= 1
	for _, token := range []string{
		"x", string(flipped), strings.ToUpper(stolen), stolen[:95], stolen + "0", stolen[:32] + strings.Repeat("0", 64), strings.Repeat("0", 96),
		stolen[:32], "../../../../etc/passwd" + stolen[22:], strings.Repeat("A", 9000),
	} {
		p.token = token
		p.get(401, "21005", "Author(1)")
	}
	p.want(401, "21005", "GET", "/mobileapp/Author(1)", "", "Authorization", "Basic "+stolen)
	p.want(401, "21001", "GET", "/rest/Author(1)", "", "Authorization", "Bearer "+stolen) // tokens are for the mount of the apps
	p.want(200, "Duarte", "GET", "/mobileapp/Author(1)", "", "Authorization", "bearer "+stolen)
	p.token = stolen
	a.clock.move(10*time.Hour - time.Second)
	p.get(200, "Duarte", "Author(1)")
	a.clock.move(time.Second)
	p.get(401, "21005", "Author(1)")
}

// What apps send has limits, must be JSON, and may hold more than is documented.
func TestMobileInput(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{})
	p := a.phone("d1")
	ids := `"application":{"id":"a"},"device":{"id":"d1"}`
	for _, test := range []struct {
		name, kind, body string
		status           int
		text             string
	}{
		{"nothing", "", "", 500, "application.id"},
		{"null", "application/json", "null", 500, "not a JSON object"},
		{"list", "application/json", "[]", 500, "not a JSON object"},
		{"cut", "application/json", `{"email":`, 500, "not valid JSON"},
		{"two", "application/json", `{}{}`, 500, "not valid JSON"},
		{"no device", "application/json", `{"application":{"id":"a"}}`, 500, "device.id"},
		{"no application", "application/json", `{"device":{"id":"d1"}}`, 500, "application.id"},
		{"wrong type", "application/json", `{"device":{"id":7}}`, 500, "property device.id of the body has a wrong type"},
		{"wrong parameters", "application/json", `{"parameters":[]}`, 500, "property parameters"},
		{"form", "application/x-www-form-urlencoded", `{` + ids + `}`, 500, "application/json"},
		{"text", "text/plain", `{` + ids + `}`, 500, "application/json"},
		{"no type", "", `{` + ids + `}`, 500, "application/json"},
		{"bad type", "application/json; =", `{` + ids + `}`, 500, "application/json"},
		{"long text", "application/json", `{` + ids + `,"email":"` + strings.Repeat("x", 1025) + `"}`, 500, "1024 bytes"},
		{"large", "application/json", `{` + ids + `,"parameters":{"x":"` + strings.Repeat("x", 64<<10) + `"}}`, 413, "65536 bytes"},
		{"deep", "application/json", `{` + ids + `,"parameters":{"x":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}}`, 500, "64 levels"},
		{"not UTF-8", "application/json", `{` + ids + ",\"email\":\"\xff\"}", 500, "UTF-8"},
		{"unknown properties", "application/json; charset=utf-8", `{` + ids + `,"admin":true,"privileges":["WebAdmin"],"status":"accepted"}`, 200, `"token"`},
	} {
		var header []string
		if test.kind != "" {
			header = []string{"Content-Type", test.kind}
		}
		r := p.do("POST", "/mobileapp/$authenticate", test.body, header...)
		if r.status != test.status || !strings.Contains(r.body, test.text) {
			t.Errorf("%s: %d %s, want %d with %q", test.name, r.status, r.body, test.status, test.text)
		}
	}
	if asked := a.calls(); len(asked) != 1 {
		t.Errorf("the hook was asked %d times, want once", len(asked))
	}
	p.want(401, "21001", "GET", "/mobileapp/Author", "") // the app's cookie: nothing was granted by what it sent
	for body, want := range map[string]string{
		`{"parameters":"` + strings.Repeat("x", 1<<20) + `"}`: "1048576 bytes",
		`{"context":{"entity":{"primaryKey":1.5}}}`:           "whole number",
		`{"context":{"entity":{"primaryKey":{}}}}`:            "whole number",
		`{"context":7}`: "property context",
	} {
		if r := p.send("$action/a", body); r.status < 400 || !strings.Contains(r.body, want) {
			t.Errorf("action with %.50s: %d %s, want %q", body, r.status, r.body, want)
		}
	}
}

// Signing in is slowed down by address, whichever devices an attacker makes up.
func TestMobileLoginRate(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{}, rest.LoginRate(0.001, 2))
	for i, want := range []int{401, 401, 401} {
		p := a.phone(strings.Repeat("d", i+1))
		r := p.send("$authenticate", p.login("boss", "guess"))
		if slow := strings.Contains(r.body, "Too many attempts"); r.status != want || slow != (i == 2) || slow != (r.header.Get("Retry-After") != "") {
			t.Errorf("attempt %d: %d %s", i, r.status, r.body)
		}
	}
	if asked := a.calls(); len(asked) != 2 {
		t.Errorf("the hook was asked %d times, want 2", len(asked))
	}
}

// FuzzMobileLogin looks for a body of $authenticate that breaks the server, or signs in without naming app and device.
func FuzzMobileLogin(f *testing.F) {
	for _, seed := range []string{
		"", "null", "{}", `{"email":"a","application":{"id":"a"},"device":{"id":"b"},"team":{"id":""}}`, `{"parameters":{"a":[1e99]}}`,
		`{"application":{"id":"a"},"application":{"id":""},"device":{"id":"b"}}`, `{"device":{"simulator":"x"}}`, "\xEF\xBB\xBF{}",
	} {
		f.Add([]byte(seed))
	}
	m := &session.Manager{Disabled: true}
	f.Cleanup(func() { _ = m.Close() })
	h := rest.Handler(openLibrary(f, nil).Remote(), m, rest.BasePath("/mobileapp"), rest.LoginRate(1e9, 1e9), rest.MobileApps(&rest.Mobile{
		Authentication: func(_ context.Context, _ *session.Session, in rest.MobileLogin) (rest.MobileLoginResult, error) {
			if in.Application.ID == "" || in.Device.ID == "" || in.Session.ID != "" {
				f.Errorf("the hook got %+v", in)
			}
			return rest.MobileLoginResult{Success: true}, nil
		},
	}))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/mobileapp/$authenticate", bytes.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if !json.Valid(w.Body.Bytes()) || strings.Contains(w.Body.String(), "internal error") {
			t.Errorf("%q: %d %s", body, w.Code, w.Body)
		}
	})
}
