package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// set stores a value in a storage, by itself.
func set(ctx context.Context, storage *session.Object, name string, value any) error {
	return storage.Use(ctx, func(_ context.Context, o *session.Object) error { return o.Set(name, value) })
}

// S-056, S-259: what procedures store in their session is there for all of them and nowhere else; what anybody stores in the storage of
// the program is there for everybody.
func TestStorages(t *testing.T) {
	t.Parallel()
	o := newOffice()
	c := o.config(t)
	done := make(chan error, 1)
	type values = [2]any
	read := make(chan values, 1)
	write := server.NewProcedure("write", func(ctx context.Context, s *session.Session, _ dataclasses.None) error {
		app, _ := server.FromContext(ctx)
		done <- errors.Join(set(ctx, s.Storage(), "mine", "session"), set(ctx, app.Storage(), "ours", "program"))
		return nil
	})
	get := func(ctx context.Context, s *session.Session, name string) values {
		app, _ := server.FromContext(ctx)
		own, _ := s.Storage().Get(name)
		all, _ := app.Storage().Get(name)
		return values{own, all}
	}
	readBoth := server.NewProcedure("read", func(ctx context.Context, s *session.Session, in struct{ Name string }) error {
		read <- get(ctx, s, in.Name)
		return nil
	})
	c.Procedures = append(c.Procedures, write, readBoth)
	c.Definitions = append(c.Definitions, dataclasses.OnStore(dataclasses.Exposed("read",
		func(ctx context.Context, s *session.Session, _ *dataclasses.DataStore, in struct{ Name string }) ([2]any, error) {
			return get(ctx, s, in.Name), nil
		})))
	s := start(t, c)
	ctx := s.Context(t.Context())
	if _, err := write.Execute(ctx, dataclasses.None{}); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]values{"mine": {"session", nil}, "ours": {nil, "program"}} {
		if _, err := readBoth.Execute(ctx, struct{ Name string }{name}, server.ProcessName("reader")); err != nil {
			t.Fatal(err)
		}
		if got := <-read; got != want {
			t.Errorf("%s in another procedure: %v, want %v", name, got, want)
		}
	}
	wantPost(t, client(t), s.base+"$catalog/read", `["mine"]`, `{"result":[null,null]}`)
	wantPost(t, client(t), s.base+"$catalog/read", `["ours"]`, `{"result":[null,"program"]}`)
	if err := set(ctx, s.Storage(), "big", strings.Repeat("x", server.MaxStorage)); err == nil {
		t.Error("the storage of the program takes more than its limit")
	} else if _, ok := errors.AsType[*session.StorageFullError](err); !ok {
		t.Errorf("more than the limit: %v", err)
	}
	if list, err := s.Sessions().List(t.Context()); err != nil || len(list) != 3 {
		t.Errorf("sessions %v, %v, want that of the server and two of clients: the storage is no session", list, err)
	}
}

// The application is known in the requests of a server of one's own too.
func TestHandlerKnowsTheApplication(t *testing.T) {
	t.Parallel()
	o := newOffice()
	s := open(t, o.config(t))
	wantPost(t, client(t), serveHandler(t, s.Handler())+"/rest/$catalog/call", `[]`, `{"result":true}`)
	if got := <-o.seen; got.App != s || got.Kind != session.Web {
		t.Errorf("a request sees %+v, want the application", got)
	}
}

func serveHandler(t *testing.T, h http.Handler) string {
	t.Helper()
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return web.URL
}
