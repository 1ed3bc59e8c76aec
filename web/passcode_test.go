package web_test

import (
	"context"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// passcode is a method that sends a passcode of its session, names one that tells what it was given.
func passcode(ctx context.Context, s *session.Session, c *web.Call) error {
	token, err := s.CreateOTP(ctx)
	if err != nil {
		return err
	}
	return c.SendText(token)
}

func given(_ context.Context, s *session.Session, c *web.Call) error {
	names, values := c.Variables()
	_, found := c.Value("$4DSID")
	_, posted := c.Field("$4DSID")
	if found || posted {
		names = append(names, "FOUND")
	}
	return c.SendText(s.ID() + " " + strings.Join(names, ",") + " " + strings.Join(values, ","))
}

// S-224, S-238: a passcode in the URL of a static file is used up and opens its session, also where static files have none of their own.
func TestPasscodeOfStaticFile(t *testing.T) {
	t.Parallel()
	for _, skip := range []bool{false, true} {
		s := site(t, web.Server{
			Root: folder(map[string]string{"a.txt": "a", "p.shtml": `<!--#4DTEXT Session.id-->`}), SkipStatic: skip,
			Methods: []*web.Method{web.NewMethod("passcode", passcode, web.TagsAndURLs)},
		})
		owner := serve(t, s)
		token, id := owner.get("/4DACTION/passcode").Body, owner.get("/p.shtml").Body
		for _, want := range []bool{true, false} { // once
			guest := visit(t, owner.url)
			if got := guest.get("/a.txt?$4DSID=" + token); got.Status != 200 || got.Body != "a" {
				t.Errorf("SkipStatic %v: %d %q", skip, got.Status, got.Body)
			}
			if opened := guest.get("/p.shtml").Body == id; opened != want {
				t.Errorf("SkipStatic %v: the browser is in the session of the passcode: %v, want %v", skip, opened, want)
			}
		}
	}
}

// A file of the web folder does not stand in for a method or for REST, with sessions of static files or without.
func TestStaticFilesWhereOthersLive(t *testing.T) {
	t.Parallel()
	root := folder(map[string]string{"4DACTION/a": "file", "rest/a": "file"})
	for _, skip := range []bool{false, true} {
		b := serve(t, site(t, web.Server{Root: root, SkipStatic: skip}))
		b.wants("/4DACTION/a", 404, "Not Found\n")
		b.wants("/rest/a", 404, "Not Found\n")
	}
}

// S-240, S-385: a parameter called $4DSID never reaches the application, whether it is a passcode or not, in whatever it comes.
func TestReservedParameter(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{
		Methods: []*web.Method{web.NewMethod("given", given, web.TagsAndURLs)},
		Handlers: []web.RequestHandler{{Pattern: "h", Handle: func(_ context.Context, _ *session.Session, r *web.HandlerRequest) (*web.HandlerResponse, error) {
			return &web.HandlerResponse{Body: []byte(r.Query.Encode())}, nil
		}}},
	}))
	id, _, _ := strings.Cut(b.get("/4DACTION/given").Body, " ")
	const formType, value = "application/x-www-form-urlencoded", "0123456789abcdef0123456789abcdef"
	var parts strings.Builder
	w := multipart.NewWriter(&parts)
	for _, name := range []string{"$4DSID", "b"} {
		if err := w.WriteField(name, value); err != nil {
			t.Fatal(err)
		}
	}
	_ = w.Close()
	got := []string{
		b.get("/4DACTION/given?a=1&$4DSID=" + value).Body,
		b.get("/4DACTION/given?a=1&%244DSID=" + value + "&$4DSID=").Body,
		b.do(http.MethodPost, "/4DACTION/given?a=1", "$4DSID="+value+"&b=2", "Content-Type", formType).Body,
		b.do(http.MethodPost, "/4DACTION/given", parts.String(), "Content-Type", w.FormDataContentType()).Body,
		b.get("/h?a=1&$4DSID=" + value).Body,
	}
	want := []string{id + " a 1", id + " a 1", id + " a,b 1,2", id + " b " + value, "a=1"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the application was given (-want +got):\n%s", diff)
	}
}

// Field looks into the posted form alone, Value into the URL first.
func TestField(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{Methods: []*web.Method{web.NewMethod("field", func(_ context.Context, _ *session.Session, c *web.Call) error {
		field, ok := c.Field("a")
		value, _ := c.Value("a")
		if !ok {
			field = "none"
		}
		return c.SendText(field + " " + value)
	}, web.TagsAndURLs)}}))
	const formType = "application/x-www-form-urlencoded"
	got := []string{
		b.do(http.MethodPost, "/4DACTION/field?a=url", "a=form&a=more", "Content-Type", formType).Body,
		b.do(http.MethodPost, "/4DACTION/field?a=url", "b=form", "Content-Type", formType).Body,
		b.do(http.MethodPost, "/4DACTION/field?a=url", "a=text", "Content-Type", "text/plain").Body,
		b.get("/4DACTION/field?a=url").Body,
	}
	if diff := cmp.Diff([]string{"form url", "none url", "none url", "none url"}, got); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

// S-139: a page cannot write the expiration date of the session, nor anything else of it.
func TestSessionIsReadOnlyInPages(t *testing.T) {
	t.Parallel()
	const write = `<!--#4DEVAL Session.expirationDate:="2999-01-01T00:00:00.000Z"-->`
	b := serve(t, site(t, web.Server{Root: folder(map[string]string{
		"p.shtml": `<!--#4DEVAL a:=Session.expirationDate-->` + write + `<!--#4DTEXT a == Session.expirationDate and Session.expirationDate < "2999"-->`,
	})}))
	got := b.get("/p.shtml").Body
	if shown, result, _ := strings.Cut(got, "error # "); !strings.HasPrefix(shown, write) || !strings.HasSuffix(result, "true") {
		t.Errorf("the page = %q, want the error text of the tag and the date as it was", got)
	}
}
