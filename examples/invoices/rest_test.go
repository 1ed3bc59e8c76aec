package invoices_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/rest"
)

// browser is a REST client with cookies of its own.
type browser struct {
	t    *testing.T
	base string
	http http.Client
}

// serve opens the demo on a server and returns browsers for it.
func serve(t *testing.T, w *world) func() *browser {
	t.Helper()
	if err := invoices.Fill(t.Context(), w.ds); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(rest.Handler(w.ds.Remote(), w.manager))
	t.Cleanup(server.Close)
	return func() *browser {
		jar, err := cookiejar.New(nil)
		if err != nil {
			t.Fatal(err)
		}
		return &browser{t, server.URL + "/rest/", http.Client{Jar: jar}}
	}
}

// do sends a request; a path that begins with "POST " sends the body, others are read. It returns status and decoded answer.
func (b *browser) do(path, body string) (int, map[string]any) {
	b.t.Helper()
	method := http.MethodGet
	if rest, ok := strings.CutPrefix(path, "POST "); ok {
		method, path = http.MethodPost, rest
	}
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(body))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	if bytes.Contains(data, []byte("argon2")) {
		b.t.Errorf("%s %s sends a password hash", method, path)
	}
	var decoded map[string]any
	if err := json.Unmarshal(data, &decoded); err != nil {
		b.t.Errorf("%s %s: %v in %q", method, path, err, data)
	}
	return answer.StatusCode, decoded
}

// get is do for an answer of which one member counts.
func (b *browser) get(path, body, member string) any {
	b.t.Helper()
	status, answer := b.do(path, body)
	if status != http.StatusOK {
		b.t.Errorf("%s: status %d, %v", path, status, answer)
	}
	return answer[member]
}

// status is do for an answer of which the status counts.
func (b *browser) status(path, body string) int {
	b.t.Helper()
	status, _ := b.do(path, body)
	return status
}

// S-346: the functions of the demo over HTTP, with the session of the cookie. The requests are sent in the order of the table.
func TestOverREST(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		open := serve(t, w)
		clara, mark := open(), open()
		params := "?$params=" + url.QueryEscape(`["2026-06-30"]`)
		cancelled := "?$filter=" + url.QueryEscape(`"status = 'cancelled'"`)
		type step struct {
			name      string
			got, want any
		}
		steps := []step{
			{"the catalog is open", clara.status("$catalog", ""), 200},
			{"data is not", clara.status("Customer", ""), 401},
			{"a wrong password", clara.get("POST $catalog/authentify", `["clara","mark"]`, "result"), false},
			{"changes nothing", clara.status("Customer", ""), 401},
			{"clara signs in", clara.get("POST $catalog/authentify", `["clara","clara"]`, "result"), true},
			{"mark signs in", mark.get("POST $catalog/authentify", `["mark","mark"]`, "result"), true},
			{"clara reads customers", clara.get("Customer?$top=1", "", "__COUNT"), 60.0},
			{"and sales people", clara.get("SalesPerson", "", "__COUNT"), 6.0},
			{"but not the audit", clara.status("AuditEntry", ""), 401},
			{"as mark does", mark.status("AuditEntry?$top=1", ""), 200},
			{"the time by GET", clara.status("$catalog/serverTime", ""), 200},
			{"whoAmI not by GET", clara.status("$catalog/whoAmI", "") != 200, true},
			{"a draft", clara.get("POST Invoice/draft", `[1,[{"productID":1,"quantity":2}]]`, "createdBy"), "clara"},
			{"is not clara's to approve", clara.status("POST Invoice(401)/approve", `[]`), 401},
			{"but mark's", mark.get("POST Invoice(401)/approve", `[]`, "approvedBy"), "mark"},
			{"clara takes the payment", clara.get("POST Invoice(401)/pay", `[`+totalOf(clara)+`]`, "status"), "paid"},
			{"its label", clara.get("POST Invoice(401)/label", `[]`, "result"), "INV-2026-0401 · Alder & Sons"},
			{"overdue by GET", clara.status("Invoice/overdue"+params, ""), 200},
			{"nothing is due of what was cancelled", clara.get("POST Invoice/totalDue"+cancelled, `[]`, "result"), 0.0},
			{"recalculate is unknown", mark.status("POST Invoice(401)/recalculate", `[]`), 404},
			{"a blocked customer", clara.status("POST Invoice/draft", `[20,[]]`), 500},
		}
		for _, s := range steps {
			if diff := cmp.Diff(s.want, s.got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", s.name, diff)
			}
		}
	})
}

// totalOf is the total of the invoice that the test has drafted, as JSON.
func totalOf(b *browser) string {
	text, err := json.Marshal(b.get("Invoice(401)", "", "total"))
	if err != nil {
		b.t.Fatal(err)
	}
	return string(text)
}
