package server_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// diary is what happened, in order.
type diary struct {
	mu    sync.Mutex
	lines []string
}

func (d *diary) write(line string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines = append(d.lines, line)
}

func (d *diary) want(t *testing.T, want ...string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	if diff := cmp.Diff(want, d.lines); diff != "" {
		t.Errorf("what happened (-want +got):\n%s", diff)
	}
}

// sees writes down which session a hook has.
func (d *diary) sees(ctx context.Context, s *session.Session, what string) {
	d.write(what + " of " + look(ctx, s).Kind.String())
}

// hooks are all hooks, each a line in the diary.
func (d *diary) hooks() server.Hooks {
	return server.Hooks{
		ServerStartup:  func(ctx context.Context, s *session.Session) error { d.sees(ctx, s, "startup"); return nil },
		ServerShutdown: func(ctx context.Context, s *session.Session) { d.sees(ctx, s, "shutdown") },
		BackupStartup: func(ctx context.Context, s *session.Session) (int, error) {
			d.sees(ctx, s, "backup startup")
			return 0, nil
		},
		BackupShutdown: func(ctx context.Context, s *session.Session, code int) {
			d.sees(ctx, s, "backup shutdown "+time.Duration(code).String())
		},
		SystemEvent: func(ctx context.Context, s *session.Session, e server.SystemEvent) {
			d.sees(ctx, s, "event "+time.Duration(e).String())
		},
	}
}

// live runs an application through everything that calls a hook.
func live(t *testing.T, c server.Config) {
	t.Helper()
	s := start(t, c)
	wantPost(t, client(t), s.base+"$catalog/whoAmI", `[]`, `{"result":""}`)
	ctx, _ := remote(t, s.Server) // whoever asks for it
	err := errors.Join(
		server.WithBackupHooks(ctx, s.Server, func(context.Context) error { return nil }),
		s.SystemEvent(ctx, server.Background), s.SystemEvent(ctx, server.Foreground),
		s.end(t),
	)
	if err != nil {
		t.Error(err)
	}
}

// S-057, S-098, S-099, S-101, S-102, S-103
func TestHooksOfAServer(t *testing.T) {
	t.Parallel()
	var d diary
	c := newOffice().config(t)
	c.Hooks = d.hooks()
	live(t, c)
	d.want(t, "startup of storedProcedure", "backup startup of storedProcedure", "backup shutdown 0s of storedProcedure",
		"event 1ns of storedProcedure", "event 2ns of storedProcedure", "shutdown of storedProcedure")
}

// S-058, S-098: the hooks of a server are not called outside of one.
func TestHooksOfAStandaloneApplication(t *testing.T) {
	t.Parallel()
	var d diary
	c := newOffice().config(t)
	c.Hooks, c.Standalone = d.hooks(), true
	live(t, c)
	d.want(t, "backup startup of standalone", "backup shutdown 0s of standalone", "event 1ns of standalone", "event 2ns of standalone")
}

func TestNoHooks(t *testing.T) {
	t.Parallel()
	live(t, newOffice().config(t))
}

// S-098: connections wait until the hook has returned.
func TestStartupComesBeforeRequests(t *testing.T) {
	t.Parallel()
	var d diary
	begun, let := make(chan struct{}), make(chan struct{})
	c := newOffice().config(t)
	c.Hooks.ServerStartup = func(context.Context, *session.Session) error {
		close(begun)
		<-let
		d.write("startup has ended")
		return nil
	}
	s := start(t, c)
	<-begun
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		wantPost(t, client(t), s.base+"$catalog/whoAmI", `[]`, `{"result":""}`)
		d.write("a request was answered")
	}()
	close(let)
	<-answered
	d.want(t, "startup has ended", "a request was answered")
}

func TestStartupErrorEndsRun(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		hook func(context.Context, *session.Session) error
		want string
	}{
		"error": {func(context.Context, *session.Session) error { return errors.New("no licence server") }, "on server startup: no licence server"},
		"panic": {func(context.Context, *session.Session) error { panic("oh no") }, "on server startup: panic in On Server Startup"},
	} {
		var d diary
		o := newOffice()
		c := o.config(t)
		log, buf := logged()
		c.Log, c.Hooks = log, d.hooks()
		c.Hooks.ServerStartup = func(ctx context.Context, s *session.Session) error {
			if _, err := o.wait.Execute(ctx, dataclasses.None{}); err != nil {
				t.Error(err)
			}
			<-o.waiting
			return test.hook(ctx, s)
		}
		s := open(t, c)
		if err := s.Run(t.Context()); err == nil || err.Error() != test.want {
			t.Errorf("%s: Run: %v, want %q", name, err, test.want)
		}
		<-o.aborted
		d.want(t)
		if got := strings.Contains(buf.String(), `panic="oh no"`); got != (name == "panic") {
			t.Errorf("%s: the log shows a panic: %v; %s", name, got, buf)
		}
		if err := s.Run(t.Context()); err == nil || err.Error() != "the server is closed" {
			t.Errorf("%s: a second Run: %v", name, err)
		}
	}
}

// S-099, T-12: the hook sees what procedures stored; they still run meanwhile and are killed when it has returned.
func TestShutdownHook(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	key := session.NewKey[string]("left")
	store := server.NewProcedure("store", func(_ context.Context, s *session.Session, _ dataclasses.None) error {
		defer func() { o.waiting <- struct{}{} }()
		return key.Set(s, "by a procedure")
	})
	c.Procedures = append(c.Procedures, store)
	var found string
	var aborted int
	var ended error
	c.Hooks.ServerShutdown = func(ctx context.Context, s *session.Session) {
		found, _ = key.Get(s)
		aborted, ended = len(o.aborted), ctx.Err()
	}
	s := start(t, c)
	ctx := s.Context(t.Context())
	for _, p := range []*server.Proc[dataclasses.None]{store, o.wait} {
		if _, err := p.Execute(ctx, dataclasses.None{}); err != nil {
			t.Fatal(err)
		}
		<-o.waiting
	}
	if err := s.end(t); err != nil {
		t.Error(err)
	}
	if found != "by a procedure" || aborted != 0 || ended != nil {
		t.Errorf("in the hook: stored %q, %d procedures aborted, context %v; want the value, 0, nil", found, aborted, ended)
	}
	if len(o.aborted) != 1 {
		t.Error("the procedure was not aborted after the hook")
	}
	if n, err := o.look.Execute(ctx, dataclasses.None{}); n != 0 || err == nil {
		t.Errorf("Execute after the end: %d, %v, want an error", n, err)
	}
}

// S-099: the hook can delay the end, not refuse it.
func TestShutdownHookThatHangs(t *testing.T) {
	t.Parallel()
	for _, deaf := range []bool{false, true} {
		let := make(chan struct{})
		c := newOffice().config(t)
		log, buf := logged()
		c.Grace, c.Log = 10*time.Millisecond, log
		c.Hooks.ServerShutdown = func(ctx context.Context, _ *session.Session) {
			<-ctx.Done()
			if deaf {
				<-let
			}
			panic("too late")
		}
		s := start(t, c)
		if err := s.end(t); err != nil {
			t.Error(err)
		}
		for want, expected := range map[string]bool{
			"the shutdown hook takes too long": true, "is abandoned": deaf, `procedure="On Server Shutdown"`: deaf, `panic="too late"`: !deaf,
		} {
			if got := strings.Contains(buf.String(), want); got != expected {
				t.Errorf("deaf %v: the log has %q: %v; %s", deaf, want, got, buf)
			}
		}
		close(let)
	}
}

// S-100
func TestStopAbortsProcesses(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	log, buf := logged()
	c.Grace, c.Log = 50*time.Millisecond, log
	s := start(t, c)
	ctx := s.Context(t.Context())
	for _, p := range []*server.Proc[dataclasses.None]{o.wait, o.wait, o.deaf} {
		if _, err := p.Execute(ctx, dataclasses.None{}, server.ProcessName("busy")); err != nil {
			t.Fatal(err)
		}
		<-o.waiting
	}
	if err := s.end(t); err != nil {
		t.Error(err)
	}
	if len(o.aborted) != 2 {
		t.Errorf("%d processes heard that they are aborted, want 2", len(o.aborted))
	}
	if want := "a process does not stop and is abandoned\" process=3 name=busy procedure=deaf"; strings.Count(buf.String(), "abandoned") != 1 || !strings.Contains(buf.String(), want) {
		t.Errorf("log %q, want %q alone", buf, want)
	}
	close(o.let)
}

// S-103
func TestSystemEvent(t *testing.T) {
	t.Parallel()
	c := newOffice().config(t)
	log, buf := logged()
	c.Log = log
	c.Hooks.SystemEvent = func(context.Context, *session.Session, server.SystemEvent) { panic("oh no") }
	s := open(t, c)
	if err := s.SystemEvent(t.Context(), server.Foreground); err != nil || !strings.Contains(buf.String(), `panic="oh no"`) {
		t.Errorf("a hook that panics: %v, log %q", err, buf)
	}
	if err := s.SystemEvent(t.Context(), 3); err == nil || err.Error() != "system event 3 is unknown: 1 is background, 2 is foreground" {
		t.Errorf("event 3: %v", err)
	}
}
