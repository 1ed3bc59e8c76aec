package server_test

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
)

func TestServe(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database, c.Durable = database, server.DurableFull
		s := start(t, c)
		web := client(t)
		wantPost(t, web, s.base+"Note/add", `["first"]`, `{"result":1}`)
		wantPost(t, web, s.base+"Note/add", `["second"]`, `{"result":2}`)
		if n, err := dataclasses.Of[Note](s.DataStore()).Count(t.Context()); n != 2 || err != nil {
			t.Errorf("Count: %d, %v, want 2", n, err)
		}
		if err := s.end(t); err != nil {
			t.Errorf("Run: %v", err)
		}
		if status, _ := post(web, s.base+"Note/add", `["third"]`); status != 0 {
			t.Errorf("after the end: status %d, want no answer", status)
		}
	})
}

// Without migration files the tables come from the models.
func TestCreateFromModels(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database, c.Migrations = database, nil
		s := start(t, c)
		wantPost(t, client(t), s.base+"Note/add", `["first"]`, `{"result":1}`)
		if _, err := s.Migrator(); !errors.Is(err, server.ErrNoMigrations) {
			t.Errorf("Migrator: %v, want ErrNoMigrations", err)
		}
	})
}

func TestReopen(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database = database
		for _, want := range []string{`{"result":1}`, `{"result":2}`} {
			s := start(t, c)
			wantPost(t, client(t), s.base+"Note/add", `["again"]`, want)
			if err := errors.Join(s.end(t), s.Close(), s.Close()); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// S-229: of sessions in memory nothing survives.
func TestSessionsInSQLOutliveTheServer(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		for storage, want := range map[server.SessionStorage]string{
			server.SessionsInSQL:    `{"result":"ada"}`,
			server.SessionsInMemory: `{"result":""}`,
		} {
			c := config(t, newNotes())
			c.Database, c.Sessions = database, storage
			web, user := client(t), ""
			for range 2 {
				s := start(t, c)
				if user == "" {
					wantPost(t, web, s.base+"$catalog/signIn", `["ada"]`, `{"result":true}`)
				}
				_, user = post(web, s.base+"$catalog/whoAmI", `[]`)
				if err := errors.Join(s.end(t), s.Close()); err != nil {
					t.Fatal(err)
				}
			}
			if user != want {
				t.Errorf("sessions in %s: after a restart %s, want %s", storage, user, want)
			}
		}
	})
}

// S-212
func TestCookieName(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	c.CookieName, c.CookieSecure = "library", true
	s := start(t, c)
	resp, err := http.Get(s.base + "$catalog")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if got := resp.Header.Get("Set-Cookie"); !strings.HasPrefix(got, "4DSID_library=") || !strings.Contains(got, "; Secure") {
		t.Errorf("Set-Cookie: %s, want 4DSID_library=… Secure", got)
	}
}

func TestMaxBody(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	c.MaxBody = 100
	s := start(t, c)
	body := `["` + strings.Repeat("x", 100) + `"]`
	if status, got := post(client(t), s.base+"Note/add", body); status != http.StatusRequestEntityTooLarge {
		t.Errorf("104 bytes: %d %s, want 413", status, got)
	}
}

// answered is the answer to a request that runs beside the test.
type answered struct {
	status int
	body   string
}

func callSlow(t *testing.T, s *running, n *notes) <-chan answered {
	t.Helper()
	web, answer := client(t), make(chan answered, 1)
	go func() {
		status, body := post(web, s.base+"$catalog/slow", `[]`)
		answer <- answered{status, body}
	}()
	<-n.begun
	return answer
}

func TestStopFinishesRunningRequest(t *testing.T) {
	t.Parallel()
	n := newNotes()
	s := start(t, config(t, n))
	answer := callSlow(t, s, n)
	s.stop()
	for refused := false; !refused; { // until the server has heard of it
		status, _ := post(client(t), s.base+"$catalog/whoAmI", `[]`)
		refused = status == 0
	}
	close(n.release)
	if got, want := <-answer, (answered{200, `{"result":"finished"}`}); got != want {
		t.Errorf("the running request: %v, want %v", got, want)
	}
	if err := s.end(t); err != nil {
		t.Errorf("Run: %v", err)
	}
}

func TestStopCutsRequestAfterGrace(t *testing.T) {
	t.Parallel()
	n := newNotes()
	c := config(t, n)
	c.Grace = 20 * time.Millisecond
	s := start(t, c)
	answer := callSlow(t, s, n)
	const want = "requests still ran 20ms after the server was told to stop"
	if err := s.end(t); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Run: %v, want %q", err, want)
	}
	if got := <-answer; got.status != 0 {
		t.Errorf("the cut request: %v, want no answer", got)
	}
}

func TestListenErrors(t *testing.T) {
	t.Parallel()
	taken := start(t, config(t, newNotes()))
	busy := strings.TrimSuffix(strings.TrimPrefix(taken.base, "http://"), "/rest/")
	for addr, want := range map[string]string{
		busy:             "address " + busy + " is in use: stop the program",
		"192.0.2.1:8080": "address 192.0.2.1:8080 is not one of this machine",
		"127.0.0.1:x":    "listen on 127.0.0.1:x: ",
		"nothing":        "listen on nothing: ",
	} {
		c := config(t, newNotes())
		c.Listen = addr
		s, err := server.Open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(t.Context()); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("Run on %s: %v, want %q", addr, err, want)
		}
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	}
}

func TestDrift(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		c := config(t, newNotes())
		c.Database = database
		log, buf := logged()
		c.Log = log
		change := func(statement string) {
			t.Helper()
			d, err := server.OpenDatabase(c)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(d.Migrate(t.Context()), execute(t.Context(), d, statement), d.Close()); err != nil {
				t.Fatal(err)
			}
		}
		change("ALTER TABLE notes ADD COLUMN extra text")
		s, err := server.Open(t.Context(), c)
		if err != nil {
			t.Fatalf("with a column more: %v", err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		if text := buf.String(); !strings.Contains(text, "the database differs from the models") || !strings.Contains(text, "extra") {
			t.Errorf("log %q, want the column extra", text)
		}
		change("ALTER TABLE notes DROP COLUMN text")
		_, err = server.Open(t.Context(), c)
		if err == nil || !strings.Contains(err.Error(), "lacks what the models need") || !strings.Contains(err.Error(), "text") {
			t.Errorf("without the column text: %v, want an error about it", err)
		}
	})
}

// execute runs a statement past the data layer.
func execute(ctx context.Context, d *server.Database, statement string) error {
	return server.Pool(d, func(pool *sql.DB) error {
		_, err := pool.ExecContext(ctx, statement)
		return err
	})
}

func TestRunAfterClose(t *testing.T) {
	t.Parallel()
	s := start(t, config(t, newNotes()))
	if err := errors.Join(s.end(t), s.Close()); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context()); err == nil || err.Error() != "the server is closed" {
		t.Errorf("Run: %v, want that the server is closed", err)
	}
}

func TestDatabaseIsUsable(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	d, err := server.OpenDatabase(c)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Ping(t.Context()); err != nil {
		t.Errorf("Ping: %v", err)
	}
	if d.String() != c.Database {
		t.Errorf("String: %s, want %s", d, c.Database)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if err := d.Ping(t.Context()); err == nil {
		t.Error("Ping after Close: no error")
	}
	if _, err := os.Stat(c.Database); err != nil {
		t.Error(err)
	}
}

// Slow statements are logged, without the values in them; errors that callers get are not.
func TestSlowQueryLog(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	log, buf := logged()
	c.Log, c.SlowQuery = log, time.Nanosecond
	s := start(t, c)
	wantPost(t, client(t), s.base+"Note/add", `["my secret text"]`, `{"result":1}`)
	if err := errors.Join(s.end(t), s.Close()); err != nil {
		t.Fatal(err)
	}
	text := buf.String()
	if !strings.Contains(text, "INSERT INTO") || strings.Contains(text, "secret text") || strings.Contains(text, "level=ERROR") {
		t.Errorf("log %q, want slow statements without values and no errors", text)
	}
}
