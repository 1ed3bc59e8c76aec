package rest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// signInIDLength is the length of a session's ID, with which a token begins: by it the sign-in is found.
const signInIDLength = 32

// tokenLength is the length of a token: the ID and 256 random bits.
const tokenLength = signInIDLength + 64

func newToken(id string) string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails; see crypto/rand
	return id + hex.EncodeToString(b[:])
}

// bearer returns the token of a request, "" when it has none of ours.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || len(token) != tokenLength {
		return ""
	}
	return token
}

// bindByToken enters the session of the app whose token the request has, and reports whether it has a valid one. After a restart the
// session comes back (S-086).
func (c *call) bindByToken() (bool, error) {
	if c.mobile == nil {
		return false, nil
	}
	token := bearer(c.r)
	if token == "" {
		return false, nil
	}
	id := token[:signInIDLength]
	signIn, err := c.mobile.load(c.ctx, id, c.now())
	if err != nil || signIn == nil || !signIn.openedBy(token) {
		return false, err
	}
	s, err := c.manager.Resume(c.w, c.r, sessionType, signIn.past())
	if err != nil {
		return false, fmt.Errorf("resume session: %w", err)
	}
	c.enter(s)
	c.token = token
	if err := c.findSignInOf(id); err != nil || c.signIn != nil || s == nil {
		return true, err
	}
	return true, s.End() // somebody dropped it meanwhile: it must not come back
}

// findSignIn looks for the sign-in of the session that the cookie opened.
func (c *call) findSignIn() error {
	if c.mobile == nil || c.session == nil {
		return nil
	}
	return c.findSignInOf(c.session.ID())
}

func (c *call) findSignInOf(id string) (err error) {
	c.signIn, err = c.mobile.load(c.ctx, id, c.now())
	return err
}

// mobileGate refuses what comes before the sign-in of an app. It reports whether the request needs no other gate: signing in and out, and
// actions, which are for every app that has signed in.
func (c *call) mobileGate() (bool, error) {
	if c.mobile == nil || c.req.resource == resAuthenticate {
		return c.mobile != nil, nil
	}
	if c.signIn == nil || c.signIn.Status != MobileAccepted || !c.signIn.opened() {
		return true, fail(http.StatusUnauthorized, codeLoginRequired, "The app has to sign in with $authenticate")
	}
	return c.req.resource == resAction || c.req.resource == resLogout, nil
}

// mobileSession describes the session of the request to a hook.
func (c *call) mobileSession() MobileSession {
	return MobileSession{ID: c.sessionID(), IP: mappedAddress(clientAddress(c.r))}
}

// mappedAddress writes an IPv4 address as the IPv6 one that stands for it; other text stays as it is.
func mappedAddress(text string) string {
	ip, err := netip.ParseAddr(text)
	if err != nil || !ip.Is4() {
		return text
	}
	return "::ffff:" + text
}

// developer reports whether the request comes from this machine and no proxy says otherwise, where that is asked for (S-084).
func (c *call) developer() bool {
	if !c.mobile.DeveloperLocalhost || !loopback(clientAddress(c.r)) {
		return false
	}
	for _, name := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if len(c.r.Header.Values(name)) > 0 {
			return false
		}
	}
	host, _, err := net.SplitHostPort(c.r.RemoteAddr)
	return err == nil && loopback(host)
}

func loopback(address string) bool {
	ip, err := netip.ParseAddr(address)
	return err == nil && ip.Unmap().IsLoopback()
}
