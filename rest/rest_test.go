package rest_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// newServer serves a new library.
func newServer(t testing.TB, roles *privileges.Roles, opts ...rest.Option) http.Handler {
	t.Helper()
	m := &session.Manager{Roles: roles, AppName: "Library"}
	t.Cleanup(func() { _ = m.Close() })
	e := rest.New()
	rest.Mount(e.Group("/rest"), openLibrary(t, roles).Remote(), m, opts...)
	return e
}

// Each conversation names the clauses that its answers show.
func TestConversations(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		new  func(testing.TB) http.Handler
	}{
		// S-368
		{"catalog", plainServer},
		//
		//
		{"entities", plainServer},
		//
		//
		{"queries", plainServer},
		// S-334, S-347, S-361,
		// S-362
		{"functions", plainServer},
		//
		{"sets", plainServer},
		//
		{"writes", plainServer},
		// S-233, S-236, S-326, S-327, S-328, S-329, S-330, S-331, S-333, S-337, S-338, S-339, S-340, S-341, S-345,
		// S-346, S-348, S-351, S-352, S-365, S-367
		{"forcelogin", forceLoginServer},
		// S-077, S-078, S-080, S-353, S-354, S-355, S-356, S-357, S-359, S-360, S-366
		{"directory", legacyServer},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			converse(t, test.name, test.new(t))
		})
	}
}

func plainServer(t testing.TB) http.Handler { return newServer(t, nil) }

func parseRoles(t testing.TB, text string) *privileges.Roles {
	t.Helper()
	roles, err := privileges.Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return roles
}

const libraryRoles = `
 "privileges": [{"privilege": "reader"}, {"privilege": "editor", "includes": ["reader"]}, {"privilege": "finance"}],
 "roles": [{"role": "clerk", "privileges": ["editor"]}, {"role": "boss", "privileges": ["editor", "finance"]}, {"role": "root", "privileges": ["WebAdmin"]}],
 "permissions": {"allowed": [
  {"applyTo": "Book", "type": "dataclass", "read": ["reader"], "create": ["finance"], "update": ["editor"], "drop": ["finance"]},
  {"applyTo": "Book.price", "type": "attribute", "read": ["finance"], "update": ["finance"]},
  {"applyTo": "Author", "type": "dataclass", "read": ["finance"]},
  {"applyTo": "Book.discounted", "type": "method", "execute": ["finance"]}
 ]}`

func forceLoginServer(t testing.TB) http.Handler {
	return newServer(t, parseRoles(t, `{"forceLogin": true,`+libraryRoles+`}`))
}

func legacyServer(t testing.TB) http.Handler {
	return newServer(t, parseRoles(t, `{`+libraryRoles+`}`), rest.Login(checkPassword))
}

// checkPassword accepts one password and one digest.
func checkPassword(_ context.Context, s *session.Session, c rest.Credentials) (bool, error) {
	if c.Hashed {
		return c.Password == "abc", nil
	}
	if c.Password != "sesame" {
		return false, nil
	}
	return true, s.SetPrivileges(session.Grant{Roles: []string{c.User}, UserName: c.User})
}
