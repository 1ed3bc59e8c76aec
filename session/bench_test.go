package session_test

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"

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
	b.SetParallelism(goroutines / 2)
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
	s := session.NewStandalone("")
	b.ReportAllocs()
	for b.Loop() {
		s.Held()
	}
}
