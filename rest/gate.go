package rest

import (
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// authentify is the one function that a guest may call in force-login mode.
const authentify = "authentify"

// gate holds back guests in force-login mode (S-337 to S-345) and slows down those who guess passwords.
func (c *call) gate() error {
	if c.isAuthentify() && !c.logins.allow(clientAddress(c.r)) {
		return c.tooManyAttempts()
	}
	if done, err := c.mobileGate(); done || err != nil {
		return err
	}
	if c.guest() && c.forceLogin() && !c.descriptive() {
		return fail(http.StatusUnauthorized, codeLoginRequired, "Authentication is required")
	}
	return nil
}

// forceLogin reports whether guests may only describe and sign in; it does not change while the server runs (S-335).
func (c *call) forceLogin() bool { return c.remote.Roles().Current().ForceLogin() }

// descriptive reports whether a request only describes the datastore or signs in (S-338).
func (c *call) descriptive() bool {
	if c.req.resource != resCatalog {
		return c.req.class == "$getWebForm" // which then does not exist
	}
	return c.isAuthentify() || c.reading() && !c.isStoreFunction()
}

func (c *call) isAuthentify() bool {
	return c.req.resource == resCatalog && len(c.req.segments) == 1 && c.req.part(0) == authentify
}

// isStoreFunction reports whether "$catalog/name" calls a function of the datastore rather than describing a dataclass.
func (c *call) isStoreFunction() bool {
	name := c.req.part(0)
	return name != "" && c.remote.Class(name) == nil && c.remote.Function(name) != nil
}

func (c *call) tooManyAttempts() error {
	c.retry = "1"
	return fail(http.StatusUnauthorized, codeLoginFailed, "Too many attempts to sign in, wait a moment")
}

// clientAddress returns the IP address of the client: what the front of the server found out (see echo.go), else the connection's.
func clientAddress(r *http.Request) string {
	if a, ok := r.Context().Value(addressKey{}).(string); ok {
		return a
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// addressKey is the context key of the client's address.
type addressKey struct{}

// attempts counts the attempts to sign in of each address.
type attempts struct {
	perSecond rate.Limit
	burst     int
	now       func() time.Time

	mu       sync.Mutex
	limiters map[string]*rate.Limiter
}

// maxAddresses bounds the memory of [attempts]. When it is reached those who have all their attempts left are forgotten.
const maxAddresses = 10_000

func newAttempts(perSecond float64, burst int, now func() time.Time) *attempts {
	return &attempts{perSecond: rate.Limit(perSecond), burst: burst, now: now, limiters: map[string]*rate.Limiter{}}
}

// allow takes one attempt of an address and reports whether there was one left.
func (a *attempts) allow(address string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := a.now()
	l := a.limiters[address]
	if l == nil {
		if len(a.limiters) >= maxAddresses {
			a.forget(now)
		}
		l = rate.NewLimiter(a.perSecond, a.burst)
		a.limiters[address] = l
	}
	return l.AllowN(now, 1)
}

// forget drops the limiters that are full again; if all are in use, all of them: better a few more attempts than no memory.
func (a *attempts) forget(now time.Time) {
	for address, l := range a.limiters {
		if l.TokensAt(now) >= float64(a.burst) {
			delete(a.limiters, address)
		}
	}
	if len(a.limiters) >= maxAddresses {
		clear(a.limiters)
	}
}
