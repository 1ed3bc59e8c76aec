package session_test

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/ordago/ordago/session"
)

// T-01. S-118, S-121, S-143, S-180, S-212, S-213, S-216, S-220
func TestFirstRequest(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{AppName: "My Library; x=1"})
	b := a.browser()
	resp := b.do(func(s *session.Session) {
		if !regexp.MustCompile(`^[0-9A-F]{32}$`).MatchString(s.ID()) {
			t.Errorf("ID() = %q, want 32 upper-case hexadecimal digits", s.ID())
		}
		if !s.IsGuest() || s.User() != "" || len(s.Privileges()) != 0 || s.Kind() != session.Web || !s.Enforced() {
			t.Errorf("a new session is %+v, want a web guest", s.Info())
		}
		if v, ok := session.NewKey[string]("x").Get(s); ok {
			t.Errorf("new storage holds %q", v)
		}
		if err := session.NewKey[string]("x").Set(s, "1"); err != nil {
			t.Errorf("a guest's storage: %v", err)
		}
	})
	lines := resp.Header.Values("Set-Cookie")
	if len(lines) != 1 || !regexp.MustCompile(`^4DSID_My_Library__x_1=[0-9A-F]{64}; Path=/; HttpOnly; SameSite=Strict$`).MatchString(lines[0]) {
		t.Errorf("Set-Cookie = %q", lines)
	}
	if again := b.do(func(*session.Session) {}); len(again.Header.Values("Set-Cookie")) != 0 {
		t.Error("the second request got a cookie again")
	}
}

// S-213, S-214, S-216, R-411
func TestCookieAttributes(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name    string
		manager *session.Manager
		tls     bool
		want    string
	}{
		{"default name", &session.Manager{}, false, "4DSID_ordago=X; Path=/; HttpOnly; SameSite=Strict"},
		{"TLS", &session.Manager{}, true, "4DSID_ordago=X; Path=/; HttpOnly; Secure; SameSite=Strict"},
		{"behind a proxy", &session.Manager{Secure: true}, false, "4DSID_ordago=X; Path=/; HttpOnly; Secure; SameSite=Strict"},
		{"lax, path, domain", &session.Manager{SameSite: http.SameSiteLaxMode, CookiePath: "/4DACTION", CookieDomain: "example.org"}, false,
			"4DSID_ordago=X; Path=/4DACTION; Domain=example.org; HttpOnly; SameSite=Lax"},
		{"none", &session.Manager{SameSite: http.SameSiteNoneMode}, true, "4DSID_ordago=X; Path=/; HttpOnly; Secure; SameSite=None"},
		{"default mode is strict", &session.Manager{SameSite: http.SameSiteDefaultMode}, false, "4DSID_ordago=X; Path=/; HttpOnly; SameSite=Strict"},
		{"name in another script", &session.Manager{AppName: "Bücherei"}, false, "4DSID_B_cherei=X; Path=/; HttpOnly; SameSite=Strict"},
	}
	secret := regexp.MustCompile(`=[0-9A-F]{64};`)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			a := startApp(t, test.manager)
			url := "http://example.org/"
			if test.tls {
				url = "https://example.org/"
			}
			w := httptest.NewRecorder()
			a.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
			if got := secret.ReplaceAllString(w.Header().Get("Set-Cookie"), "=X;"); got != test.want {
				t.Errorf("Set-Cookie = %q, want %q", got, test.want)
			}
		})
	}
}

// T-02: twenty requests of one session are inside at the same moment. S-016, S-017, S-142, S-219
func TestParallelRequests(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		const n = 20
		a := newApp(t, &session.Manager{Store: open()})
		b := a.browser()
		want := b.id()
		ids := make([]string, n)
		var inside, done sync.WaitGroup
		inside.Add(n)
		for i := range n {
			done.Go(func() {
				b.do(func(s *session.Session) {
					inside.Done()
					inside.Wait()
					ids[i] = s.ID()
					if err := session.NewKey[int](ids[i]).Update(s, func(v int) (int, error) { return v + 1, nil }); err != nil {
						t.Errorf("Update: %v", err)
					}
				})
			})
		}
		done.Wait()
		if diff := cmp.Diff(slices.Repeat([]string{want}, n), ids); diff != "" {
			t.Errorf("ids (-want +got):\n%s", diff)
		}
		b.do(func(s *session.Session) {
			if v, _ := session.NewKey[int](want).Get(s); v != n {
				t.Errorf("%d of %d updates arrived", v, n)
			}
		})
	})
}

// S-223
func TestParallelFirstRequests(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	ids := make([]string, 2)
	cookies := make([]string, 2)
	var inside, done sync.WaitGroup
	inside.Add(2)
	for i := range ids {
		done.Go(func() {
			b := a.browser()
			b.do(func(s *session.Session) {
				inside.Done()
				inside.Wait()
				ids[i] = s.ID()
			})
			cookies[i] = b.cookie()
		})
	}
	done.Wait()
	if ids[0] == ids[1] || cookies[0] == cookies[1] {
		t.Errorf("two first requests share a session: %q, %q", ids, cookies)
	}
}

// T-03, without sessions there is no object, no cookie, and permissions all the
// same. S-023, S-043, S-208, S-225, S-281
func TestDisabled(t *testing.T) {
	t.Parallel()
	store := session.NewMemoryStore()
	enabled := newApp(t, &session.Manager{Store: store})
	known := enabled.browser()
	known.id()
	a := newApp(t, &session.Manager{Store: store, Disabled: true})
	b := a.browser()
	b.plant(a.manager.CookieName(), known.cookie())
	ran := false
	resp := b.get("/", func(ctx context.Context, _ *http.Request) {
		ran = true
		if s := session.Current(ctx); s != nil {
			t.Errorf("Current = %v, want nil", s.Info())
		}
		if session.Caller(ctx) != nil || !session.Enforced(ctx) {
			t.Errorf("Caller = %v, Enforced = %t; want nil, true", session.Caller(ctx), session.Enforced(ctx))
		}
	})
	if !ran || resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("ran %t with cookie %q", ran, resp.Header.Get("Set-Cookie"))
	}
	if n, _ := store.Count(t.Context()); n != 1 {
		t.Errorf("%d sessions, want the 1 of the other server", n)
	}
}

// S-220, S-221: a value that opens nothing is never adopted.
func TestUnknownCookies(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open()})
		other := a.browser()
		victim := other.id()
		for _, value := range []string{
			"", "x", strings.Repeat("A", 64), strings.Repeat("A", 100_000), victim, victim + victim,
			session.HashSecret(other.cookie()).String(), strings.ToLower(other.cookie()), other.cookie()[:63], "' OR 1=1 --",
		} {
			b := a.browser()
			b.plant(a.manager.CookieName(), value)
			if id := b.id(); id == "" || id == victim {
				t.Errorf("the cookie %.70q got the session %q", value, id)
			}
			if got := b.cookie(); got == value || len(got) != 64 {
				t.Errorf("the cookie %.70q became %q", value, got)
			}
		}
	})
}

// Cookies of other servers of the family open sessions as well; the first value
// that opens one counts.
func TestAlternativeCookies(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	b := a.browser()
	want, secret, name := b.id(), b.cookie(), a.manager.CookieName()
	for header, known := range map[string]bool{
		"WASID4D=" + secret:                            true,
		"WASID=" + secret:                              true,
		"a=b; " + name + `="` + secret + `"; c`:        true,
		name + "=old; " + name + "=" + secret:          true,
		name + "=old; WASID=" + secret:                 true,
		name + "=" + secret + "; WASID=other":          true,
		"WASID4=" + secret:                             false,
		strings.Repeat(name+"=x;", 9) + name + secret:  false,
		strings.Repeat(name+"=x;", 9) + "=" + secret:   false,
		strings.ToLower(name) + "=" + secret:           false,
		strings.Repeat(name+"=x; ", 4) + name + secret: false,
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/rest/Book", nil)
		r.Header.Set("Cookie", header)
		s, err := a.manager.Bind(w, r, "rest")
		if err != nil || (s.ID() == want) != known || (w.Header().Get("Set-Cookie") == "") != known {
			t.Errorf("Cookie %q: session known %t, want %t (%v)", header, s.ID() == want, known, err)
		}
	}
}

// S-129, S-217: pages and REST share the session, and it keeps its type.
func TestTypeOfSession(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{})
	for first, want := range map[string]string{"/rest/Book": "rest", "/index.shtml": "web"} {
		b := a.browser()
		ids := map[string]bool{}
		for _, path := range []string{first, "/rest/Book", "/4DACTION/x", "/page"} {
			b.get(path, func(ctx context.Context, _ *http.Request) {
				s := session.Current(ctx)
				ids[s.ID()] = true
				if got := s.Info().Type; got != want {
					t.Errorf("%s after %s: type %q, want %q", path, first, got, want)
				}
			})
		}
		if len(ids) != 1 {
			t.Errorf("one browser has %d sessions", len(ids))
		}
	}
}

// S-005, S-042: two servers have sessions and cookies of their own.
func TestTwoServers(t *testing.T) {
	t.Parallel()
	one, two := newApp(t, &session.Manager{AppName: "One"}), newApp(t, &session.Manager{AppName: "Two"})
	b := one.browser()
	first := b.id()
	b2 := two.browser()
	b2.plant(two.manager.CookieName(), b.cookie())
	if second := b2.id(); second == first || one.manager.CookieName() == two.manager.CookieName() {
		t.Errorf("ids %q and %q, cookies %q and %q: want two of each", first, second, one.manager.CookieName(), two.manager.CookieName())
	}
}

// S-120: neither the ID nor anything in the store opens a session.
func TestTheftByID(t *testing.T) {
	t.Parallel()
	store := session.NewMemoryStore()
	a := newApp(t, &session.Manager{Store: store})
	b := a.browser()
	id := b.id()
	r, _, _ := store.LoadID(t.Context(), id)
	for _, stolen := range []string{id, r.Secret.String(), strings.ToUpper(r.Secret.String())} {
		thief := a.browser()
		thief.plant(a.manager.CookieName(), stolen)
		if thief.id() == id {
			t.Errorf("the value %q opened the session", stolen)
		}
	}
}

// The database file holds hashes only. S-120, S-248
func TestSecretsAreNotStored(t *testing.T) {
	t.Parallel()
	db := openDB(t, sqliteDriver, sqliteDSN(t.TempDir()+"/s.db"))
	a := newApp(t, &session.Manager{Store: newSQLStore(t, db, "sqlite")})
	b := a.browser()
	b.id()
	var row [3]string
	if err := db.QueryRow("SELECT id, secret, data FROM ordago_sessions").Scan(&row[0], &row[1], &row[2]); err != nil {
		t.Fatal(err)
	}
	for _, column := range row {
		if bytes.Contains(bytes.ToUpper([]byte(column)), []byte(b.cookie())) {
			t.Errorf("the secret is stored in %q", column)
		}
	}
}

// S-215: the address of the client does not matter.
func TestAddressMayChange(t *testing.T) {
	t.Parallel()
	m := &session.Manager{}
	t.Cleanup(func() { m.Close() })
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	r.RemoteAddr = "192.0.2.1:1000"
	first, err := m.Bind(w, r, "web")
	if err != nil {
		t.Fatal(err)
	}
	again := httptest.NewRequest("GET", "/", nil)
	again.RemoteAddr = "[2001:db8::7]:1000"
	again.Header.Set("Cookie", strings.Split(w.Header().Get("Set-Cookie"), ";")[0])
	second, err := m.Bind(httptest.NewRecorder(), again, "web")
	if err != nil || first.ID() != second.ID() || second.Info().IPAddress != "192.0.2.1" {
		t.Errorf("from another address: %v, %v; want the same session", second.Info(), err)
	}
}
