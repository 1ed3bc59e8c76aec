package e2e_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ordago/ordago/server"
)

// withRoles gives a configuration the roles of the demo with more entries under "allowed"; an entry replaces the demo's of the same resource.
func withRoles(t testing.TB, c server.Config, entries ...string) server.Config {
	t.Helper()
	demo, err := os.ReadFile(filepath.Join("..", "..", "examples", "invoices", "roles.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(string(demo)) {
		if !replaced(line, entries) {
			lines = append(lines, line)
		}
	}
	const begin = `"allowed": [`
	text := strings.Replace(strings.Join(lines, ""), begin, begin+"\n"+strings.Join(entries, ",\n")+",", 1)
	return withRolesText(t, c, text)
}

func replaced(line string, entries []string) bool {
	for _, e := range entries {
		resource, _, _ := strings.Cut(e, `, "type"`)
		if strings.Contains(line, resource+",") {
			return true
		}
	}
	return false
}

// withRolesText gives a configuration a roles.json of its own.
func withRolesText(t testing.TB, c server.Config, text string) server.Config {
	t.Helper()
	c.RolesFile = filepath.Join(t.TempDir(), "roles.json")
	if err := os.WriteFile(c.RolesFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}
