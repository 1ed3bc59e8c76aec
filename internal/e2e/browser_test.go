package e2e_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// browser is a client with cookies of its own.
type browser struct {
	t    testing.TB
	host string
	http *http.Client
}

func newBrowser(t testing.TB, host string, jar http.CookieJar) *browser {
	transport := &http.Transport{MaxIdleConnsPerHost: 64}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, host, &http.Client{Jar: jar, Timeout: 2 * time.Minute, Transport: transport}}
}

// reply is the answer to a request.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request for what lies below /rest/, or with ../ beside it; header has pairs of name and value.
func (b *browser) send(method, target, body string, header ...string) reply {
	b.t.Helper()
	r, err := b.try(method, target, body, header...)
	if err != nil {
		b.t.Fatalf("%s %.200s: %v", method, target, err)
	}
	return r
}

// try is send where the server may be gone.
func (b *browser) try(method, target, body string, header ...string) (reply, error) {
	path := "/rest/" + target
	if beside, ok := strings.CutPrefix(target, "../"); ok {
		path = "/" + beside
	}
	r, err := http.NewRequest(method, "http://"+b.host+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := b.http.Do(r)
	if err != nil {
		return reply{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return reply{}, err
	}
	b.wantNoLeak(method+" "+target+" "+body, string(data))
	return reply{resp.StatusCode, resp.Header, string(data)}, nil
}

func (b *browser) get(target string) reply {
	b.t.Helper()
	return b.send(http.MethodGet, target, "")
}

func (b *browser) post(target, body string) reply {
	b.t.Helper()
	return b.send(http.MethodPost, target, body)
}

// ok is send for a request that must succeed; it returns the decoded answer.
func (b *browser) ok(method, target, body string) map[string]any {
	b.t.Helper()
	r := b.send(method, target, body)
	if r.status != http.StatusOK {
		b.t.Fatalf("%s %s %s: %d %s", method, target, body, r.status, r.body)
	}
	return r.object(b.t)
}

func (b *browser) signIn(name string) {
	b.t.Helper()
	if got := b.ok(http.MethodPost, "$catalog/authentify", `["`+name+`","`+name+`"]`); got["result"] != true {
		b.t.Fatalf("authentify as %s: %v", name, got)
	}
}

// cookie returns the value of the session cookie, "" without.
func (b *browser) cookie() string {
	for _, c := range b.http.Jar.Cookies(&url.URL{Scheme: "http", Host: b.host, Path: "/"}) {
		if strings.HasPrefix(c.Name, "4DSID_") {
			return c.Value
		}
	}
	return ""
}

// identity is what whoAmI returns.
type identity struct {
	UserName   string
	IsGuest    bool
	Privileges []string
	SessionID  string
}

func (b *browser) whoAmI() identity {
	b.t.Helper()
	var answer struct{ Result identity }
	r := b.post("$catalog/whoAmI", "")
	if err := json.Unmarshal([]byte(r.body), &answer); err != nil || r.status != http.StatusOK {
		b.t.Fatalf("whoAmI: %d %s, %v", r.status, r.body, err)
	}
	return answer.Result
}

// object decodes an answer that is a JSON object.
func (r reply) object(t testing.TB) map[string]any {
	t.Helper()
	var object map[string]any
	if err := json.Unmarshal([]byte(r.body), &object); err != nil {
		t.Fatalf("answer %d %.300q: %v", r.status, r.body, err)
	}
	return object
}

// wireError is a member of __ERROR.
type wireError struct {
	Message string
	ErrCode int
}

// errors returns the __ERROR of an answer, or of its first entity that has one.
func (r reply) errors() []wireError {
	var answer struct {
		Errors   []wireError `json:"__ERROR"`
		Entities []struct {
			Errors []wireError `json:"__ERROR"`
		} `json:"__ENTITIES"`
	}
	_ = json.Unmarshal([]byte(r.body), &answer)
	for _, e := range answer.Entities {
		if len(answer.Errors) == 0 {
			answer.Errors = e.Errors
		}
	}
	return answer.Errors
}

// refusal is the short form of an answer that reports an error: its status, the codes and the first message.
type refusal struct {
	Status  int
	Codes   []int
	Message string
}

func (r reply) refusal() refusal {
	f := refusal{Status: r.status}
	for i, e := range r.errors() {
		f.Codes = append(f.Codes, e.ErrCode)
		if i == 0 {
			f.Message = e.Message
		}
	}
	return f
}

// wantRefusal sends a request that must be refused in exactly these words.
func (b *browser) wantRefusal(method, target, body string, want refusal) {
	b.t.Helper()
	got := b.send(method, target, body).refusal()
	if diff := cmp.Diff(want, got); diff != "" {
		b.t.Errorf("%s %.200s %.200s (-want +got):\n%s", method, target, body, diff)
	}
}

// secretWords are what no answer may ever hold: SQL, paths, stacks, words of Go and of the drivers, password hashes.
func secretWords() []string {
	return []string{
		"SELECT ", "INSERT ", "UPDATE ", "WHERE", "sqlite", "SQLSTATE", "pgx", "gorm", "goroutine", ".go:", "/tmp/", "panic",
		"argon2", "asswordHash", "password_hash", "context canceled", "runtime error", "interface {", "json:", "strconv", "invalid input syntax",
	}
}

func (b *browser) wantNoLeak(request, answer string) {
	for _, word := range secretWords() {
		if strings.Contains(answer, word) && !strings.Contains(request, word) && !strings.Contains(unescape(request), word) {
			b.t.Errorf("%.200s: the answer holds %q: %.500s", request, word, answer)
		}
	}
}

func unescape(text string) string {
	plain, err := url.QueryUnescape(text)
	if err != nil {
		return text
	}
	return plain
}

// query writes parameters, given as pairs of name and value, as the query of a URL.
func query(pairs ...string) string {
	var b strings.Builder
	for i := 0; i < len(pairs); i += 2 {
		b.WriteString("?&"[min(i, 1):][:1] + pairs[i] + "=" + url.QueryEscape(pairs[i+1]))
	}
	return b.String()
}

// wantRefusalOf is wantRefusal for an answer that is there already.
func (b *browser) wantRefusalOf(t *testing.T, r reply, want refusal) {
	t.Helper()
	if diff := cmp.Diff(want, r.refusal()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// jsonOf returns a text as JSON.
func jsonOf(t testing.TB, text string) string {
	t.Helper()
	data, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// escape writes a text so that it stands in a path as it is.
func escape(text string) string { return url.PathEscape(text) }
