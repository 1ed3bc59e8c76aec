package web

import (
	"context"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/ordago/ordago/session"
)

// credentials are what the browser sent for the mode of the server.
type credentials struct {
	user, password string
	digest         *digest // nil: none, or not one of this server
}

// User returns the user name; "" in mode [Custom], or when the browser sent none (S-066).
func (r Request) User() string { return r.exchange.credentials.user }

// Password returns the password in mode [Basic], unless the user is in the application's own table; otherwise it is empty (S-066).
func (r Request) Password() string { return r.exchange.credentials.password }

// ValidDigest reports whether the browser proved that it knows the password of [Request.User], in mode [Digest] (S-066).
func (r Request) ValidDigest(password string) bool {
	d := r.exchange.credentials.digest
	return d != nil && d.proves(password)
}

// authenticated asks On Web Authentication, once in a request. What goes wrong in it refuses (S-064).
func (x *exchange) authenticated() bool {
	if x.decided {
		return x.accepted
	}
	x.decided = true
	accepted, err := x.decide()
	if err != nil {
		x.site.server.Log.LogAttrs(context.WithoutCancel(x.ctx), slog.LevelError, "On Web Authentication", x.attrs(err)...)
		return false
	}
	x.accepted = accepted
	return accepted
}

// decide implements S-062 to S-067.
func (x *exchange) decide() (bool, error) {
	known, right, err := x.readCredentials()
	if err != nil {
		return false, err
	}
	if known && x.site.server.IncludeUsers {
		return right, nil
	}
	hook := x.site.server.Authentication
	if hook == nil {
		return x.site.server.Mode == Custom, nil
	}
	verdict, err := x.ask(hook)
	return verdict == NoResult || verdict == Accept, err
}

func (x *exchange) ask(hook AuthenticationHook) (v Verdict, err error) {
	defer func() {
		if p := recover(); p != nil {
			v, err = Refuse, &panicError{p, debug.Stack()}
		}
	}()
	return hook(x.ctx, session.Current(x.ctx), x.call.Request)
}

// readCredentials reads the header of the mode and says what the application's own user table knows.
func (x *exchange) readCredentials() (known, right bool, err error) {
	c := &x.credentials
	switch x.site.server.Mode {
	case Basic:
		c.user, c.password, _ = x.r.BasicAuth()
	case Digest:
		c.digest = x.site.digestOf(x.r)
		if c.digest != nil {
			c.user = c.digest.field["username"]
		}
	}
	if x.site.server.Mode != Basic || x.site.server.Users == nil || c.user == "" {
		return false, false, nil
	}
	check, err := x.site.server.Users(x.ctx, c.user, c.password)
	if err != nil || check == UnknownUser {
		return false, false, err
	}
	c.password = "" // the application has checked it, the hook need not see it
	return true, check == RightPassword, nil
}

// refusal is the answer to a request that On Web Authentication refused (S-070).
func (s *Site) refusal(x *exchange) error {
	switch s.server.Mode {
	case Basic:
		return challenge("Basic realm=" + quoted(s.server.Realm) + `, charset="UTF-8"`)
	case Digest:
		d := x.credentials.digest
		return challenge(s.digestChallenge(d != nil && !d.fresh))
	default:
		return &statusError{status: http.StatusForbidden}
	}
}

func challenge(text string) error {
	return &statusError{status: http.StatusUnauthorized, header: http.Header{"Www-Authenticate": {text}}}
}
