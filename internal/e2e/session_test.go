package e2e_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const cookieName = "4DSID_ordago"

// plant gives the browser a session cookie of the tester's choice.
func (b *browser) plant(value string) {
	b.http.Jar.SetCookies(&url.URL{Scheme: "http", Host: b.host, Path: "/"}, []*http.Cookie{{Name: cookieName, Value: value, Path: "/"}})
}

// S-120, S-220, S-221, R-410, R-412: a cookie that opens nothing is never adopted, whatever it looks like.
func TestUnknownCookies(t *testing.T) {
	t.Parallel()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	mark := p.as(t, "mark")
	chosen := map[string]string{
		"an attacker's choice": strings.Repeat("ab", 32), "too short": "abc", "empty": "", "very long": strings.Repeat("a", 8000),
		"the ID of a session": mark.whoAmI().SessionID, "its ID twice": strings.Repeat(strings.ToLower(mark.whoAmI().SessionID), 2),
		"SQL": "' OR '1'='1", "a hash of nothing": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	}
	for name, value := range chosen {
		send := func(target string) reply {
			return p.browser(t).send(http.MethodGet, target, "", "Cookie", cookieName+"="+value)
		}
		r := send("$catalog")
		issued := setCookie(r)
		if r.status != http.StatusOK || issued == "" || issued == value {
			t.Errorf("%s: status %d, new cookie %q", name, r.status, issued)
		}
		if again := setCookie(send("$catalog")); again == "" || again == issued {
			t.Errorf("%s: the second request got cookie %q, want a session of its own", name, again)
		}
		if r := send("Customer"); r.status != http.StatusUnauthorized {
			t.Errorf("%s: reads with status %d", name, r.status)
		}
	}
}

// setCookie returns the session cookie that an answer sets, "" for none.
func setCookie(r reply) string {
	for _, c := range (&http.Response{Header: r.header}).Cookies() {
		if c.Name == cookieName {
			return c.Value
		}
	}
	return ""
}

// S-013, S-234: the attacker knows the cookie that the victim signs in with, and gains nothing.
func TestFixation(t *testing.T) {
	t.Parallel()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	attacker, victim := p.browser(t), p.browser(t)
	attacker.get("$catalog")
	planted := attacker.cookie()
	victim.plant(planted)
	victim.signIn("mark")
	id := victim.whoAmI().SessionID
	if victim.cookie() == planted {
		t.Error("signing in kept the cookie")
	}
	if r := attacker.get("Customer"); r.status != http.StatusUnauthorized {
		t.Errorf("the planted cookie reads: %d", r.status)
	}
	attacker.plant(planted)
	if r := attacker.get("Customer"); r.status != http.StatusUnauthorized {
		t.Errorf("the planted cookie reads after all: %d", r.status)
	}
	// Another person in the same browser: the cookie of the first one opens nothing either.
	first := victim.cookie()
	victim.ok(http.MethodPost, "$logout", "")
	victim.signIn("clara")
	attacker.plant(first)
	if r := attacker.get("Customer"); r.status != http.StatusUnauthorized {
		t.Errorf("the cookie from before the second sign-in reads: %d", r.status)
	}
	if now := victim.whoAmI(); now.SessionID != id || now.UserName != "clara" {
		t.Errorf("after the second sign-in: %+v, want clara in session %s", now, id)
	}
}

// T-18. S-137, S-220, S-227, S-231, R-412
func TestExpiredSession(t *testing.T) {
	t.Parallel()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	clara := p.as(t, "clara")
	before, cookie := clara.whoAmI(), clara.cookie()
	set := remember(clara.get("Customer?$method=entityset"), setID, "")
	p.clock.advance(59 * time.Minute)
	if r := clara.get("Customer?$top=1"); r.status != http.StatusOK {
		t.Errorf("after 59 minutes: %d", r.status)
	}
	state := p.state(t)
	p.clock.advance(61 * time.Minute)
	r := clara.post("Invoice/draft", `[1,[{"productID":1,"quantity":1}]]`)
	if r.status != http.StatusUnauthorized || clara.cookie() == cookie {
		t.Errorf("after 61 idle minutes: %d %s, want 401 and a new cookie", r.status, r.body)
	}
	p.wantUnchanged(t, state)
	clara.signIn("clara")
	after := clara.whoAmI()
	if after.SessionID == before.SessionID {
		t.Error("the session came back from the dead")
	}
	if r := clara.get("Customer/$entityset/" + set); r.status != http.StatusNotFound {
		t.Errorf("the entity set outlived its session: %d", r.status)
	}
}

// S-142, R-260 with sets bound to their session (design.md, section 5): two sessions share neither storage nor entity sets, also when they
// are of the same person.
func TestSessionsAreSeparate(t *testing.T) {
	t.Parallel()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	clara, mark, other := p.as(t, "clara"), p.as(t, "mark"), p.as(t, "clara")
	lists := map[string]string{}
	for name, b := range map[string]*browser{"clara": clara, "mark": mark, "other": other} {
		lists[name] = b.post("$catalog/topCustomers", "").body
	}
	if lists["clara"] == lists["mark"] || lists["clara"] != lists["other"] {
		t.Errorf("topCustomers: %v", lists)
	}
	set := remember(clara.get("Customer?$method=entityset"), setID, "")
	wanted := clara.get("Customer/$entityset/" + set)
	if wanted.status != http.StatusOK {
		t.Fatalf("clara's own set: %d %s", wanted.status, wanted.body)
	}
	unknown := strings.Repeat("0", 32)
	for name, b := range map[string]*browser{"mark": mark, "clara elsewhere": other} {
		for _, target := range []string{
			"Customer/$entityset/%s", "$entityset/%s", "Customer/name/$entityset/%s", "Customer/$entityset/%s?$method=release", "Customer/$entityset/%s?$method=entityset",
			"Customer/$entityset/%s?$filter=ID=1",
		} {
			mine, none := b.get(strings.ReplaceAll(target, "%s", set)), b.get(strings.ReplaceAll(target, "%s", unknown))
			if diff := cmp.Diff(none.body, strings.ReplaceAll(mine.body, set, unknown)); diff != "" || mine.status != http.StatusNotFound {
				t.Errorf("%s reads %s of clara's: %d (-unknown +hers):\n%s", name, target, mine.status, diff)
			}
		}
		if r := b.send(http.MethodDelete, "Customer/$entityset/"+set, ""); r.status != http.StatusNotFound {
			t.Errorf("%s drops through clara's set: %d %s", name, r.status, r.body)
		}
		info := b.get("$info").body
		if strings.Contains(info, set) || strings.Contains(info, clara.whoAmI().SessionID) {
			t.Errorf("%s sees clara's session in $info: %s", name, info)
		}
	}
	if again := clara.get("Customer/$entityset/" + set); again.body != wanted.body {
		t.Errorf("clara's set has changed: %s", again.body)
	}
	clara.ok(http.MethodPost, "$logout", "")
	clara.signIn("clara")
	if r := clara.get("Customer/$entityset/" + set); r.status != http.StatusOK {
		t.Errorf("clara's set after signing in again: %d", r.status)
	}
}

// S-213, S-216, R-411: and a page of another site cannot write for the user.
func TestCrossSite(t *testing.T) {
	t.Parallel()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	mark := p.as(t, "mark")
	before := p.state(t)
	foreign := [][]string{
		{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
		{"Sec-Fetch-Site", "cross-site", "Origin", "http://" + p.host}, {"Origin", "http://" + p.host + ".evil.example"}, {"Origin", "http://127.0.0.1:1"},
	}
	writes := []request{
		{http.MethodPost, "Invoice/draft", `[1,[]]`}, {http.MethodPost, "Customer(1)?$method=update", `{"name":"x"}`}, {http.MethodDelete, "Customer(20)", ""},
		{http.MethodPost, "$logout", ""}, {http.MethodPost, "$catalog/authentify", `["clara","clara"]`}, {http.MethodPatch, "Customer(1)", `{"name":"x"}`},
	}
	for _, header := range foreign {
		for _, w := range writes {
			if r := mark.send(w.method, w.target, w.body, header...); r.status != http.StatusUnauthorized {
				t.Errorf("%s %s with %q: %d %s", w.method, w.target, header, r.status, r.body)
			}
		}
	}
	p.wantUnchanged(t, before)
	if who := mark.whoAmI(); who.UserName != "mark" {
		t.Errorf("the session is %+v", who)
	}
	if r := mark.send(http.MethodPost, "$catalog/whoAmI", "", "Origin", "http://"+p.host, "Sec-Fetch-Site", "same-origin"); r.status != http.StatusOK {
		t.Errorf("a page of the server itself: %d", r.status)
	}
	for _, c := range (&http.Response{Header: p.browser(t).get("$catalog").header}).Cookies() {
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Secure {
			t.Errorf("cookie %v, want HttpOnly, SameSite=Strict, Path=/ and over plain HTTP not Secure", c)
		}
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		if r := mark.send(method, "Customer(20)?$method=delete", "", "Sec-Fetch-Site", "cross-site"); r.status == http.StatusOK {
			t.Errorf("%s deletes across sites: %d", method, r.status)
		}
	}
	p.wantUnchanged(t, before)
}
