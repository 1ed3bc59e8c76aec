package web_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// What an expression cannot do: reach Go values, the environment of the machine, loops, or anything that is not registered.
func TestSandbox(t *testing.T) {
	t.Parallel()
	for _, expression := range []string{
		`$env`, `$env.Session`, `$env["\x00page"]`, "\x00page", `Session.st`, `Session.Session`, `Session.ID`, `Session.SetPrivileges("x")`,
		`greet`, `greet("x")("y")`, `names.Len()`, `person.name.String()`, `all(1..9, true)`, `filter(names, # == "a")`,
		`map(1..9, #)`, `count(1..9)`, `sum(1..9)`, `reduce(1..9, #acc + #)`, `let x = 1; x`, `1; 2`, `now()`, `date("2026-01-01")`, `toJSON(Session)`,
		`string(Session)`, `string(Session.storage)`, `type(1)`, `get(Session, "id")`, `fromBase64("eA==")`, `"a" matches "a+"`, `"x" | upper()(1)`, `repeat("a", 9)`,
		`join(names)`, `keys(person)`, `names[0:1]`, `names[9]`, `names[-1]`, `b"bytes"`, `1/0.0`, `nil.x()`, `Session()`, `Session("x")`, `string`, `loop`, `1 +`, ``, `(`,
		`1..1000000000`, `[1..99999, 1..99999]`, `Session.hasPrivilege()`, `Session.isGuest(1)`, `Session.hasPrivilege(1)`, `len(5)`, `{"a": Session}.a.st`,
	} {
		s := site(t, web.Server{Tags: vocabulary()})
		ctx := session.NewContext(t.Context(), session.New(session.Standalone, session.Desktop{}))
		tag := "<!--#4DHTML " + expression + "-->"
		got, err := s.ProcessTags(ctx, tag, nil)
		if err != nil || !strings.HasPrefix(got, tag+" : ## error # ") {
			t.Errorf("%s = %q, %v, want the error text of the tag", expression, got, err)
		}
	}
}

// A member that is missing is empty, also one that the Go value behind would have.
func TestMissingMembers(t *testing.T) {
	t.Parallel()
	s := site(t, web.Server{Tags: vocabulary()})
	ctx := session.NewContext(t.Context(), session.New(session.Standalone, session.Desktop{}))
	for _, expression := range []string{"Session.info.Kind", "Session.info.Created", "Session.storage.page", "Session.storage.a.b.c", "person.Name", "person.ID.x"} {
		if got, err := s.ProcessTags(ctx, "$4DTEXT("+expression+")", nil); got != "" || err != nil {
			t.Errorf("%s = %q, %v, want nothing", expression, got, err)
		}
	}
}

// Names of the application's environment cannot be assigned.
func TestAssignmentIsForPageVariables(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"greet", "bold", "Session", "len", "loop", "true", "string"} {
		tag := "<!--#4DEVAL " + name + ":=1-->"
		if got := tags(t, vocabulary(), tag); got != tag+": ## error # 4" {
			t.Errorf("%s = %q", tag, got)
		}
	}
	for _, tag := range []string{"<!--#4DTEXT a:=1-->", "<!--#4DHTML a:=1-->", "$4DTEXT(a:=1)"} {
		if got := tags(t, vocabulary(), tag); got != tag+" : ## error # 1" {
			t.Errorf("%s = %q", tag, got)
		}
	}
}

// T-40. S-399: every tag refuses a method without the attribute.
func TestEveryTagNeedsTheAttribute(t *testing.T) {
	t.Parallel()
	const call = `hidden("x")`
	for _, test := range []struct{ page, want string }{
		{`<!--#4DTEXT ` + call + `-->`, ` : ## error # 3`},
		{`<!--#4DHTML ` + call + `-->`, ` : ## error # 3`},
		{`<!--#4DEVAL ` + call + `-->`, `: ## error # 3`},
		{`<!--#4DEVAL a:=` + call + `-->`, `: ## error # 3`},
		{`$4DTEXT(` + call + `)`, ` : ## error # 3`},
		{`<!--#4DSCRIPT/hidden/x-->`, `: ## error # 3`},
	} {
		if got := tags(t, vocabulary(), test.page); got != test.page+test.want {
			t.Errorf("%s = %q", test.page, got)
		}
	}
	for page, want := range map[string]string{
		`<!--#4DIF ` + call + `=="x"-->y<!--#4DENDIF-->`:                       `<!--#4DIF ` + call + `=="x"-->: A Boolean expression was expected`,
		`<!--#4DIF false--><!--#4DELSEIF ` + call + `=="x"-->y<!--#4DENDIF-->`: `<!--#4DELSEIF ` + call + `=="x"-->: A Boolean expression was expected`,
		`<!--#4DLOOP ` + call + `-->y<!--#4DENDLOOP-->`:                        `<!--#4DLOOP ` + call + `-->: access error`,
		`<!--#4DEACH a in ` + call + `-->y<!--#4DENDEACH-->`:                   `<!--#4DEACH a in ` + call + `-->: access error`,
		`<!--#4DTEXT evil-->`: `&lt;!--#4DEVAL greet(&#34;eve&#34;)--&gt;`,
		`<!--#4DHTML evil-->`: `Hello eve`,
	} {
		if got := tags(t, vocabulary(), page); got != want {
			t.Errorf("%s = %q, want %q", page, got, want)
		}
	}
}

// Data that was meant to be shown never becomes a tag, whatever it is and wherever it comes from.
func TestInjection(t *testing.T) {
	t.Parallel()
	echo := web.Function0("input", func(ctx context.Context, _ *session.Session) (string, error) {
		c, _ := web.FromContext(ctx)
		v, _ := c.Value("v")
		return v, nil
	}, web.TagsAndURLs)
	ran := web.Function0("attack", func(context.Context, *session.Session) (string, error) {
		t.Error("injected code ran")
		return "", nil
	}, web.TagsAndURLs)
	b := serve(t, site(t, web.Server{
		Tags: web.Environment{Functions: []*web.Function{echo, ran}},
		Root: folder(map[string]string{
			"p.shtml":    `<i title="$4DTEXT(input())"><!--#4DTEXT input()--></i><!--#4DEVAL a:=input()--><!--#4DTEXT a--><!--#4DSCRIPT/nope--><!--#4DINCLUDE sub.html-->$4DHTML(input())`,
			"sub.html":   `<!--#4DTEXT input()-->$4DTEXT(input())`,
			"loop.shtml": `<!--#4DEACH x in [input()]--><!--#4DTEXT x--><!--#4DENDEACH-->`,
		}),
	}))
	for _, attack := range []string{
		`<!--#4DEVAL attack()-->`, `$4DEVAL(attack())`, `$4DTEXT(attack())`, `"><!--#4DSCRIPT/attack-->`, `<!--#4DCODE attack()-->`, `<!--#4dhtml attack-->`,
		`--><!--#4DEVAL attack()-->`, `<!--#4DE<!--#4DEVAL attack()-->VAL attack()-->`, `<!--#4DLOOP attack--><!--#4DENDLOOP-->`, `<!--#4DINCLUDE p.shtml-->`,
	} {
		for _, page := range []string{"/p.shtml", "/loop.shtml"} {
			got := b.do("POST", page, "v="+strings.ReplaceAll(attack, "#", "%23"), "Content-Type", "application/x-www-form-urlencoded")
			if got.Status != 200 {
				t.Errorf("%s with %q = %d", page, attack, got.Status)
			}
			if body, _, _ := strings.Cut(got.Body, "$4DHTML"); page == "/loop.shtml" && strings.Contains(body, "<!--") {
				t.Errorf("%s with %q is not escaped: %s", page, attack, body)
			}
		}
	}
}

// bomb is a page that asks for too much.
type bomb struct{ name, page string }

func bombs() []bomb {
	var nested strings.Builder
	for _, v := range []string{"a", "b", "c", "d", "e", "f"} {
		nested.WriteString("<!--#4DEACH " + v + " in 1..1000-->")
	}
	return []bomb{
		{"endless loop", `<!--#4DLOOP true--><!--#4DENDLOOP-->`},
		{"endless loop with output", `<!--#4DLOOP true-->xxxxxxxxxxxxxxxx<!--#4DENDLOOP-->`},
		{"endless method", `<!--#4DLOOP always--><!--#4DENDLOOP-->`},
		{"nested loops", nested.String() + "x" + strings.Repeat("<!--#4DENDEACH-->", 6)},
		{"output", `<!--#4DEVAL a:="` + strings.Repeat("x", 4000) + `"--><!--#4DEACH i in 1..90000--><!--#4DTEXT a--><!--#4DENDEACH-->`},
		{"tags that make tags", `<!--#4DEVAL a:="` + strings.Repeat("<!--#4DHTML a--"+`" + ">" + "`, 20) + `"--><!--#4DHTML a-->`},
	}
}

// Template bombs end, soon and with an error; the server goes on.
func TestBombs(t *testing.T) {
	t.Parallel()
	always := web.Function1("always", func(context.Context, *session.Session, int) (bool, error) { return true, nil }, web.TagsAndURLs)
	files := map[string]string{"ok.shtml": "ok"}
	for _, b := range bombs() {
		files[strings.ReplaceAll(b.name, " ", "_")+".shtml"] = b.page
	}
	var log bytes.Buffer
	var mu sync.Mutex
	b := serve(t, site(t, web.Server{
		Tags: web.Environment{Functions: []*web.Function{always}}, Root: folder(files),
		Limits: web.Limits{Output: 1 << 20, Tags: 20_000},
		Log:    slog.New(slog.NewTextHandler(locked{&mu, &log}, nil)),
	}))
	for _, bomb := range bombs() {
		start := time.Now()
		got := b.get("/" + strings.ReplaceAll(bomb.name, " ", "_") + ".shtml")
		if got.Status != 500 || got.Body != "Internal Server Error\n" {
			t.Errorf("%s = %d, %d bytes, want 500", bomb.name, got.Status, len(got.Body))
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%s took %s", bomb.name, took)
		}
	}
	b.wants("/ok.shtml", 200, "ok")
	mu.Lock()
	defer mu.Unlock()
	if n := strings.Count(log.String(), "the page passed its limit of "); n != len(bombs()) {
		t.Errorf("%d log lines about limits, want %d:\n%s", n, len(bombs()), log.String())
	}
}

// locked is a writer for several goroutines.
type locked struct {
	mu *sync.Mutex
	w  *bytes.Buffer
}

func (l locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Values that grow, recursion, deep nesting and long expressions are errors of their tag or page.
func TestGrowth(t *testing.T) {
	t.Parallel()
	double := `<!--#4DEVAL a:="xxxxxxxxxxxxxxxx"-->` + strings.Repeat(`<!--#4DEVAL a:=a+a-->`, 40)
	got := tags(t, vocabulary(), double)
	if want := strings.Repeat(`<!--#4DEVAL a:=a+a-->: ## error # 4`, 27); got != want {
		t.Errorf("doubling a text: %d bytes, want %d", len(got), len(want))
	}
	list := `<!--#4DEVAL a:=[1]-->` + strings.Repeat(`<!--#4DEVAL a:=[a,a]-->`, 40) + `<!--#4DEVAL b:=[1]-->` + strings.Repeat(`<!--#4DEVAL b:=[b,b]-->`, 40) + `<!--#4DTEXT a==b-->`
	if got := tags(t, vocabulary(), list); !strings.HasSuffix(got, "true") {
		t.Errorf("doubling a list = %q", got[max(0, len(got)-100):])
	}
	recursion := `<!--#4DEVAL a:="<!--#4DEVAL a--"+">"--><!--#4DEVAL a-->`
	if got := tags(t, vocabulary(), recursion); got != `<!--#4DEVAL a-->: ## error # 8` {
		t.Errorf("recursion = %q", got)
	}
	long := `<!--#4DTEXT ` + strings.Repeat("1+", 5000) + `1-->`
	if got := tags(t, vocabulary(), long); !strings.HasSuffix(got, " : ## error # 1") {
		t.Errorf("long expression = %q", got[len(got)-30:])
	}
	nodes := `<!--#4DTEXT ` + strings.Repeat("1+", 300) + `1-->`
	if got := tags(t, vocabulary(), nodes); !strings.HasSuffix(got, " : ## error # 1") {
		t.Errorf("many nodes = %q", got[len(got)-30:])
	}
	deep := strings.Repeat(`<!--#4DIF true-->`, 1000) + strings.Repeat(`<!--#4DENDIF-->`, 1000)
	if _, err := site(t, web.Server{}).ProcessTags(t.Context(), deep, nil); err == nil {
		t.Error("deep nesting = nil, want an error")
	}
	for _, expression := range []string{strings.Repeat("(", 2000), strings.Repeat("[", 2000), strings.Repeat("-", 2000) + "1", strings.Repeat("not ", 1000) + "true"} {
		tag := "<!--#4DTEXT " + expression + "-->"
		if got := tags(t, vocabulary(), tag); got != tag+" : ## error # 1" {
			t.Errorf("deep expression = %q", got[len(got)-30:])
		}
	}
}

// Text that is full of beginnings of tags is read in one go.
func TestBeginnings(t *testing.T) {
	t.Parallel()
	s := site(t, web.Server{Tags: vocabulary()})
	for _, part := range []string{"<!--#4DTEXT ", "<!--#4D", "$4D", "$4DTEXT", "<!--#4DFOO -->", "$4D<!--#4D", "-->"} {
		text := strings.Repeat(part, 1<<20/len(part))
		start := time.Now()
		if got, err := s.ProcessTags(t.Context(), text, nil); got != text || err != nil {
			t.Errorf("%q came out different: %v", part, err)
		}
		if took := time.Since(start); took > 3*time.Second {
			t.Errorf("1 MiB of %q took %s", part, took)
		}
	}
	unclosed := strings.Repeat(`$4DTEXT("`, 1<<20/9)
	start := time.Now()
	if got, err := s.ProcessTags(t.Context(), unclosed, nil); err != nil || len(got) < len(unclosed) {
		t.Errorf("unclosed = %d bytes, %v", len(got), err)
	}
	if took := time.Since(start); took > 10*time.Second {
		t.Errorf("unclosed took %s", took)
	}
}

// A page larger than the limit is not rendered.
func TestLargePage(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{Root: folder(map[string]string{"p.shtml": strings.Repeat("x", 101)}), Limits: web.Limits{Page: 100}}))
	b.wants("/p.shtml", 500, "Internal Server Error\n")
}

// A slow page ends when its time is over, and others are not held up.
func TestSlowPage(t *testing.T) {
	t.Parallel()
	slow := web.Function0("slow", func(ctx context.Context, _ *session.Session) (string, error) {
		<-ctx.Done() // a query that would take for ever
		return "", ctx.Err()
	}, web.TagsAndURLs)
	hang := web.NewMethod("hang", func(ctx context.Context, _ *session.Session, _ *web.Call) error {
		<-ctx.Done()
		return ctx.Err()
	}, web.TagsAndURLs)
	b := serve(t, site(t, web.Server{
		Tags: web.Environment{Functions: []*web.Function{slow}}, Methods: []*web.Method{hang},
		Root:   folder(map[string]string{"slow.shtml": "$4DTEXT(slow())$4DTEXT(slow())", "ok.shtml": "ok"}),
		Limits: web.Limits{Time: 50 * time.Millisecond},
	}))
	b.wants("/slow.shtml", 503, "Service Unavailable\n")
	b.wants("/4DACTION/hang", 503, "Service Unavailable\n")
	b.wants("/ok.shtml", 200, "ok")
}

// Pages of other sites cannot post.
func TestCrossOrigin(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{Methods: methods(), TrustedOrigins: []string{"https://friend.example"}}))
	tests := []struct {
		header []string
		status int
	}{
		{nil, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site", "Origin", "https://friend.example"}, 200},
	}
	for _, test := range tests {
		if got := b.do("POST", "/4DACTION/action_Session", "", test.header...); got.Status != test.status {
			t.Errorf("POST with %v = %d, want %d", test.header, got.Status, test.status)
		}
	}
}

// Errors tell the log what happened and the client nothing.
func TestErrorsTellNothing(t *testing.T) {
	t.Parallel()
	var buf bytes.Buffer
	var mu sync.Mutex
	m := web.NewMethod("panics", func(context.Context, *session.Session, *web.Call) error { panic("secret panic") }, web.TagsAndURLs)
	b := serve(t, site(t, web.Server{
		Tags: vocabulary(), Methods: []*web.Method{m}, Root: folder(map[string]string{"p.shtml": "$4DTEXT(fails())$4DTEXT(panics())"}),
		Log: slog.New(slog.NewTextHandler(locked{&mu, &buf}, nil)),
	}))
	for _, path := range []string{"/p.shtml?token=hush", "/4DACTION/panics?token=hush"} {
		got := b.do("GET", path, "", "Cookie", "other=hush")
		if strings.Contains(got.Body, "secret") || strings.Contains(got.Body, ".go") {
			t.Errorf("GET %s = %q", path, got.Body)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"secret reason", "secret panic", "security_test.go", `page=p.shtml`, "path=/4DACTION/panics"} {
		if !strings.Contains(buf.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, buf.String())
		}
	}
	if strings.Contains(buf.String(), "hush") {
		t.Errorf("the log tells queries or cookies:\n%s", buf.String())
	}
}

// Two requests of one page at the same time do not see each other's variables.
func TestConcurrentPages(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{Tags: vocabulary(), Root: folder(map[string]string{
		"p.shtml": `$4DTEXT(a)<!--#4DEVAL a:=Session.id--><!--#4DEACH n in names-->$4DTEXT(greet(n))<!--#4DENDEACH--><!--#4DTEXT a==Session.id-->`,
	})}))
	const want = "$4DTEXT(a) : ## error # 2Hello annHello bobtrue"
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			own := visit(t, b.url)
			for range 20 {
				r, err := own.client.Get(b.url + "/p.shtml")
				if err != nil {
					t.Errorf("GET: %v", err)
					return
				}
				var body bytes.Buffer
				_, _ = body.ReadFrom(r.Body)
				r.Body.Close()
				if r.StatusCode != http.StatusOK || body.String() != want {
					t.Errorf("GET = %d %q, want %q", r.StatusCode, body.String(), want)
				}
			}
		})
	}
	wg.Wait()
}
