package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// sight is what running code sees of its session.
type sight struct {
	Kind session.Kind
	ID   string
	User string
	App  *server.Server
}

func look(ctx context.Context, s *session.Session) sight {
	app, _ := server.FromContext(ctx)
	if current := session.Current(ctx); current.ID() != s.ID() || session.Enforced(ctx) != (s.Kind() == session.Web) {
		return sight{ID: "the current session is not the one that was given"}
	}
	return sight{s.Kind(), s.ID(), s.User(), app}
}

// office is a test application: procedures that tell what they see, and functions that start them.
type office struct {
	*notes
	seen    chan sight
	look    *server.Proc[dataclasses.None]
	nested  *server.Proc[dataclasses.None]
	wait    *server.Proc[dataclasses.None] // until the test or its context lets it go
	deaf    *server.Proc[dataclasses.None] // until the test lets it go
	panic   *server.Proc[dataclasses.None]
	take    *server.Proc[order]
	taken   chan order
	waiting chan struct{}
	let     chan struct{}
	aborted chan struct{}
	lookIn  *dataclasses.Func[*dataclasses.DataStore, dataclasses.None, string]
}

type order struct {
	Text  string
	Parts map[string]int
}

func newOffice() *office {
	o := &office{
		notes: newNotes(), seen: make(chan sight, 10), taken: make(chan order, 10),
		waiting: make(chan struct{}, 300), let: make(chan struct{}), aborted: make(chan struct{}, 300),
	}
	o.look = server.NewProcedure("look", o.doLook)
	o.nested = server.NewProcedure("nested", func(ctx context.Context, _ *session.Session, _ dataclasses.None) error {
		return o.look.Call(ctx, dataclasses.None{})
	})
	o.wait = server.NewProcedure("wait", func(ctx context.Context, _ *session.Session, _ dataclasses.None) error {
		o.waiting <- struct{}{}
		select {
		case <-o.let:
		case <-ctx.Done():
			o.aborted <- struct{}{}
		}
		return ctx.Err()
	})
	o.deaf = server.NewProcedure("deaf", func(context.Context, *session.Session, dataclasses.None) error {
		o.waiting <- struct{}{}
		<-o.let
		return nil
	})
	o.panic = server.NewProcedure("panic", func(context.Context, *session.Session, dataclasses.None) error { panic("oh no") })
	o.take = server.NewProcedure("take", func(_ context.Context, _ *session.Session, in order) error {
		<-o.let
		o.taken <- in
		return nil
	})
	o.lookIn = dataclasses.Exposed("lookIn", o.kind)
	return o
}

func (o *office) doLook(ctx context.Context, s *session.Session, _ dataclasses.None) error {
	o.seen <- look(ctx, s)
	return nil
}

// kind is a data model function that says whose session it sees.
func (o *office) kind(ctx context.Context, s *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (string, error) {
	seen := look(ctx, s)
	return seen.Kind.String() + " " + seen.ID, nil
}

func (o *office) config(t *testing.T) server.Config {
	t.Helper()
	c := config(t, o.notes)
	c.Procedures = []server.Procedure{o.look, o.nested, o.wait, o.deaf, o.panic, o.take}
	c.Grace = 5 * time.Second
	c.Definitions = append(c.Definitions, dataclasses.OnStore(
		o.lookIn,
		dataclasses.Exposed("execute", func(ctx context.Context, _ *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (int, error) {
			return o.look.Execute(ctx, dataclasses.None{})
		}),
		dataclasses.Exposed("call", func(ctx context.Context, _ *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (bool, error) {
			return true, o.look.Call(ctx, dataclasses.None{})
		}),
	))
	return c
}

// open opens an application that serves nothing.
func open(t *testing.T, c server.Config) *server.Server {
	t.Helper()
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

// own is what code sees in the session of the application.
func own(s *server.Server) sight {
	return sight{s.Session().Kind(), s.Session().ID(), s.Session().User(), s}
}

func wantSight(t *testing.T, what string, got, want sight) {
	t.Helper()
	if got != want {
		t.Errorf("%s sees %+v, want %+v", what, got, want)
	}
}

// remote returns the context of a call that a connected client makes.
func remote(t *testing.T, s *server.Server) (context.Context, sight) {
	t.Helper()
	r := session.New(session.Remote, session.Desktop{UserName: "rita", Machine: "laptop", Manager: s.Sessions()})
	return session.NewContext(s.Context(t.Context()), r), sight{session.Remote, r.ID(), "rita", s}
}

// S-009, S-037, S-056, S-109, S-114, T-11
func TestExecuteRunsInTheStoredProcedureSession(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s := start(t, o.config(t))
	want := own(s.Server)
	if want.Kind != session.StoredProcedure || want.User != "designer" {
		t.Errorf("the session of the server: %+v, want storedProcedure of designer", want)
	}
	wantPost(t, client(t), s.base+"$catalog/execute", `[]`, `{"result":1}`)
	wantSight(t, "a process of a web request", <-o.seen, want)
	client, _ := remote(t, s.Server)
	for starter, ctx := range map[string]context.Context{"a client": client, "the server": s.Context(t.Context())} {
		if n, err := o.look.Execute(ctx, dataclasses.None{}); n <= 1 || err != nil {
			t.Errorf("Execute: %d, %v, want a new number", n, err)
		}
		wantSight(t, "a process of "+starter, <-o.seen, want)
	}
}

// S-032, S-036, S-052, S-114
func TestCallKeepsTheSession(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s := start(t, o.config(t))
	web := client(t)
	wantPost(t, web, s.base+"$catalog/signIn", `["ada"]`, `{"result":true}`)
	wantPost(t, web, s.base+"$catalog/call", `[]`, `{"result":true}`)
	got := <-o.seen
	wantSight(t, "a method called by a web request", got, sight{session.Web, got.ID, "ada", s.Server})
	wantPost(t, web, s.base+"$catalog/lookIn", `[]`, `{"result":"web `+got.ID+`"}`)

	ctx, want := remote(t, s.Server)
	if err := o.look.Call(ctx, dataclasses.None{}); err != nil {
		t.Error(err)
	}
	wantSight(t, "a method called by a client", <-o.seen, want)
	if got, err := o.lookIn.Call(ctx, s.DataStore(), dataclasses.None{}); got != "remote "+want.ID || err != nil {
		t.Errorf("a data model function called by a client sees %s, %v", got, err)
	}
	if _, err := o.nested.Execute(ctx, dataclasses.None{}); err != nil {
		t.Error(err)
	}
	wantSight(t, "a method called by a stored procedure", <-o.seen, own(s.Server))
}

// S-041: code of every package that a process runs, the data layer's functions included, has one session.
func TestOneSessionForTheWholeRun(t *testing.T) {
	t.Parallel()
	for _, standalone := range []bool{false, true} {
		o := newOffice()
		results := make(chan []string, 1)
		p := server.NewProcedure("all", func(ctx context.Context, s *session.Session, _ dataclasses.None) error {
			app, _ := server.FromContext(ctx)
			inner, err := o.lookIn.Call(ctx, app.DataStore(), dataclasses.None{})
			results <- []string{s.ID(), session.Current(ctx).ID(), strings.TrimPrefix(inner, s.Kind().String()+" ")}
			return err
		})
		c := o.config(t)
		c.Procedures, c.Standalone = append(c.Procedures, p), standalone
		s := open(t, c)
		if _, err := p.Execute(s.Context(t.Context()), dataclasses.None{}); err != nil {
			t.Fatal(err)
		}
		id := s.Session().ID()
		if diff := cmp.Diff([]string{id, id, id}, <-results); diff != "" {
			t.Errorf("sessions in a process (-want +got):\n%s", diff)
		}
	}
}

// S-010, S-022, S-029, S-035, S-115
func TestStandaloneApplication(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	c.Standalone, c.UserName = true, "sam"
	s := start(t, c)
	want := own(s.Server)
	if want.Kind != session.Standalone || want.User != "sam" {
		t.Errorf("the session of the application: %+v, want standalone of sam", want)
	}
	ctx := s.Context(t.Context())
	if _, err := o.look.Execute(ctx, dataclasses.None{}, server.ProcessName("$local")); err != nil {
		t.Error(err)
	}
	wantSight(t, "a local process", <-o.seen, want)
	if err := o.look.Call(ctx, dataclasses.None{}); err != nil {
		t.Error(err)
	}
	wantSight(t, "a method with the attribute", <-o.seen, want)
	wantPost(t, client(t), s.base+"$catalog/call", `[]`, `{"result":true}`)
	if got := <-o.seen; got.Kind != session.Web || got.ID == want.ID {
		t.Errorf("a web request sees %+v, want a web session of its own", got)
	}
	if err := errors.Join(s.end(t), s.Close()); err != nil {
		t.Error(err)
	}
	if err := session.NewKey[int]("n").Set(s.Session(), 1); !errors.Is(err, session.ErrClosed) {
		t.Errorf("after the application has quit, its session takes values: %v", err)
	}
}

// S-012, S-022, S-025, S-038
func TestContext(t *testing.T) {
	t.Parallel()
	for kind, standalone := range map[session.Kind]bool{session.StoredProcedure: false, session.Standalone: true} {
		c := newOffice().config(t)
		c.Standalone = standalone
		before := time.Now().Truncate(time.Millisecond)
		s := open(t, c)
		info := s.Session().Info()
		if info.Kind != kind || info.Created.Before(before) || info.Created.After(time.Now()) {
			t.Errorf("the session began as %v at %v, want %v after %v", info.Kind, info.Created, kind, before)
		}
		client, _ := remote(t, s)
		for what, parent := range map[string]context.Context{
			"nothing": t.Context(), "a remote session": client, "a local function": session.Hide(client), "a web process": session.Anonymous(client),
		} {
			ctx := s.Context(parent)
			wantSight(t, "Context of "+what, look(ctx, s.Session()), own(s))
		}
		if app, ok := server.FromContext(context.Background()); app != nil || ok {
			t.Errorf("FromContext of no process: %v, %v", app, ok)
		}
		if got := session.Current(context.Background()); got != nil {
			t.Errorf("Current of no process: %v", got)
		}
	}
}

// S-110, S-113
func TestExecuteErrors(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s := open(t, o.config(t))
	stranger := server.NewProcedure("stranger", o.doLook)
	ctx, none := s.Context(t.Context()), dataclasses.None{}
	for name, test := range map[string]struct {
		call func() (int, error)
		want string
	}{
		"no application": {func() (int, error) { return o.look.Execute(t.Context(), none) }, "procedure look: the context belongs to no application"},
		"not declared":   {func() (int, error) { return stranger.Execute(ctx, none) }, "procedure stranger is not one of this application"},
		"unknown":        {func() (int, error) { return s.Execute(ctx, "fly", nil) }, `no procedure "fly": this application has deaf, look, nested, panic, take, wait`},
		"parameters":     {func() (int, error) { return o.take.Execute(ctx, order{Text: "x"}) }, "procedure take: a process with parameters needs a name"},
		"unique":         {func() (int, error) { return o.look.Execute(ctx, none, server.Unique()) }, "a unique process needs a name"},
		"dollar":         {func() (int, error) { return o.look.Execute(ctx, none, server.ProcessName("$mine")) }, `cannot begin with $: "$mine"`},
		"long name":      {func() (int, error) { return o.look.Execute(ctx, none, server.ProcessName(strings.Repeat("n", 256))) }, "256 bytes"},
		"wrong type": {func() (int, error) {
			return s.Execute(ctx, "take", json.RawMessage(`{"Text":1}`), server.ProcessName("n"))
		}, "procedure take: parameters: json: cannot unmarshal number"},
		"unknown field": {func() (int, error) {
			return s.Execute(ctx, "take", json.RawMessage(`{"Txt":""}`), server.ProcessName("n"))
		}, `unknown field "Txt"`},
		"two values": {func() (int, error) {
			return s.Execute(ctx, "take", json.RawMessage(`{"Text":""} 2`), server.ProcessName("n"))
		}, "more than one JSON value"},
		"no JSON": {func() (int, error) { return s.Execute(ctx, "take", json.RawMessage(`{`), server.ProcessName("n")) }, "procedure take: parameters: unexpected EOF"},
		"too long": {func() (int, error) {
			return o.take.Execute(ctx, order{Text: strings.Repeat("x", 1<<20)}, server.ProcessName("n"))
		}, "more than the limit of 1048576"},
	} {
		n, err := test.call()
		if n != 0 || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %d, %v, want 0 and %q", name, n, err, test.want)
		}
	}
	if len(o.seen) > 0 {
		t.Error("a process ran in spite of an error")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if n, err := o.look.Execute(ctx, none); n != 0 || err == nil || err.Error() != "the server is closed" {
		t.Errorf("after Close: %d, %v", n, err)
	}
}

// S-111
func TestUnique(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s := open(t, o.config(t))
	ctx, name, none := s.Context(t.Context()), server.ProcessName("nightly"), dataclasses.None{}
	first, err := o.wait.Execute(ctx, none, name, server.Unique())
	if first != 1 || err != nil {
		t.Fatalf("Execute: %d, %v, want 1", first, err)
	}
	<-o.waiting
	if again, err := o.look.Execute(ctx, none, name, server.Unique()); again != first || err != nil {
		t.Errorf("Execute of a name that runs: %d, %v, want %d", again, err, first)
	}
	if len(o.seen) > 0 {
		t.Error("a second process of a unique name ran")
	}
	if other, err := o.look.Execute(ctx, none, name); other != 2 || err != nil {
		t.Errorf("Execute without Unique: %d, %v, want 2", other, err)
	}
	<-o.seen
	close(o.let)
	for n := first; n <= 2; { // until both have ended
		if n, err = o.look.Execute(ctx, none, name, server.Unique()); err != nil {
			t.Fatal(err)
		}
	}
	<-o.seen
}

// S-112
func TestParametersAreCopies(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s := open(t, o.config(t))
	in := order{"first", map[string]int{"a": 1}}
	want := order{in.Text, maps.Clone(in.Parts)}
	if n, err := o.take.Execute(s.Context(t.Context()), in, server.ProcessName("copy")); n != 1 || err != nil {
		t.Fatalf("Execute: %d, %v", n, err)
	}
	in.Parts["a"], in.Parts["b"] = 7, 8
	close(o.let)
	if diff := cmp.Diff(want, <-o.taken); diff != "" {
		t.Errorf("the parameters in the process (-want +got):\n%s", diff)
	}
}

func TestProcessLimit(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	c.MaxProcesses = 2
	s := open(t, c)
	ctx := s.Context(t.Context())
	for range 2 {
		if _, err := o.wait.Execute(ctx, dataclasses.None{}); err != nil {
			t.Fatal(err)
		}
		<-o.waiting
	}
	if n, err := o.look.Execute(ctx, dataclasses.None{}); n != 0 || !errors.Is(err, server.ErrTooManyProcesses) {
		t.Errorf("a third process: %d, %v, want ErrTooManyProcesses", n, err)
	}
}

// A process goes on when the request that started it has ended, and a panic in it is a line in the log.
func TestPanicIsLogged(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	log, buf := logged()
	c.Log = log
	s := open(t, c)
	ctx, cancel := context.WithCancel(s.Context(t.Context()))
	if _, err := o.panic.Execute(ctx, dataclasses.None{}); err != nil {
		t.Fatal(err)
	}
	if _, err := o.wait.Execute(ctx, dataclasses.None{}); err != nil {
		t.Fatal(err)
	}
	<-o.waiting
	cancel()
	if _, err := o.look.Execute(ctx, dataclasses.None{}); err != nil {
		t.Fatal(err)
	}
	wantSight(t, "a process beside one that panicked", <-o.seen, own(s))
	if len(o.aborted) > 0 {
		t.Error("the process ended with the context of its starter")
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-o.aborted
	text := buf.String()
	for _, want := range []string{"process failed", "procedure=panic", `panic="oh no"`, "process_test.go", "procedure=wait"} {
		if !strings.Contains(text, want) {
			t.Errorf("log %q, want %q", text, want)
		}
	}
}

// What a process promotes ends with it.
func TestPromotionEndsWithTheProcess(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	held := make(chan bool, 3)
	p := server.NewProcedure("promote", func(_ context.Context, s *session.Session, _ dataclasses.None) error {
		held <- s.HasPrivilege("WebAdmin")
		_, _ = s.Promote("WebAdmin")
		held <- s.HasPrivilege("WebAdmin")
		return nil
	})
	c.Procedures = append(c.Procedures, p)
	s := open(t, c)
	if _, err := p.Execute(s.Context(t.Context()), dataclasses.None{}); err != nil {
		t.Fatal(err)
	}
	got := []bool{<-held, <-held, s.Session().HasPrivilege("WebAdmin")}
	if diff := cmp.Diff([]bool{false, true, false}, got); diff != "" {
		t.Errorf("WebAdmin before, in and outside of the promotion (-want +got):\n%s", diff)
	}
}

func TestProcedureMistakes(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	c.MaxProcesses = -1
	c.Procedures = append(c.Procedures,
		nil, (*server.Proc[dataclasses.None])(nil),
		server.NewProcedure[dataclasses.None]("empty", nil), server.NewProcedure("", o.doLook), server.NewProcedure("look", o.doLook))
	_ = wantOpenError(t, c, "-1 processes", "procedure 7 has no function", "procedure 8 has no function", "procedure 9 has no function",
		"process_test.go:", "a procedure needs a name of 1 to 255 bytes", "procedure look is declared at process_test.go:")
}
