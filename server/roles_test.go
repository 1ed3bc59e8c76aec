package server_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const goodRoles = `{"privileges":[{"privilege":"Write"}],"permissions":{"allowed":[
	{"applyTo":"Note","type":"dataclass","create":["Write"]}]}}`

const badRoles = `{"forceLogin":true,"privileges":[{"privilege":"Write"}],"permissions":{"allowed":[
	{"applyTo":"Note","type":"dataclass","create":["Wriet"]}]}}`

const strayRoles = `{"privileges":[{"privilege":"Write"}],"permissions":{"allowed":[
	{"applyTo":"Nope","type":"dataclass","create":["Write"]}]}}`

func TestRolesFile(t *testing.T) {
	t.Parallel()
	c := config(t, newNotes())
	c.RolesFile = filepath.Join(t.TempDir(), "roles.json")
	write(t, c.RolesFile, goodRoles)
	s := start(t, c)
	if status, body := post(client(t), s.base+"Note/add", `["x"]`); status != http.StatusUnauthorized && status != http.StatusForbidden {
		t.Errorf("add without the privilege: %d %s, want a refusal", status, body)
	}
}

// T-31. S-283, S-300, S-302, S-304: the report lies beside the file, and goes with the mistakes.
func TestBadRolesFileRefusesToStart(t *testing.T) {
	t.Parallel()
	for roles, want := range map[string]string{
		badRoles:     `Wriet`,
		strayRoles:   `Nope`,
		`{"roles":[`: `line 1`,
	} {
		c := config(t, newNotes())
		c.RolesFile = filepath.Join(t.TempDir(), "roles.json")
		report := filepath.Join(filepath.Dir(c.RolesFile), "Roles_Errors.json")
		write(t, c.RolesFile, roles)
		_ = wantOpenError(t, c, want, "line ")
		data, err := os.ReadFile(report)
		if err != nil || !strings.HasPrefix(string(data), "{\n  \"errors\": [") || !strings.Contains(string(data), `"line": `) {
			t.Errorf("report %q, %v, want the errors with their lines", data, err)
		}
		write(t, c.RolesFile, goodRoles)
		start(t, c)
		if _, err := os.Stat(report); !os.IsNotExist(err) {
			t.Errorf("the report is still there after a start with a correct file: %v", err)
		}
	}
}

// T-31, T-32. S-299, S-300, S-301: everything is accessible while the file is bad, and protected when it was repaired.
func TestBadRolesFileFailsOpen(t *testing.T) {
	t.Parallel()
	for roles, want := range map[string]int{
		badRoles:   http.StatusUnauthorized, // forceLogin still holds
		strayRoles: http.StatusOK,
	} {
		c := config(t, newNotes())
		c.RolesFile, c.RolesFailOpen = filepath.Join(t.TempDir(), "roles.json"), true
		log, buf := logged()
		c.Log = log
		write(t, c.RolesFile, roles)
		s := start(t, c)
		warned := strings.Contains(buf.String(), "ALL ACCESS PROTECTION IS OFF")
		status, _ := post(client(t), s.base+"Note/add", `["x"]`)
		report := filepath.Join(filepath.Dir(c.RolesFile), "Roles_Errors.json")
		_, reported := os.Stat(report)
		if err := s.end(t); err != nil {
			t.Fatal(err)
		}
		write(t, c.RolesFile, goodRoles)
		repaired, _ := post(client(t), start(t, c).base+"Note/add", `["x"]`)
		_, gone := os.Stat(report)
		if diff := cmp.Diff([]any{true, want, true, http.StatusUnauthorized, true},
			[]any{warned, status, reported == nil, repaired, os.IsNotExist(gone)}); diff != "" {
			t.Errorf("warned, status, reported; status and report gone after the repair (-want +got):\n%s", diff)
		}
	}
}
