package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/server"
)

// matrixEnv makes a process of this test binary a [matrixApp]; it holds the matrixSpec.
const matrixEnv = "ORDAGO_E2E_MATRIX"

// runMatrixApp is the whole program of such a process. It ends when in does, and tells on out what its contexts see.
func runMatrixApp(spec string, in io.Reader, out io.Writer) int {
	var s matrixSpec
	err := json.Unmarshal([]byte(spec), &s)
	if err == nil {
		err = newMatrixApp(s, out).run(in)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func (a *matrixApp) run(in io.Reader) error {
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		defer stop()
		_, _ = io.Copy(io.Discard, in)
	}()
	s, err := server.Open(ctx, a.config())
	if err != nil {
		return err
	}
	a.route(s)
	a.tell("own", sight(s.Session(), false))
	err = errors.Join(a.ordinary(ctx, s), a.serve(ctx, s))
	return errors.Join(err, s.Close())
}

// ordinary is ordinary code of the program, in a process of its own.
func (a *matrixApp) ordinary(ctx context.Context, s *server.Server) error {
	ctx = s.Context(ctx)
	token, err := s.Session().CreateOTP(ctx, time.Minute)
	a.tell("passcode", token)
	errs := []error{err, a.report(ctx, s.Session(), "ordinary code"), a.process.Call(ctx, place{"called by ordinary code"})}
	_, err = a.process.Execute(ctx, place{"started by ordinary code"}, server.ProcessName("started"))
	errs = append(errs, err)
	if !a.Serve {
		errs = append(errs, a.backUp(ctx, s), s.SystemEvent(ctx, server.Background), s.SystemEvent(ctx, server.Foreground))
	}
	return errors.Join(errs...)
}

// serve answers until ctx ends, or waits for that.
func (a *matrixApp) serve(ctx context.Context, s *server.Server) error {
	if !a.Serve {
		<-ctx.Done()
		return nil
	}
	addr, err := s.Listen(ctx)
	if err != nil {
		return err
	}
	a.tell("addresses", addr.String(), s.ComponentAddr("part").String())
	return s.Run(ctx)
}

// machine is a running process of a [matrixApp], and what a person's browser has of it.
type machine struct {
	matrixSpec
	t     *testing.T
	cmd   *exec.Cmd
	stdin io.Closer
	told  map[string]chan []string // by the names of contexts, see hears
	ended chan struct{}            // closed when the process has closed its output
	own   string                   // what code sees in the session of the application

	browser, part *browser // at the host and at the component's own web server, with one cookie jar
	id, partID    string   // of the browser's sessions there; "" without sessions
}

// startMachine starts a process and waits until it answers.
func startMachine(t *testing.T, spec matrixSpec) *machine {
	t.Helper()
	spec.Database = filepath.Join(t.TempDir(), "matrix.db")
	text, err := json.Marshal(spec)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	m := &machine{matrixSpec: spec, t: t, cmd: exec.Command(self), told: map[string]chan []string{}, ended: make(chan struct{})}
	m.cmd.Env, m.cmd.Stderr = append(os.Environ(), matrixEnv+"="+string(text)), os.Stderr
	in, err1 := m.cmd.StdinPipe()
	out, err2 := m.cmd.StdoutPipe()
	if err := errors.Join(err1, err2, m.cmd.Start()); err != nil {
		t.Fatal(err)
	}
	m.stdin = in
	t.Cleanup(func() { _ = m.cmd.Process.Kill() })
	for _, context := range contextsThatTell() {
		m.told[context] = make(chan []string, 100)
	}
	go m.listen(out)
	m.own = m.hears("own")[0]
	if spec.Serve {
		m.meet(m.hears("addresses"))
	}
	return m
}

// listen sorts what the process prints; what nobody asks for is dropped.
func (m *machine) listen(out io.Reader) {
	defer close(m.ended)
	d := json.NewDecoder(out)
	for {
		var n news
		if d.Decode(&n) != nil {
			break
		}
		select {
		case m.told[n.Context] <- n.Sights:
		default:
		}
	}
	for _, c := range m.told {
		close(c)
	}
}

// hears waits for what the process tells of contexts.
func (m *machine) hears(contexts ...string) []string {
	m.t.Helper()
	var all []string
	for _, context := range contexts {
		select {
		case sights, ok := <-m.told[context]:
			if !ok {
				m.t.Fatalf("the process has ended and told nothing of %s", context)
			}
			all = append(all, sights...)
		case <-time.After(20 * time.Second):
			m.t.Fatalf("the process tells nothing of %s", context)
		}
	}
	return all
}

// meet gives the browser its sessions.
func (m *machine) meet(addresses []string) {
	m.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		m.t.Fatal(err)
	}
	m.browser, m.part = newBrowser(m.t, addresses[0], jar), newBrowser(m.t, addresses[1], jar)
	m.id, m.partID = idIn(m.page(m.browser, "4DACTION/look")), idIn(m.page(m.part, "4DACTION/look"))
}

// idIn returns the ID of the first sight.
func idIn(sights []string) string { return strings.Split(sights[0], "/")[1] }

// page gets a page whose lines are sights.
func (m *machine) page(b *browser, path string) []string {
	m.t.Helper()
	return m.lines(b.send("GET", "../"+path, ""))
}

// lines are those of an answer.
func (m *machine) lines(r reply) []string {
	m.t.Helper()
	if r.status != 200 {
		m.t.Fatalf("answer %d %s", r.status, r.body)
	}
	return strings.FieldsFunc(r.body, func(c rune) bool { return c == '\n' })
}

// result calls a function over REST and returns its result, a sight or several.
func (m *machine) result(method, target, body string) []string {
	m.t.Helper()
	switch result := m.browser.ok(method, target, body)["result"].(type) {
	case string:
		return []string{"itself " + result}
	case []any:
		var sights []string
		for _, s := range result {
			sights = append(sights, s.(string))
		}
		return sights
	default:
		m.t.Fatalf("%s %s: result %v", method, target, result)
		return nil
	}
}

// stop lets the process end as it does when its user quits.
func (m *machine) stop() {
	m.t.Helper()
	if err := m.stdin.Close(); err != nil {
		m.t.Error(err)
	}
}

// wantEnd expects the process to have ended well.
func (m *machine) wantEnd() {
	m.t.Helper()
	_ = m.stdin.Close()
	hung := time.AfterFunc(20*time.Second, func() { _ = m.cmd.Process.Kill() })
	defer hung.Stop()
	<-m.ended
	if err := m.cmd.Wait(); err != nil {
		m.t.Errorf("the process ended with %v", err)
	}
}
