package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/server"
)

// S-013: signing in, on a page or over REST, renews the cookie, so that one that an attacker planted opens nothing, for pages and for REST.
func TestFixationThroughPages(t *testing.T) {
	t.Parallel()
	p := startPages(t, nil)
	ways := map[string]func(*browser){
		"the form":               func(b *browser) { b.signInPage("mark") },
		"a page, then over REST": func(b *browser) { b.page("/"); b.signIn("mark") },
		"REST, then the form":    func(b *browser) { b.get("$catalog"); b.signInPage("mark") },
	}
	for way, signIn := range ways {
		attacker, victim := p.browser(t), p.browser(t)
		attacker.page("/")
		planted := attacker.cookie()
		victim.plant(planted)
		signIn(victim)
		if victim.cookie() == planted {
			t.Errorf("%s: signing in kept the cookie", way)
		}
		attacker.plant(planted)
		if r := attacker.get("Customer"); r.status != http.StatusUnauthorized {
			t.Errorf("%s: the planted cookie reads over REST: %d", way, r.status)
		}
		attacker.plant(planted)
		if r := attacker.page("/customers.shtml"); strings.Contains(r.body, "Alder") || strings.Contains(r.body, "signed in as") {
			t.Errorf("%s: the planted cookie reads pages: %s", way, r.body)
		}
		// Another person in the same browser: the first one's cookie is worth nothing then.
		first := victim.cookie()
		victim.signInPage("clara")
		attacker.plant(first)
		if r := attacker.get("Customer"); r.status != http.StatusUnauthorized {
			t.Errorf("%s: the cookie from before the second sign-in reads: %d", way, r.status)
		}
	}
}

// S-120: the ID of a session, which pages and code may show, opens nothing: not as cookie, as passcode, in a header or in the URL.
func TestIDIsNoCredential(t *testing.T) {
	t.Parallel()
	p := startPages(t, nil)
	mark := p.as(t, "mark")
	id := mark.whoAmI().SessionID
	for _, value := range []string{id, strings.ToLower(id), id + id, id + id + id, id + strings.Repeat("0", 64)} {
		for _, path := range []string{"/", "/customers.shtml", actionSession, "/export"} {
			b := p.browser(t)
			b.plant(value)
			for _, r := range []reply{
				b.page(path),
				p.browser(t).page(path + "?$4DSID=" + value),
				p.browser(t).send(http.MethodGet, ".."+path, "", "Authorization", "Bearer "+value, "WASID4D", value, "Cookie", "WASID4D="+value+"; WASID="+value),
			} {
				if strings.Contains(r.body, "signed in as") || strings.Contains(r.body, "is CreateInvoices") || strings.Contains(r.body, "INV-") {
					t.Errorf("GET %s with %.40s: %d %.200s", path, value, r.status, r.body)
				}
			}
		}
	}
	if mark.whoAmI().SessionID != id {
		t.Error("mark has lost the session")
	}
}

// A page of another site posts nothing: not to pages, methods, handlers or REST.
func TestCrossSitePages(t *testing.T) {
	t.Parallel()
	p := startPages(t, nil)
	mark := p.as(t, "mark")
	draft := mark.ok(http.MethodPost, "Invoice/draft", `[1,[{"productID":1,"quantity":2}]]`)["number"].(string)
	before := p.state(t)
	form := url.Values{"number": {draft}, "name": {"clara"}, "password": {"clara"}}.Encode()
	for _, header := range [][]string{
		{"Origin", "https://evil.example"}, {"Origin", "null"}, {"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"},
		{"Origin", "http://" + p.host + ".evil.example"}, {"Origin", "http://127.0.0.1:1"},
	} {
		for target, want := range map[string]int{
			"../4DACTION/approve": 403, "../4daction/approve": 403, "../4DACTION/signIn": 403, "../4DACTION/signOut": 403, "../": 403,
			"../invoice/" + draft: 403, "../export": 403, "../style.css": 403, "Invoice/draft": 401, "$logout": 401,
		} {
			r := mark.send(http.MethodPost, target, form, append(header, "Content-Type", "application/x-www-form-urlencoded")...)
			if r.status != want {
				t.Errorf("POST %s with %q: %d %.100s, want %d", target, header, r.status, r.body, want)
			}
		}
	}
	p.wantUnchanged(t, before)
	if who := mark.whoAmI(); who.UserName != "mark" {
		t.Errorf("the session is %+v", who)
	}
	r := mark.send(http.MethodPost, "../4DACTION/approve", form, "Content-Type", "application/x-www-form-urlencoded",
		"Origin", "http://"+p.host, "Sec-Fetch-Site", "same-origin")
	if r.status != http.StatusOK {
		t.Errorf("a page of the server itself: %d", r.status)
	}
}

// No URL leads out of the web folder, to hidden files, or to what is in the folder's parents.
func TestTraversal(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	pages := filepath.Join(dir, "pages")
	for name, text := range map[string]string{"../secret.txt": "secret", "index.shtml": "home", ".env": "secret", ".git/config": "secret", "sub/page.html": "page"} {
		file := filepath.Join(pages, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(dir, filepath.Join(pages, "up")); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(pages)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	p := startPages(t, func(c *server.Config) { c.Web.Root = root.FS() })
	for _, target := range []string{
		"/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/..%5csecret.txt", `/..\secret.txt`, "/sub/../../secret.txt", "/sub/%2e%2e/%2e%2e/secret.txt",
		"/up/secret.txt", "/.env", "/%2eenv", "/.git/config", "/sub/../.env", "//secret.txt", "/./../secret.txt", "/secret.txt%00.html", "/sub/", "/sub",
		"/index.shtml/../../secret.txt", "/C:/secret.txt", "/....//secret.txt", filepath.ToSlash(dir) + "/secret.txt",
		"/4DACTION/../secret.txt", "/rest/../secret.txt", "/invoice/../secret.txt", "/invoice/%2e%2e%2fsecret.txt", "/export/../.env",
	} {
		status, body := p.raw(t, "GET "+target+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
		if strings.HasPrefix(status, "200") && !strings.Contains(target, "invoice") || strings.Contains(body, "secret\n") || body == "secret" {
			t.Errorf("GET %s: %s %.100q", target, status, body)
		}
		p.browser(t).wantNoLeak(target, body)
	}
	p.browser(t).wantPage("/sub/page.html", 200, "page")
}

// What is no request, and what is too much of one, is refused by the pages as it is by REST.
func TestRawPages(t *testing.T) {
	t.Parallel()
	p := startPages(t, nil)
	get := func(target string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	}
	flood := strings.Repeat("X-Flood: "+strings.Repeat("f", 1000)+"\r\n", 200)
	fields := strings.Repeat("a=1&", 5000)
	post := func(head, body string) string {
		return fmt.Sprintf("POST /4DACTION/signIn HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%sContent-Length: %d\r\n\r\n%s", head, len(body), body)
	}
	const formType = "Content-Type: application/x-www-form-urlencoded\r\n"
	for text, want := range map[string]string{
		"GET / HTTP/1.1\r\nHost: x\r\n" + flood + "\r\n":                                             "431",
		get("/4DACTION/action_Session/" + strings.Repeat("a/", 5000)):                                "200",
		get("/4DACTION/action_Session?" + fields):                                                    "413",
		get("/4DACTION/action_Session?a=%zz"):                                                        "400",
		get("/4DACTION/%"):                                                                           "400",
		get("/4DACTION/"):                                                                            "403",
		get("/" + strings.Repeat("a", 20_000)):                                                       "404",
		get("/" + strings.Repeat("/", 5000)):                                                         "404",
		post(formType, fields):                                                                       "413",
		post(formType, "name=%zz"):                                                                   "400",
		post("Content-Type: multipart/form-data; boundary=x\r\n", "--x\r\nnonsense"):                 "400",
		post("Content-Type: multipart/form-data\r\n", "--x\r\nnonsense"):                             "400",
		post(formType, strings.Repeat("a", 9<<20)):                                                   "413",
		"BREW / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n":                                    "405",
		"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]":             "400",
		"GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n": "400",
	} {
		status, body := p.raw(t, text)
		if !strings.HasPrefix(status, want) {
			t.Errorf("%.100q: %s %.200s, want %s", text, status, body, want)
		}
		p.browser(t).wantNoLeak(text, body)
	}
	p.browser(t).wantPage(actionSession, 200, "4DACTION --> Session is not CreateInvoices")
}

// Clients that do not finish header or body keep nobody from the pages, and are cut off.
func TestSlowClientsOfPages(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for the server's time-out of ten seconds")
	}
	p := startPages(t, nil)
	var slow []io.Reader
	for i := range 200 {
		conn := p.dial(t)
		if i%2 == 0 {
			fmt.Fprintf(conn, "GET /index.shtml HTTP/1.1\r\nX-Slow: %d", i)
			slow = append(slow, conn)
			continue
		}
		fmt.Fprint(conn, "POST /4DACTION/signIn HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nname=")
	}
	start := time.Now()
	if r := p.browser(t).page("/"); r.status != http.StatusOK || time.Since(start) > 5*time.Second {
		t.Errorf("beside slow clients: %d after %v", r.status, time.Since(start))
	}
	for _, conn := range slow {
		if _, err := io.Copy(io.Discard, conn); err != nil {
			t.Fatalf("a slow client was not cut off: %v", err)
		}
	}
	if took := time.Since(start); took < 5*time.Second || took > 30*time.Second {
		t.Errorf("slow clients were cut off after %v, want about 10 s", took)
	}
}
