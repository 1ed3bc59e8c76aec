package server_test

import (
	"context"
	"testing"
	"time"

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
