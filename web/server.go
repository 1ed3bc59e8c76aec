package web

import (
	"context"
	"io/fs"
	"log/slog"
	"time"

	"github.com/ordago/ordago/session"
)

// Server describes one web server of an application, the host's or a component's. The zero value of every field but Manager is useful.
type Server struct {
	// Name tells the servers of an application apart in errors and logs, default "host".
	Name string
	// Manager binds sessions: the flag for sessions, the cookie and all sessions are its own (S-042). Do not share it between servers.
	Manager *session.Manager
	// Root is the web folder; nil: no files. For a folder on disk use os.OpenRoot(dir) and its FS method: it does not leave the folder,
	// not even by symbolic links, which os.DirFS follows.
	Root fs.FS
	// HomePage is the file that answers "/", default "index.html". If it does not exist, "/" goes to the hooks (S-060).
	HomePage string
	// Component marks the server of a component: its request handlers are ignored (S-370).
	Component bool

	// Authentication is On Web Authentication (section 5.2), Connection is On Web Connection (section 5.3); nil: not defined.
	Authentication AuthenticationHook
	Connection     ConnectionHook
	// Mode says where the credentials of the hooks come from, default [Custom].
	Mode AuthMode
	// Realm is what browsers show when they ask for credentials, default Name.
	Realm string
	// Users is the application's own user table, consulted in mode [Basic]; nil: none.
	Users UserTable
	// IncludeUsers lets Users decide about the users it knows, without the hook (S-067).
	IncludeUsers bool

	// Methods are reached by /4DACTION/ when they have the attribute [TagsAndURLs].
	Methods []*Method
	// Handlers are the custom HTTP request handlers, the first match wins (section 15).
	Handlers []RequestHandler
	// Tags is what the expressions of pages may name.
	Tags Environment

	// HideMethods answers methods without the attribute like unknown ones (S-384).
	HideMethods bool
	// SkipStatic serves static files without a session (S-224).
	SkipStatic bool
	// TrustedOrigins are origins ("https://shop.example") whose pages may send POST and other unsafe requests. Others than the
	// server's own are refused.
	TrustedOrigins []string
	// Limits of requests and pages.
	Limits Limits
	// Log receives failures, default [slog.Default].
	Log *slog.Logger
	// Now is the clock, default [time.Now].
	Now func() time.Time
}

// Limits bound what one request may cost. A zero field has its default.
type Limits struct {
	Body   int64         // bytes of a request body, default 8 MiB; more is answered 413
	Fields int           // form variables and files, default 1000; more is answered 413
	Page   int64         // bytes of a page before its tags are evaluated, default 1 MiB
	Output int           // bytes of a page after that, default 8 MiB
	Tags   int           // tags and turns of loops in one page, default 100,000
	Time   time.Duration // for the work of one request, default 30 s
}

// withDefaults returns l with its zero fields set.
func (l Limits) withDefaults() Limits {
	return Limits{
		Body:   either(l.Body, 8<<20),
		Fields: either(l.Fields, 1000),
		Page:   either(l.Page, 1<<20),
		Output: either(l.Output, 8<<20),
		Tags:   either(l.Tags, 100_000),
		Time:   either(l.Time, 30*time.Second),
	}
}

func either[N int | int64 | time.Duration](n, otherwise N) N {
	if n > 0 {
		return n
	}
	return otherwise
}

// AuthenticationHook is On Web Authentication. Session and request are those of the receiving server; s is nil when its sessions are
// switched off. An error, or a panic, refuses the request (S-064).
type AuthenticationHook func(ctx context.Context, s *session.Session, r Request) (Verdict, error)

// ConnectionHook is On Web Connection: it answers requests that no file answers (S-071), as a [Method] does.
type ConnectionHook func(ctx context.Context, s *session.Session, c *Call) error

// Verdict is the result of an [AuthenticationHook].
type Verdict uint8

// The verdicts. No result accepts, as in 4D (S-063): return Refuse where in doubt.
const (
	NoResult Verdict = iota
	Accept
	Refuse
)

// AuthMode says how browsers send credentials.
type AuthMode uint8

// The modes (S-066).
const (
	// Custom leaves it to the application: user and password are empty.
	Custom AuthMode = iota
	// Basic asks the browser for name and password and hands both to the hook.
	Basic
	// Digest asks the browser for a proof of the password, which [Request.ValidDigest] checks (RFC 7616, SHA-256).
	Digest
)

// UserCheck is what a [UserTable] knows.
type UserCheck uint8

// The results of a check.
const (
	UnknownUser UserCheck = iota
	WrongPassword
	RightPassword
)

// UserTable checks a name and password against the application's own users. Compare passwords in constant time, and limit attempts.
type UserTable func(ctx context.Context, user, password string) (UserCheck, error)
