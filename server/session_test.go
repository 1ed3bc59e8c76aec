package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

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

// Fields of the session manager can be set after Open, and hold for the application's session too; that counts from Open all the same.
func TestManagerIsOpenUntilItIsUsed(t *testing.T) {
	t.Parallel()
	o := newOffice()
	before := time.Now().Truncate(time.Millisecond)
	s := startWith(t, o.config(t), func(s *server.Server) {
		s.Sessions().Now = func() time.Time { return time.Now().Add(-24 * time.Hour) }
	})
	wantPost(t, client(t), s.base+"$catalog/call", `[]`, `{"result":true}`)
	web := (<-o.seen).ID
	list, err := s.Sessions().List(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("sessions: %+v, %v, want that of the client and that of the server", list, err)
	}
	if list[0].ID != web || !list[0].Created.Before(before) || list[1].ID != s.Session().ID() || list[1].Created.Before(before) {
		t.Errorf("sessions: %+v, want a web session of yesterday and that of the server, of today", list)
	}
}
