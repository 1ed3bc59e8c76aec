package session_test

import (
	"context"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"testing"
	"time"

	"github.com/ordago/ordago/session"
)

// discard is a response without a body, cheaper than a recorder.
type discard struct{ header http.Header }

func (d discard) Header() http.Header         { return d.header }
func (d discard) Write(b []byte) (int, error) { return len(b), nil }
func (d discard) WriteHeader(int)             {}

// BenchmarkBind measures finding the session of a request: 10,000 sessions in a
// memory store, 64 goroutines. Below 2 microseconds is the aim.
func BenchmarkBind(b *testing.B) {
	const sessions, goroutines = 10_000, 64
	m := &session.Manager{MaxPerAddress: sessions}
	b.Cleanup(func() { m.Close() })
	cookies := make([]string, sessions)
	for i := range cookies {
		w := httptest.NewRecorder()
		if _, err := m.Bind(w, httptest.NewRequest("GET", "/", nil), "web"); err != nil {
			b.Fatal(err)
		}
		c := w.Result().Cookies()[0]
		cookies[i] = c.Name + "=" + c.Value
	}
	b.ReportAllocs()
	b.SetParallelism(max(1, goroutines/runtime.GOMAXPROCS(0)))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		w := discard{make(http.Header)}
		r := httptest.NewRequest("GET", "/rest/Book", nil)
		for pb.Next() {
			r.Header["Cookie"] = []string{cookies[rand.IntN(sessions)]}
			s, err := m.Bind(w, r, "rest")
			if err != nil || s.ID() == "" {
				b.Fatal(s, err)
			}
		}
		if len(w.header) != 0 {
			b.Error("a known session got a new cookie")
		}
	})
}

// BenchmarkHeld measures what every permission check asks.
func BenchmarkHeld(b *testing.B) {
	r := roles(b, false)
	s := session.New(session.Standalone, session.Desktop{Roles: r})
	b.ReportAllocs()
	for b.Loop() {
		s.Held(r)
	}
}

// BenchmarkEnter measures what each function call costs.
func BenchmarkEnter(b *testing.B) {
	ctx := session.NewContext(b.Context(), session.NewStandalone(""))
	b.ReportAllocs()
	for b.Loop() {
		_, s, leave := session.Enter(ctx, session.Lent{})
		s.Held(nil)
		leave()
	}
}

// BenchmarkKeyUpdate and BenchmarkUse measure a change of the storage, by 64
// goroutines on one session. They fail when an update is lost.
func BenchmarkKeyUpdate(b *testing.B) {
	s, n := session.NewStandalone(""), session.NewKey[int]("n")
	changes(b, s, func() error { return n.Update(s, func(n int) (int, error) { return n + 1, nil }) })
}

func BenchmarkUse(b *testing.B) {
	s := session.NewStandalone("")
	changes(b, s, func() error {
		return s.Storage().Use(context.Background(), func(_ context.Context, o *session.Object) error {
			v, _ := o.Get("n")
			n, _ := v.(float64)
			return o.Set("n", n+1)
		})
	})
}

func changes(b *testing.B, s *session.Session, change func() error) {
	b.Helper()
	b.ReportAllocs()
	b.SetParallelism(max(1, 64/runtime.GOMAXPROCS(0)))
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := change(); err != nil {
				b.Error(err)
			}
		}
	})
	if n, _ := session.NewKey[int]("n").Get(s); n != b.N {
		b.Errorf("%d of %d updates arrived", n, b.N)
	}
}

// BenchmarkOTP measures a passcode from its making to the session it opens.
func BenchmarkOTP(b *testing.B) {
	c := newClock()
	m := &session.Manager{Now: c.Now}
	b.Cleanup(func() { m.Close() })
	owner, err := m.Bind(discard{make(http.Header)}, httptest.NewRequest("GET", "/", nil), "web")
	if err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest("GET", "/", nil)
	b.ReportAllocs()
	for b.Loop() {
		c.move(time.Second) // so that old ones expire
		token, err := owner.CreateOTP(b.Context(), time.Minute)
		if err != nil {
			b.Fatal(err)
		}
		r.URL.RawQuery = "$4DSID=" + token
		if s, err := m.Bind(discard{make(http.Header)}, r, "web"); err != nil || s.ID() != owner.ID() {
			b.Fatal(s.ID(), err)
		}
	}
}
