//go:build unix

package main_test

import (
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestHangupReloadsRoles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	roles, err := os.ReadFile("../../examples/invoices/roles.json")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "roles.json")
	put := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(string(roles))
	p := serve(t, dir, "--roles", file)
	web := p.signedIn(t)
	want := func(what string, status int) {
		t.Helper()
		if got, body, err := p.call(web, "$catalog/whoAmI", `[]`); err != nil || got != status {
			t.Errorf("%s: whoAmI: %d %s, %v, want %d", what, got, body, err, status)
		}
	}
	want("at start", http.StatusOK)
	put(`{"forceLogin":true,"restrictedByDefault":true,"privileges":[],"permissions":{}}`)
	p.signal(t, syscall.SIGHUP, "were read again")
	want("after other permissions", http.StatusUnauthorized)
	put(`{"privileges":`)
	p.signal(t, syscall.SIGHUP, "stay in force")
	want("after a mistake", http.StatusUnauthorized)
}
