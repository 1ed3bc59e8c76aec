package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

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
	for _, want := range []string{"process failed", "procedure=panic", `panic="oh no"`, "office_test.go", "process was aborted", "procedure=wait"} {
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
		"process_test.go:", "a procedure needs a name of 1 to 255 bytes", "procedure look is declared at office_test.go:")
}
