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

// S-302, S-304, S-300
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

// S-299, S-301
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
		if diff := cmp.Diff([]any{true, want}, []any{warned, status}); diff != "" {
			t.Errorf("warned, status (-want +got):\n%s", diff)
		}
	}
}
