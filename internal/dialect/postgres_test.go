package dialect_test

import (
	"database/sql"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/ordago/ordago/internal/dialect"
)

// openPostgres returns the test database with the search path in a new schema,
// which is dropped after the test. It skips the test without
// ORDAGO_TEST_POSTGRES.
func openPostgres(t *testing.T, name string) *sql.DB {
	t.Helper()
	url := os.Getenv("ORDAGO_TEST_POSTGRES")
	if url == "" {
		t.Skip("ORDAGO_TEST_POSTGRES is not set")
	}
	config, err := pgx.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	schema := fmt.Sprintf("ordago_dialect_%s_%d", name, os.Getpid())
	config.RuntimeParams["search_path"] = schema
	db := stdlib.OpenDB(*config)
	mustExec(t, db, "CREATE SCHEMA "+schema)
	t.Cleanup(func() {
		if _, err := db.Exec("DROP SCHEMA " + schema + " CASCADE"); err != nil {
			t.Error(err)
		}
		db.Close()
	})
	return db
}

func mustExec(t *testing.T, db dialect.Conn, query string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

// O-115, O-119, O-151, R-178: see testConformance
func TestPostgres(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, "conformance")
	d := dialect.Postgres{}
	if err := d.Setup(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	testConformance(t, db, d)
}

func TestPostgresSetupFromManyServers(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, "servers")
	var servers sync.WaitGroup
	for range 8 {
		servers.Go(func() {
			if err := (dialect.Postgres{}).Setup(t.Context(), db); err != nil {
				t.Errorf("Setup: %v", err)
			}
		})
	}
	servers.Wait()
}

func TestPostgresFoldCanBeIndexed(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, "index")
	d := dialect.Postgres{}
	if err := d.Setup(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	mustExec(t, db, "CREATE TABLE person (id int, name text)")
	mustExec(t, db, "INSERT INTO person SELECT i, 'Pérson ' || i FROM generate_series(1, 5000) i")
	mustExec(t, db, `CREATE INDEX by_name ON person ((ordago_fold(name) COLLATE "C"))`)
	mustExec(t, db, "ANALYZE person")
	query := d.EqualFold([]byte("EXPLAIN SELECT * FROM person WHERE "), []byte("name"), func(b []byte) []byte {
		return append(b, "'person 77'"...)
	})
	plan := strings.Join(column(t, db, string(query)), "\n")
	if !strings.Contains(plan, "Index Scan") && !strings.Contains(plan, "Bitmap") {
		t.Errorf("plan without the index:\n%s", plan)
	}
	if strings.Contains(plan, "ordago_fold") {
		t.Errorf("the function is called instead of inlined:\n%s", plan)
	}
}

func TestPostgresSetupRefusesAnotherFold(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, "foreign")
	mustExec(t, db, "CREATE FUNCTION ordago_fold(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)'")
	err := dialect.Postgres{}.Setup(t.Context(), db)
	if err == nil || !strings.Contains(err.Error(), "folds in another way than this program: drop it") {
		t.Errorf("Setup = %v, want an error about another function", err)
	}
}

func TestPostgresSetupWithoutSchema(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, "noschema")
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	mustExec(t, conn, "SET search_path = no_such_schema")
	err = dialect.Postgres{}.Setup(t.Context(), conn)
	if err == nil || !strings.Contains(err.Error(), "search_path of this role names no schema that exists") {
		t.Errorf("Setup = %v, want an error about the search path", err)
	}
}

func TestPostgresSetupWithoutRight(t *testing.T) {
	t.Parallel()
	db := openPostgres(t, "right")
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	role := fmt.Sprintf("ordago_dialect_%d", os.Getpid())
	mustExec(t, conn, "CREATE ROLE "+role)
	t.Cleanup(func() {
		if _, err := db.Exec("DROP OWNED BY " + role + "; DROP ROLE " + role); err != nil {
			t.Error(err)
		}
	})
	mustExec(t, conn, fmt.Sprintf("GRANT USAGE ON SCHEMA ordago_dialect_right_%d TO %s", os.Getpid(), role))
	mustExec(t, conn, "SET ROLE "+role)
	err = dialect.Postgres{}.Setup(t.Context(), conn)
	mustExec(t, conn, "RESET ROLE")
	if err == nil || !strings.Contains(err.Error(), "GRANT CREATE ON SCHEMA") || !strings.Contains(err.Error(), "CREATE FUNCTION ordago_fold") {
		t.Errorf("Setup = %v, want an error that tells what to grant or run", err)
	}
}
