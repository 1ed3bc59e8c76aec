package web_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// cart is what the pages show of a session.
type cart struct {
	Total float64 `json:"total"`
	ID    int64   `json:"id"`
	Lines []line  `json:"lines"`
}

type line struct {
	Name string `json:"name"`
}

// shop is a site that fills the storage of its session.
func shop(t testing.TB) *browser {
	t.Helper()
	key := session.NewKey[cart]("cart")
	fill := web.NewMethod("fill", func(_ context.Context, s *session.Session, _ *web.Call) error {
		return key.Set(s, cart{12.5, 9007199254740993, []line{{"<pen>"}, {"ink"}}})
	}, web.TagsAndURLs)
	end := web.NewMethod("drop", func(ctx context.Context, s *session.Session, c *web.Call) error {
		site, _ := web.Receiver(ctx)
		if err := site.Manager().Drop(ctx, s.ID()); err != nil {
			return err
		}
		return c.SendText(`<!--#4DTEXT Session.userName-->|<!--#4DTEXT Session.storage.cart.total-->|<!--#4DTEXT Session.isGuest()-->`)
	}, web.TagsAndURLs)
	return serve(t, site(t, web.Server{
		Tags: vocabulary(), Methods: append(methods(), fill, end),
		Root: folder(map[string]string{
			"paths.shtml": "$4DTEXT(Session.userName)|$4DTEXT(Session.storage.cart.total)|$4DTEXT(Session.storage.cart.id)|$4DTEXT(Session.storage[\"cart\"].lines[1].name)|" +
				"$4DTEXT(len(Session.storage.cart.lines))|$4DTEXT(Session.hasPrivilege(\"createinvoices\"))|$4DTEXT(Session.isGuest())|" +
				"<!--#4DEACH p in Session.getPrivileges()-->$4DTEXT(p)<!--#4DENDEACH-->|$4DTEXT(Session.idleTimeout)|$4DTEXT(Session.info.hostType)",
			"id.shtml":   "$4DTEXT(Session.id)<!--#4DINCLUDE sub.html-->",
			"sub.html":   "+$4DTEXT(Session.id)",
			"null.shtml": "$4DTEXT(Session == nil)|$4DTEXT(Session.userName)|<!--#4DIF Session != nil-->x<!--#4DELSE-->none<!--#4DENDIF-->",
			"lines.shtml": "<!--#4DEACH l in Session.storage.cart.lines--><li><!--#4DTEXT l.name--></li><!--#4DENDEACH-->" +
				"<!--#4DLOOP Session.storage.cart.lines-->$4DTEXT(loop.value.name),<!--#4DENDLOOP-->",
		}),
	}))
}

// S-047, S-410: the session of the request in every tag, also in included pages; paths through it.
func TestSessionInTags(t *testing.T) {
	t.Parallel()
	b := shop(t)
	b.wants("/paths.shtml", 200, `||||$4DTEXT(len(Session.storage.cart.lines)) : ## error # 4|false|true||60|browser`)
	b.wants("/4DACTION/signIn", 200, "")
	b.wants("/4DACTION/fill", 200, "")
	b.wants("/paths.shtml", 200, "ada|12.5|9007199254740993|ink|2|true|false|CreateInvoices|60|browser")
	b.wants("/lines.shtml", 200, "<li>&lt;pen&gt;</li><li>ink</li>&lt;pen&gt;,ink,")
	outer, inner, _ := strings.Cut(b.get("/id.shtml").Body, "+")
	if len(outer) != 32 || outer != inner {
		t.Errorf("session IDs %q and %q, want the same", outer, inner)
	}
}

// S-228: a session that ends during a request is replaced by a guest, in tags too.
func TestSessionEndsInRequest(t *testing.T) {
	t.Parallel()
	b := shop(t)
	b.wants("/4DACTION/signIn", 200, "")
	b.wants("/4DACTION/fill", 200, "")
	b.wants("/4DACTION/drop", 200, "||true")
	b.wants("/4DACTION/action_Session", 200, "4DACTION --> Session is not CreateInvoices")
}

// S-059, S-019: tags that code processes see the session of the code, and a member of Null is an error.
func TestProcessTagsSession(t *testing.T) {
	t.Parallel()
	refuse := func(context.Context, *session.Session, web.Request) (web.Verdict, error) { return web.Refuse, nil }
	s := site(t, web.Server{Tags: vocabulary(), Authentication: refuse})
	desktop := session.New(session.Standalone, session.Desktop{})
	const page = `$4DTEXT(Session.userName)|<!--#4DSCRIPT/greet/x-->`
	for _, test := range []struct {
		name string
		ctx  context.Context
		want string
	}{
		{"standalone", session.NewContext(t.Context(), desktop), "designer|Hello /x"},
		{"none", t.Context(), "$4DTEXT(Session.userName) : ## error # 6|Hello /x"},
	} {
		got, err := s.ProcessTags(test.ctx, page, nil)
		if err != nil || got != test.want {
			t.Errorf("%s: %q, %v, want %q", test.name, got, err, test.want)
		}
	}
}

func TestProcessTagsVariables(t *testing.T) {
	t.Parallel()
	s := site(t, web.Server{Tags: vocabulary()})
	got, err := s.ProcessTags(t.Context(), `$4DTEXT(who.name) $4DTEXT(n)`, map[string]any{"who": line{"<x>"}, "n": int64(3)})
	if err != nil || got != "&lt;x&gt; 3" {
		t.Errorf("ProcessTags = %q, %v", got, err)
	}
	for _, name := range []string{"Session", "greet", "bold", "a b", "len", ""} {
		if _, err := s.ProcessTags(t.Context(), "", map[string]any{name: 1}); err == nil {
			t.Errorf("variable %q: no error", name)
		}
	}
	if _, err := s.ProcessTags(t.Context(), "", map[string]any{"f": func() {}}); err == nil {
		t.Error("a function as value: no error")
	}
}

// Without sessions Session is Null in a page, and pages are served (S-023).
func TestPageWithoutSessions(t *testing.T) {
	t.Parallel()
	off := manager(t, "Off")
	off.Disabled = true
	b := serve(t, site(t, web.Server{Manager: off, Root: folder(map[string]string{
		"null.shtml": "$4DTEXT(Session == nil)|$4DTEXT(Session.userName)|<!--#4DIF Session != nil-->x<!--#4DELSE-->none<!--#4DENDIF-->",
	})}))
	b.wants("/null.shtml", 200, "true|$4DTEXT(Session.userName) : ## error # 6|none")
}

// Form variables are not names of the language: what a browser sends is reached through functions only.
func TestFormVariablesAreNoNames(t *testing.T) {
	t.Parallel()
	e := web.Environment{Functions: []*web.Function{web.Function1("field", func(ctx context.Context, _ *session.Session, name string) (string, error) {
		c, _ := web.FromContext(ctx)
		v, _ := c.Value(name)
		return v, c.SendText("hijack")
	}, web.TagsAndURLs)}}
	b := serve(t, site(t, web.Server{Tags: e, Root: folder(map[string]string{"p.shtml": `$4DTEXT(a)`, "q.shtml": `$4DTEXT(field("a"))`})}))
	got := []string{b.get("/p.shtml?a=1").Body, b.get("/q.shtml?a=1").Body}
	want := []string{"$4DTEXT(a) : ## error # 2", `$4DTEXT(field("a")) : ## error # 5`}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// T-01, T-02. S-217, S-219: pages, methods and handlers share the session of the cookie, also at the same time.
func TestOneSession(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{
		Manager: manager(t, "App"),
		Root:    folder(map[string]string{"p.shtml": "$4DTEXT(Session.id)", "q.shtml": "$4DTEXT(len(Session.getPrivileges()))"}),
		Methods: []*web.Method{web.NewMethod("id", func(_ context.Context, s *session.Session, c *web.Call) error { return c.SendText(s.ID()) }, web.TagsAndURLs)},
		Handlers: []web.RequestHandler{{Pattern: "id", Handle: func(_ context.Context, s *session.Session, _ *web.HandlerRequest) (*web.HandlerResponse, error) {
			return &web.HandlerResponse{Body: []byte(s.ID())}, nil
		}}},
	}))
	first := b.get("/p.shtml")
	if !strings.HasPrefix(first.header.Get("Set-Cookie"), "4DSID_App=") {
		t.Errorf("Set-Cookie = %q", first.header.Get("Set-Cookie"))
	}
	b.wants("/q.shtml", 200, "0")
	cookie, _, _ := strings.Cut(first.header.Get("Set-Cookie"), ";")
	var wg sync.WaitGroup
	for i := range 21 {
		path := []string{"/p.shtml", "/4DACTION/id", "/id"}[i%3]
		wg.Go(func() {
			if got := visit(t, b.url).do("GET", path, "", "Cookie", cookie); got.Body != first.Body || got.header.Get("Set-Cookie") != "" {
				t.Errorf("GET %s = %q, want session %q", path, got.Body, first.Body)
			}
		})
	}
	wg.Wait()
}
