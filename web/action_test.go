package web_test

import (
	"bytes"
	"context"
	"errors"
	"mime/multipart"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// S-390: the five outcomes. T-03, T-04, T-05, T-06. S-023, S-043, S-048, S-225, S-380
func TestActionSession(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context, *session.Session, web.Request) (web.Verdict, error) { return web.Refuse, nil }
	off := []*web.Method{web.NewMethod("action_Session", actionSession)}
	withoutSessions := manager(t, "Off")
	withoutSessions.Disabled = true
	tests := []struct {
		name   string
		server web.Server
		signIn bool
		status int
		body   string
	}{
		{"holds it", web.Server{Methods: methods()}, true, 200, "4DACTION --> Session is CreateInvoices"},
		{"guest", web.Server{Methods: methods()}, false, 200, "4DACTION --> Session is not CreateInvoices"},
		{"no sessions", web.Server{Methods: methods(), Manager: withoutSessions}, false, 200, "4DACTION --> Session is null"},
		{"attribute off", web.Server{Methods: off}, false, 403, "Forbidden\n"},
		{"refused", web.Server{Methods: methods(), Authentication: refuse}, false, 403, "Forbidden\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			b := serve(t, site(t, test.server))
			if test.signIn {
				b.wants("/4DACTION/signIn", 200, "")
			}
			got := b.get("/4DACTION/action_Session")
			if got.Status != test.status || got.Body != test.body {
				t.Errorf("got %d %q, want %d %q", got.Status, got.Body, test.status, test.body)
			}
			if test.status == 200 && got.header.Get("Content-Type") != "text/html; charset=utf-8" {
				t.Errorf("Content-Type %q, want text/html", got.header.Get("Content-Type"))
			}
			if test.name == "no sessions" && got.header.Get("Set-Cookie") != "" {
				t.Errorf("a cookie was sent without sessions: %q", got.header.Get("Set-Cookie"))
			}
		})
	}
}

// S-379, S-382, S-383: parameter and prefix. S-384: unknown and forbidden methods.
func TestActionURL(t *testing.T) {
	t.Parallel()
	ran := new(atomic.Bool)
	list := []*web.Method{
		web.NewMethod("echo", func(_ context.Context, _ *session.Session, c *web.Call) error {
			return c.SendBytes("text/plain", []byte("["+c.Parameter()+"]"))
		}, web.TagsAndURLs),
		web.NewMethod("private", func(context.Context, *session.Session, *web.Call) error { ran.Store(true); return nil }),
	}
	open := serve(t, site(t, web.Server{Methods: list}))
	open.wants("/4DACTION/echo", 200, "[]")
	open.wants("/4DACTION/echo/", 200, "[]")
	open.wants("/4daction/echo/abc", 200, "[abc]")
	open.wants("/4dAcTiOn/echo/a/b//c", 200, "[a/b//c]")
	open.wants("/4DACTION/echo/a%20b%2Fc+d?x=1", 200, "[a b/c+d]")
	open.wants("/4DACTION/echo/../x", 200, "[../x]")
	open.wants("/4DACTION/private", 403, "Forbidden\n")
	open.wants("/4DACTION/nope", 404, "Not Found\n")
	open.wants("/4DACTION/", 404, "Not Found\n")
	hidden := serve(t, site(t, web.Server{Methods: list, HideMethods: true}))
	if diff := cmp.Diff(hidden.get("/4DACTION/nope"), hidden.get("/4DACTION/private"), cmp.AllowUnexported(reply{}), ignoreHeaders()); diff != "" {
		t.Errorf("unknown and private methods differ (-unknown +private):\n%s", diff)
	}
	if ran.Load() {
		t.Error("a method without the attribute ran")
	}
	if got := open.do("DELETE", "/4DACTION/echo", ""); got.Status != 405 || got.header.Get("Allow") != "GET, HEAD, POST" {
		t.Errorf("DELETE = %d, Allow %q", got.Status, got.header.Get("Allow"))
	}
}

func ignoreHeaders() cmp.Option {
	return cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "header" }, cmp.Ignore())
}

// form is what a method saw.
type form struct {
	Names, Values []string
	Uploads       []web.Upload
}

// S-385, S-386: form fields and query values as parallel lists of texts, the reserved parameter left out.
func TestFormVariables(t *testing.T) {
	t.Parallel()
	var got form
	collect := web.NewMethod("collect", func(_ context.Context, _ *session.Session, c *web.Call) error {
		names, values := c.Variables()
		got = form{names, values, c.Uploads()}
		first, ok := c.Value("a")
		return c.SendBytes("text/plain", []byte(first+map[bool]string{true: "!", false: "?"}[ok]))
	}, web.TagsAndURLs)
	b := serve(t, site(t, web.Server{Methods: []*web.Method{collect}, Limits: web.Limits{Fields: 4, Body: 1000}}))
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_ = w.WriteField("b", "ü\n2")
	_ = w.WriteField("$4DSID", "token")
	part, _ := w.CreateFormFile("doc", "../evil.txt")
	_, _ = part.Write([]byte{0, 1})
	_ = w.Close()
	urlencoded := []string{"Content-Type", "application/x-www-form-urlencoded"}
	tests := []struct {
		name, method, target, body string
		header                     []string
		want                       form
		reply                      reply
	}{
		{"query", "GET", "/4DACTION/collect?b=2&a=1&%244DSID=t&$4DSID=u&a=3&empty=", "", nil,
			form{[]string{"b", "a", "a"}, []string{"2", "1", "3"}, nil}, reply{Status: 413, Body: "Request Entity Too Large\n"}},
		{"query within limits", "GET", "/4DACTION/collect?b=2%2B+x&a=1&$4DSID=t", "", nil,
			form{[]string{"b", "a"}, []string{"2+ x", "1"}, nil}, reply{Status: 200, Body: "1!"}},
		{"post", "POST", "/4DACTION/collect?q=0", "x=1&y=&submit=Go", urlencoded,
			form{[]string{"q", "x", "y", "submit"}, []string{"0", "1", "", "Go"}, nil}, reply{Status: 200, Body: "?"}},
		{"multipart", "POST", "/4DACTION/collect", body.String(), []string{"Content-Type", w.FormDataContentType()},
			form{[]string{"b"}, []string{"ü\n2"}, []web.Upload{{Field: "doc", Name: "evil.txt", Type: "application/octet-stream", Data: []byte{0, 1}}}},
			reply{Status: 200, Body: "?"}},
		{"broken multipart", "POST", "/4DACTION/collect", "--x\r\nA: b\r\n\r\nc", []string{"Content-Type", "multipart/form-data; boundary=x"}, form{}, reply{Status: 400, Body: "Bad Request\n"}},
		{"bad escape", "GET", "/4DACTION/collect?a=%zz", "", nil, form{}, reply{Status: 400, Body: "Bad Request\n"}},
		{"large body", "POST", "/4DACTION/collect", strings.Repeat("x", 1001), urlencoded, form{}, reply{Status: 413, Body: "Request Entity Too Large\n"}},
	}
	for _, test := range tests { // one after the other: they share got
		got = form{}
		r := b.do(test.method, test.target, test.body, test.header...)
		if diff := cmp.Diff(test.reply, r, cmp.AllowUnexported(reply{}), ignoreHeaders()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
		if test.reply.Status != 200 {
			continue
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

// S-387: text, file, bytes, redirect, nothing. S-388: text is HTML and its tags are evaluated. S-332: an error is 500 and shows nothing.
func TestAnswers(t *testing.T) {
	t.Parallel()
	send := func(name string, fn func(c *web.Call) error) *web.Method {
		return web.NewMethod(name, func(_ context.Context, _ *session.Session, c *web.Call) error { return fn(c) }, web.TagsAndURLs)
	}
	const tagged = `<!--#4DTEXT 1+1-->$4DTEXT(1)`
	list := []*web.Method{
		send("text", func(c *web.Call) error { return c.SendText(tagged) }),
		send("typed", func(c *web.Call) error { c.SetHeader("X-Own", "yes"); return c.SendTextAs("text/csv", tagged) }),
		send("bytesHTML", func(c *web.Call) error { return c.SendBytes("Text/HTML; charset=utf-8", []byte(tagged)) }),
		send("bytes", func(c *web.Call) error { return c.SendBytes("text/plain", []byte(tagged)) }),
		send("html", func(c *web.Call) error { return c.SendFile("page.html") }),
		send("shtml", func(c *web.Call) error { return c.SendFile("/page.shtml") }),
		send("xml", func(c *web.Call) error { return c.SendFile("page.xml") }),
		send("noFile", func(c *web.Call) error { return c.SendFile("../../etc/passwd") }),
		send("redirect", func(c *web.Call) error { return c.Redirect("/next?a=1") }),
		send("badRedirect", func(c *web.Call) error { return c.Redirect("javascript:alert(1)") }),
		send("nothing", func(*web.Call) error { return nil }),
		send("status", func(c *web.Call) error { return c.SendStatus(410) }),
		send("badStatus", func(c *web.Call) error { return c.SendStatus(200) }),
		send("twice", func(c *web.Call) error { return errors.Join(c.SendText("a"), c.SendText("b")) }),
		send("error", func(c *web.Call) error { return errors.Join(c.SendText("sent"), errors.New("secret")) }),
		send("panic", func(*web.Call) error { panic("secret") }),
	}
	pages := map[string]string{"page.html": tagged, "page.shtml": tagged, "page.xml": tagged}
	b := serve(t, site(t, web.Server{Methods: list, Root: folder(pages)}))
	tests := []struct{ name, contentType, body string }{
		{"text", "text/html; charset=utf-8", "2$4DTEXT(1)"},
		{"typed", "text/csv", "2$4DTEXT(1)"},
		{"bytesHTML", "Text/HTML; charset=utf-8", "2$4DTEXT(1)"},
		{"bytes", "text/plain", tagged},
		{"html", "text/html; charset=utf-8", "2$4DTEXT(1)"},
		{"shtml", "text/html; charset=utf-8", "2$4DTEXT(1)"},
		{"xml", "text/xml; charset=utf-8", tagged},
		{"nothing", "text/html; charset=utf-8", ""},
	}
	for _, test := range tests {
		got := b.get("/4DACTION/" + test.name)
		if got.Status != 200 || got.Body != test.body || got.header.Get("Content-Type") != test.contentType {
			t.Errorf("%s = %d %q %q, want 200 %q %q", test.name, got.Status, got.header.Get("Content-Type"), got.Body, test.contentType, test.body)
		}
	}
	if got := b.get("/4DACTION/typed").header.Get("X-Own"); got != "yes" {
		t.Errorf("own header = %q", got)
	}
	if got := b.get("/4DACTION/redirect"); got.Status != http.StatusFound || got.header.Get("Location") != "/next?a=1" {
		t.Errorf("redirect = %d %q", got.Status, got.header.Get("Location"))
	}
	b.wants("/4DACTION/noFile", 404, "Not Found\n")
	b.wants("/4DACTION/status", 410, "Gone\n")
	for _, name := range []string{"badRedirect", "badStatus", "twice", "error", "panic"} {
		b.wants("/4DACTION/"+name, 500, "Internal Server Error\n")
	}
	if got := b.do("HEAD", "/4DACTION/text", ""); got.Status != 200 || got.Body != "" || got.header.Get("Content-Length") != "11" {
		t.Errorf("HEAD = %d %q %q", got.Status, got.Body, got.header.Get("Content-Length"))
	}
}

// An answer can be sent only while the method runs.
func TestAnswerTooLate(t *testing.T) {
	t.Parallel()
	var kept *web.Call
	late := web.NewMethod("late", func(_ context.Context, _ *session.Session, c *web.Call) error { kept = c; return nil }, web.TagsAndURLs)
	b := serve(t, site(t, web.Server{Methods: []*web.Method{late}}))
	b.wants("/4DACTION/late", 200, "")
	if err := kept.SendText("x"); err == nil {
		t.Error("SendText after the method = nil, want an error")
	}
}
