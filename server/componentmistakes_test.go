package server_test

import (
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/web"
)

// All clashes between host and components, and all mistakes of components, are one error of Open.
func TestComponentMistakes(t *testing.T) {
	t.Parallel()
	c := stockConfig(t)
	c.Web.Manager = &session.Manager{}
	c.Web.Methods = append(c.Web.Methods, web.NewMethod("stock_look", lookAround))
	again := stock()
	again.Definitions = []dataclasses.Definition{dataclasses.DefineExposed[Note]()}
	silent := server.Component{Listen: "127.0.0.1:0"}
	mute := server.Component{Name: "mute", Web: &web.Server{Manager: &session.Manager{AppName: "ordago"}}}
	c.Components = append(c.Components, again, silent, mute)
	c.Admin = &server.Admin{AccessKey: "short"}
	_, err := server.Open(t.Context(), c)
	if err == nil {
		t.Fatal("Open: nil, want an error")
	}
	for _, want := range []string{
		"the pages of the host share the application's sessions: leave Manager of Config.Web nil",
		`method "stock_look" is declared at`, `function "stockSees" is declared at`,
		`two components are called "stock"`, "a component has no name", `component "" has an address without a web server`,
		`component "mute" has a web server without an address`,
		"Note", "access key of at least 16 characters",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("Open: %v\nlacks %q", err, want)
		}
	}
	if strings.Contains(err.Error(), "short") {
		t.Errorf("the error shows the access key: %v", err)
	}
	c = stockConfig(t)
	c.Components[0].Web.Manager = &session.Manager{AppName: "ordago"}
	if _, err := server.Open(t.Context(), c); err == nil || !strings.Contains(err.Error(), `web servers "host" and "stock" have the cookie 4DSID_ordago`) {
		t.Errorf("one cookie for two servers: %v", err)
	}
}
