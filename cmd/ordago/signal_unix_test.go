//go:build unix

package main_test

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// halfRequest is a request whose body the server is waiting for.
type halfRequest struct {
	conn   net.Conn
	reader *bufio.Reader
}

// begin sends the header of a request and waits until the server asks for the body: then its handler runs.
func (p *program) begin(t *testing.T) *halfRequest {
	t.Helper()
	host := strings.TrimPrefix(p.base, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	fmt.Fprintf(conn, "POST /rest/$catalog/authentify HTTP/1.1\r\nHost: %s\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/json\r\nContent-Length: 17\r\n\r\n", host)
	reader := bufio.NewReader(conn)
	line, err := reader.ReadString('\n')
	if err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("begin a request: %q, %v", line, err)
	}
	_, _ = reader.ReadString('\n')
	return &halfRequest{conn, reader}
}

// finish sends the body and returns the status of the answer.
func (h *halfRequest) finish() (int, error) {
	if _, err := h.conn.Write([]byte(`["clara","clara"]`)); err != nil {
		return 0, err
	}
	resp, err := http.ReadResponse(h.reader, nil)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

// signal sends a signal and waits until the log has text.
func (p *program) signal(t *testing.T, s syscall.Signal, text string) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	for !strings.Contains(p.stderr.String(), text) {
		runtime.Gosched()
	}
}

func TestSignalFinishesRunningRequest(t *testing.T) {
	t.Parallel()
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		p := serve(t, t.TempDir())
		request := p.begin(t)
		p.signal(t, s, "stopping")
		if status, err := request.finish(); status != http.StatusOK || err != nil {
			t.Errorf("after %v the running request: %d, %v, want 200", s, status, err)
		}
		if err := p.cmd.Wait(); err != nil {
			t.Errorf("after %v: %v, want exit code 0; stderr %q", s, err, p.stderr)
		}
	}
}

func TestSecondSignalStopsAtOnce(t *testing.T) {
	t.Parallel()
	p := serve(t, t.TempDir(), "--grace", "10m")
	p.begin(t)
	p.signal(t, syscall.SIGTERM, "stopping")
	p.signal(t, syscall.SIGTERM, "")
	exit, ok := errors.AsType[*exec.ExitError](p.cmd.Wait())
	if !ok || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGTERM {
		t.Errorf("Wait: %v, want the end by SIGTERM", exit)
	}
}

// acknowledged are the numbers of the invoices that the server has confirmed.
type acknowledged struct {
	mu      sync.Mutex
	numbers []string
}

func (a *acknowledged) add(number string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.numbers = append(a.numbers, number)
	return len(a.numbers)
}

// draft makes invoices until the server is gone; enough is closed when there are fifty.
func (a *acknowledged) draft(p *program, web *http.Client, enough func()) {
	number := regexp.MustCompile(`"number":"([^"]+)"`)
	for {
		status, body, err := p.call(web, "Invoice/draft", `[1,[{"productID":1,"quantity":2},{"productID":2,"quantity":1}]]`)
		if err != nil || status != http.StatusOK {
			return
		}
		if a.add(number.FindStringSubmatch(body)[1]) == 50 {
			enough()
		}
	}
}

func TestKillLosesNothingAcknowledged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	p := serve(t, dir, "--durable", "full", "--db", "k.db")
	var acks acknowledged
	var writers sync.WaitGroup
	enough := make(chan struct{})
	for range 3 {
		web := p.signedIn(t)
		writers.Go(func() { acks.draft(p, web, func() { close(enough) }) })
	}
	<-enough
	if err := syscall.Kill(p.cmd.Process.Pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	writers.Wait()
	_ = p.cmd.Wait()

	p = serve(t, dir, "--durable", "full", "--db", "k.db")
	web := p.signedIn(t)
	for _, number := range acks.numbers {
		if n := p.count(t, web, `"number=`+number+`"`); n != 1 {
			t.Errorf("invoice %s was acknowledged and is there %d times", number, n)
		}
	}
	ordago(t, "migrate", "diff", "--check", "--db", filepath.Join(dir, "k.db")).want(t, 0, "as the models need it", "")
	t.Logf("%d invoices were acknowledged before the kill", len(acks.numbers))
}
