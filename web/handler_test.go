package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// says returns a handler that answers with its name and what it got.
func says(name string) web.HandlerFunc {
	return func(_ context.Context, s *session.Session, r *web.HandlerRequest) (*web.HandlerResponse, error) {
		text := name + " " + r.Verb() + " " + r.Path + " " + r.Query.Encode() + " " + string(r.Body)
		if s == nil {
			text += " no session"
		}
		return &web.HandlerResponse{Status: 201, Header: http.Header{"content-type": {"text/x-own"}, "Set-Cookie": {"own=1"}}, Body: []byte(text)}, nil
	}
}

// S-372, S-373, S-374, S-377: patterns, order, verbs, request and response objects. The session is bound before.
func TestHandlers(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{
		Root: folder(map[string]string{"start/file.txt": "file", "started": "file"}),
		Handlers: []web.RequestHandler{
			{Pattern: "start/inner", Verbs: "get, Post", Handle: says("inner")},
			{Pattern: "/start/", Verbs: "GET", Handle: says("start")},
			{Pattern: "ignored", Regexp: `^/doc/\d+$`, Handle: says("doc")},
			{Pattern: "none", Handle: func(context.Context, *session.Session, *web.HandlerRequest) (*web.HandlerResponse, error) {
				return nil, nil
			}},
			{Pattern: "fails", Handle: func(context.Context, *session.Session, *web.HandlerRequest) (*web.HandlerResponse, error) {
				return nil, errors.New("secret")
			}},
			{Pattern: "panics", Handle: func(context.Context, *session.Session, *web.HandlerRequest) (*web.HandlerResponse, error) {
				panic("secret")
			}},
			{Pattern: "status", Handle: func(context.Context, *session.Session, *web.HandlerRequest) (*web.HandlerResponse, error) {
				return &web.HandlerResponse{Status: 99}, nil
			}},
		},
	}))
	tests := []struct {
		verb, target, body string
		want               reply
	}{
		{"GET", "/start", "", reply{Status: 201, Body: "start GET /start  "}},
		{"GET", "/start/file.txt?a=1&$4DSID=x", "", reply{Status: 201, Body: "start GET /start/file.txt a=1 "}},
		{"POST", "/start/inner/x", "data", reply{Status: 201, Body: "inner POST /start/inner/x  data"}},
		{"GET", "/start/inner", "", reply{Status: 201, Body: "inner GET /start/inner  "}},
		{"PUT", "/start/inner", "", reply{Status: 405, Body: "Method Not Allowed\n"}},
		{"POST", "/start/other", "", reply{Status: 405, Body: "Method Not Allowed\n"}},
		{"GET", "/started", "", reply{Status: 200, Body: "file"}},
		{"PROPFIND", "/doc/12", "", reply{Status: 201, Body: "doc PROPFIND /doc/12  "}},
		{"GET", "/doc/x", "", reply{Status: 404, Body: "Not Found\n"}},
		{"GET", "/ignored", "", reply{Status: 404, Body: "Not Found\n"}},
		{"GET", "/none", "", reply{Status: 200}},
		{"GET", "/fails", "", reply{Status: 500, Body: "Internal Server Error\n"}},
		{"GET", "/panics", "", reply{Status: 500, Body: "Internal Server Error\n"}},
		{"GET", "/status", "", reply{Status: 500, Body: "Internal Server Error\n"}},
	}
	for _, test := range tests {
		got := b.do(test.verb, test.target, test.body)
		if diff := cmp.Diff(test.want, got, cmp.AllowUnexported(reply{}), ignoreHeaders()); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", test.verb, test.target, diff)
		}
	}
	got := visit(t, b.url).get("/start")
	if cookies := strings.Join(got.header.Values("Set-Cookie"), ";"); got.header.Get("Content-Type") != "text/x-own" ||
		!strings.Contains(cookies, "4DSID_Test=") || !strings.Contains(cookies, "own=1") {
		t.Errorf("headers of a handler: %v", got.header)
	}
}

// S-370: no handlers in components and without sessions.
func TestHandlersAreIgnored(t *testing.T) {
	t.Parallel()
	handlers := []web.RequestHandler{{Pattern: "api", Handle: says("api")}}
	off := manager(t, "Off")
	off.Disabled = true
	serve(t, site(t, web.Server{Handlers: handlers, Component: true})).wants("/api", 404, "Not Found\n")
	serve(t, site(t, web.Server{Handlers: handlers, Manager: off})).wants("/api", 404, "Not Found\n")
}

// S-375: patterns that are not allowed.
func TestForbiddenPatterns(t *testing.T) {
	t.Parallel()
	for _, h := range []web.RequestHandler{
		{Pattern: "4DACTION"}, {Pattern: "/4daction/x"}, {Pattern: "rest"}, {Pattern: "rest/Book"}, {Pattern: "$lib"}, {Pattern: "$lib/renderer"},
		{Pattern: "$shared"}, {Pattern: "/"}, {Regexp: ".*"}, {Regexp: "^/rest/?$"}, {Regexp: "(?i)^/4daction/"}, {Regexp: "["}, {},
	} {
		h.Handle = says("x")
		if _, err := web.New(web.Server{Manager: manager(t, "x"), Handlers: []web.RequestHandler{h}}); err == nil {
			t.Errorf("New with pattern %q, regexp %q = nil, want an error", h.Pattern, h.Regexp)
		}
	}
	// A regular expression that matches only below a reserved path passes New and never gets the request.
	b := serve(t, site(t, web.Server{Methods: methods(), Handlers: []web.RequestHandler{{Regexp: "action_Session$", Handle: says("x")}}}))
	b.wants("/4DACTION/action_Session", 200, "4DACTION --> Session is not CreateInvoices")
}

// S-371, S-376: HTTPHandlers.json.
func TestParseHandlers(t *testing.T) {
	t.Parallel()
	singletons := web.Singletons{"Shop": {"list": says("list")}}
	handlers, err := web.ParseHandlers([]byte(`[{"class":"Shop","method":"list","pattern":"shop","verbs":"GET"},{"class":"Shop","method":"list","regexPattern":"^/x$"}]`), singletons)
	if err != nil {
		t.Fatal(err)
	}
	b := serve(t, site(t, web.Server{Handlers: handlers}))
	b.wants("/shop/a", 201, "list GET /shop/a  ")
	b.wants("/x", 201, "list GET /x  ")
	for text, want := range map[string]string{
		`[{"class":"Nope","method":"list"}]`:              "HTTPHandlers.json, entry 1: Cannot find singleton \"Nope\"",
		`[{"class":"Shop","method":"nope"}]`:              "HTTPHandlers.json, entry 1: Cannot find singleton function \"nope\" of \"Shop\"",
		`[{"class":"Shop","method":"list","verb":"GET"}]`: "HTTPHandlers.json: json: unknown field \"verb\"",
	} {
		if _, err := web.ParseHandlers([]byte(text), singletons); err == nil || err.Error() != want {
			t.Errorf("ParseHandlers(%s) = %v, want %s", text, err, want)
		}
	}
}
