package server

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4/middleware"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// DefaultAdminListen is the address of the administration web server: this machine only, on the port that 4D uses for it.
const DefaultAdminListen = "127.0.0.1:7080"

// minAccessKey is the shortest access key in bytes.
const minAccessKey = 16

// adminName is the name of the administration web server among those of the application.
const adminName = "administration"

// How often one address may try a key: five times, then once in ten seconds.
const (
	keyBurst    = 5
	keysPerSec  = 0.1
	keysExpires = 10 * time.Minute
)

// adminSessions is how many sessions the administration web server may have.
const adminSessions = 1000

// Admin describes the administration web server (S-315): pages on an address of their own, where who gives the access key can look at all
// sessions and drop them. Nothing can be done there without the key, and nothing of it is on the application's own address. Outside of
// this machine put it behind TLS: the key is sent as it is.
type Admin struct {
	// Listen is the TCP address, default [DefaultAdminListen]; port 0 takes a free one.
	Listen string
	// AccessKey opens administration sessions; at least 16 characters. It is kept as a hash.
	AccessKey string
}

func (a Admin) listen() string { return cmp.Or(a.Listen, DefaultAdminListen) }

func (a Admin) check() error {
	if len(a.AccessKey) < minAccessKey {
		return fmt.Errorf("the administration web server needs an access key of at least %d characters", minAccessKey)
	}
	return nil
}

// administration is the administration web server.
type administration struct {
	server   *Server
	key      [sha256.Size]byte
	attempts *middleware.RateLimiterMemoryStore
	log      *slog.Logger
}

func newAdministration(s *Server) *administration {
	return &administration{
		server: s,
		key:    sha256.Sum256([]byte(s.config.Admin.AccessKey)),
		attempts: middleware.NewRateLimiterMemoryStoreWithConfig(middleware.RateLimiterMemoryStoreConfig{
			Rate: keysPerSec, Burst: keyBurst, ExpiresIn: keysExpires,
		}),
		log: s.config.Log,
	}
}

//go:embed admin
var adminFiles embed.FS

// adminHeader forbids the pages everything but their own style and forms.
func adminHeader() http.Header {
	return http.Header{
		"Content-Security-Policy": {"default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
		"X-Frame-Options":         {"DENY"},
		"Referrer-Policy":         {"no-referrer"},
	}
}

// site describes the web server. Its sessions are its own, in a cookie of their own.
func (a *administration) site() web.Server {
	root, err := fs.Sub(adminFiles, "admin")
	if err != nil {
		panic(err) // the name is right
	}
	c := a.server.config
	return web.Server{
		Name: adminName,
		Manager: &session.Manager{
			AppName: cmp.Or(c.CookieName, session.DefaultAppName) + "-admin", MaxSessions: adminSessions, Component: true,
			Secure: c.CookieSecure, Log: c.Log,
		},
		Root:     root,
		HomePage: "index.shtml",
		Methods: []*web.Method{
			web.NewMethod("open", a.open, web.TagsAndURLs),
			web.NewMethod("close", a.close, web.TagsAndURLs),
			web.NewMethod("drop", a.drop, web.TagsAndURLs),
			web.NewMethod("sessions", a.sendSessions, web.TagsAndURLs),
		},
		Tags: web.Environment{Functions: []*web.Function{
			web.Function0("mayAdminister", mayAdminister, web.TagsAndURLs),
			web.Function0("total", a.total, web.TagsAndURLs),
			web.Function0("newest", a.newest, web.TagsAndURLs),
		}},
		Limits:     web.Limits{Body: 64 << 10, Fields: 10},
		SkipStatic: true,
		Log:        c.Log,
	}
}

var errNotAdmin = errors.New("this needs an administration session")

func mayAdminister(ctx context.Context, _ *session.Session) (bool, error) {
	return session.MayAdminister(ctx), nil
}

// open gives a session that knows the access key the privilege WebAdmin (S-315). The key comes in the body of a POST: URLs are kept in
// histories and logs.
func (a *administration) open(_ context.Context, s *session.Session, c *web.Call) error {
	if c.Verb() != http.MethodPost {
		return c.SendStatus(http.StatusMethodNotAllowed)
	}
	allowed, err := a.attempts.Allow(networkOf(c.ClientIP()))
	if err != nil {
		return err
	}
	if !allowed {
		a.log.Warn("too many attempts to open an administration session", "address", c.ClientIP())
		return c.SendStatus(http.StatusTooManyRequests)
	}
	given, _ := c.Field("key")
	hash := sha256.Sum256([]byte(given))
	if subtle.ConstantTimeCompare(hash[:], a.key[:]) != 1 {
		a.log.Warn("wrong access key of the administration web server", "address", c.ClientIP())
		return c.SendStatus(http.StatusForbidden)
	}
	if err := s.SetPrivileges(session.Grant{Privileges: []string{adminPrivilege}, UserName: "administrator"}); err != nil {
		return err
	}
	a.log.Info("administration session opened", "address", c.ClientIP(), "session", s.ID())
	return c.Redirect("/")
}

// adminPrivilege is held by administration sessions; it is always declared (S-164).
const adminPrivilege = "WebAdmin"

// networkOf is what counts as one address: a subscriber has a whole /64 network of IPv6 addresses.
func networkOf(address string) string {
	ip := net.ParseIP(address)
	if ip == nil || ip.To4() != nil {
		return address
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}

// close ends the caller's administration session.
func (a *administration) close(ctx context.Context, s *session.Session, c *web.Call) error {
	if c.Verb() != http.MethodPost {
		return c.SendStatus(http.StatusMethodNotAllowed)
	}
	if err := a.manager().Drop(ctx, s.ID()); err != nil {
		return err
	}
	return c.Redirect("/")
}

func (a *administration) manager() *session.Manager {
	return a.server.app.Component(adminName).Manager()
}

// AdminAddr returns the address of the administration web server, with its real port; nil before [Server.Listen] and without one.
func (s *Server) AdminAddr() net.Addr { return s.addrOf(adminName) }
