package main_test

import (
	"crypto/rand"
	"database/sql"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
)

// ownSchema creates a schema on the server that ORDAGO_TEST_POSTGRES names, drops it after the test and returns the URL that uses it; ""
// where there is no such server.
func ownSchema(t *testing.T) string {
	t.Helper()
	dsn := os.Getenv("ORDAGO_TEST_POSTGRES")
	if dsn == "" {
		return ""
	}
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("pgx", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := "ordago_" + strings.ToLower(rand.Text())
	if _, err := admin.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP SCHEMA " + name + " CASCADE")
		_ = admin.Close()
	})
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}

// Two servers on one database share its sessions.
func TestServersShareSessions(t *testing.T) {
	t.Parallel()
	databases := map[string]string{"sqlite": t.TempDir() + "/two.db"}
	if dsn := ownSchema(t); dsn != "" {
		databases["postgres"] = dsn
	}
	for name, database := range databases {
		t.Run(name, func(t *testing.T) {
			first := serve(t, t.TempDir(), "--db", database, "--sessions", "sql")
			second := serve(t, t.TempDir(), "--db", database, "--sessions", "sql")
			web := first.signedIn(t)
			status, body, err := second.call(web, "$catalog/whoAmI", `[]`)
			if status != http.StatusOK || !strings.Contains(body, `"userName":"clara"`) {
				t.Errorf("whoAmI at the second server: %d %s %v, want clara", status, body, err)
			}
			status, body, err = second.call(web, "Invoice/draft", `[1,[{"productID":1,"quantity":2}]]`)
			if status != http.StatusOK || first.count(t, web, `"number=INV-2026-0401"`) != 1 {
				t.Errorf("draft at the second server: %d %s %v, want an invoice that the first one finds", status, body, err)
			}
			ordago(t, "seed", "--invoices", "3", "--db", database).want(t, 0, "added 3 invoices", "")
			ordago(t, "migrate", "diff", "--check", "--db", database).want(t, 0, "as the models need it", "")
		})
	}
}
