package rest_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the answers in testdata")

// A conversation is a file of requests, each followed by the answer it must get:
//
//	# why
//	=== mira POST /rest/Book?$method=update
//	Content-Type: application/json
//
//	{"title": "Draft"}
//	--- 200 application/json; charset=UTF-8
//	{…}
//
// The word before the HTTP method is who asks: each has a cookie jar of its own. What differs from run to run is written as {SET1},
// {SESSION1} and {TIME}; requests use the same names.
type exchange struct {
	comment string
	who     string
	method  string
	target  string
	header  http.Header
	body    string
	answer  string
}

// converse plays testdata/name.golden against h.
func converse(t *testing.T, name string, h http.Handler) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	p := &players{t: t, url: server.URL, clients: map[string]*http.Client{}, names: map[string]string{}}
	exchanges := parseConversation(string(text))
	var got strings.Builder
	for _, x := range exchanges {
		x.answer = p.play(x)
		got.WriteString(x.String())
	}
	if *update {
		if err := os.WriteFile(path, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(strings.Split(string(text), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("conversation %s (-want +got):\n%s", name, diff)
	}
}

func parseConversation(text string) []exchange {
	var out []exchange
	comment := ""
	for i, part := range strings.Split("\n"+text, "\n=== ") {
		// comment lines at the end belong to the next exchange
		lines := strings.Split(strings.TrimRight(part, "\n"), "\n")
		n := len(lines)
		for n > 0 && (strings.HasPrefix(lines[n-1], "# ") || lines[n-1] == "") {
			n--
		}
		if i > 0 {
			x := exchange{comment: comment}
			parseExchange(&x, strings.Join(lines[:n], "\n"))
			out = append(out, x)
		}
		comment = strings.Trim(strings.Join(lines[n:], "\n"), "\n")
	}
	return out
}

func parseExchange(x *exchange, text string) {
	head, rest, _ := strings.Cut(text, "\n")
	fields := strings.SplitN(head, " ", 3)
	x.who, x.method, x.target = fields[0], fields[1], fields[2]
	request, answer, _ := strings.Cut("\n"+rest, "\n--- ")
	headers, body, _ := strings.Cut(request, "\n\n")
	x.header = http.Header{}
	for line := range strings.SplitSeq(strings.TrimSpace(headers), "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			x.header.Set(name, value)
		}
	}
	x.body, x.answer = body, answer
}

func (x exchange) String() string {
	var b strings.Builder
	if x.comment != "" {
		fmt.Fprintf(&b, "%s\n", x.comment)
	}
	fmt.Fprintf(&b, "=== %s %s %s\n", x.who, x.method, x.target)
	for _, name := range slices.Sorted(maps.Keys(x.header)) {
		fmt.Fprintf(&b, "%s: %s\n", name, x.header.Get(name))
	}
	if x.body != "" {
		fmt.Fprintf(&b, "\n%s\n", x.body)
	}
	fmt.Fprintf(&b, "--- %s\n\n", x.answer)
	return b.String()
}

type players struct {
	t       *testing.T
	url     string
	clients map[string]*http.Client
	names   map[string]string // real value → {SET1}
}

func (p *players) client(who string) *http.Client {
	if p.clients[who] == nil {
		jar, _ := cookiejar.New(nil)
		p.clients[who] = &http.Client{Jar: jar}
	}
	return p.clients[who]
}

func (p *players) play(x exchange) string {
	p.t.Helper()
	r, err := http.NewRequest(x.method, p.url+escapeTarget(p.real(x.target)), strings.NewReader(p.real(x.body)))
	if err != nil {
		p.t.Fatalf("%s %s: %v", x.method, x.target, err)
	}
	for name := range x.header {
		r.Header.Set(name, x.header.Get(name))
	}
	resp, err := p.client(x.who).Do(r)
	if err != nil {
		p.t.Fatalf("%s %s: %v", x.method, x.target, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatalf("%s %s: %v", x.method, x.target, err)
	}
	head := fmt.Sprintf("%d %s", resp.StatusCode, resp.Header.Get("Content-Type"))
	return strings.TrimRight(head+"\n"+p.symbols(pretty(data, resp.Header.Get("Content-Type"))), "\n")
}

// escapeTarget encodes what cannot stand in a request line.
func escapeTarget(target string) string {
	return strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", "{", "%7B", "}", "%7D", "\\", "%5C", "|", "%7C", "^", "%5E").Replace(target)
}

func pretty(data []byte, contentType string) string {
	var compact bytes.Buffer
	if strings.HasPrefix(contentType, "application/json") && json.Compact(&compact, data) == nil {
		return layout(compact.String(), "")
	}
	return fmt.Sprintf("%q", data)
}

// layout breaks JSON that is longer than a line after the brackets and commas of its outer level.
func layout(text, indent string) string {
	if len(text) <= 140 || text[0] != '{' && text[0] != '[' {
		return text
	}
	var b strings.Builder
	depth, quoted, start := 0, false, 1
	part := func(end int) {
		name, value := "", text[start:end]
		if text[0] == '{' {
			i := strings.Index(value, `":`) + 2
			name, value = value[:i], value[i:]
		}
		b.WriteString("\n" + indent + " " + name + layout(value, indent+" "))
	}
	for i := 1; i < len(text)-1; i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		case c == ',' && depth == 0:
			part(i)
			b.WriteByte(',')
			start = i + 1
		}
	}
	part(len(text) - 1)
	return text[:1] + b.String() + "\n" + indent + text[len(text)-1:]
}

// real puts the values of this run into a request.
func (p *players) real(text string) string {
	for value, name := range p.names {
		text = strings.ReplaceAll(text, name, value)
	}
	return text
}

var (
	setPattern     = regexp.MustCompile(`(\$entityset/|"id":")([0-9A-F]{32})`)
	sessionPattern = regexp.MustCompile(`("sessionID":")([0-9A-F]{32})`)
	timePattern    = regexp.MustCompile(`("(?:__TIMESTAMP|refreshed|expires|expiration)":)"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"`)
)

// symbols replaces what differs from run to run.
func (p *players) symbols(text string) string {
	text = p.symbol(text, setPattern, "SET")
	text = p.symbol(text, sessionPattern, "SESSION")
	for value, name := range p.names {
		text = strings.ReplaceAll(text, value, name)
	}
	return timePattern.ReplaceAllString(text, `$1"{TIME}"`)
}

func (p *players) symbol(text string, pattern *regexp.Regexp, prefix string) string {
	for _, m := range pattern.FindAllStringSubmatch(text, -1) {
		if p.names[m[2]] == "" {
			n := 1
			for _, name := range p.names {
				if strings.HasPrefix(name, "{"+prefix) {
					n++
				}
			}
			p.names[m[2]] = fmt.Sprintf("{%s%d}", prefix, n)
		}
		text = strings.ReplaceAll(text, m[2], p.names[m[2]])
	}
	return text
}
