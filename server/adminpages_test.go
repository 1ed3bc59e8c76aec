package server_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// The pages run no script, load nothing from elsewhere and show what clients call themselves as text.
func TestAdminPages(t *testing.T) {
	t.Parallel()
	s := start(t, adminConfig(t))
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.root()+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("User-Agent", `<script>alert(1)</script><!--#4DEVAL newest()-->$4DTEXT(newest())`)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	admin := administrator(t, s)
	for _, path := range []string{"/", "/style.css", "/4DACTION/sessions", "/4DACTION/nothing"} {
		resp, err := admin.Get(s.adminRoot() + path)
		if err != nil {
			t.Fatal(err)
		}
		page, err := io.ReadAll(resp.Body)
		_ = resp.Body.Close()
		policy := resp.Header.Get("Content-Security-Policy")
		if err != nil || !strings.Contains(policy, "default-src 'none'") || resp.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v, policy %q", path, err, policy)
		}
		if text := string(page); strings.Contains(text, "<script") || strings.Contains(text, "## error #") || strings.Contains(text, "style=") {
			t.Errorf("%s: %s", path, text)
		}
		if path == "/" && !bytes.Contains(page, []byte(`&lt;script&gt;alert(1)&lt;/script&gt;&lt;!--#4DEVAL newest()--&gt;$4DTEXT(newest())`)) {
			t.Errorf("the page lacks the browser's name as text: %s", page)
		}
	}
}

// S-419: no number of sessions is refused for a licence's sake, in whatever way they come; the list shows the newest thousand.
func TestManySessions(t *testing.T) {
	t.Parallel()
	c := adminConfig(t)
	c.Listen = "127.0.0.1:0"
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	s.Sessions().MaxPerAddress = 1 << 20
	r := run(t, s)
	const many = 1050
	for i := range many {
		rec := httptest.NewRecorder()
		path := []string{"/rest/$catalog/signIn", "/4DACTION/enter"}[i%2]
		s.Handler().ServeHTTP(rec, httptest.NewRequest(http.MethodPost, path, strings.NewReader(`["ada"]`)))
		if rec.Code != http.StatusOK {
			t.Fatalf("session %d: %d %s", i, rec.Code, rec.Body)
		}
	}
	_, page := fetch(administrator(t, r), r.adminRoot()+"/")
	if n := strings.Count(page, "<td>online<td>"); n != 1000 || !strings.Contains(page, "<p>1052 sessions") || strings.Contains(page, "## error #") {
		t.Errorf("the page shows %d sessions: %.800s", n, page)
	}
}

// S-418: code inside the server needs no privilege.
func TestAdminFromInside(t *testing.T) {
	t.Parallel()
	if !session.MayAdminister(context.Background()) {
		t.Error("code of the server may not administer")
	}
	s := start(t, pagesConfig(t))
	if addr := s.AdminAddr(); addr != nil {
		t.Errorf("an administration web server at %v that nobody asked for", addr)
	}
	id := strings.Fields(lookAt(t, client(t), s.root()))[1]
	if list, err := s.Sessions().List(t.Context()); len(list) != 2 || list[0].ID != s.Session().ID() || list[1].ID != id || err != nil {
		t.Errorf("List: %v, %v", list, err)
	}
}
