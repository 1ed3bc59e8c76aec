package main

import (
	"time"

	"github.com/spf13/pflag"

	"github.com/ordago/ordago/server"
)

// settings are the values of the options.
type settings struct {
	db                  string
	durable             choice
	listen              string
	sessions            choice
	cookieName          string
	cookieSecure        bool
	noSessions          bool
	webFolder           string
	adminListen         string
	adminKey            string
	maxBody             size
	grace, slowQuery    time.Duration
	roles               string
	rolesFailOpen       bool
	demo                bool
	logLevel, logFormat choice
}

// flags declares all options, with their defaults; the names are the keys of the configuration file too.
func (s *settings) flags() *pflag.FlagSet {
	s.durable = newChoice("normal", "full")
	s.sessions = newChoice("memory", "sql")
	s.logLevel = newChoice("info", "debug", "warn", "error")
	s.logFormat = newChoice("text", "json")
	s.maxBody = server.DefaultMaxBody
	f := pflag.NewFlagSet("ordago", pflag.ContinueOnError)
	f.String(fileOption, "", "YAML `file` with options (default: ordago.yaml, if there is one)")
	f.Var(&s.logLevel, "log-level", "what is logged to stderr: debug, info, warn or error")
	f.Var(&s.logFormat, "log-format", "form of the log: text or json")
	f.StringVar(&s.db, "db", server.DefaultDatabase,
		"SQLite `file`, or postgres://user@host/name; a URL with a password belongs into ORDAGO_DB or the file")
	f.Var(&s.durable, "durable", "full waits for the disk at every commit; normal may lose the last ones in a power cut: full or normal")
	s.serveFlags(f)
	return f
}

func (s *settings) serveFlags(f *pflag.FlagSet) {
	f.StringVar(&s.listen, "listen", server.DefaultListen, "`address` to listen on; port 0 takes a free one")
	f.Var(&s.sessions, "sessions", "where sessions are kept: memory, or sql to outlive a restart and to be shared by servers")
	f.StringVar(&s.cookieName, "cookie-name", "ordago", "`name` of the session cookie after 4DSID_")
	f.BoolVar(&s.cookieSecure, "cookie-secure", false, "mark the cookie Secure: behind a proxy that ends TLS")
	f.BoolVar(&s.noSessions, "no-sessions", false, "serve without sessions: nobody can sign in, and Session is null")
	f.StringVar(&s.webFolder, "web-folder", "", "serve the pages of this `folder` instead of the demo's own; edits show at once")
	f.StringVar(&s.adminListen, "admin-listen", "",
		"`address` of the administration web server, "+server.DefaultAdminListen+" when only ORDAGO_ADMIN_KEY, its access key, is set (default: none)")
	f.StringVar(&s.adminKey, adminKeyOption, "", "access key of the administration web server")
	f.Var(&s.maxBody, "max-body", "largest request body, such as 512KiB or 8MiB")
	f.DurationVar(&s.grace, "grace", server.DefaultGrace, "how long running requests may take to finish when the server stops")
	f.DurationVar(&s.slowQuery, "slow-query", server.DefaultSlowQuery, "database statements that take longer are logged")
	f.StringVar(&s.roles, "roles", "", "roles.json `file` that replaces the demo's permissions")
	f.BoolVar(&s.rolesFailOpen, "roles-fail-open", false, "start in spite of mistakes in the roles file, WITHOUT ACCESS PROTECTION")
	f.BoolVar(&s.demo, "demo", true, "fill an empty database with the demo")
}

// config turns the settings into a server's configuration, without the application.
func (s *settings) config() server.Config {
	return server.Config{
		Database:      s.db,
		Durable:       server.Durability(s.durable.value),
		Listen:        s.listen,
		Sessions:      server.SessionStorage(s.sessions.value),
		CookieName:    s.cookieName,
		CookieSecure:  s.cookieSecure,
		NoSessions:    s.noSessions,
		Admin:         s.admin(),
		MaxBody:       int64(s.maxBody),
		Grace:         s.grace,
		SlowQuery:     s.slowQuery,
		RolesFile:     s.roles,
		RolesFailOpen: s.rolesFailOpen,
	}
}

// adminKeyOption is an option of the environment and the file only: everybody on a machine can read the command lines of others.
const adminKeyOption = "admin-key"

// admin is the administration web server, nil when nothing asks for it.
func (s *settings) admin() *server.Admin {
	if s.adminListen == "" && s.adminKey == "" {
		return nil
	}
	return &server.Admin{Listen: s.adminListen, AccessKey: s.adminKey}
}
