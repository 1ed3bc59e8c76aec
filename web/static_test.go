package web_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/web"
)

// disk makes a folder with a web folder in it, and secrets beside it.
func disk(t testing.TB, files map[string]string) (dir string, root *os.Root) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(p), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "web"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = root.Close() })
	return dir, root
}

func TestTraversal(t *testing.T) {
	t.Parallel()
	dir, root := disk(t, map[string]string{
		"secret.txt": "SECRET", "secret.html": "SECRET", "web/index.html": "home", "web/.env": "SECRET", "web/.git/config": "SECRET", "web/sub/a.txt": "a",
	})
	if err := os.Symlink(filepath.Join(dir, "secret.txt"), filepath.Join(dir, "web", "link.txt")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("..", filepath.Join(dir, "web", "up")); err != nil {
		t.Fatal(err)
	}
	b := serve(t, site(t, web.Server{Root: root.FS()}))
	for _, path := range []string{
		"/../secret.txt", "/sub/../../secret.txt", "/%2e%2e/secret.txt", "/%2e%2e%2fsecret.txt", "/..%2fsecret.txt", "/..%5csecret.txt",
		"/%252e%252e/secret.txt", "/..%c0%afsecret.txt", "//secret.txt", "/./sub/a.txt", "/sub//a.txt", "/link.txt", "/up/secret.txt",
		"/.env", "/.git/config", "/sub/../.env", "/sub", "/sub/", "/index.html/", "/index.html.", "/index.html%20", "/index.html%00.txt",
		"/index.html::$DATA", "/" + dir + "/secret.txt", "/%2Fetc/passwd",
	} {
		got := b.get(path)
		if strings.Contains(got.Body, "SECRET") || strings.Contains(got.Body, "root:") || got.Status != 404 {
			t.Errorf("GET %s = %d %q, want 404", path, got.Status, got.Body)
		}
	}
	b.wants("/", 200, "home")
	b.wants("/sub/a.txt", 200, "a")
	b.wants("/sub%2Fa.txt", 200, "a")
}

// S-073, S-074, S-071: files are served, what is none goes on; error pages of the folder.
func TestStaticFiles(t *testing.T) {
	t.Parallel()
	when := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	root := fstest.MapFS{
		"a/b/c.html": {Data: []byte("page $4DTEXT(1)"), ModTime: when},
		"app.js":     {Data: []byte("0123456789"), ModTime: when},
		"embed.css":  {Data: []byte("a{}")},
		"data.bin":   {Data: []byte("\x00\x01"), ModTime: when},
		"4xx.html":   {Data: []byte("custom error")},
	}
	b := serve(t, site(t, web.Server{Root: root}))
	got := b.get("/a/b/c.html")
	if got.Status != 200 || got.Body != "page $4DTEXT(1)" || got.header.Get("Content-Type") != "text/html; charset=utf-8" || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("GET = %+v", got)
	}
	tag := b.get("/app.js").header.Get("Etag")
	conditions := []struct {
		name   string
		header []string
		status int
		body   string
	}{
		{"etag", []string{"If-None-Match", tag}, 304, ""},
		{"other etag", []string{"If-None-Match", `"other"`}, 200, "0123456789"},
		{"not modified", []string{"If-Modified-Since", when.Format(http.TimeFormat)}, 304, ""},
		{"range", []string{"Range", "bytes=2-4"}, 206, "234"},
	}
	for _, test := range conditions {
		if got := b.do("GET", "/app.js", "", test.header...); got.Status != test.status || got.Body != test.body {
			t.Errorf("%s = %d %q, want %d %q", test.name, got.Status, got.Body, test.status, test.body)
		}
	}
	types := map[string]string{"/app.js": "text/javascript; charset=utf-8", "/embed.css": "text/css; charset=utf-8", "/data.bin": "application/octet-stream"}
	for path, want := range types {
		if got := b.get(path).header.Get("Content-Type"); got != want {
			t.Errorf("%s has type %q, want %q", path, got, want)
		}
	}
	if got := b.do("POST", "/app.js", ""); got.Status != 405 || got.Body != "custom error" {
		t.Errorf("POST = %d %q", got.Status, got.Body)
	}
	b.wants("/a/b/c", 404, "custom error")
	b.wants("/", 404, "custom error")
	root["404.html"] = &fstest.MapFile{Data: []byte("not here")}
	b.wants("/nope", 404, "not here")
	if got := b.get("/nope").header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("error page has type %q", got)
	}
}

// S-224: a static file makes a session, unless SkipStatic.
func TestSessionsOfStaticFiles(t *testing.T) {
	t.Parallel()
	root := folder(map[string]string{"a.txt": "a", "p.shtml": `<!--#4DTEXT Session != nil-->`})
	with := serve(t, site(t, web.Server{Root: root}))
	if got := with.get("/a.txt"); got.header.Get("Set-Cookie") == "" || got.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("static file with session: %v", got.header)
	}
	without := serve(t, site(t, web.Server{Root: root, SkipStatic: true}))
	if got := without.get("/a.txt"); got.Body != "a" || got.header.Get("Set-Cookie") != "" {
		t.Errorf("static file with SkipStatic: %q %v", got.Body, got.header)
	}
	without.wants("/p.shtml", 200, "true")
}

// T-41: tags of .html are not evaluated, those of .shtml are; the same for the other endings of section 17.1.
func TestPagesByURL(t *testing.T) {
	t.Parallel()
	const page = `<!--#4DTEXT 1+1-->$4DTEXT(3)`
	files := map[string]string{}
	for _, ext := range []string{"html", "htm", "shtml", "shtm", "xml", "xsl", "txt", "SHTML"} {
		files["p."+ext] = page
	}
	b := serve(t, site(t, web.Server{Root: folder(files)}))
	got := map[string]string{}
	for name := range files {
		got[name] = b.get("/" + name).Body
	}
	want := map[string]string{"p.html": page, "p.htm": page, "p.txt": page, "p.shtml": "23", "p.shtm": "23", "p.xml": "23", "p.xsl": "23", "p.SHTML": "23"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("pages (-want +got):\n%s", diff)
	}
}

// A parsed page follows the change of its file.
func TestPageFollowsFile(t *testing.T) {
	t.Parallel()
	dir, root := disk(t, map[string]string{"web/p.shtml": "one $4DTEXT(1)", "web/part.html": "part one", "web/outer.shtml": "<!--#4DINCLUDE part.html-->"})
	b := serve(t, site(t, web.Server{Root: root.FS()}))
	b.wants("/p.shtml", 200, "one 1")
	b.wants("/outer.shtml", 200, "part one")
	for name, text := range map[string]string{"p.shtml": "two $4DTEXT(2)", "part.html": "part two"} {
		p := filepath.Join(dir, "web", name)
		if err := os.WriteFile(p, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(p, time.Time{}, time.Now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	b.wants("/p.shtml", 200, "two 2")
	b.wants("/outer.shtml", 200, "part two")
}

// S-405: relative paths, one level, recursion, body part; 4DBASE.
func TestIncludes(t *testing.T) {
	t.Parallel()
	b := serve(t, site(t, web.Server{Root: folder(map[string]string{
		"index.shtml":    `[<!--#4DINCLUDE sub/part.html-->]`,
		"sub/part.html":  "<html><BODY class=x>$4DTEXT(1)<!--#4DTEXT 2--></Body></html>",
		"sub/back.shtml": `<!--#4DINCLUDE ../whole.txt-->|<!--#4DINCLUDE part.html-->|<!--#4DINCLUDE /whole.txt-->`,
		"whole.txt":      "all",
		"self.shtml":     `<!--#4DINCLUDE self.shtml-->`,
		"deep.shtml":     `<!--#4DINCLUDE nest.html-->`,
		"nest.html":      `n<!--#4DINCLUDE whole.txt-->`,
		"out.shtml":      `<!--#4DINCLUDE ../secret.txt--><!--#4DINCLUDE .env--><!--#4DINCLUDE nope.html-->`,
		".env":           "SECRET",
		"base.shtml":     `<!--#4DBASE sub/--><!--#4DINCLUDE part.html--><!--#4DBASE WEBFOLDER--><!--#4DINCLUDE whole.txt--><!--#4DBASE ../../x/--><!--#4DINCLUDE whole.txt-->`,
		"sub/base.shtml": `<!--#4DBASE ../--><!--#4DINCLUDE whole.txt--><!--#4DINCLUDE setter.html--><!--#4DINCLUDE whole.txt-->`,
		"setter.html":    `<!--#4DBASE sub/-->`,
		"var.shtml":      `<!--#4DEVAL a:=7--><!--#4DINCLUDE var.html--><!--#4DTEXT b-->`,
		"var.html":       `<!--#4DTEXT a--><!--#4DEVAL b:=8-->`,
	})}))
	tests := []struct{ path, want string }{
		{"/index.shtml", "[12]"},
		{"/sub/back.shtml", "all|12|all"},
		{"/self.shtml", "<!--#4DINCLUDE self.shtml-->:The document cannot be opened"},
		{"/deep.shtml", "n<!--#4DINCLUDE whole.txt-->:The document cannot be opened"},
		{"/out.shtml", "<!--#4DINCLUDE ../secret.txt-->:The document cannot be opened<!--#4DINCLUDE .env-->:The document cannot be opened<!--#4DINCLUDE nope.html-->:The document cannot be opened"},
		{"/base.shtml", "12allall"},
		{"/sub/base.shtml", "allall"},
		{"/var.shtml", "78"},
	}
	for _, test := range tests {
		b.wants(test.path, 200, test.want)
	}
}
