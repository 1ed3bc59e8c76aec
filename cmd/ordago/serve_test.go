package main_test

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// program is the real program in a process of its own.
type program struct {
	cmd    *exec.Cmd
	base   string // http://127.0.0.1:PORT
	stderr *lockedBuffer
	hello  string // what it printed
}

// lockedBuffer can be read while a process writes to it.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// serve starts "ordago serve" on a free port in the folder dir and waits until it has printed its address.
func serve(t *testing.T, dir string, args ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{cmd: exec.Command(self, append([]string{"serve", "--listen", "127.0.0.1:0"}, args...)...), stderr: new(lockedBuffer)}
	p.cmd.Dir, p.cmd.Stderr = dir, p.stderr
	p.cmd.Env = append(withoutOptions(os.Environ()), childVariable+"=1")
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
	p.greeted(t, stdout)
	return p
}

// withoutOptions drops variables that would configure the program.
func withoutOptions(env []string) []string {
	return slices.DeleteFunc(env, func(entry string) bool { return strings.HasPrefix(entry, "ORDAGO_") })
}

// greeted reads the greeting up to its last line.
func (p *program) greeted(t *testing.T, stdout io.Reader) {
	t.Helper()
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		p.hello += lines.Text() + "\n"
		if strings.HasPrefix(lines.Text(), "Ctrl-C") {
			break
		}
	}
	p.base = regexp.MustCompile(`http://127\.0\.0\.1:\d+`).FindString(p.hello)
	if p.base == "" {
		t.Fatalf("no address; stdout %q, stderr %q", p.hello, p.stderr)
	}
}

// signedIn returns a client that clara has signed in.
func (p *program) signedIn(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Client{Jar: jar, Timeout: 20 * time.Second}
	status, body, err := p.call(web, "$catalog/authentify", `["clara","clara"]`)
	if status != http.StatusOK || body != `{"result":true}` {
		t.Fatalf("authentify: %d %s %v", status, body, err)
	}
	return web
}

// call posts to a function below /rest.
func (p *program) call(web *http.Client, path, args string) (int, string, error) {
	resp, err := web.Post(p.base+"/rest/"+path, "application/json", strings.NewReader(args))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

// count returns how many invoices a query finds.
func (p *program) count(t *testing.T, web *http.Client, query string) int {
	t.Helper()
	resp, err := web.Get(p.base + "/rest/Invoice?$top=1&$filter=" + url.QueryEscape(query))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct {
		Count int `json:"__COUNT"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("query %s: %d, %v", query, resp.StatusCode, err)
	}
	return answer.Count
}

func TestServeFreshFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "ordago.yaml"), "log-format: json\ncookie-name: demo\n") // read because it is there
	p := serve(t, dir)
	for _, want := range []string{"Database: ordago.db\n", "clara (password clara", "mark (password mark"} {
		if !strings.Contains(p.hello, want) {
			t.Errorf("greeting %q, want %q", p.hello, want)
		}
	}
	if n := strings.Count(p.hello, "\ncurl "); n != 3 {
		t.Errorf("greeting has %d curl lines, want 3", n)
	}
	web := p.signedIn(t)
	if drafts := p.count(t, web, `"status=draft"`); drafts < 10 {
		t.Errorf("%d draft invoices, want those of the demo", drafts)
	}
	status, body, err := p.call(web, "Invoice/draft", `[1,[{"productID":1,"quantity":2}]]`)
	if status != http.StatusOK || !strings.Contains(body, `"createdBy":"clara"`) {
		t.Errorf("draft: %d %s %v", status, body, err)
	}
	p.wantRequestLog(t)
	if _, err := os.Stat(filepath.Join(dir, "ordago.db")); err != nil {
		t.Error(err)
	}
}

// wantRequestLog expects log lines in JSON with a request ID, and neither password nor cookie in any.
func (p *program) wantRequestLog(t *testing.T) {
	t.Helper()
	log := p.stderr.String()
	var last struct{ Msg, RequestID string }
	lines := strings.Split(strings.TrimSpace(log), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &last); err != nil || last.Msg != "request" || last.RequestID == "" {
		t.Errorf("log %q, %v, want a request with its ID", log, err)
	}
	if strings.Contains(log, "clara") || strings.Contains(log, "4DSID") {
		t.Errorf("log %q has a password or a cookie", log)
	}
}

func TestServeWithoutDemo(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--demo=false", "--db", "empty.db")
	status, body, err := p.call(http.DefaultClient, "$catalog/authentify", `["clara","clara"]`)
	if status != http.StatusOK || body != `{"result":false}` {
		t.Errorf("authentify: %d %s %v, want false", status, body, err)
	}
}

func TestServePortTaken(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir)
	addr := strings.TrimPrefix(p.base, "http://")
	got := ordago(t, "serve", "--listen", addr, "--db", filepath.Join(dir, "other.db"))
	got.want(t, 1, "", "ordago: address "+addr+" is in use: stop the program that listens there or choose another address\n")
}
