package main_test

import (
	"path/filepath"
	"testing"
)

// A standalone application runs a procedure, and a server finds what it did.
func TestExec(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "e.db")
	ordago(t, "exec", "cancelStaleDrafts", "--db", db).want(t, 1, "", "ordago: open database "+db+": there is no such file")
	ordago(t, "seed", "--invoices", "1", "--db", db, "--log-level", "error").want(t, 0, "added 1 invoices", "")
	ordago(t, "exec", "cancelStaleDrafts", `{"days":36500}`, "--db", db).want(t, 0, `{"lastCleanUp":{"at":"`, "")
	ordago(t, "exec", "cancelStaleDrafts", `{"days":36500}`, "--db", db).want(t, 0, `"cancelled":0,"skipped":0}}`, "")
	for args, want := range map[string]string{
		`{"days":-1}`:    "days must be 1 or more",
		`{"weeks":1}`:    `procedure cancelStaleDrafts: parameters: json: unknown field "weeks"`,
		`{"days":"all"}`: "procedure cancelStaleDrafts: parameters: json: cannot unmarshal string",
		`days`:           "procedure cancelStaleDrafts: parameters: invalid character",
	} {
		ordago(t, "exec", "cancelStaleDrafts", args, "--db", db).want(t, 1, "", "ordago: "+want)
	}
	ordago(t, "exec", "fly", "--db", db).want(t, 1, "", `ordago: there is no procedure "fly": this application has cancelStaleDrafts`)
}
