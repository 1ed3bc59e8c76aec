package main_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMigrate(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "m.db")
	migrate := func(args ...string) result {
		t.Helper()
		return ordago(t, append([]string{"migrate", "--db", db}, args...)...)
	}
	migrate("status").want(t, 1, "", "there is no such file: correct the name or create the database first")
	wantResult(t, migrate("up"), result{0, "applied 00001_invoices.sql\napplied 00002_text_indexes.sql\n", ""})
	wantResult(t, migrate("up"), result{0, db + " is up to date\n", ""})
	wantResult(t, migrate("diff", "--check"), result{0, "the database is as the models need it\n", ""})
	status := migrate("status")
	status.stdout = regexp.MustCompile(`20\S+Z`).ReplaceAllString(status.stdout, "TIME")
	wantResult(t, status, result{0, "VERSION  MIGRATION               APPLIED\n1        00001_invoices.sql      TIME\n2        00002_text_indexes.sql  TIME\n", ""})
	wantResult(t, migrate("down"), result{0, "took back 00002_text_indexes.sql\n", ""})
	wantResult(t, migrate("down"), result{0, "took back 00001_invoices.sql\n", ""})
	wantResult(t, migrate("down"), result{0, db + " has no migration to take back\n", ""})
	wantResult(t, migrate("status"), result{0, "VERSION  MIGRATION               APPLIED\n1        00001_invoices.sql      pending\n2        00002_text_indexes.sql  pending\n", ""})
	migrate("diff").want(t, 0, "invoices", "")
	migrate("diff", "--check").want(t, 1, "invoices", "ordago: the database differs from the models\n")
}

func TestMigrateDiffWritesMigration(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "m.db")
	ordago(t, "migrate", "up", "--db", db).want(t, 0, "", "")
	for range 2 {
		ordago(t, "migrate", "down", "--db", db).want(t, 0, "", "")
	}
	sql := ordago(t, "migrate", "diff", "--sql", "--db", db)
	sql.want(t, 0, "-- +goose Up\n", "")
	sql.want(t, 0, "CREATE TABLE `customers`", "")
	if drops := regexp.MustCompile(`(?m)^DROP`).FindString(sql.stdout); drops != "" || strings.HasSuffix(sql.stdout, "\n\n") {
		t.Errorf("diff --sql writes statements that lose data, or empty lines at the end:\n%s", sql.stdout)
	}
	ordago(t, "migrate", "diff", "--sql", "--allow-drop", "--db", db).want(t, 0, "\nDROP TABLE", "")
}

func wantResult(t *testing.T, got, want result) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(result{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
