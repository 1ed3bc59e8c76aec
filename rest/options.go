package rest

import (
	"context"
	"log/slog"
	"time"

	"github.com/ordago/ordago/session"
)

// Limits that hold unless an option sets others.
const (
	DefaultTop        = 100             // entities on a page when the request names no $top
	DefaultMaxTop     = 100_000         // largest page
	DefaultMaxBody    = 32 << 20        // bytes of a request body
	DefaultMaxAnswer  = 64 << 20        // bytes of an answer that shows entities
	DefaultSetMembers = 1_000_000       // entities in one entity set
	DefaultSets       = 1000            // entity sets of one session
	DefaultTimeout    = 5 * time.Minute // for the work of one request
	maxUpdates        = 10_000          // entities in one update
	maxArguments      = 64              // arguments of one function call
	maxDepth          = 64              // nesting of a JSON body
	maxTokens         = 2_000_000       // values and names in a JSON body
)

// Option changes how [Mount] and [Handler] serve a datastore.
type Option func(*options)

// LoginFunc is the hook On REST Authentication (S-076): it says whether the credentials are accepted. Privileges are granted only if it
// calls [session.Session.SetPrivileges] (S-080). An error is answered as "internal error".
type LoginFunc func(ctx context.Context, s *session.Session, c Credentials) (bool, error)

// Credentials are what a client sent to $directory/login; absent ones are "" (S-358).
type Credentials struct {
	User     string
	Password string
	Hashed   bool   // Password is a digest made by the client, opaque here
	Address  string // IP address of the client
}

type options struct {
	base           string
	top, maxTop    int
	maxBody        int64
	maxAnswer      int
	timeout        time.Duration
	sets           EntitySets
	setMembers     int
	setQuota       int
	allowGetDelete bool
	allowDeleteAll bool
	strict         bool
	adminInfo      bool
	suffix         string
	login          LoginFunc
	mobile         *Mobile
	loginsPerSec   float64
	loginBurst     int
	elsewhere      []string // routes
	log            *slog.Logger
	now            func() time.Time
}

func newOptions(opts []Option) options {
	o := options{
		base: "/rest", top: DefaultTop, maxTop: DefaultMaxTop, maxBody: DefaultMaxBody, maxAnswer: DefaultMaxAnswer, timeout: DefaultTimeout,
		setMembers: DefaultSetMembers, suffix: "Selection", loginsPerSec: 2, loginBurst: 30, log: slog.Default(), now: time.Now,
	}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// BasePath sets the path under which [Handler] serves, default "/rest". [Mount] takes it from the group.
func BasePath(path string) Option { return func(o *options) { o.base = path } }

// PageSize sets how many entities a page has when the request does not say, default [DefaultTop], and the most that $top may ask for,
// default [DefaultMaxTop]: a larger $top is lowered to it.
func PageSize(top, most int) Option {
	return func(o *options) { o.top, o.maxTop = min(top, most), most }
}

// MaxBody sets the size in bytes of the largest request body, default [DefaultMaxBody]; more is answered 413.
func MaxBody(bytes int64) Option { return func(o *options) { o.maxBody = bytes } }

// MaxAnswer sets the size in bytes from which an answer with entities is refused, default [DefaultMaxAnswer]: relations that lead back
// and forth multiply, so that a short $expand could ask for more than any memory holds.
func MaxAnswer(bytes int) Option { return func(o *options) { o.maxAnswer = bytes } }

// Timeout sets how long the work of one request may take, default [DefaultTimeout]: then its context ends and the answer is an error.
func Timeout(d time.Duration) Option { return func(o *options) { o.timeout = d } }

// Login sets the hook for $directory/login. Without it every login is accepted and the session stays a guest (S-079, S-358).
func Login(fn LoginFunc) Option { return func(o *options) { o.login = fn } }

// LoginRate limits how many attempts to sign in one address has, through $directory/login or authentify: a burst, then
// so many a second. Default 30 and 2.
func LoginRate(perSecond float64, burst int) Option {
	return func(o *options) { o.loginsPerSec, o.loginBurst = perSecond, burst }
}

// WithEntitySets keeps entity sets in store, default a [MemoryEntitySets] of this server.
func WithEntitySets(store EntitySets) Option { return func(o *options) { o.sets = store } }

// EntitySetQuota limits the entity sets of one session: another one is answered 429 until one is released (S-205). Without a quota a
// session that holds [DefaultSets] loses the one it did not use for longest.
func EntitySetQuota(sets int) Option { return func(o *options) { o.setQuota = sets } }

// EntitySetMembers limits the entities in one entity set, default [DefaultSetMembers].
func EntitySetMembers(most int) Option { return func(o *options) { o.setMembers = most } }

// AllowGetDelete accepts GET with $method=delete, which some old clients send. A link is enough to delete then; it is refused by default.
func AllowGetDelete() Option { return func(o *options) { o.allowGetDelete = true } }

// AllowDeleteAll accepts $method=delete on a whole dataclass without a filter.
func AllowDeleteAll() Option { return func(o *options) { o.allowDeleteAll = true } }

// StrictParams answers unknown $ parameters and a query without "?" with an error instead of ignoring or accepting them.
func StrictParams() Option { return func(o *options) { o.strict = true } }

// AdminInfo restricts $info to sessions that hold the privilege WebAdmin.
func AdminInfo() Option { return func(o *options) { o.adminInfo = true } }

// CollectionSuffix sets the end of the names of selection types in the catalog, default "Selection"; clients of Wakanda and the mobile
// SDK need "Collection".
func CollectionSuffix(suffix string) Option { return func(o *options) { o.suffix = suffix } }

// Logger sets where requests that failed unexpectedly are logged, default [slog.Default].
func Logger(log *slog.Logger) Option { return func(o *options) { o.log = log } }

// Clock sets the clock for entity sets and limits, default [time.Now].
func Clock(now func() time.Time) Option { return func(o *options) { o.now = now } }

// CheckedElsewhere names routes of the Echo that [New] makes whose handlers refuse cross-origin writes themselves, with answers and
// trusted origins of their own, as the pages do that web.Mount puts on "/*". Default none: New refuses for all routes.
func CheckedElsewhere(routes ...string) Option {
	return func(o *options) { o.elsewhere = routes }
}
