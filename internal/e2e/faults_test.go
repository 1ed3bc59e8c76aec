package e2e_test

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/sqlite"
)

// wantNoStart expects the application not to start, with an error that holds all these texts.
func wantNoStart(t *testing.T, c server.Config, want ...string) error {
	t.Helper()
	s, err := server.Open(t.Context(), c)
	if err == nil {
		t.Errorf("Open of %s: no error, want %q", c.Database, want)
		return s.Close()
	}
	for _, text := range want {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("Open: %v, want %q", err, text)
		}
	}
	return err
}

// sqliteWriter opens an SQLite file as another program would.
func sqliteWriter(t *testing.T, name string) *gorm.DB {
	t.Helper()
	d := sqlite.Open(name)
	db, err := gorm.Open(d, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return db
}

// The file is damaged, cut off, none of ours, a folder, or locked: the program does not start, says why, and leaves it as it is.
func TestStartWithABadFile(t *testing.T) {
	t.Parallel()
	whole, err := demoFile()
	if err != nil {
		t.Fatal(err)
	}
	garbage := append([]byte(nil), whole[:100]...)
	garbage = append(garbage, []byte(strings.Repeat("garbage!", (len(whole)-100)/8))...)
	for _, tt := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"letter", []byte(strings.Repeat("this is a letter. ", 1000)), "this is not an SQLite database"},
		{"garbage", garbage, "the database is damaged: restore a backup"},
		{"cut off", whole[:len(whole)/3], "the database is damaged: restore a backup"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			name := filepath.Join(t.TempDir(), "demo.db")
			if err := os.WriteFile(name, tt.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_ = wantNoStart(t, config(name), name, tt.want)
			after, err := os.ReadFile(name)
			if err != nil || string(after) != string(tt.content) {
				t.Errorf("the file was changed: %d bytes, were %d; %v", len(after), len(tt.content), err)
			}
		})
	}
}

func TestStartWithALockedFile(t *testing.T) {
	t.Parallel()
	name := sqliteDemo(t, filepath.Join(t.TempDir(), "demo.db"))
	tx := sqliteWriter(t, name).Begin()
	_ = wantNoStart(t, config(name), name, "locked by another process: stop it or wait")
	if err := tx.Rollback().Error; err != nil {
		t.Fatal(err)
	}
	start(t, config(name))
}

func TestStartWithANewerDatabase(t *testing.T) {
	t.Parallel()
	name := sqliteDemo(t, filepath.Join(t.TempDir(), "demo.db"))
	newer := sqliteWriter(t, name)
	if err := newer.Exec("INSERT INTO ordago_migrations (version_id, is_applied) VALUES (99, 1)").Error; err != nil {
		t.Fatal(err)
	}
	if err := wantNoStart(t, config(name), "database is at version 99", "use a newer program"); !errors.Is(err, migrations.ErrNewer) {
		t.Errorf("Open: %v, want ErrNewer", err)
	}
}

func TestStartWithThePortTaken(t *testing.T) {
	t.Parallel()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	c := config(sqliteDemo(t, filepath.Join(t.TempDir(), "demo.db")))
	c.Listen = taken.Addr().String()
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "address "+c.Listen+" is in use: stop the program that listens there") {
		t.Errorf("Run: %v", err)
	}
}

// S-302, S-303, S-304, and S-299 as design.md, section 5, decides: the server refuses to start.
func TestStartWithBadRoles(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct{ text, want string }{
		"no JSON":            {`{"privileges": [`, "roles.json"},
		"unknown privilege":  {libraryRoles(true, true, `{"applyTo":"Customer","type":"dataclass","read":["nosuch"]}`), `privilege "nosuch" is not declared`},
		"unknown dataclass":  {libraryRoles(true, true, `{"applyTo":"Costumer","type":"dataclass","read":["a"]}`), "Costumer"},
		"unknown attribute":  {libraryRoles(true, true, `{"applyTo":"Customer.credit","type":"attribute","read":["a"]}`), "credit"},
		"unknown function":   {libraryRoles(true, true, `{"applyTo":"Invoice.aprove","type":"method","execute":["a"]}`), "aprove"},
		"unknown type":       {libraryRoles(true, true, `{"applyTo":"Customer","type":"table","read":["a"]}`), "table"},
		"twice":              {libraryRoles(true, true, `{"applyTo":"Customer","type":"dataclass","read":["a"]}`, `{"applyTo":"Customer","type":"dataclass","read":["b"]}`), "has an entry already"},
		"a circle":           {`{"privileges":[{"privilege":"a","includes":["b"]},{"privilege":"b","includes":["a"]}],"roles":[],"permissions":{"allowed":[]}}`, "includes run in a circle: a > b > a"},
		"forceLogin is text": {`{"forceLogin":"true","privileges":[],"roles":[],"permissions":{"allowed":[]}}`, "forceLogin"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := withRolesText(t, config(sqliteDemo(t, filepath.Join(t.TempDir(), "demo.db"))), tt.text)
			_ = wantNoStart(t, c, tt.want)
			if report, err := os.ReadFile(filepath.Join(filepath.Dir(c.RolesFile), "Roles_Errors.json")); err != nil || !strings.Contains(string(report), `"errors"`) {
				t.Errorf("report: %q, %v", report, err)
			}
		})
	}
}

// Another program holds the file for long: reads go on, a write fails in words that help, nothing is half-written, and then all is well.
func TestLockedWhileRunning(t *testing.T) {
	t.Parallel()
	c := config(filepath.Join(t.TempDir(), "demo.db"))
	p := demo(t, c)
	clara, mark := p.as(t, "clara"), p.as(t, "mark")
	before := p.state(t)
	tx := sqliteWriter(t, c.Database).Begin()
	busy := refused("The database is busy, try again", 1046)
	clara.wantRefusal(http.MethodPost, "Invoice/draft", `[1,[{"productID":1,"quantity":1}]]`, busy)
	mark.wantRefusal(http.MethodDelete, "Customer(20)", "", refused("The database is busy, try again", 1046, 1046))
	if status := clara.status(http.MethodGet, "Customer?$expand=invoices"); status != http.StatusOK {
		t.Errorf("a read beside the lock: %d", status)
	}
	if err := tx.Rollback().Error; err != nil {
		t.Fatal(err)
	}
	p.wantUnchanged(t, before)
	clara.ok(http.MethodPost, "Invoice/draft", `[1,[{"productID":1,"quantity":1}]]`)
	p.wantConsistent(t)
}

// A row that another program holds for long: the request ends with its time.
func TestLockedRowOnPostgres(t *testing.T) {
	t.Parallel()
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("ORDAGO_TEST_POSTGRES names no server")
	}
	c := config(ownSchema(t, dsn))
	c.REST = append(c.REST, rest.Timeout(2*time.Second))
	filled := config(c.Database)
	p := demo(t, filled)
	p.end(t)
	p = start(t, c)
	mark := p.as(t, "mark")
	before := p.state(t)
	other, err := sql.Open("pgx", c.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	tx, err := other.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec("SELECT * FROM customers WHERE id = 1 FOR UPDATE"); err != nil {
		t.Fatal(err)
	}
	mark.wantRefusal(http.MethodPost, "Customer(1)?$method=update", `{"city":"Nowhere"}`, refused("The request took too long", 1200))
	if err := tx.Rollback(); err != nil {
		t.Fatal(err)
	}
	p.wantUnchanged(t, before)
	mark.ok(http.MethodPost, "Customer(1)?$method=update", `{"city":"Nowhere"}`)
	p.wantConsistent(t)
}

// The database becomes read-only, as a standby or a full disk makes it.
func TestReadOnlyPostgres(t *testing.T) {
	t.Parallel()
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("ORDAGO_TEST_POSTGRES names no server")
	}
	c := config(ownSchema(t, dsn))
	demo(t, c).end(t)
	c.Database += "&default_transaction_read_only=on"
	c.Migrations = nil
	s, err := server.Open(t.Context(), c)
	if err != nil {
		t.Skipf("the application does not start on it, which is an answer too: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	p := start(t, c)
	clara := p.as(t, "clara")
	before := p.state(t)
	clara.wantRefusal(http.MethodPost, "Invoice/draft", `[1,[{"productID":1,"quantity":1}]]`, refused("The database is read-only", 1828))
	p.wantUnchanged(t, before)
}

// Pages of the file are overwritten while the program runs: requests that meet them fail without a word about it, others go on.
func TestDamagedWhileRunning(t *testing.T) {
	t.Parallel()
	c := config(filepath.Join(t.TempDir(), "demo.db"))
	p := demo(t, c)
	log := listen(t)
	mark := p.as(t, "mark")
	damageEnd(t, c.Database)
	failed := 0
	for _, target := range []string{"AuditEntry?$top=100000", "InvoiceLine?$top=100000", "Invoice?$top=100000&$expand=lines", "Customer?$expand=invoices.lines"} {
		if r := mark.get(target); r.status != http.StatusOK {
			failed++
			if want := refused("internal error", 21000); r.refusal().Message != want.Message || r.status != want.Status {
				t.Errorf("GET %s: %d %s", target, r.status, r.body)
			}
		}
	}
	if failed == 0 || len(log.lines("malformed")) == 0 {
		t.Errorf("%d requests met the damage, and the log has %q", failed, log.lines("malformed"))
	}
	if status := mark.status(http.MethodGet, "SalesPerson"); status != http.StatusOK {
		t.Errorf("what is not damaged: %d", status)
	}
}

// damageEnd overwrites the last quarter of a file, which holds lines and audit entries.
func damageEnd(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	tail := info.Size() / page / 4 * page
	if _, err := f.WriteAt([]byte(strings.Repeat("garbage!", int(tail/8))), info.Size()-tail); err != nil {
		t.Fatal(err)
	}
}
