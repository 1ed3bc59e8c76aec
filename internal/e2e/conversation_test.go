package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// exchange is one request of the golden conversation.
type exchange struct{ who, method, target, body string }

// script is the conversation that the README invites to: a clerk and a manager, from signing in to signing out.
func script() []exchange {
	const get, post = http.MethodGet, http.MethodPost
	top := query("$filter", `"country = :1 and creditLimit > :2"`, "$params", `["France",1000000]`, "$orderby", "name", "$top", "3",
		"$attributes", "name,city,balance,salesPersonName")
	lastApproved := query("$filter", `"status = approved"`, "$orderby", "number desc", "$top", "1", "$attributes", "number,customer.name", "$expand", "lines")
	return []exchange{
		{"clara", get, "Customer", ""},
		{"clara", post, "$catalog/authentify", `["clara","wrong"]`},
		{"clara", post, "$catalog/authentify", `["clara","clara"]`},
		{"clara", post, "$catalog/whoAmI", ``},
		{"clara", get, "Customer" + top, ""},
		{"clara", post, "Invoice/draft", `[7,[{"productID":1,"quantity":2},{"productID":2,"quantity":1}]]`},
		{"clara", post, "Invoice(401)/approve", `[]`},
		{"clara", post, "Invoice(401)/pay", `[1]`},
		{"mark", post, "$catalog/authentify", `["mark","mark"]`},
		{"mark", post, "Invoice(401)/approve", `[]`},
		{"mark", post, "Invoice(401)/approve", `[]`},
		{"mark", get, "AuditEntry" + query("$filter", `"dataClassName = Invoice and key = 401"`, "$orderby", "ID", "$attributes", "event,userName,changes"), ""},
		{"clara", post, "Invoice(401)/pay", `[1]`},
		{"clara", post, "Invoice(401)/pay", `[%total%]`},
		{"clara", post, "Invoice(401)/label", `[]`},
		{"clara", post, "Invoice(401)/recalculate", `[]`},
		{"clara", get, "Invoice" + lastApproved, ""},
		{"clara", post, "$catalog/topCustomers", `[]`},
		{"clara", get, "$catalog/serverTime", ""},
		{"clara", get, "Invoice/overdue" + query("$params", `["2026-06-30"]`, "$top", "2", "$attributes", "number,dueDate,total"), ""},
		{"clara", post, "Invoice/$entityset/%set%/totalDue", `[]`},
		{"clara", get, "AuditEntry", ""},
		{"clara", post, "$logout", ``},
		{"clara", get, "Customer", ""},
		{"clara", post, "$catalog/whoAmI", ``},
		{"mark", post, "$catalog/whoAmI", ``},
	}
}

// S-233, S-236, S-328, S-330, S-346, S-347, S-361, S-362, R-022, R-366, R-369, R-421
// The golden file is the same for all databases.
func TestConversation(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *product) {
		people := map[string]*browser{"clara": p.browser(t), "mark": p.browser(t)}
		var got strings.Builder
		set, total := "", ""
		for _, x := range script() {
			target, body := strings.ReplaceAll(x.target, "%set%", set), strings.ReplaceAll(x.body, "%total%", total)
			r := people[x.who].send(x.method, target, body)
			set, total = remember(r, setID, set), remember(r, totalOf, total)
			fmt.Fprintf(&got, "%s: %s %s %s\n%d %s\n\n", x.who, x.method, unescape(x.target), x.body, r.status, timeless(r.body))
		}
		wantGolden(t, "conversation.golden", got.String())
	})
}

var (
	setID   = regexp.MustCompile(`\$entityset/([0-9A-F]{32})`)
	totalOf = regexp.MustCompile(`"__KEY":"401".*"total":(\d+)`)
)

// remember returns what an answer says, or what was known before.
func remember(r reply, what *regexp.Regexp, before string) string {
	if found := what.FindStringSubmatch(r.body); found != nil {
		return found[1]
	}
	return before
}

// timeless takes out of an answer what differs from run to run.
func timeless(body string) string {
	for _, changing := range []struct{ pattern, name string }{
		{`\d{4}-\d\d-\d\dT[\d:.]+Z`, "TIME"},
		{`\d{1,2}!\d{1,2}!\d{4}`, "DAY"},
		{`\d{4}-\d\d-\d\d`, "DAY"},
		{`INV-\d{4}-\d{4}`, "NUMBER"},
		{`\b[0-9A-F]{32}\b`, "ID"},
	} {
		body = regexp.MustCompile(changing.pattern).ReplaceAllString(body, changing.name)
	}
	return body
}

func wantGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
