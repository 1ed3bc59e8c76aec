package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const openRoles = `{"privileges":[],"permissions":{"allowed":[]}}`

// S-300, S-304, S-335: a correct file is in force at once, any other leaves what was.
func TestReloadRoles(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	log, buf := logged()
	c.Log, c.RolesFile = log, filepath.Join(t.TempDir(), "roles.json")
	errorsFile := filepath.Join(filepath.Dir(c.RolesFile), "Roles_Errors.json")
	write(t, c.RolesFile, goodRoles)
	s := start(t, c)
	web := client(t)
	want := func(what string, status int) {
		t.Helper()
		if got, body := post(web, s.base+"Note/add", `["x"]`); got != status {
			t.Errorf("%s: add: %d %s, want %d", what, got, body, status)
		}
	}
	want("at start", http.StatusUnauthorized)

	write(t, c.RolesFile, openRoles)
	want("before the reload", http.StatusUnauthorized)
	if err := s.ReloadRoles(); err != nil {
		t.Fatal(err)
	}
	want("after the reload", http.StatusOK)

	write(t, c.RolesFile, goodRoles)
	if err := s.ReloadRoles(); err != nil {
		t.Fatal(err)
	}
	for _, wrong := range []struct{ text, says string }{
		{badRoles, "Wriet"}, {strayRoles, "Nope"}, {`{"roles":[`, "line 1"},
	} {
		write(t, c.RolesFile, wrong.text)
		if err := s.ReloadRoles(); err == nil || !strings.Contains(err.Error(), wrong.says) {
			t.Errorf("ReloadRoles: %v, want %s", err, wrong.says)
		}
		if data, err := os.ReadFile(errorsFile); err != nil || !strings.Contains(string(data), `"line": `) {
			t.Errorf("report %q, %v", data, err)
		}
		want("with "+wrong.says, http.StatusUnauthorized)
	}
	write(t, c.RolesFile, goodRoles)
	if err := s.ReloadRoles(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(errorsFile); !os.IsNotExist(err) {
		t.Errorf("the report is still there: %v", err)
	}
	if err := os.Remove(c.RolesFile); err != nil {
		t.Fatal(err)
	}
	if err := s.ReloadRoles(); err == nil {
		t.Error("a missing file was taken for one that allows everything")
	}
	want("without a file", http.StatusUnauthorized)

	write(t, c.RolesFile, `{"forceLogin":true,`+openRoles[1:])
	if err := s.ReloadRoles(); err != nil {
		t.Fatal(err)
	}
	want("with forceLogin, which needs a restart", http.StatusOK)
	if err := s.end(t); err != nil { // nobody writes to the log any more
		t.Fatal(err)
	}
	if got := buf.String(); !strings.Contains(got, "a change needs a restart") || strings.Count(got, "the permissions before stay in force") != 4 {
		t.Errorf("log:\n%s", got)
	}
}

func TestReloadWithoutRolesFile(t *testing.T) {
	t.Parallel()
	if err := start(t, config(t, newNotes())).ReloadRoles(); err == nil || !strings.Contains(err.Error(), "there is no roles file") {
		t.Errorf("ReloadRoles: %v", err)
	}
}

// S-305
func TestProbablyNotMeant(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	log, buf := logged()
	c.Log, c.RolesFile = log, filepath.Join(t.TempDir(), "roles.json")
	write(t, c.RolesFile, `{"privileges":[{"privilege":"see"},{"privilege":"change"}],"permissions":{"allowed":[
		{"applyTo":"Note","type":"dataclass","read":["see"],"update":["change"]}]}}`)
	start(t, c)
	if got := buf.String(); !strings.Contains(got, `line=2`) || !strings.Contains(got, `may update Note but not read it`) {
		t.Errorf("log:\n%s", got)
	}
}
