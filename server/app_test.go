package server_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// Note is the model of the test application.
type Note struct {
	ID   uint
	Text string
	model.Record
}

// notes is the test application. Its slow function says when it has begun and waits for release.
type notes struct {
	begun, release chan struct{}
}

func newNotes() *notes { return &notes{make(chan struct{}, 1), make(chan struct{})} }

func (n *notes) definitions() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Note](
			dataclasses.OnClass(dataclasses.Exposed("add", add)),
		),
		dataclasses.OnStore(
			dataclasses.Exposed("signIn", signIn),
			dataclasses.Exposed("whoAmI", whoAmI),
			dataclasses.Exposed("slow", n.slow),
		),
	}
}

func add(ctx context.Context, _ *session.Session, c *dataclasses.DataClass[Note], in struct{ Text string }) (uint, error) {
	e := c.New()
	e.Value.Text = in.Text
	err := e.Save(ctx)
	return e.Value.ID, err
}

func signIn(_ context.Context, s *session.Session, _ *dataclasses.DataStore, in struct{ Name string }) (bool, error) {
	return true, s.SetPrivileges(session.Grant{Privileges: []string{"WebAdmin"}, UserName: in.Name})
}

func whoAmI(_ context.Context, s *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (string, error) {
	return s.User(), nil
}

func (n *notes) slow(ctx context.Context, _ *session.Session, _ *dataclasses.DataStore, _ dataclasses.None) (string, error) {
	n.begun <- struct{}{}
	select {
	case <-n.release:
		return "finished", nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// migration is the SQL of the application's table.
func migration() fs.FS {
	const down = "\n-- +goose Down\nDROP TABLE notes;\n"
	return fstest.MapFS{
		"sqlite/00001_notes.sql": {Data: []byte("-- +goose Up\nCREATE TABLE notes (id integer PRIMARY KEY AUTOINCREMENT, `text` text, " +
			"orda_stamp integer NOT NULL DEFAULT 0, orda_created_at datetime, orda_updated_at datetime);" + down)},
		"postgres/00001_notes.sql": {Data: []byte("-- +goose Up\nCREATE TABLE notes (id bigserial PRIMARY KEY, text text, " +
			"orda_stamp bigint NOT NULL DEFAULT 0, orda_created_at timestamptz(6), orda_updated_at timestamptz(6));" + down)},
	}
}

func config(t *testing.T, n *notes) server.Config {
	t.Helper()
	return server.Config{
		Database:    filepath.Join(t.TempDir(), "notes.db"),
		Definitions: n.definitions(),
		Migrations:  migration(),
		Listen:      "127.0.0.1:0",
		Log:         slog.New(slog.DiscardHandler),
	}
}

// databases runs a test on SQLite and, where ORDAGO_TEST_POSTGRES names a server, in a schema of its own on PostgreSQL.
func databases(t *testing.T, run func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, filepath.Join(t.TempDir(), "notes.db"))
	})
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	if dsn == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, ownSchema(t, dsn))
	})
}

// ownSchema creates a schema, drops it after the test and returns the URL that uses it.
func ownSchema(t *testing.T, dsn string) string {
	t.Helper()
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := "server_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP SCHEMA " + name + " CASCADE")
		_ = admin.Close()
	})
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// running is a server that answers.
type running struct {
	*server.Server
	base string
	stop context.CancelFunc
	done chan struct{}
	err  error // what Run returned, once done is closed
}

// start opens and runs a server, which the test's end stops.
func start(t *testing.T, c server.Config) *running {
	t.Helper()
	return startWith(t, c, func(*server.Server) {})
}

// startWith is start with something to do between Open and Run.
func startWith(t *testing.T, c server.Config, prepare func(*server.Server)) *running {
	t.Helper()
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	prepare(s)
	return run(t, s)
}

// run lets a server answer, which the test's end stops.
func run(t *testing.T, s *server.Server) *running {
	t.Helper()
	addr, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	r := &running{s, "http://" + addr.String() + "/rest/", stop, make(chan struct{}), nil}
	go func() {
		defer close(r.done)
		r.err = s.Run(ctx)
	}()
	t.Cleanup(func() {
		_ = r.end(t)
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return r
}

// end stops the server and returns what Run returned.
func (r *running) end(t *testing.T) error {
	t.Helper()
	r.stop()
	select {
	case <-r.done:
		return r.err
	case <-time.After(20 * time.Second):
		return errors.New("the server does not stop")
	}
}

// client keeps cookies.
func client(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 20 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
}

// post calls a function and returns status and body; 0 where no answer came.
func post(c *http.Client, url, body string) (int, string) {
	resp, err := c.Post(url, "application/json", strings.NewReader(body))
	if err != nil {
		return 0, err.Error()
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err.Error()
	}
	return resp.StatusCode, string(bytes.TrimSpace(data))
}

// wantPost calls a function that must answer 200 and want.
func wantPost(t *testing.T, c *http.Client, url, body, want string) {
	t.Helper()
	if status, got := post(c, url, body); status != http.StatusOK || got != want {
		t.Errorf("POST %s %s: %d %s, want 200 %s", url, body, status, got, want)
	}
}

// logged is a log that tests can read.
func logged() (*slog.Logger, *bytes.Buffer) {
	var buf bytes.Buffer
	return slog.New(slog.NewTextHandler(&buf, nil)), &buf
}
