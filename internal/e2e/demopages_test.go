package e2e_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
)

// The demo's pages, as people use them.
func TestDemoPages(t *testing.T) {
	t.Parallel()
	eachDatabase(t, func(t *testing.T, database string) {
		p := demo(t, pagesConfig(database))
		clara, mark := p.browser(t), p.browser(t)
		wants := func(b *browser, path string, status int, texts ...string) {
			t.Helper()
			r := b.page(path)
			for _, text := range texts {
				if hidden, no := strings.CutPrefix(text, "not:"); strings.Contains(r.body, hidden) == no {
					t.Errorf("GET %s: %s, want %q", path, r.body, text)
				}
			}
			if r.status != status || strings.Contains(r.body, "## error #") || strings.Contains(r.body, "<!--#4D") {
				t.Errorf("GET %s: %d %s", path, r.status, r.body)
			}
		}
		wants(clara, "/", 200, "<h1>Sign in</h1>", "not signed in", `href="/style.css"`, "not:role=\"alert\"")
		wants(clara, "/customers.shtml", 200, "Sign in to see them", "not:Alder")
		wants(clara, "/invoice/INV-2026-0001", 200, "Sign in to see invoices")
		wants(clara, "/style.css", 200, "border-collapse")
		wants(clara, "/nothing", 404, "There is no such page")
		if r := clara.form("/4DACTION/signIn", "name", "clara", "password", "mark"); !strings.Contains(r.body, "Name or password is wrong") {
			t.Errorf("a wrong password: %d %s", r.status, r.body)
		}
		if r := clara.page("/4DACTION/signIn?name=clara&password=clara"); r.status != http.StatusMethodNotAllowed {
			t.Errorf("a password in the URL: %d", r.status)
		}
		clara.signInPage("clara")
		mark.signInPage("mark")
		wants(clara, "/", 200, "Open invoices", `href="/invoice/INV-2026-`)
		wants(clara, "/customers.shtml", 200, "Alder &amp; Sons", "(blocked)", "<td>clara")
		draft := clara.ok(http.MethodPost, "Invoice/draft", `[1,[{"productID":1,"quantity":2}]]`)["number"].(string)
		wants(clara, "/invoice/"+draft, 200, draft+" · Alder &amp; Sons", "<td>2<td>", "draft", "not:<button>Approve")
		wants(mark, "/invoice.shtml?number="+draft, 200, "<button>Approve")
		if r := clara.form("/4DACTION/approve", "number", draft); r.status != http.StatusForbidden {
			t.Errorf("clara approves: %d", r.status)
		}
		if r := p.browser(t).form("/4DACTION/approve", "number", draft); r.status != http.StatusForbidden {
			t.Errorf("a guest approves: %d", r.status)
		}
		if r := mark.form("/4DACTION/approve", "number", draft); r.status != http.StatusOK || !strings.Contains(r.body, "approved by mark") {
			t.Errorf("mark approves: %d %s", r.status, r.body)
		}
		for number, want := range map[string]int{draft: http.StatusConflict, "INV-1": http.StatusNotFound} {
			if r := mark.form("/4DACTION/approve", "number", number); r.status != want {
				t.Errorf("approve %s: %d, want %d", number, r.status, want)
			}
		}
		wants(mark, "/invoice/INV-1", 200, "There is no such invoice")
		wants(mark, "/export", 200, "number,customer,due,total\nINV-2026-")
		if r := mark.form("/export"); r.status != http.StatusMethodNotAllowed {
			t.Errorf("POST /export: %d", r.status)
		}
		if r := mark.form("/4DACTION/signOut"); !strings.Contains(r.body, "<h1>Sign in</h1>") {
			t.Errorf("after signing out: %d %s", r.status, r.body)
		}
		if diff := cmp.Diff(401, mark.get("Customer").status); diff != "" {
			t.Errorf("REST after signing out from a page (-want +got):\n%s", diff)
		}
	})
}

// Data is shown, never evaluated, whatever it is.
func TestInjectionFromData(t *testing.T) {
	t.Parallel()
	p := startPages(t, nil)
	attacks := []string{`<script>alert(1)</script>`, `<!--#4DEVAL customers()-->`, `$4DEVAL(customers())`, `"><!--#4DSCRIPT/invoice-->`, `--><!--#4DHTML 6*7-->`}
	for _, text := range attacks {
		e := dataclasses.Of[invoices.Customer](p.DataStore()).New()
		e.Value = invoices.Customer{Name: "  " + text, City: text, Country: "=1+1"}
		if err := e.Save(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	clara := p.browser(t)
	clara.signInPage("clara")
	body := clara.page("/customers.shtml").body
	for _, text := range attacks[:2] {
		if strings.Contains(body, text) {
			t.Errorf("the page holds %s as it is", text)
		}
	}
	if !strings.Contains(body, "&lt;script&gt;alert(1)") || !strings.Contains(body, "$4DEVAL(customers())") || strings.Contains(body, "42") && strings.Contains(body, "--&gt;42") {
		t.Errorf("the page does not show the customers: %.2000s", body)
	}
	if n := strings.Count(body, "<!--"); n > 0 {
		t.Errorf("%d tags or comments are left in the page", n)
	}
}
