package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// clock is a time that moves when told to.
type clock struct{ now atomic.Int64 }

func newClock() *clock {
	c := &clock{}
	c.now.Store(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC).UnixNano())
	return c
}

func (c *clock) Now() time.Time       { return time.Unix(0, c.now.Load()) }
func (c *clock) move(d time.Duration) { c.now.Add(int64(d)) }

// serveWith serves a new library under /rest with the sessions of m, on a clock that moves when told to.
func serveWith(t testing.TB, m *session.Manager, opts ...rest.Option) (*browser, *clock) {
	t.Helper()
	return serveRoles(t, nil, m, opts...)
}

// serveRoles is serveWith with permissions.
func serveRoles(t testing.TB, roles *privileges.Roles, m *session.Manager, opts ...rest.Option) (*browser, *clock) {
	t.Helper()
	c := newClock()
	if roles != nil {
		m.Roles = roles
	}
	m.Now = c.Now
	t.Cleanup(func() { _ = m.Close() })
	e := rest.New()
	rest.Mount(e.Group("/rest"), openLibrary(t, roles).Remote(), m, append([]rest.Option{rest.Clock(c.Now)}, opts...)...)
	return start(t, e), c
}

// onlySession returns the one session of m.
func onlySession(t testing.TB, m *session.Manager) *session.Session {
	t.Helper()
	list, err := m.List(t.Context())
	if err != nil || len(list) != 1 {
		t.Fatalf("sessions: %d, %v; want one", len(list), err)
	}
	s, err := m.Lookup(t.Context(), list[0].ID)
	if err != nil || s == nil {
		t.Fatalf("Lookup = %v, %v", s, err)
	}
	return s
}

// makeSet asks for an entity set and returns its URI.
func (b *browser) makeSet(params string) string {
	b.t.Helper()
	r := b.want(200, "__ENTITYSET", "GET", "/rest/Book?$method=entityset&$top=0"+params, "")
	_, after, _ := strings.Cut(r.body, `"__ENTITYSET":"`)
	uri, _, _ := strings.Cut(after, `"`)
	return uri
}

func (b *browser) refused(wait string) {
	b.t.Helper()
	r := b.want(429, `{"__ERROR":[{"message":"Too many entity sets`, "GET", "/rest/Book?$method=entityset&$top=0", "")
	if got := r.header.Get("Retry-After"); got != wait {
		b.t.Errorf("Retry-After %q, want %q", got, wait)
	}
}

func set(t testing.TB, q session.Quota, limit int) {
	t.Helper()
	if err := q.Set(limit); err != nil {
		t.Fatal(err)
	}
}

// S-204, S-205: a session has no limit until one is set; then another entity set is 429 until one is released or has expired.
func TestQuotaOfSets(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Profile: session.R4}
	b, c := serveWith(t, m)
	for range 3 {
		b.makeSet("&$timeout=600")
	}
	s := onlySession(t, m)
	if got := s.Quotas().Current(); got != 3 {
		t.Errorf("the session holds %d entity sets, want 3", got)
	}
	other := newBrowser(t, b.url)
	other.makeSet("")
	if got := s.Quotas().Current(); got != 3 {
		t.Errorf("with those of another session it holds %d, want 3", got)
	}
	set(t, s.Quotas().EntitySets, 4)
	c.move(100 * time.Second)
	uri := b.makeSet("&$timeout=1000")
	b.refused("500")
	b.want(200, "Salt Roads", "GET", uri, "") // what is there can be used
	other.makeSet("")                         // and others have their own limit
	b.want(200, `{"ok":true}`, "GET", uri+"?$method=release", "")
	b.makeSet("&$timeout=1000")
	b.refused("500")
	c.move(500 * time.Second)
	b.makeSet("")
	if got := s.Quotas().Current(); got != 2 {
		t.Errorf("after three have expired it holds %d, want 2", got)
	}
	if err := s.Quotas().EntitySets.Reset(); err != nil {
		t.Fatal(err)
	}
	for range 9 {
		b.makeSet("")
	}
}

// S-205: the limit of one session and the one of all hold together, in whichever order.
func TestQuotaOfAll(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Profile: session.R4}
	b, _ := serveWith(t, m, rest.EntitySetQuota(2))
	b.makeSet("")
	b.makeSet("&$timeout=20")
	b.refused("20")
	s := onlySession(t, m)
	set(t, s.Quotas().EntitySets, 5)
	b.refused("20")
	set(t, s.Quotas().EntitySets, 1)
	b.refused("20")
}

// lives expects an entity set to end after seconds without use.
func (b *browser) lives(c *clock, uri string, seconds int) {
	b.t.Helper()
	c.move(time.Duration(seconds)*time.Second - time.Second)
	b.want(200, "__COUNT", "GET", uri+"?$top=0", "")
	c.move(time.Duration(seconds) * time.Second)
	b.want(404, "1802", "GET", uri+"?$top=0", "")
}

// S-206, R-249: the session's times apply to sets made afterwards, and a longer $timeout is lowered.
func TestQuotaOfTimes(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Profile: session.R4, Idle: 100 * time.Hour}
	b, c := serveWith(t, m)
	old := b.makeSet("")
	q := onlySession(t, m).Quotas()
	set(t, q.DefaultTimeout, 500)
	set(t, q.MaxTimeout, 2000)
	b.lives(c, b.makeSet(""), 500)
	b.lives(c, b.makeSet("&$timeout=600"), 600)
	b.lives(c, b.makeSet("&$timeout=99999"), 2000)
	b.want(200, "__COUNT", "GET", old+"?$top=0", "") // in 6197 of its 7200 seconds

	kept := b.makeSet("")
	b.want(200, "__COUNT", "GET", kept+"?$top=0&$timeout=99999", "")
	b.lives(c, kept, 2000)
}

// In the default profile there are no quotas: neither number nor times change.
func TestNoQuotasByDefault(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Idle: 100 * time.Hour}
	b, c := serveWith(t, m)
	uri := b.makeSet("")
	if err := onlySession(t, m).Quotas().EntitySets.Set(1); err == nil {
		t.Error("a quota can be set in profile P21")
	}
	b.makeSet("")
	b.lives(c, uri, 7200)
	b.lives(c, b.makeSet("&$timeout=9000"), 9000)
}

// S-204: the sets of two mounts with stores of their own add up, those of a shared store count once.
func TestQuotaCountsEveryMount(t *testing.T) {
	t.Parallel()
	for name, shared := range map[string][]rest.Option{"own": nil, "shared": {rest.WithEntitySets(rest.NewMemoryEntitySets())}} {
		m := &session.Manager{Profile: session.R4}
		t.Cleanup(func() { _ = m.Close() })
		ds, e := openLibrary(t, nil).Remote(), rest.New()
		for _, base := range []string{"/rest", "/other"} {
			rest.Mount(e.Group(base), ds, m, shared...)
		}
		b := start(t, e)
		b.makeSet("")
		b.want(200, "/other/Book/$entityset/", "GET", "/other/Book?$method=entityset&$top=0", "")
		if got := onlySession(t, m).Quotas().Current(); got != 2 {
			t.Errorf("%s stores: %d entity sets, want 2", name, got)
		}
	}
}

// S-027, S-225, T-45: with sessions switched off a REST request has a session in profile R4, and in no other.
func TestSessionWithoutSessions(t *testing.T) {
	t.Parallel()
	for _, p := range []session.Profile{session.R4, session.R4 | session.C, session.P21, session.C, session.P20} {
		m := &session.Manager{Profile: p, Disabled: true}
		b, _ := serveWith(t, m)
		has := p&session.R4 != 0
		first := b.want(200, `"sessionInfo":[`, "GET", "/rest/$info", "")
		again := b.want(200, `"sessionInfo":[`, "GET", "/rest/$info", "")
		if got := first.header.Get("Set-Cookie") != ""; got != has {
			t.Errorf("profile %d: cookie %v, want %v", p, got, has)
		}
		if got := sessionIDIn(first.body); (got != "") != has || got != sessionIDIn(again.body) {
			t.Errorf("profile %d: sessions %q and %q", p, got, sessionIDIn(again.body))
		}
		if has {
			set(t, onlySession(t, m).Quotas().EntitySets, 1)
			b.makeSet("&$timeout=60")
			b.refused("60")
		}
	}
}

func sessionIDIn(body string) string {
	_, after, _ := strings.Cut(body, `"sessionID":"`)
	id, _, _ := strings.Cut(after, `"`)
	return id
}

// Parallel requests cannot pass a quota together.
func TestQuotaInParallel(t *testing.T) {
	t.Parallel()
	m := &session.Manager{Profile: session.R4}
	b, _ := serveWith(t, m)
	b.do("GET", "/rest/$catalog", "")
	set(t, onlySession(t, m).Quotas().EntitySets, 5)
	status := make(chan int, 40)
	for range cap(status) {
		go func() { status <- b.do("GET", "/rest/Book?$method=entityset&$top=0", "").status }()
	}
	got := map[int]int{}
	for range cap(status) {
		got[<-status]++
	}
	if fmt.Sprint(got) != fmt.Sprint(map[int]int{http.StatusOK: 5, http.StatusTooManyRequests: 35}) {
		t.Errorf("answers by status: %v, want 5 times 200 and 35 times 429", got)
	}
}
