package server

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
	"github.com/ordago/ordago/web"
)

// Defaults of a [Config].
const (
	DefaultDatabase  = "ordago.db"
	DefaultListen    = "127.0.0.1:8080"
	DefaultGrace     = rest.DefaultGrace
	DefaultSlowQuery = 200 * time.Millisecond
	DefaultMaxBody   = rest.DefaultMaxBody // bytes

	DefaultMaxProcesses = 256
)

// SQLiteEngine names the SQLite engine in this build: "mattn" or "modernc".
const SQLiteEngine = sqlite.Engine

// Config describes an application. The zero value of every field but Definitions is useful.
type Config struct {
	// Database is the path of an SQLite file, created if it is missing, or a PostgreSQL URL (postgres://user:password@host/name).
	// Default [DefaultDatabase] in the current folder.
	Database string
	// MustExist makes a missing SQLite file an error.
	MustExist bool
	// Durable says how safe a commit is when it is answered, default [DurableNormal].
	Durable Durability
	// Definitions are the dataclasses, functions and permissions.
	Definitions []dataclasses.Definition
	// Migrations holds folders called sqlite and postgres with numbered SQL files (see package migrations). Nil: what is missing in the
	// database is created from the models, which is for development.
	Migrations fs.FS
	// RolesFile is a roles.json that takes the place of the permissions in Definitions; "" keeps those. A mistake in it is an error of
	// Open, and is also written to Roles_Errors.json beside it (S-302). See [Server.ReloadRoles].
	RolesFile string
	// RolesFailOpen starts in spite of mistakes in RolesFile, WITH ALL ACCESS PROTECTION OFF, as S-299 describes.
	RolesFailOpen bool

	// Sessions says where sessions are kept, default [SessionsInMemory].
	Sessions SessionStorage
	// CookieName is the second half of the session cookie's name, 4DSID_<CookieName>, default "ordago" (S-212).
	CookieName string
	// CookieSecure marks the cookie Secure on every connection: for a server behind a proxy that ends TLS.
	CookieSecure bool

	// NoSessions switches scalable sessions off: no session is made, no cookie sent, and Session is Null in every request (S-023, S-225).
	NoSessions bool

	// Web are the pages of the application, on the same address as REST and with the same sessions: its Manager stays nil. REST keeps
	// /rest, everything else goes to the pages. Nil: REST only.
	Web *web.Server
	// Components plug into the application; see [Component].
	Components []Component
	// Admin is the administration web server; nil: none.
	Admin *Admin

	// RESTAuthentication is the hook On REST Authentication, asked by $directory/login unless roles.json says forceLogin (S-076). Nil:
	// logins are accepted and change nothing.
	RESTAuthentication rest.LoginFunc
	// Mobile serves mobile apps under /mobileapp; nil: there is no such path. Without a Store of its own it is given one in a folder
	// beside an SQLite file, called <name>-mobile, and one in memory with PostgreSQL.
	Mobile *rest.Mobile

	// Standalone makes a single-user application: the same program without a server. Code that belongs to no web request runs in the
	// standalone session then (S-010), and the hooks of a server are not called; [Server.Run] serves web requests all the same, in web
	// sessions (S-029).
	Standalone bool
	// UserName is the user of [Server.Session], default "designer" (S-123).
	UserName string
	// Profile chooses the version of 4D whose rules hold for sessions, default [session.P21].
	Profile session.Profile
	// Procedures are what can run in processes of their own, see [NewProcedure].
	Procedures []Procedure
	// MaxProcesses is how many procedures may run at the same time, default [DefaultMaxProcesses].
	MaxProcesses int
	// Schedule says which procedures run at what time while [Server.Run] does.
	Schedule []Scheduled
	// Hooks are called in the course of the application's life.
	Hooks Hooks

	// Listen is the TCP address, default [DefaultListen]; port 0 takes a free one.
	Listen string
	// MaxBody is the size in bytes of the largest request body, default and at most [DefaultMaxBody].
	MaxBody int64
	// Grace is how long running requests may take to finish when the server stops, and then again how long [Hooks] ServerShutdown may take,
	// default [DefaultGrace].
	Grace time.Duration
	// SlowQuery is the duration from which a database statement is logged as slow, default [DefaultSlowQuery].
	SlowQuery time.Duration
	// REST are further options of the protocol.
	REST []rest.Option
	// Log receives what happens, default [slog.Default]. Values of attributes and secrets are never logged.
	Log *slog.Logger
}

// Durability says what must have happened before a write is answered.
type Durability string

// The durabilities. A crash of the program loses nothing that was answered in either.
const (
	// DurableNormal lets a power cut take the last commits of an SQLite file, but never damages it. PostgreSQL does what its
	// configuration says.
	DurableNormal Durability = "normal"
	// DurableFull waits for the disk at every commit.
	DurableFull Durability = "full"
)

// SessionStorage says where sessions are kept.
type SessionStorage string

// The storages.
const (
	// SessionsInMemory keeps sessions in the process: they end with it.
	SessionsInMemory SessionStorage = "memory"
	// SessionsInSQL keeps sessions in the database, or beside an SQLite file in one of their own called <name>-sessions.db:
	// they outlive a restart, and on PostgreSQL several servers share them.
	SessionsInSQL SessionStorage = "sql"
)

// withDefaults fills what was left out.
func (c Config) withDefaults() Config {
	c.Database = cmp.Or(c.Database, DefaultDatabase)
	c.Durable = cmp.Or(c.Durable, DurableNormal)
	c.Sessions = cmp.Or(c.Sessions, SessionsInMemory)
	c.Listen = cmp.Or(c.Listen, DefaultListen)
	c.MaxBody = cmp.Or(c.MaxBody, DefaultMaxBody)
	c.MaxProcesses = cmp.Or(c.MaxProcesses, DefaultMaxProcesses)
	c.Grace = cmp.Or(c.Grace, DefaultGrace)
	c.SlowQuery = cmp.Or(c.SlowQuery, DefaultSlowQuery)
	c.Log = cmp.Or(c.Log, slog.Default())
	return c
}

// desktop is the kind of the session of everything that is no web request.
func (c Config) desktop() session.Kind {
	if c.Standalone {
		return session.Standalone
	}
	return session.StoredProcedure
}

// check reports all mistakes at once.
func (c Config) check() error {
	var errs []error
	if c.Durable != DurableNormal && c.Durable != DurableFull {
		errs = append(errs, fmt.Errorf("durable %q is unknown: write normal or full", c.Durable))
	}
	if c.Sessions != SessionsInMemory && c.Sessions != SessionsInSQL {
		errs = append(errs, fmt.Errorf("sessions %q is unknown: write memory or sql", c.Sessions))
	}
	if c.MaxBody < 0 || c.MaxBody > DefaultMaxBody {
		errs = append(errs, fmt.Errorf("the largest request body cannot be %d bytes: choose 1 to %d", c.MaxBody, DefaultMaxBody))
	}
	if c.Grace < 0 || c.SlowQuery < 0 {
		errs = append(errs, errors.New("the grace period and the slow query time cannot be negative"))
	}
	if c.MaxProcesses < 0 {
		errs = append(errs, fmt.Errorf("%d processes cannot run at the same time: choose 1 or more", c.MaxProcesses))
	}
	if len(c.Definitions) == 0 {
		errs = append(errs, errors.New("there are no definitions: give the dataclasses to serve"))
	}
	return errors.Join(append(errs, c.checkProcedures())...)
}
