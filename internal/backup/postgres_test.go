package backup_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/ordago/ordago/internal/backup"
)

// postgres is a schema of its own, whose name must be quoted.
type postgres struct {
	*pgx.ConnConfig
	schema string
}

// newPostgres creates a schema on the server that ORDAGO_TEST_POSTGRES names and drops it after the test.
func newPostgres(t *testing.T, statements ...string) postgres {
	t.Helper()
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	if dsn == "" {
		t.Skip("ORDAGO_TEST_POSTGRES is not set")
	}
	p := postgres{schema: "Backup-" + strings.ToLower(rand.Text()[:12])}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", `"`+p.schema+`"`)
	u.RawQuery = q.Encode()
	if p.ConnConfig, err = pgx.ParseConfig(u.String()); err != nil {
		t.Fatal(err)
	}
	p.exec(t, `CREATE SCHEMA "`+p.schema+`"`)
	t.Cleanup(func() { p.exec(t, `DROP SCHEMA "`+p.schema+`" CASCADE`) })
	p.exec(t, statements...)
	return p
}

func (p postgres) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	c, err := pgx.ConnectConfig(context.Background(), p.ConnConfig)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (p postgres) exec(t *testing.T, statements ...string) {
	t.Helper()
	c := p.connect(t)
	defer c.Close(context.Background())
	for _, s := range statements {
		if _, err := c.Exec(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

func (p postgres) number(t *testing.T, query string) (n int64) {
	t.Helper()
	c := p.connect(t)
	defer c.Close(context.Background())
	if err := c.QueryRow(context.Background(), query).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// postgresAccounts are like accounts, with what COPY has to escape and a line longer than any buffer.
func postgresAccounts() []string {
	return []string{
		"CREATE FUNCTION twice(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 2 * $1'",
		"CREATE TABLE accounts (id bigserial PRIMARY KEY, name text, balance integer)",
		"CREATE INDEX by_twice ON accounts (balance)",
		`INSERT INTO accounts (name, balance) VALUES (E'\\.\nCOPY x FROM stdin;\n\\.\t', 50), (repeat('ñ', 3000000), 50)`,
		`CREATE TABLE "odd "" name. (x" ("a, b" bigint REFERENCES accounts)`,
		`INSERT INTO "odd "" name. (x" VALUES (1), (2), (NULL)`,
		"CREATE TABLE nothing (id bigint)",
		"CREATE TABLE versions (id bigserial, version_id bigint NOT NULL, applied boolean)",
		"INSERT INTO versions (version_id) VALUES (1), (7), (3)",
		"CREATE TABLE sessions (id text)",
		"INSERT INTO sessions VALUES ('secret')",
	}
}

func TestPostgres(t *testing.T) {
	t.Parallel()
	p, dir := newPostgres(t, postgresAccounts()...), t.TempDir()
	dest := filepath.Join(dir, "a b.backup")
	var seen backup.Contents
	var done, total int64
	report, err := backup.Postgres(t.Context(), p.ConnConfig, dest, backup.Options{
		VersionTable: "versions", Transient: []string{"sessions"},
		Progress: func(d, all int64) { done, total = d, all },
		Accept:   func(c backup.Contents) error { seen = c; return nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(dest)
	if err != nil || info.Mode() != 0o600 || info.Size() != report.Bytes || done != report.Bytes || total != done {
		t.Errorf("file %v, %v; report %+v, last progress %d of %d", info, err, report, done, total)
	}
	want := map[string]int64{"accounts": 2, `odd " name. (x`: 3, "nothing": 0, "versions": 3}
	if diff := cmp.Diff(want, seen.Rows); diff != "" || seen.Version != 7 || report.Rows != 8 {
		t.Errorf("version %d, %d rows (-want +got):\n%s", seen.Version, report.Rows, diff)
	}
	wantFiles(t, dir, "a b.backup")

	p.exec(t, "INSERT INTO accounts (name) VALUES ('late')", "DROP TABLE nothing", "DROP FUNCTION twice")
	restored, err := backup.RestorePostgres(t.Context(), dest, p.ConnConfig, backup.RestoreOptions{Transient: []string{"sessions"}})
	if err != nil {
		t.Fatal(err)
	}
	if restored.Rows != 8 || restored.Tables != 4 {
		t.Errorf("report of the restore: %+v", restored)
	}
	for query, want := range map[string]int64{
		"SELECT count(*) FROM accounts":                  2,
		"SELECT length(name) FROM accounts WHERE id = 2": 3000000,
		`SELECT sum("a, b") FROM "odd "" name. (x"`:      3,
		"SELECT count(*) FROM nothing":                   0,
		"SELECT twice(21)":                               42,
		"SELECT nextval('accounts_id_seq')":              3,
		"SELECT count(*) FROM sessions":                  0,
	} {
		if got := p.number(t, query); got != want {
			t.Errorf("%s: %d, want %d", query, got, want)
		}
	}
}

// The rows are those of one snapshot, whatever is committed while pg_dump runs.
func TestPostgresWhileOthersWrite(t *testing.T) {
	t.Parallel()
	p, dir := newPostgres(t, "CREATE TABLE a (id bigserial)", "CREATE TABLE b (id bigserial)"), t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	ended, begun := make(chan error, 1), make(chan struct{})
	c := p.connect(t)
	defer c.Close(context.Background())
	go func() {
		for n := 1; ctx.Err() == nil; n++ {
			_, err := c.Exec(context.Background(), "BEGIN; INSERT INTO a DEFAULT VALUES; INSERT INTO b DEFAULT VALUES; COMMIT")
			if err != nil {
				ended <- err
				return
			}
			if n == 20 {
				close(begun)
			}
		}
		ended <- nil
	}()
	<-begun
	for i := range 3 {
		least := p.number(t, "SELECT count(*) FROM a")
		_, err := backup.Postgres(t.Context(), p.ConnConfig, filepath.Join(dir, fmt.Sprint(i)), backup.Options{Accept: func(c backup.Contents) error {
			if c.Rows["a"] != c.Rows["b"] || c.Rows["a"] < least {
				t.Errorf("%v rows, want at least %d in both", c.Rows, least)
			}
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRestorePostgresRefuses(t *testing.T) {
	t.Parallel()
	p, dir := newPostgres(t, postgresAccounts()...), t.TempDir()
	good := filepath.Join(dir, "good")
	if _, err := backup.Postgres(t.Context(), p.ConnConfig, good, backup.Options{}); err != nil {
		t.Fatal(err)
	}
	restore := func(src string, to postgres, o backup.RestoreOptions) error {
		_, err := backup.RestorePostgres(t.Context(), src, to.ConnConfig, o)
		return err
	}
	p.exec(t, "INSERT INTO accounts (name) VALUES ('late')")
	whole := read(t, good)
	for name, content := range map[string][]byte{
		"empty": nil, "a letter": []byte("Dear reader"), "SQLite": []byte("SQLite format 3\x00"), "beginning": whole[:6],
		"cut off": whole[:len(whole)*2/3], "flipped": flipped(whole),
	} {
		bad := filepath.Join(dir, name)
		write(t, bad, content)
		if err := restore(bad, p, backup.RestoreOptions{Force: true}); err == nil {
			t.Errorf("restore of %s: no error", name)
		}
	}
	refused := errors.New("not mine")
	wantError(t, restore(good, p, backup.RestoreOptions{Accept: func(backup.Contents) error { return refused }}), "not mine")
	other := newPostgres(t)
	wantError(t, restore(good, other, backup.RestoreOptions{Force: true}), "the database uses schema "+other.schema)
	p.exec(t, "CREATE TABLE later (id bigint)")
	wantError(t, restore(good, p, backup.RestoreOptions{}), "tables that the backup does not: later: drop them")
	p.exec(t, "ALTER TABLE later ADD account bigint REFERENCES accounts")
	wantError(t, restore(good, p, backup.RestoreOptions{Force: true}), "pg_restore: error: ") // and all is undone
	if n := p.number(t, "SELECT count(*) FROM accounts"); n != 3 {
		t.Errorf("%d accounts after refused restores, want 3", n)
	}
	p.exec(t, "ALTER TABLE later DROP account")
	if err := restore(good, p, backup.RestoreOptions{Force: true}); err != nil {
		t.Error(err)
	}
	if n := p.number(t, "SELECT count(*) FROM accounts, (SELECT count(*) FROM later) AS later"); n != 2 {
		t.Errorf("%d accounts after a forced restore, want 2", n)
	}
}

// flipped is an archive with a changed byte in the middle of its data.
func flipped(archive []byte) []byte {
	changed := append([]byte{}, archive...)
	changed[len(changed)/2] ^= 0x55
	return changed
}

func TestPostgresErrors(t *testing.T) {
	t.Parallel()
	p, dir := newPostgres(t, postgresAccounts()...), t.TempDir()
	dest := filepath.Join(dir, "x")
	ctx, cancel := context.WithCancel(t.Context())
	_, err := backup.Postgres(ctx, p.ConnConfig, dest, backup.Options{Progress: func(int64, int64) { cancel() }})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want Canceled", err)
	}
	_, err = backup.Postgres(t.Context(), p.ConnConfig, dest, backup.Options{Accept: func(backup.Contents) error { return errors.New("not mine") }})
	wantError(t, err, "not mine")
	nowhere := p.Copy()
	nowhere.RuntimeParams["search_path"] = "no_such_schema"
	_, err = backup.Postgres(t.Context(), nowhere, dest, backup.Options{})
	wantError(t, err, "names no schema that exists")
	wantFiles(t, dir)
}
