package e2e_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"log/slog"
	"net"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"

	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/server"
)

// product is the demo application as a server that answers.
type product struct {
	*server.Server
	host  string // 127.0.0.1:port
	clock *clock
	stop  context.CancelFunc
	done  chan struct{}
	err   error // what Run returned, once done is closed
}

// clock is the machine's clock, moved on by tests.
type clock struct{ offset atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.offset.Load())) }

func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// config describes the demo application on a database.
func config(database string) server.Config {
	return server.Config{
		Database:    database,
		Definitions: invoices.Definitions(),
		Migrations:  invoices.Migrations(),
		Listen:      "127.0.0.1:0",
		Log:         slog.Default(),
		REST:        []rest.Option{rest.LoginRate(1e6, 1e6)}, // all tests come from one address
	}
}

// each runs a test with the demo data on a new SQLite file, and on PostgreSQL where ORDAGO_TEST_POSTGRES names a server.
func each(t *testing.T, test func(t *testing.T, p *product)) {
	t.Helper()
	eachDatabase(t, func(t *testing.T, database string) { test(t, demo(t, config(database))) })
}

// eachDatabase is each for tests with a configuration of their own. The database is empty.
func eachDatabase(t *testing.T, test func(t *testing.T, database string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, filepath.Join(t.TempDir(), "demo.db"))
	})
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	if dsn == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, ownSchema(t, dsn))
	})
}

// ownSchema creates a schema, drops it after the test and returns the URL that uses it.
func ownSchema(t testing.TB, dsn string) string {
	t.Helper()
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := "e2e_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.Exec("DROP SCHEMA " + name + " CASCADE"); err != nil {
			t.Errorf("drop schema: %v", err)
		}
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

// demoFile is the content of an SQLite file with the demo data, made once: filling one takes longer than most tests.
var demoFile = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "e2e")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "demo.db")
	s, err := server.Open(context.Background(), config(name))
	if err != nil {
		return nil, err
	}
	if err := invoices.Fill(context.Background(), s.DataStore()); err != nil {
		return nil, err
	}
	if err := s.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(name)
})

// sqliteDemo puts the demo data into a new file.
func sqliteDemo(t testing.TB, name string) string {
	t.Helper()
	data, err := demoFile()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// demo starts the application on a database that has no tables yet and fills it with the demo data.
func demo(t testing.TB, c server.Config) *product {
	t.Helper()
	isFile := !strings.Contains(c.Database, "://")
	if isFile {
		sqliteDemo(t, c.Database)
	}
	p := start(t, c)
	if isFile {
		return p
	}
	if err := invoices.Fill(t.Context(), p.DataStore()); err != nil {
		t.Fatal(err)
	}
	return p
}

// start opens and runs a server, which the test's end stops.
func start(t testing.TB, c server.Config) *product {
	t.Helper()
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	p := &product{Server: s, clock: &clock{}, done: make(chan struct{})}
	s.Sessions().Now = p.clock.now
	s.Sessions().MaxPerAddress = 1 << 30 // all tests come from one address
	addr, err := s.Listen(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	p.host = addr.String()
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	go func() {
		defer close(p.done)
		p.err = s.Run(ctx)
	}()
	t.Cleanup(func() { p.end(t) })
	return p
}

// end stops the server; calling it again does nothing.
func (p *product) end(t testing.TB) {
	t.Helper()
	p.stop()
	<-p.done
	if p.err != nil {
		t.Errorf("Run: %v", p.err)
		p.err = nil
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// browser returns a new client with cookies of its own.
func (p *product) browser(t testing.TB) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return newBrowser(t, p.host, jar)
}

// as returns a browser in which a person of the demo has signed in; the password is the name.
func (p *product) as(t testing.TB, name string) *browser {
	t.Helper()
	b := p.browser(t)
	b.signIn(name)
	return b
}

// dial opens a connection to the server, closed when the test ends, that no answer can keep longer than a minute.
func (p *product) dial(t testing.TB) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}
