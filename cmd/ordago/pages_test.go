package main_test

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// page gets a page of the program and returns status, body and whether a cookie came with it.
func page(t *testing.T, url string) (status int, body string, cookie bool) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data), len(resp.Cookies()) > 0
}

func TestServePages(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir())
	if !strings.Contains(p.hello, "Pages: "+p.base+"/\n") {
		t.Errorf("greeting %q, want the address of the pages", p.hello)
	}
	if status, body, _ := page(t, p.base+"/"); status != http.StatusOK || !strings.Contains(body, "<h1>Sign in</h1>") {
		t.Errorf("home page: %d %s", status, body)
	}
	clara := p.signedIn(t)
	resp, err := clara.Get(p.base + "/4DACTION/action_Session")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); string(body) != "4DACTION --> Session is CreateInvoices" {
		t.Errorf("action_Session: %s, %v", body, err)
	}
}

// --web-folder shows edits at once and nothing outside of the folder, not even through a symbolic link.
func TestWebFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pages := filepath.Join(dir, "pages")
	if err := os.Mkdir(pages, 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "secret.txt"), "secret")
	if err := os.Symlink(filepath.Join("..", "secret.txt"), filepath.Join(pages, "link.txt")); err != nil {
		t.Fatal(err)
	}
	home := filepath.Join(pages, "index.shtml")
	write(t, home, "<!--#4DTEXT 1+1-->")
	p := serve(t, dir, "--web-folder", "pages")
	if _, body, _ := page(t, p.base+"/"); body != "2" {
		t.Errorf("home page %q, want 2", body)
	}
	write(t, home, "edited <!--#4DTEXT 1+2-->")
	if _, body, _ := page(t, p.base+"/"); body != "edited 3" {
		t.Errorf("home page after an edit %q", body)
	}
	for _, path := range []string{"/link.txt", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/pages/../../secret.txt", "/./../secret.txt"} {
		u, err := url.Parse(p.base)
		if err != nil {
			t.Fatal(err)
		}
		u.Opaque = "//" + u.Host + path // sent as it is written
		resp, err := (&http.Client{}).Do(&http.Request{Method: http.MethodGet, URL: u, Header: http.Header{}})
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound || strings.Contains(string(body), "secret") {
			t.Errorf("GET %s: %d %q, want 404", path, resp.StatusCode, body)
		}
	}
	ordago(t, "serve", "--listen", "127.0.0.1:0", "--web-folder", filepath.Join(dir, "none"), "--db", filepath.Join(dir, "x.db")).want(t, 1, "", "ordago: web folder: ")
}

// S-209: what the start says overrides the stored option for that run, and is not stored.
func TestStartOverridesStoredSessions(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	stored := filepath.Join(dir, "ordago.yaml")
	write(t, stored, "no-sessions: true\n")
	for _, test := range []struct {
		args   []string
		body   string
		cookie bool
	}{
		{nil, "4DACTION --> Session is null", false},
		{[]string{"--no-sessions=false"}, "4DACTION --> Session is not CreateInvoices", true},
		{nil, "4DACTION --> Session is null", false},
	} {
		p := serve(t, dir, test.args...)
		if _, body, cookie := page(t, p.base+"/4DACTION/action_Session"); body != test.body || cookie != test.cookie {
			t.Errorf("serve %v: %q, cookie %v, want %q, %v", test.args, body, cookie, test.body, test.cookie)
		}
		if err := p.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = p.cmd.Wait()
	}
	if data, err := os.ReadFile(stored); string(data) != "no-sessions: true\n" {
		t.Errorf("the file became %q, %v", data, err)
	}
}

// S-315: the administration web server, its key from the file.
func TestServeAdministration(t *testing.T) {
	t.Parallel()
	const key = "a long secret of ours"
	dir := t.TempDir()
	write(t, filepath.Join(dir, "ordago.yaml"), "admin-key: "+key+"\nadmin-listen: 127.0.0.1:0\n")
	p := serve(t, dir)
	root := regexp.MustCompile(`Administration: (http://127\.0\.0\.1:\d+)/`).FindStringSubmatch(p.hello)
	if root == nil {
		t.Fatalf("greeting %q, want the address of the administration web server", p.hello)
	}
	resp, err := p.signedIn(t).PostForm(root[1]+"/4DACTION/open", url.Values{"key": {key}})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || !strings.Contains(string(body), "clara") {
		t.Errorf("the page after the key: %s, %v; want clara's session", body, err)
	}
	if strings.Contains(p.hello+p.stderr.String(), key) {
		t.Error("the key is printed")
	}
	for _, test := range []struct {
		env  []string
		args []string
		code int
		want string
	}{
		{nil, []string{"--admin-key", key}, 2, "unknown flag: --admin-key"},
		{nil, []string{"--admin-listen", "127.0.0.1:0"}, 1, "the administration web server needs an access key of at least 16 characters"},
		{[]string{"ORDAGO_ADMIN_KEY=short"}, nil, 1, "the administration web server needs an access key of at least 16 characters"},
	} {
		args := append([]string{"serve", "--listen", "127.0.0.1:0", "--db", filepath.Join(dir, "none.db")}, test.args...)
		ordagoIn(t, test.env, args...).want(t, test.code, "", test.want)
	}
}
