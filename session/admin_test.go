package session_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/ordago/ordago/session"
)

// S-126, S-127, S-132, S-272, S-415, S-416
func TestInfoAndList(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		store := open()
		a := newApp(t, &session.Manager{Store: store, Roles: roles(t, false)})
		start := a.clock.Now().UTC()
		guest := a.browser()
		guestID := guest.id()
		a.clock.move(time.Minute)
		user := a.browser()
		user.get("/rest/Book", func(ctx context.Context, _ *http.Request) {
			_ = session.Current(ctx).SetPrivileges(session.Grant{Privileges: []string{"simple"}, UserName: "ada"})
			want := map[string]any{
				"type": "rest", "userName": "ada", "IPAddress": "127.0.0.1", "hostType": "browser", "state": "active",
				"creationDateTime": "2026-03-01T12:01:00.250Z", "ID": session.Current(ctx).ID(),
			}
			if diff := cmp.Diff(want, infoJSON(t, session.Current(ctx))); diff != "" {
				t.Errorf("info (-want +got):\n%s", diff)
			}
		})
		userID := user.id()
		ahead := store.TouchEvery()
		want := []session.Info{{
			Type: "web", IPAddress: "127.0.0.1", HostType: "browser", CreationDateTime: "2026-03-01T12:00:00.250Z", State: "active", ID: guestID,
			Guest: true, IdleTimeout: time.Hour, Created: start, LastSeen: start.Add(ahead), Expiration: start.Add(time.Hour + ahead), UserAgent: "Go-http-client/1.1",
		}, {
			Type: "rest", UserName: "ada", IPAddress: "127.0.0.1", HostType: "browser", CreationDateTime: "2026-03-01T12:01:00.250Z", State: "active", ID: userID,
			Privileges: []string{"simple"}, IdleTimeout: time.Hour, Created: start.Add(time.Minute), LastSeen: start.Add(time.Minute + ahead),
			Expiration: start.Add(time.Minute + time.Hour + ahead), UserAgent: "Go-http-client/1.1",
		}}
		got, err := a.manager.List(t.Context())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("List: %v (-want +got):\n%s", err, diff)
		}
		for _, info := range want {
			got, ok := a.manager.InfoOf(t.Context(), info.ID)
			if diff := cmp.Diff(info, got); !ok || diff != "" {
				t.Errorf("InfoOf = %t (-want +got):\n%s", ok, diff)
			}
		}
		if _, ok := a.manager.InfoOf(t.Context(), "nosuch"); ok {
			t.Error("InfoOf(nosuch) = true")
		}
		if n, err := a.manager.Count(t.Context()); n != 2 || err != nil {
			t.Errorf("Count = %d, %v", n, err)
		}
		a.clock.move(2 * time.Hour)
		if got, err := a.manager.List(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("List of expired sessions = %v, %v", got, err)
		}
		if err := a.manager.Sweep(t.Context()); err != nil {
			t.Errorf("Sweep = %v", err)
		}
		if n, err := a.manager.Count(t.Context()); n != 0 || err != nil {
			t.Errorf("Count after Sweep = %d, %v", n, err)
		}
	})
}

// T-39. S-268, S-269, S-271
func TestLookup(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, false)})
		b := a.browser()
		n := session.NewKey[int]("n")
		var live *session.Session
		b.do(func(s *session.Session) { live = s; _ = n.Set(s, 1) })
		end := live.Expiration()
		a.clock.move(time.Minute)
		s, err := a.manager.Lookup(t.Context(), live.ID())
		if err != nil || s.ID() != live.ID() || !s.Expiration().Equal(end) || !s.Enforced() {
			t.Fatalf("Lookup = %+v, %v", s.Info(), err)
		}
		if err := n.Set(s, 2); err != nil {
			t.Errorf("Set = %v", err)
		}
		if v, _ := n.Get(live); v != 2 {
			t.Errorf("the session sees %d, want 2 at once", v)
		}
		if s, err := a.manager.Lookup(t.Context(), "nosuch"); s != nil || err != nil {
			t.Errorf("Lookup(nosuch) = %v, %v", s, err)
		}
		_ = a.manager.Drop(t.Context(), live.ID())
		if s, err := a.manager.Lookup(t.Context(), live.ID()); s != nil || err != nil {
			t.Errorf("Lookup(dropped) = %v, %v", s, err)
		}
	})
}

func TestMaxSessions(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{MaxSessions: 3})
	browsers := []*browser{a.browser(), a.browser(), a.browser()}
	for _, b := range browsers {
		b.id()
	}
	late := a.browser()
	if resp := late.do(func(*session.Session) { t.Error("the handler ran without a session") }); resp.StatusCode != http.StatusPaymentRequired {
		t.Errorf("the fourth session: %s", resp.Status)
	}
	if resp := browsers[0].do(func(*session.Session) {}); resp.StatusCode != http.StatusOK {
		t.Errorf("a known session: %s", resp.Status)
	}
	_ = a.manager.Drop(t.Context(), browsers[1].id())
	if resp := late.do(func(*session.Session) {}); resp.StatusCode != http.StatusOK {
		t.Errorf("after one was dropped: %s", resp.Status)
	}
}

func TestMaxPerAddress(t *testing.T) {
	t.Parallel()
	c := newClock()
	m := &session.Manager{MaxPerAddress: 2, Now: c.Now}
	t.Cleanup(func() { m.Close() })
	open := func(address string) error {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = address
		_, err := m.Bind(httptest.NewRecorder(), r, "web")
		return err
	}
	for _, step := range []struct {
		address string
		ok      bool
	}{
		{"192.0.2.1:1", true}, {"192.0.2.1:2", true}, {"192.0.2.1:3", false}, {"192.0.2.2:1", true},
		{"[2001:db8::1]:1", true}, {"[2001:db8::2]:1", true}, {"[2001:db8::3%eth0]:1", false}, {"[2001:db8:0:1::1]:1", true},
		{"pipe", true}, {"pipe", true}, {"pipe", false},
	} {
		if err := open(step.address); (err == nil) != step.ok || (err != nil && !errors.Is(err, session.ErrTooMany)) {
			t.Errorf("a session for %s: %v, want allowed %t", step.address, err, step.ok)
		}
	}
	c.move(time.Minute)
	if err := open("192.0.2.1:4"); err != nil {
		t.Errorf("a minute later: %v", err)
	}
}

// Behind a proxy the server says what the address is.
func TestAddressFunction(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{MaxPerAddress: 1, Address: func(r *http.Request) string { return r.Header.Get("X-Real-IP") }})
	for i := range 3 {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Real-IP", fmt.Sprint("192.0.2.", i))
		r.Header.Set("User-Agent", strings.Repeat("é", 300)+"\xff")
		s, err := a.manager.Bind(httptest.NewRecorder(), r, "web")
		if err != nil || s.Info().IPAddress != fmt.Sprint("192.0.2.", i) || len(s.Info().UserAgent) > 256 {
			t.Errorf("session %d: %+v, %v", i, s.Info(), err)
		}
	}
}

// brokenStore fails whenever it is told to.
type brokenStore struct {
	session.Store
	err error
}

func (s *brokenStore) Load(ctx context.Context, h session.Hash) (session.Record, bool, error) {
	if s.err != nil {
		return session.Record{}, false, s.err
	}
	return s.Store.Load(ctx, h)
}

func (s *brokenStore) Update(ctx context.Context, id string, fn func(*session.Record) error) (session.Record, bool, error) {
	if s.err != nil {
		return session.Record{}, true, s.err
	}
	return s.Store.Update(ctx, id, fn)
}

// A store that fails makes errors, never a guest who was somebody.
func TestStoreFails(t *testing.T) {
	t.Parallel()
	store := &brokenStore{Store: session.NewMemoryStore()}
	m := &session.Manager{Store: store, Roles: roles(t, false)}
	t.Cleanup(func() { m.Close() })
	w, r := httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil)
	s, err := m.Bind(w, r, "web")
	if err != nil {
		t.Fatal(err)
	}
	store.err = errors.New("disk on fire")
	r.Header.Set("Cookie", w.Header().Get("Set-Cookie"))
	w = httptest.NewRecorder()
	if _, err := m.Bind(w, r, "web"); !errors.Is(err, store.err) || w.Header().Get("Set-Cookie") != "" {
		t.Errorf("Bind = %v with cookie %q, want the error of the store and no cookie", err, w.Header().Get("Set-Cookie"))
	}
	if err := s.SetPrivileges(session.Grant{Privileges: []string{"simple"}}); !errors.Is(err, store.err) || s.HasPrivilege("simple") || s.SetPrivilegesJSON("simple") {
		t.Errorf("SetPrivileges = %v, want the error of the store", err)
	}
	store.err = nil
	w = httptest.NewRecorder()
	again, err := m.Bind(w, r, "web")
	if diff := cmp.Diff(s.Info(), again.Info(), cmpopts.IgnoreFields(session.Info{}, "LastSeen", "Expiration")); err != nil || diff != "" {
		t.Errorf("after the store recovered: %v\n%s", err, diff)
	}
}

// S-417: an administrator drops a session of a browser and one of a client.
func TestDropAnySession(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		m := &session.Manager{Store: open(), Roles: roles(t, true)}
		a := newApp(t, m)
		disconnected := 0
		remote := session.New(session.Remote, session.Desktop{Manager: m, OnEnd: func() { disconnected++ }})
		web, shared := a.browser(), a.browser()
		web.signIn(session.Grant{Privileges: []string{"simple"}})
		shared.enter(newOTP(t, remote))
		for _, b := range []*browser{web, shared} {
			id := b.id()
			for range 2 {
				if err := m.Drop(t.Context(), id); err != nil {
					t.Errorf("Drop = %v", err)
				}
			}
			b.do(func(s *session.Session) {
				if s.ID() == id || !s.IsGuest() || len(s.Privileges()) != 0 || len(s.Storage().Names()) != 0 {
					t.Errorf("the next request after Drop has %+v", s.Info())
				}
			})
		}
		if !remote.Closed() || disconnected != 1 {
			t.Errorf("the remote session is closed %t, its client was disconnected %d times", remote.Closed(), disconnected)
		}
	})
}

// S-010, S-417: the application's own session is not dropped; it lives on and keeps what it has.
func TestDropOfTheApplication(t *testing.T) {
	t.Parallel()
	for _, kind := range []session.Kind{session.StoredProcedure, session.Standalone} {
		m := &session.Manager{}
		own := session.New(kind, session.Desktop{Manager: m, OnEnd: func() { t.Errorf("the %s session ended", kind) }})
		key := session.NewKey[int]("n")
		if err := key.Set(own, 1); err != nil {
			t.Fatal(err)
		}
		if err := m.Drop(t.Context(), own.ID()); !errors.Is(err, session.ErrApplication) {
			t.Errorf("Drop of the %s session = %v, want ErrApplication", kind, err)
		}
		if n, ok := key.Get(own); own.Closed() || n != 1 || !ok {
			t.Errorf("after Drop the %s session is closed %t and holds %d", kind, own.Closed(), n)
		}
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	}
}

// S-415, S-416: what the list says of each origin.
func TestOrigins(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Roles: roles(t, false), Profile: session.R4}
	a := newApp(t, m)
	start := a.clock.Now()
	d := session.Desktop{UserName: "ada", Manager: m}
	session.New(session.StoredProcedure, d)
	remote := session.New(session.Remote, d)
	asleep, lost := session.New(session.Remote, d), session.New(session.Remote, d)
	asleep.SetPeer(session.Sleeping, time.Time{})
	lost.SetPeer(session.Postponed, start.Add(-90*time.Second))
	session.NewStandalone("").SetPeer(session.Sleeping, start) // ignored
	for i, typ := range []string{"web", "rest", "soap"} {
		a.clock.move(time.Second)
		r := httptest.NewRequest("GET", "/", nil)
		s, err := m.Bind(httptest.NewRecorder(), r, typ)
		if err != nil {
			t.Fatal(err)
		}
		if i == 2 {
			_ = s.SetPrivileges(session.Grant{Privileges: []string{"simple"}, UserName: "grace"})
		}
	}
	list, err := m.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, info := range list {
		line := fmt.Sprintf("%s %s %q guest=%t", info.Origin(), info.Status(), info.UserName, info.Guest)
		if info.UnreachableSince != nil {
			line += fmt.Sprintf(" for %ds", *info.UnreachableSince)
		}
		count[line]++
	}
	want := map[string]int{
		`server online "ada" guest=false`:              1,
		`client online "ada" guest=false`:              1,
		`client sleeping "ada" guest=false`:            1,
		`client unreachable "ada" guest=false for 93s`: 1,
		`web online "" guest=true`:                     1,
		`rest online "" guest=true`:                    1,
		`soap online "grace" guest=false`:              1,
	}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Errorf("List (-want +got):\n%s", diff)
	}
	if got := list[len(list)-1].UserName; got != "grace" {
		t.Errorf("the last session is that of %q, want oldest first", got)
	}
	for state, s := range map[string]*session.Session{"active": remote, "sleeping": asleep, "postponed": lost} {
		info, ok := m.InfoOf(t.Context(), s.ID()) // S-128, S-272
		if diff := cmp.Diff(s.Info(), info); !ok || diff != "" || info.State != state {
			t.Errorf("InfoOf(%s) = %t, state %q (-want +got):\n%s", state, ok, info.State, diff)
		}
	}
	lost.SetPeer(session.Active, time.Time{})
	if info := lost.Info(); info.UnreachableSince != nil || info.Status() != "online" {
		t.Errorf("reachable again: %+v", info)
	}
}

// S-418
func TestMayAdminister(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Roles: roles(t, false)}
	a := newApp(t, m)
	remote := session.New(session.Remote, session.Desktop{Manager: m})
	if !session.MayAdminister(t.Context()) || !session.MayAdminister(session.NewContext(t.Context(), remote)) {
		t.Error("code inside the server may not")
	}
	if session.MayAdminister(session.Anonymous(t.Context())) {
		t.Error("a web process without a session may")
	}
	for privilege, want := range map[string]bool{"": false, "medium": false, "WebAdmin": true} {
		b := a.browser()
		b.signIn(session.Grant{Privileges: []string{privilege}})
		b.get("/", func(ctx context.Context, _ *http.Request) {
			if got := session.MayAdminister(ctx); got != want || session.MayAdminister(session.Hide(ctx)) != want {
				t.Errorf("a web session with %q may: %t", privilege, got)
			}
		})
	}
	a.browser().get("/?$4DSID="+newOTP(t, remote), func(ctx context.Context, _ *http.Request) {
		if session.MayAdminister(ctx) {
			t.Error("a web request in a shared session may, without WebAdmin")
		}
	})
}

// S-165: what is taken away, on any server, is gone at the next access: of the
// same request where the session is known, and of the next one elsewhere.
func TestRevocation(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		one := &session.Manager{Store: open(), Roles: roles(t, false)}
		two := &session.Manager{Store: open(), Roles: roles(t, false)}
		a := newApp(t, one)
		startApp(t, two)
		b := a.browser()
		b.signIn(session.Grant{Privileges: []string{"audit"}})
		revoke := func(m *session.Manager, id string) {
			s, err := m.Lookup(t.Context(), id)
			if err := errors.Join(err, s.ClearPrivileges()); err != nil {
				t.Errorf("revoke: %v", err)
			}
		}
		b.do(func(s *session.Session) {
			revoke(one, s.ID())
			if s.HasPrivilege("audit") || !slices.Equal(held(t, s), []string{"guest"}) {
				t.Error("a running request keeps what was revoked")
			}
		})
		b.signIn(session.Grant{Privileges: []string{"audit"}})
		revoke(two, b.id())
		b.do(func(s *session.Session) {
			if s.HasPrivilege("audit") {
				t.Error("the next request keeps what was revoked on another server")
			}
		})
	})
}
