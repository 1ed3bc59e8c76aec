package main_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	main "github.com/ordago/ordago/cmd/ordago"
)

// childVariable makes the test binary behave as the program.
const childVariable = "ORDAGO_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main.Main()
	}
	os.Exit(m.Run())
}

// result is what a call of the program left.
type result struct {
	code           int
	stdout, stderr string
}

// ordago calls the program with an empty environment.
func ordago(t *testing.T, args ...string) result {
	t.Helper()
	return ordagoIn(t, nil, args...)
}

func ordagoIn(t *testing.T, env []string, args ...string) result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	code := main.Run(t.Context(), args, env, &stdout, &stderr)
	return result{code, stdout.String(), stderr.String()}
}

// want expects an exit code, and texts in what was printed.
func (r result) want(t *testing.T, code int, stdout, stderr string) {
	t.Helper()
	if r.code != code || !strings.Contains(r.stdout, stdout) || !strings.Contains(r.stderr, stderr) {
		t.Errorf("exit code %d, stdout %q, stderr %q; want %d, %q, %q", r.code, r.stdout, r.stderr, code, stdout, stderr)
	}
}

func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		args, want string
	}{
		{"", "ordago: ordago needs a command\nSee \"ordago --help\".\n"},
		{"fly", "ordago: unknown command or argument \"fly\"\nSee \"ordago --help\".\n"},
		{"--fly", "ordago: unknown flag: --fly\nSee \"ordago --help\".\n"},
		{"serve here", "ordago: unknown command or argument \"here\"\nSee \"ordago serve --help\".\n"},
		{"serve --listen", "ordago: flag needs an argument: --listen\n"},
		{"serve --durable very", `invalid argument "very" for "--durable" flag: write normal or full`},
		{"serve --sessions redis", "write memory or sql"},
		{"serve --log-level loud", "write info, debug, warn or error"},
		{"serve --max-body much", "write a number of bytes, or one with KiB, MiB or GiB"},
		{"serve --max-body 0", "write a number of bytes"},
		{"serve --grace 15", "missing unit in duration"},
		{"serve --invoices 3", "unknown flag: --invoices"},
		{"migrate", "ordago: ordago migrate needs a command\nSee \"ordago migrate --help\".\n"},
		{"migrate sideways", "unknown command or argument \"sideways\""},
		{"migrate up twice", "unknown command or argument \"twice\""},
		{"migrate up --listen :1", "unknown flag: --listen"},
		{"seed --invoices 0", "--invoices must be 1 or more"},
		{"seed --invoices many", "invalid argument"},
		{"exec", "name a procedure: cancelStaleDrafts"},
		{"exec one {} three", "unknown argument \"three\""},
		{"catalog --json=perhaps", "invalid argument"},
		{"backup", "name the file of the backup\nSee \"ordago backup --help\""},
		{"backup a b", "unknown argument \"b\": one file is enough"},
		{"backup a --force", "unknown flag: --force"},
		{"restore", "name the file of the backup"},
		{"restore a --overwrite", "unknown flag: --overwrite"},
		{"explain", "give one resource"},
		{"explain Invoice Customer", "give one resource"},
		{"version 2", "unknown command or argument \"2\""},
		{"version --config none.yaml", "configuration file none.yaml: there is no such file"},
	} {
		ordago(t, strings.Fields(tt.args)...).want(t, 2, "", tt.want)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"serve", "migrate", "migrate up", "migrate down", "migrate status", "migrate diff", "catalog", "seed", "exec", "backup",
		"restore", "explain", "version"} {
		args := append(strings.Fields(command), "--help")
		ordago(t, args...).want(t, 0, "Examples:\n  ordago "+command, "")
	}
	ordago(t, "--help").want(t, 0, "Exit codes: 0 done, 1 error, 2 wrong command line or configuration.", "")
}

func TestVersion(t *testing.T) {
	t.Parallel()
	ordago(t, "version").want(t, 0, "ordago ", "")
}

func TestErrorsOfTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	letter, roles := filepath.Join(dir, "letter.db"), filepath.Join(dir, "roles.json")
	write(t, letter, strings.Repeat("this is a letter and no database. ", 100))
	write(t, roles, `{"privileges":[{}]}`)
	for _, command := range []string{"serve --listen 127.0.0.1:0 --db", "seed --db", "migrate up --db", "migrate status --db"} {
		ordago(t, append(strings.Fields(command), letter)...).want(t, 1, "", "ordago: open database "+letter+": this is not an SQLite database")
	}
	fresh := filepath.Join(dir, "fresh.db")
	ordago(t, "serve", "--db", fresh, "--roles", roles).want(t, 1, "", "ordago: "+roles+": line 1: ")
	ordago(t, "serve", "--db", fresh, "--listen", "nowhere").want(t, 1, "", "ordago: listen on nowhere: ")
	ordago(t, "serve", "--db", fresh, "--max-body", "1GiB").want(t, 1, "", "ordago: the largest request body cannot be 1073741824 bytes")
	ordago(t, "serve", "--db", "mysql://root@127.0.0.1/x").want(t, 1, "", "ordago: database URLs begin with postgres://")
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	text := ordago(t, "catalog")
	for _, want := range []string{
		"DataStore\n  ds.authentify(name text, password text) boolean\n",
		"\nInvoice\n  ID ",
		"  customer    Customer     relatedEntity\n",
		"  Invoice.overdue(asOf date) InvoiceSelection  [GET]\n",
	} {
		text.want(t, 0, want, "")
	}
	for _, hidden := range []string{"password hash", "passwordHash", "recalculate"} {
		if strings.Contains(text.stdout, hidden) {
			t.Errorf("the catalog shows %s", hidden)
		}
	}
	var got struct {
		Functions   []struct{ Name, Signature string }
		DataClasses []struct {
			Name       string
			Attributes []struct{ Name string }
		}
	}
	if err := json.Unmarshal([]byte(ordago(t, "catalog", "--json").stdout), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Functions) < 4 || got.Functions[0].Name != "authentify" || len(got.DataClasses) < 6 || len(got.DataClasses[0].Attributes) < 4 {
		t.Errorf("catalog --json: %+v, want the functions and dataclasses of the demo", got)
	}
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
