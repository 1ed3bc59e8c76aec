package web_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// who is code of a component that tells where and for whom it runs.
func who(ctx context.Context, s *session.Session, c *web.Call) error {
	site, _ := web.Receiver(ctx)
	app := site.Application()
	return c.SendBytes("text/plain", fmt.Appendf(nil, "%s null=%v same=%v host=%s own=%s",
		site.Name(), s == nil, session.Current(ctx).ID() == s.ID(), app.Host().Name(), app.Component("stock").Name()))
}

// S-039, S-042, S-043, S-044, S-045, T-15, T-16: several web servers, each with its own sessions; the receiving one decides.
func TestSeveralServers(t *testing.T) {
	t.Parallel()
	list := append(methods(), web.NewMethod("who", who, web.TagsAndURLs))
	list = append(list, web.NewMethod("id", func(_ context.Context, s *session.Session, c *web.Call) error { return c.SendText(s.ID()) }, web.TagsAndURLs))
	off := manager(t, "Quiet")
	off.Disabled = true
	var asked journal
	app, err := web.NewApplication(
		web.Server{Name: "shop", Manager: manager(t, "Shop"), Methods: list, Log: silent()},
		web.Server{Name: "stock", Manager: manager(t, "Stock"), Methods: list, Log: silent(),
			Authentication: func(ctx context.Context, _ *session.Session, _ web.Request) (web.Verdict, error) {
				site, _ := web.Receiver(ctx)
				asked.add(site.Name())
				return web.Accept, nil
			}},
		web.Server{Name: "quiet", Manager: off, Methods: list, Log: silent()},
	)
	if err != nil {
		t.Fatal(err)
	}
	shop, stock := serve(t, app.Host()), serve(t, app.Component("stock"))
	stock.client.Jar = shop.client.Jar // one browser: cookies are for all ports of a host
	quiet := serve(t, app.Component("quiet"))
	quiet.client.Jar = shop.client.Jar
	shop.wants("/4DACTION/who", 200, "shop null=false same=true host=shop own=stock")
	stock.wants("/4DACTION/who", 200, "stock null=false same=true host=shop own=stock")
	quiet.wants("/4DACTION/who", 200, "quiet null=true same=true host=shop own=stock")
	if diff := cmp.Diff([]string{"stock"}, asked.take()); diff != "" {
		t.Errorf("hooks (-want +got):\n%s", diff)
	}
	shop.wants("/4DACTION/signIn", 200, "")
	shop.wants("/4DACTION/action_Session", 200, "4DACTION --> Session is CreateInvoices")
	stock.wants("/4DACTION/action_Session", 200, "4DACTION --> Session is not CreateInvoices")
	quiet.wants("/4DACTION/action_Session", 200, "4DACTION --> Session is null")
	if a, b := shop.get("/4DACTION/id").Body, stock.get("/4DACTION/id").Body; a == "" || a == b {
		t.Errorf("sessions %q and %q, want two", a, b)
	}
}

func TestApplicationMistakes(t *testing.T) {
	t.Parallel()
	m := manager(t, "Same")
	tests := []struct {
		name     string
		host, cp web.Server
		want     string
	}{
		{"names", web.Server{Manager: m}, web.Server{Manager: manager(t, "Other")}, `two web servers are called "host": give each its Server.Name`},
		{"managers", web.Server{Manager: m}, web.Server{Name: "c", Manager: m}, `web servers "host" and "c" share a session manager: give each its own`},
		{"cookies", web.Server{Manager: m}, web.Server{Name: "c", Manager: manager(t, "Same")},
			`web servers "host" and "c" have the cookie 4DSID_Same: give their managers different AppNames`},
		{"no managers", web.Server{}, web.Server{Name: "c"}, "web server \"host\": no session manager: set Manager, with its Disabled for a server without sessions\n" +
			"web server \"c\": no session manager: set Manager, with its Disabled for a server without sessions"},
	}
	for _, test := range tests {
		if _, err := web.NewApplication(test.host, test.cp); err == nil || err.Error() != test.want {
			t.Errorf("%s: %v\nwant %s", test.name, err, test.want)
		}
	}
}

// All mistakes of a server are reported together, each with its place.
func TestMistakes(t *testing.T) {
	t.Parallel()
	nothing := func(context.Context, *session.Session) (int, error) { return 0, nil }
	_, err := web.New(web.Server{
		Name: "bad", HomePage: "../x", Mode: 9, IncludeUsers: true, Realm: "ü", TrustedOrigins: []string{"nope"},
		Methods: []*web.Method{web.NewMethod("a/b", actionSession), web.NewMethod("twice", actionSession), web.NewMethod("twice", actionSession), web.NewMethod("nil", nil), nil},
		Tags: web.Environment{
			Functions: []*web.Function{web.Function0("ok", nothing), web.Function0("Session", nothing), web.Function0("filter", nothing), web.Function0[int]("none2", nil), nil, web.Function0("a-b", nothing)},
			Variables: []*web.Variable{web.NewVariable("ok", nothing), nil},
		},
	})
	if err == nil {
		t.Fatal("New = nil, want errors")
	}
	want := []string{
		`web server "bad": no session manager: set Manager, with its Disabled for a server without sessions`,
		`home page "../x" does not name a file of the web folder`,
		`mode 9 is none of Custom, Basic, Digest`,
		`field IncludeUsers needs Users`,
		`realm "ü": use printable ASCII`,
		`application_test.go:N: "a/b" cannot be the name of a method in a URL`,
		`application_test.go:N: method "twice" is declared at application_test.go:N too`,
		`application_test.go:N: method "nil" has no Go function`,
		`nil in Methods: use NewMethod`,
		`application_test.go:N: function "Session": the language of pages has this word already`,
		`application_test.go:N: function "filter": the language of pages has this word already`,
		`application_test.go:N: function "none2" has no Go function`,
		`nil in Tags.Functions: use Function0 to Function3`,
		`application_test.go:N: "a-b" cannot be the name of a function: use letters, digits and _`,
		`application_test.go:N: variable "ok" is declared at application_test.go:N too`,
		`nil in Tags.Variables: use NewVariable`,
		`trusted origin "nope": invalid origin "nope": scheme is required`,
	}
	if diff := cmp.Diff(want, strings.Split(withoutLines(err.Error()), "\n")); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
}

// withoutLines replaces line numbers.
func withoutLines(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		b.WriteByte(s[i])
		if strings.HasSuffix(b.String(), ".go:") {
			for i+1 < len(s) && s[i+1] >= '0' && s[i+1] <= '9' {
				i++
			}
			b.WriteByte('N')
		}
	}
	return b.String()
}

// Mount shares an Echo with other routes, and takes what they leave.
func TestMount(t *testing.T) {
	t.Parallel()
	e := echo.New()
	e.IPExtractor = echo.ExtractIPFromXFFHeader()
	e.GET("/rest/*", func(c echo.Context) error { return c.String(http.StatusOK, "rest") })
	ip := func(_ context.Context, _ *session.Session, c *web.Call) error { return c.SendText(c.ClientIP()) }
	web.Mount(e, site(t, web.Server{
		Root: folder(map[string]string{"index.html": "home"}), Connection: ip,
		Methods: append(methods(), web.NewMethod("ip", ip, web.TagsAndURLs)),
	}))
	b := serve(t, e)
	b.wants("/", 200, "home")
	b.wants("/rest/Book", 200, "rest")
	b.wants("/4DACTION/action_Session", 200, "4DACTION --> Session is not CreateInvoices")
	b.wants("/any/where", 200, "::ffff:127.0.0.1")
	if got := b.do("GET", "/4DACTION/ip", "", "X-Forwarded-For", "192.0.2.7"); got.Body != "::ffff:192.0.2.7" {
		t.Errorf("client address behind a proxy = %q", got.Body)
	}
	if got := b.do("BREW", "/", ""); got.Status != 405 {
		t.Errorf("BREW = %d, want 405", got.Status)
	}
}
