package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// postApp posts JSON with a token and returns status and body.
func postApp(t *testing.T, url, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// site is where the server is, without a path.
func (r *running) site() string { return strings.TrimSuffix(r.base, "/rest/") }

// appConfig is a configuration with a hook that accepts every app and grants WebAdmin.
func appConfig(t *testing.T, database string) server.Config {
	t.Helper()
	c := config(t, newNotes())
	c.Database = database
	c.Mobile = &rest.Mobile{
		Authentication: func(_ context.Context, s *session.Session, in rest.MobileLogin) (rest.MobileLoginResult, error) {
			return rest.MobileLoginResult{Success: true}, s.SetPrivileges(session.Grant{Privileges: []string{"WebAdmin"}, UserName: in.Email})
		},
	}
	return c
}

// S-086: the sign-ins of mobile apps lie beside an SQLite file and outlive the server; with PostgreSQL they are in memory.
func TestMobileApps(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, database string) {
		first := start(t, appConfig(t, database))
		status, body := postApp(t, first.site()+"/mobileapp/$authenticate", "", `{"email":"mira","application":{"id":"a"},"device":{"id":"d"}}`)
		var answer struct{ ID, Token string }
		if err := json.Unmarshal([]byte(body), &answer); err != nil || status != 200 || answer.Token == "" {
			t.Fatalf("$authenticate: %d %s", status, body)
		}
		who := func(s *running) string {
			_, body := postApp(t, s.site()+"/mobileapp/$catalog/whoAmI", answer.Token, "[]")
			return body
		}
		if got := who(first); got != `{"result":"mira"}` {
			t.Errorf("whoAmI = %s", got)
		}
		if err := first.end(t); err != nil {
			t.Fatal(err)
		}
		isFile := !strings.Contains(database, "://")
		files, err := filepath.Glob(strings.TrimSuffix(database, ".db") + "-mobile/*/*.json")
		if err != nil || isFile != (len(files) == 1) {
			t.Errorf("files %v, %v", files, err)
		}
		second := start(t, appConfig(t, database))
		if got := who(second) == `{"result":"mira"}`; got != isFile {
			t.Errorf("after a restart the app is signed in: %v, want %v", got, isFile)
		}
	})
}

// A folder that cannot be used is an error of Open.
func TestMobileFolder(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), "notes.db")
	if err := os.WriteFile(filepath.Join(filepath.Dir(database), "notes-mobile"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := server.Open(t.Context(), appConfig(t, database)); err == nil || !strings.Contains(err.Error(), "mobile") {
		t.Errorf("Open = %v, %v", s, err)
	}
}

// S-077, S-079: the hook On REST Authentication of the configuration is asked, and without one everybody is let in as a guest.
func TestRESTAuthentication(t *testing.T) {
	t.Parallel()
	for _, hooked := range []bool{true, false} {
		c := config(t, newNotes())
		if hooked {
			c.RESTAuthentication = func(_ context.Context, _ *session.Session, in rest.Credentials) (bool, error) {
				return in.User == "mira", nil
			}
		}
		s := start(t, c)
		for user, want := range map[string]bool{"mira": true, "eve": !hooked} {
			status, body := post(client(t), s.base+"$directory/login", `["`+user+`","x"]`)
			if (status == 200) != want || strings.Contains(body, "true") != want {
				t.Errorf("hook %v, login of %s: %d %s", hooked, user, status, body)
			}
		}
	}
}
