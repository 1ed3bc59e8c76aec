package session_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"regexp"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ordago/ordago/session"
)

// T-18. S-133, S-137, S-226, S-227, S-231, R-412
func TestExpiry(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		store := open()
		a := newApp(t, &session.Manager{Store: store, Roles: roles(t, false)})
		b := a.browser()
		note := session.NewKey[string]("note")
		b.do(func(s *session.Session) {
			if err := note.Set(s, "kept"); err != nil {
				t.Error(err)
			}
			if s.IdleTimeout() != time.Hour {
				t.Errorf("IdleTimeout() = %v, want an hour", s.IdleTimeout())
			}
		})
		b.signIn(session.Grant{Roles: []string{"Medium"}})
		id := b.id()
		for range 5 { // used again within the hour, five times
			a.clock.move(time.Hour - time.Millisecond)
			b.do(func(s *session.Session) {
				if v, _ := note.Get(s); s.ID() != id || v != "kept" {
					t.Fatalf("the session ended too early")
				}
			})
		}
		a.clock.move(time.Hour + store.TouchEvery())
		old := b.cookie()
		resp := b.do(func(s *session.Session) {
			if _, ok := note.Get(s); ok || s.ID() == id || !s.IsGuest() || len(s.Privileges()) != 0 {
				t.Errorf("after an idle hour: %+v", s.Info())
			}
		})
		if resp.Header.Get("Set-Cookie") == "" || b.cookie() == old {
			t.Error("the new session has no new cookie")
		}
		if _, ok := a.manager.InfoOf(t.Context(), id); ok {
			t.Error("InfoOf still knows the expired session")
		}
	})
}

// The session lasts exactly as long as its expiration says. S-135, S-138, S-140
func TestExpiration(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		store := open()
		a := newApp(t, &session.Manager{Store: store})
		b := a.browser()
		var end time.Time
		b.do(func(s *session.Session) {
			start := a.clock.Now().UTC()
			if want := start.Add(time.Hour + store.TouchEvery()); !s.Expiration().Equal(want) {
				t.Errorf("Expiration() = %v, want %v", s.Expiration(), want)
			}
			before := s.Expiration()
			if err := s.SetIdleTimeout(2 * time.Hour); err != nil {
				t.Error(err)
			}
			if end = s.Expiration(); end.Sub(before) != time.Hour {
				t.Errorf("an hour more of idle timeout moved the expiration by %v", end.Sub(before))
			}
			text := s.ExpirationDate()
			parsed, err := session.ParseDate(text)
			if !regexp.MustCompile(`^2026-03-01T14:\d\d:\d\d\.250Z$`).MatchString(text) || err != nil || !parsed.Equal(end) {
				t.Errorf("ExpirationDate() = %q, parsed %v (%v), want %v", text, parsed, err, end)
			}
		})
		id := b.id()
		a.clock.move(end.Sub(a.clock.Now()) - time.Millisecond)
		if b.id() != id {
			t.Error("the session ended before its expiration")
		}
		b.do(func(s *session.Session) { end = s.Expiration() })
		a.clock.move(end.Sub(a.clock.Now()))
		if b.id() == id {
			t.Error("the session was given out at its expiration")
		}
	})
}

// S-140
func TestParseDateWithoutMilliseconds(t *testing.T) {
	t.Parallel()
	got, err := session.ParseDate("2026-03-01T14:00:00Z")
	if want := time.Date(2026, 3, 1, 14, 0, 0, 0, time.UTC); err != nil || !got.Equal(want) {
		t.Errorf("ParseDate = %v, %v; want %v", got, err, want)
	}
	if _, err := session.ParseDate("tomorrow"); err == nil {
		t.Error("ParseDate(tomorrow) = nil, want an error")
	}
}

// T-17. S-134, S-136
func TestIdleTimeoutFloor(t *testing.T) {
	t.Parallel()
	a := newApp(t, &session.Manager{Idle: 5 * time.Minute})
	b := a.browser()
	b.do(func(s *session.Session) {
		if s.IdleTimeout() != time.Hour {
			t.Errorf("Manager.Idle of 5 minutes gives %v", s.IdleTimeout())
		}
		for set, want := range map[time.Duration]time.Duration{
			5 * time.Minute: time.Hour, 0: time.Hour, -time.Hour: time.Hour, 59 * time.Minute: time.Hour,
			time.Hour: time.Hour, 120 * time.Minute: 120 * time.Minute, 61 * time.Minute: 61 * time.Minute,
		} {
			if err := s.SetIdleTimeout(set); err != nil || s.IdleTimeout() != want {
				t.Errorf("SetIdleTimeout(%v) = %v, reads %v; want %v", set, err, s.IdleTimeout(), want)
			}
		}
		if err := s.SetIdleTimeout(1<<63 - 1); err != nil || !s.Expiration().After(a.clock.Now().AddDate(50, 0, 0)) {
			t.Errorf("the longest timeout: %v, expiration %v", err, s.Expiration())
		}
	})
	other := newApp(t, &session.Manager{Idle: 3 * time.Hour})
	other.browser().do(func(s *session.Session) {
		if s.IdleTimeout() != 3*time.Hour {
			t.Errorf("Manager.Idle of 3 hours gives %v", s.IdleTimeout())
		}
	})
}

// With a store in a database not every request is a write.
func TestTouchIsRare(t *testing.T) {
	t.Parallel()
	store := &countingStore{Store: openSQLite(t)()}
	a := newApp(t, &session.Manager{Store: store})
	b := a.browser()
	for range 120 { // a request a second for two minutes
		b.id()
		a.clock.move(time.Second)
	}
	if store.touches < 3 || store.touches > 4 {
		t.Errorf("%d touches in two minutes, want one for each 30 seconds", store.touches)
	}
}

type countingStore struct {
	session.Store
	touches int
}

func (s *countingStore) Touch(ctx context.Context, id string, seen time.Time) (bool, error) {
	s.touches++
	return s.Store.Touch(ctx, id, seen)
}

// S-228: a session that ends while a request runs.
func TestSessionEndsDuringRequest(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		a := newApp(t, &session.Manager{Store: open(), Roles: roles(t, false)})
		b := a.browser()
		b.signIn(session.Grant{Privileges: []string{"audit"}, UserName: "ada"})
		note := session.NewKey[string]("note")
		var newID string
		b.get("/", func(ctx context.Context, _ *http.Request) {
			s := session.Current(ctx)
			_ = note.Set(s, "x")
			promotedCtx, promoted := session.Promote(ctx, lent(roles(t, false), "simple"))
			if err := a.manager.Drop(ctx, s.ID()); err != nil {
				t.Errorf("Drop = %v", err)
			}
			for name, old := range map[string]*session.Session{"handle": s, "promoted handle": promoted} {
				if _, ok := note.Get(old); ok || !old.Closed() || !old.IsGuest() || old.HasPrivilege("audit") || old.HasPrivilege("simple") || old.User() != "" {
					t.Errorf("the old %s still answers: %+v", name, old.Info())
				}
				if err := note.Set(old, "y"); err != session.ErrClosed {
					t.Errorf("a change through the old %s = %v, want ErrClosed", name, err)
				}
			}
			next := session.Current(ctx)
			newID = next.ID()
			if newID == s.ID() || !next.IsGuest() || next.Closed() || session.Current(promotedCtx).ID() != newID || session.Caller(ctx).ID() != newID {
				t.Errorf("Current = %+v, want one new guest session", next.Info())
			}
			if err := note.Set(next, "z"); err != nil {
				t.Errorf("the new session: %v", err)
			}
		})
		if id := b.id(); id != newID {
			t.Errorf("the next request has session %s, want %s", id, newID)
		}
	})
}

// S-232
func TestDrop(t *testing.T) {
	t.Parallel()
	eachStore(t, func(t *testing.T, open func() session.Store) {
		var ended []string
		m := &session.Manager{Store: open()}
		m.OnClose(func(id string) { ended = append(ended, id) })
		a := newApp(t, m)
		b, other := a.browser(), a.browser()
		id, otherID := b.id(), other.id()
		for range 2 { // the second time there is nothing to drop
			if err := m.Drop(t.Context(), id); err != nil {
				t.Errorf("Drop = %v", err)
			}
		}
		if b.id() == id || other.id() != otherID {
			t.Error("the wrong session was dropped")
		}
		if !slices.Equal(ended, []string{id}) {
			t.Errorf("OnClose was told %v, want %s once", ended, id)
		}
	})
}

// Everything expires without a request, and those who ask are told. S-231
func TestSweep(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var ended []string
		m := &session.Manager{}
		m.OnClose(func(id string) {
			mu.Lock()
			defer mu.Unlock()
			ended = append(ended, id)
		})
		s, err := m.Bind(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "web")
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		if n, _ := m.Count(t.Context()); n != 1 || s.Closed() {
			t.Errorf("after 59 minutes: %d sessions, closed %t", n, s.Closed())
		}
		time.Sleep(2*time.Minute + time.Second)
		synctest.Wait()
		if n, _ := m.Count(t.Context()); n != 0 || !s.Closed() || !slices.Equal(ended, []string{s.ID()}) {
			t.Errorf("after 61 minutes: %d sessions, closed %t, told %v", n, s.Closed(), ended)
		}
		if err := m.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
}

// A state that no request uses is let go, and found as long as anyone holds it:
// a handle from long ago shows what a request does today. S-142, S-165
func TestLongHeldHandle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &session.Manager{Roles: roles(t, false)}
		w := httptest.NewRecorder()
		held, err := m.Bind(w, httptest.NewRequest("GET", "/", nil), "web")
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			time.Sleep(10 * time.Minute)
			synctest.Wait()
			runtime.GC()
		}
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", w.Header().Get("Set-Cookie"))
		s, err := m.Bind(httptest.NewRecorder(), r, "web")
		if err != nil || s.ID() != held.ID() {
			t.Fatalf("Bind = %v, %v", s.Info(), err)
		}
		if err := s.SetPrivileges(session.Grant{Privileges: []string{"audit"}}); err != nil || !held.HasPrivilege("audit") {
			t.Errorf("SetPrivileges = %v; the held handle has the privilege: %t", err, held.HasPrivilege("audit"))
		}
		m.Close()
	})
}

// S-145, S-226, S-229: the manager's own memory ends with it.
func TestClose(t *testing.T) {
	t.Parallel()
	store := session.NewMemoryStore()
	for name, given := range map[string]session.Store{"own store": nil, "given store": store} {
		var ended []string
		m := &session.Manager{Store: given}
		m.OnClose(func(id string) { ended = append(ended, id) })
		a := newApp(t, m)
		var s *session.Session
		a.browser().do(func(current *session.Session) { s = current })
		for range 2 {
			if err := m.Close(); err != nil {
				t.Errorf("%s: Close = %v", name, err)
			}
		}
		if own := given == nil; s.Closed() != own || (len(ended) == 1) != own {
			t.Errorf("%s: session closed %t, told %v", name, s.Closed(), ended)
		}
		if _, err := m.Bind(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil), "web"); err != session.ErrManagerClosed {
			t.Errorf("%s: Bind after Close = %v", name, err)
		}
	}
	if err := (&session.Manager{}).Close(); err != nil {
		t.Errorf("Close of an unused manager = %v", err)
	}
}
