package e2e_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/rest"
)

// large and deep bodies are refused, each with a text that says why, and nothing is written.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	c := config(t.TempDir() + "/demo.db")
	c.MaxBody = 4 << 20
	p := demo(t, c)
	clara := p.as(t, "clara")
	before := p.state(t)
	line := `{"productID":1,"quantity":1}`
	many := strings.TrimSuffix(strings.Repeat(line+",", 100_000), ",")
	deep := strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)
	for name, r := range map[string]badRequest{
		"too large":        post("Invoice/draft", strings.Repeat(" ", 4<<20)+`[1,[]]`, refusal{413, []int{1806}, "body is larger than 4194304 bytes"}),
		"too deep":         post("Invoice/draft", deep, refused("body is nested deeper than 64 levels", 1806)),
		"too deep objects": post("Invoice?$method=update", strings.Repeat(`{"a":`, 1000)+"1"+strings.Repeat("}", 1000), refused("body is nested deeper than 64 levels", 1806)),
		"100,000 lines":    post("Invoice/draft", `[1,[`+many+`]]`, refused("an order has at most 1000 lines", 15001)),
		"100,000 entities": post("Invoice?$method=update", `[`+many+`]`, refused("more than 10000 entities in one update", 1806)),
		"100,000 values":   post("Invoice/draft", `[`+strings.Repeat("1,", 100_000)+`1]`, refused("more than 64 parameters", 1806)),
		"a long name":      post("$catalog/authentify", `["clara","`+strings.Repeat("x", 1<<20)+`"]`, refusal{Status: 200}),
	} {
		start := time.Now()
		clara.wantRefusal(r.method, r.target, r.body, r.want)
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %v", name, took)
		}
	}
	clara.wantRefusalOf(t, chunked(t, p, 5<<20), refusal{413, []int{1806}, "body is larger than 4194304 bytes"})
	p.wantUnchanged(t, before)
}

// chunked sends a body whose length nobody has announced, and returns the answer.
func chunked(t *testing.T, p *product, size int64) reply {
	t.Helper()
	endless := io.LimitReader(strings.NewReader(strings.Repeat(" ", 8<<20)), size)
	r, err := http.NewRequest(http.MethodPost, "http://"+p.host+"/rest/$catalog/authentify", io.NopCloser(endless))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := p.browser(t).http.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{resp.StatusCode, resp.Header, string(data)}
}

// relations that lead back and forth multiply; neither depth, nor width, nor the size of the answer is without limit.
func TestExpandIsBounded(t *testing.T) {
	t.Parallel()
	c := config(t.TempDir() + "/demo.db")
	c.REST = append(c.REST, rest.MaxAnswer(8<<20))
	p := demo(t, c)
	clara := p.as(t, "clara")
	before := p.state(t)
	circle := func(levels int) string {
		return strings.Join(strings.Split(strings.Repeat("invoices.customer.", 10), ".")[:levels], ".")
	}
	const large = "The answer would be larger than 8388608 bytes: ask for fewer entities, attributes or relations"
	start := time.Now()
	clara.wantRefusal(http.MethodGet, "Customer?$expand="+circle(8), "", refused(large, 1203))
	clara.wantRefusal(http.MethodGet, "Customer?$expand="+circle(9), "", refused("levels of expanded relations: at most 8", 1804))
	clara.wantRefusal(http.MethodGet, "Customer?$attributes="+circle(20)+".name", "", refused("levels of expanded relations: at most 8", 1804))
	clara.wantRefusal(http.MethodGet, "Customer(1)?$attributes="+strings.Repeat("*,invoices.*,invoices.lines.*,invoices.customer.*,", 100)+"nope", "",
		refused(`Attribute "nope" not found in dataclass Customer`, 1500, 1804))
	clara.wantRefusal(http.MethodPost, "Invoice/draft?$expand="+circle(2)[9:]+".nope", `[1,[]]`, refused(`Attribute "nope" not found in dataclass Customer`, 1500, 1805))
	p.wantUnchanged(t, before)
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("all of these took %v", took)
	}
	if status := clara.status(http.MethodGet, "Customer?$top=10&$expand="+circle(4)); status != http.StatusOK {
		t.Errorf("four levels of ten customers: %d", status)
	}
}

// A function whose answer cannot be shown as asked must not run first.
func TestFunctionsDoNotRunForAWrongAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *product) {
		order := `[1,[{"productID":1,"quantity":1}]]`
		p.wantRefused(t, []badRequest{
			post("Invoice/draft?$attributes=nope", order, refused(`Attribute "nope" not found in dataclass Invoice`, 1500, 1804)),
			post("Invoice/draft?$expand=nope", order, refused(`Attribute "nope" not found in dataclass Invoice`, 1500, 1805)),
			post("Invoice/draft/nope", order, missing("Invoice", "nope")),
			post("Invoice/draft?$method=update", order, refused("$method=update with a function is not applicable here", 1813)),
			post("Invoice/draft?$top=x", order, refused("$top must be a whole number from 0", 1806)),
			post("Invoice/overdue?$orderby=nope", `["2026-06-30"]`, refused(`Sort list not valid: query: attribute "nope" not found in dataclass Invoice`, 1810)),
		})
	})
}

// raw sends a text over a connection of its own and returns status line and body of the answer.
func (p *product) raw(t *testing.T, text string) (string, string) {
	t.Helper()
	conn := p.dial(t)
	go func() { _, _ = io.WriteString(conn, text) }() // the server may answer before it has read all
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%.80q: %v", text, err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp.Status, string(body)
}

// what is no URL or no request is answered without a word about the server's inside.
func TestRawRequests(t *testing.T) {
	t.Parallel()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	rest := func(target string) string {
		return "GET " + target + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
	}
	flood := strings.Repeat("X-Flood: "+strings.Repeat("f", 1000)+"\r\n", 200)
	for text, want := range map[string]string{
		rest("/rest/Custo%mer"):                                       "400",
		rest("/rest/%"):                                               "400",
		rest("/rest/Customer?$filter=%zz"):                            "401",
		rest("/rest/$catalog?%zz=%"):                                  "200",
		rest("/rest/../../etc/passwd"):                                "40",
		rest("/rest/..%2f..%2fetc%2fpasswd"):                          "40",
		rest("/rest/%2e%2e/%2e%2e/etc/passwd"):                        "40",
		rest("/etc/passwd"):                                           "404",
		rest("/rest/$catalog/" + strings.Repeat("a", 20_000)):         "500",
		rest("/rest/$catalog?" + strings.Repeat("a=1&", 10_000)):      "500",
		rest("/rest/" + strings.Repeat("/", 5000) + "$catalog"):       "200",
		rest("/rest/$catalog/" + strings.Repeat("a/", 5000)):          "500",
		"GET /rest/$catalog HTTP/1.1\r\nHost: x\r\n" + flood + "\r\n": "431",
		"GET /rest/$catalog HTTP/1.1\r\nHost: x\r\nCookie: " + strings.Repeat("4DSID_ordago=a; ", 3000) + "\r\nConnection: close\r\n\r\n": "200",
		"NONSENSE\r\n\r\n": "400",
		"POST /rest/$catalog/authentify HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n":                                    "400",
		"POST /rest/$catalog/authentify HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n[]":              "400",
		"POST /rest/$catalog/authentify HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n": "500",
	} {
		status, body := p.raw(t, text)
		if !strings.HasPrefix(status, want) {
			t.Errorf("%.120q: %s %.200s, want %s", text, status, body, want)
		}
		p.browser(t).wantNoLeak(text, body)
	}
	if status := p.browser(t).status(http.MethodGet, "$catalog"); status != http.StatusOK {
		t.Errorf("afterwards the server answers %d", status)
	}
}

// A client that does not finish its header is cut off, and others do not notice it.
func TestSlowHeaders(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for the server's time-out of ten seconds")
	}
	p := demo(t, config(t.TempDir()+"/demo.db"))
	const many = 200
	slow := make([]io.Reader, many)
	for i := range slow {
		conn := p.dial(t)
		fmt.Fprintf(conn, "GET /rest/$catalog HTTP/1.1\r\nX-Slow: %d", i)
		slow[i] = conn
	}
	start := time.Now()
	if status := p.browser(t).status(http.MethodGet, "$catalog"); status != http.StatusOK || time.Since(start) > 5*time.Second {
		t.Errorf("beside %d slow clients a request: %d after %v", many, status, time.Since(start))
	}
	for _, conn := range slow {
		if _, err := io.Copy(io.Discard, conn); err != nil { // ends when the server closes it
			t.Fatalf("a slow client was not cut off: %v", err)
		}
	}
	if took := time.Since(start); took < 5*time.Second || took > 30*time.Second {
		t.Errorf("slow clients were cut off after %v, want about 10 s", took)
	}
}
