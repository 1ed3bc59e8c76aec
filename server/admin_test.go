package server_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

const accessKey = "correct horse battery"

// adminConfig is the test application with a component and an administration web server.
func adminConfig(t *testing.T) server.Config {
	t.Helper()
	c := stockConfig(t)
	c.Admin = &server.Admin{Listen: "127.0.0.1:0", AccessKey: accessKey}
	return c
}

// submit posts a form and returns the status of the answer; redirects are followed.
func submit(t *testing.T, c *http.Client, target string, pairs ...string) int {
	t.Helper()
	form := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	resp, err := c.PostForm(target, form)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// adminRoot is the address of the administration web server.
func (r *running) adminRoot() string { return "http://" + r.AdminAddr().String() }

// administrator returns a client with an administration session.
func administrator(t *testing.T, s *running) *http.Client {
	t.Helper()
	c := client(t)
	if status := submit(t, c, s.adminRoot()+"/4DACTION/open", "key", accessKey); status != http.StatusOK {
		t.Fatalf("the right key: %d", status)
	}
	return c
}

// entry is a session in the list of the administration web server.
type entry struct {
	ID         string
	Server     string
	Origin     string
	UserName   string
	LoginDate  string
	Status     string
	Guest      bool
	Privileges []string
	IPAddress  string
	UserAgent  string
}

// listed returns the sessions that an administrator sees, in the order of their servers, origins and users.
func listed(t *testing.T, s *running, admin *http.Client) []entry {
	t.Helper()
	status, body := fetch(admin, s.adminRoot()+"/4DACTION/sessions")
	var list struct {
		Total    int
		Sessions []entry
	}
	if err := json.Unmarshal([]byte(body), &list); err != nil || status != http.StatusOK || list.Total != len(list.Sessions) {
		t.Fatalf("sessions: %d %q, %v", status, body, err)
	}
	slices.SortFunc(list.Sessions, func(a, b entry) int {
		return strings.Compare(a.Server+a.Origin+a.UserName, b.Server+b.Origin+b.UserName)
	})
	return list.Sessions
}

// S-415, S-416: the list has the sessions of all web servers and of clients, with all that an administrator needs to know.
func TestAdminList(t *testing.T) {
	t.Parallel()
	s := start(t, adminConfig(t))
	web, restClient := client(t), client(t)
	wantPost(t, restClient, s.base+"$catalog/signIn", `["ada"]`, `{"result":true}`)
	lookAt(t, web, s.root())
	stockSight(t, web, "http://"+s.ComponentAddr("stock").String())
	session.New(session.Remote, session.Desktop{Manager: s.Sessions(), UserName: "cleo", Address: "192.0.2.9", Machine: "desk"})
	got := listed(t, s, administrator(t, s))
	for i := range got {
		if len(got[i].ID) != 32 || !strings.HasSuffix(got[i].LoginDate, "Z") {
			t.Errorf("ID %q, login %q", got[i].ID, got[i].LoginDate)
		}
		got[i].ID, got[i].LoginDate = "", ""
	}
	const here, agent = "127.0.0.1", "Go-http-client/1.1"
	want := []entry{
		{Server: "administration", Origin: "web", UserName: "administrator", Status: "online", Privileges: []string{"WebAdmin"}, IPAddress: here, UserAgent: agent},
		{Server: "host", Origin: "client", UserName: "cleo", Status: "online", Privileges: []string{}, IPAddress: "192.0.2.9"},
		{Server: "host", Origin: "rest", UserName: "ada", Status: "online", Privileges: []string{"WebAdmin"}, IPAddress: here, UserAgent: agent},
		{Server: "host", Origin: "server", UserName: "designer", Status: "online", Privileges: []string{}},
		{Server: "host", Origin: "web", Status: "online", Guest: true, Privileges: []string{}, IPAddress: here, UserAgent: agent},
		{Server: "stock", Origin: "web", Status: "online", Guest: true, Privileges: []string{}, IPAddress: here, UserAgent: agent},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("sessions (-want +got):\n%s", diff)
	}
}

// S-232, S-417: dropping ends a browser's session, with what was in it, and disconnects a client.
func TestAdminDrop(t *testing.T) {
	t.Parallel()
	s := start(t, adminConfig(t))
	ada, admin := client(t), administrator(t, s)
	wantPost(t, ada, s.base+"$catalog/signIn", `["ada"]`, `{"result":true}`)
	before := lookAt(t, ada, s.root())
	ended := make(chan struct{})
	remote := session.New(session.Remote, session.Desktop{Manager: s.Sessions(), OnEnd: func() { close(ended) }})
	for _, id := range []string{strings.Fields(before)[1], remote.ID(), strings.Repeat("0", 32), ""} {
		if status := submit(t, admin, s.adminRoot()+"/4DACTION/drop", "id", id); status != http.StatusOK {
			t.Errorf("drop %q: %d", id, status)
		}
	}
	if after := lookAt(t, ada, s.root()); after == before || strings.HasSuffix(after, "ada") {
		t.Errorf("after the drop the browser is in session %q, before in %q", after, before)
	}
	<-ended
	if !remote.Closed() {
		t.Error("the client's session lives on")
	}
	if n := len(listed(t, s, admin)); n != 3 { // the administrator's, the server's and ada's new one
		t.Errorf("%d sessions, want 3", n)
	}
}

// S-010, S-417: the application's own session cannot be dropped, and the page does not offer it.
func TestAdminCannotDropTheApplication(t *testing.T) {
	t.Parallel()
	for _, standalone := range []bool{false, true} {
		c := adminConfig(t)
		c.Standalone = standalone
		s := start(t, c)
		admin, id := administrator(t, s), s.Session().ID()
		resp, err := admin.PostForm(s.adminRoot()+"/4DACTION/drop", url.Values{"id": {id}})
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusConflict || !strings.Contains(string(body), "This session is the application's own") {
			t.Errorf("drop of the %v session: %d %s, %v, want 409 and the reason", s.Session().Kind(), resp.StatusCode, body, err)
		}
		if s.Session().Closed() {
			t.Errorf("the %v session has ended", s.Session().Kind())
		}
		_, page := fetch(admin, s.adminRoot()+"/")
		if strings.Contains(page, id) || strings.Count(page, `name="id"`) != 1 || !strings.Contains(page, "<td>server<td>designer") {
			t.Errorf("the page offers to drop the %v session: %s", s.Session().Kind(), page)
		}
	}
}

// S-315, S-418: nothing without the key, which counts in the body of a POST only; a session of the application does not help, not even one
// that holds WebAdmin there.
func TestAdminNeedsTheKey(t *testing.T) {
	t.Parallel()
	s := start(t, adminConfig(t))
	ada, root := client(t), s.adminRoot()
	wantPost(t, ada, s.base+"$catalog/signIn", `["ada"]`, `{"result":true}`) // WebAdmin, at the host
	victim := strings.Fields(lookAt(t, ada, s.root()))[1]
	u, _ := url.Parse(root)
	cookies := ada.Jar.Cookies(u)
	ada.Jar.SetCookies(u, []*http.Cookie{{Name: "4DSID_ordago-admin", Value: cookies[0].Value, Path: "/"}})
	for name, got := range map[string]int{
		"no key":          submit(t, ada, root+"/4DACTION/open"),
		"a wrong key":     submit(t, ada, root+"/4DACTION/open", "key", accessKey+"x"),
		"key in the URL":  submit(t, ada, root+"/4DACTION/open?key="+url.QueryEscape(accessKey)),
		"drop":            submit(t, ada, root+"/4DACTION/drop", "id", victim),
		"list":            statusOf(ada, root+"/4DACTION/sessions"),
		"style as a list": statusOf(ada, root+"/admin.go"),
	} {
		if want := map[bool]int{true: 404, false: 403}[name == "style as a list"]; got != want {
			t.Errorf("%s: %d, want %d", name, got, want)
		}
	}
	if status := statusOf(ada, root+"/4DACTION/open?key="+url.QueryEscape(accessKey)); status != http.StatusMethodNotAllowed {
		t.Errorf("open by GET: %d, want 405", status)
	}
	if status := statusOf(ada, root+"/4DACTION/drop?id="+victim); status != http.StatusMethodNotAllowed {
		t.Errorf("drop by GET: %d, want 405", status)
	}
	_, page := fetch(ada, root+"/")
	if !strings.Contains(page, `name="key"`) || strings.Contains(page, victim) {
		t.Errorf("the page without a key: %s", page)
	}
	if now := strings.Fields(lookAt(t, ada, s.root()))[1]; now != victim {
		t.Errorf("the session was dropped: %s, want %s", now, victim)
	}
	for _, path := range []string{"/4DACTION/open", "/4DACTION/sessions"} { // nothing of it on other addresses
		wantFetch(t, ada, s.root()+path, 404, "Not Found\n")
	}
	if status, _ := fetch(ada, root+"/rest/$catalog"); status != 404 {
		t.Errorf("REST of the administration server: %d, want 404", status)
	}
}

func statusOf(c *http.Client, url string) int {
	status, _ := fetch(c, url)
	return status
}

// The key opens a session with a new cookie, and closing it ends the session. Guesses are slowed down, also those of another session.
func TestAdminSession(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := adminConfig(t)
	c.Log = slog.New(slog.NewTextHandler(&log, nil))
	s := start(t, c)
	admin, root := client(t), s.adminRoot()
	fetch(admin, root+"/")
	u, _ := url.Parse(root)
	planted := admin.Jar.Cookies(u)[0]
	if status := submit(t, admin, root+"/4DACTION/open", "key", accessKey); status != http.StatusOK {
		t.Fatalf("the right key: %d", status)
	}
	opened := admin.Jar.Cookies(u)[0]
	thief := client(t)
	thief.Jar.SetCookies(u, []*http.Cookie{planted})
	if opened.Value == planted.Value || statusOf(thief, root+"/4DACTION/sessions") != http.StatusForbidden {
		t.Error("the cookie from before the key opens the administration session")
	}
	if status := submit(t, admin, root+"/4DACTION/close"); status != http.StatusOK || statusOf(admin, root+"/4DACTION/sessions") != http.StatusForbidden {
		t.Errorf("close: %d, and the session administers on", status)
	}
	var last int
	for range 10 {
		last = submit(t, client(t), root+"/4DACTION/open", "key", "a guess of a key")
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the tenth guess: %d, want 429", last)
	}
	if status := submit(t, client(t), root+"/4DACTION/open", "key", accessKey); status != http.StatusTooManyRequests {
		t.Errorf("the right key after many guesses: %d, want 429: otherwise guessing goes on", status)
	}
	if err := s.end(t); err != nil {
		t.Fatal(err)
	}
	if text := log.String(); strings.Contains(text, accessKey) || strings.Contains(text, "guess of") || !strings.Contains(text, "wrong access key") {
		t.Errorf("log %s", text)
	}
}
