package rest_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

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
