package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// S-087, S-088: what the hook for actions gets, and what the app is told.
func TestMobileAction(t *testing.T) {
	t.Parallel()
	var got rest.MobileAction
	m := &session.Manager{}
	a := serveApps(t, m, &rest.Mobile{Action: func(_ context.Context, s *session.Session, in rest.MobileAction) (rest.MobileActionResult, error) {
		got = in
		switch in.Action {
		case "lend":
			return rest.MobileActionResult{Success: true, StatusText: "lent", DataSynchro: true}, nil
		case "check":
			return rest.MobileActionResult{Errors: []rest.MobileParameterError{{"title", "is empty"}, {"price", "is below 0"}}}, nil
		case "fail":
			return rest.MobileActionResult{Success: true}, errors.New("secret")
		}
		return rest.MobileActionResult{}, nil
	}})
	p := a.phone("d1")
	if r := p.send("$action/lend", ""); r.status != 401 || got.Action != "" {
		t.Errorf("an action before the sign-in: %d %s, hook got %+v", r.status, r.body, got)
	}
	p.signIn("clerk")
	for _, test := range []struct {
		name, body string
		want       rest.MobileAction
		status     int
		answer     string
	}{
		{"lend", ``, rest.MobileAction{}, 200, `{"success":true,"statusText":"lent","dataSynchro":true}`},
		{"lend", `{}`, rest.MobileAction{}, 200, `{"success":true,"statusText":"lent","dataSynchro":true}`},
		{
			"check", `{"parameters":{"title":"","price":-1},"context":{"dataClass":"Book","entity":{"primaryKey":3}},"metadata":{}}`,
			rest.MobileAction{
				Parameters: map[string]any{"title": "", "price": json.Number("-1")},
				Context:    rest.MobileContext{DataClass: "Book", Entity: &rest.MobileEntity{PrimaryKey: "3"}},
			}, 200, `{"success":false,"errors":[{"parameter":"title","message":"is empty"},{"parameter":"price","message":"is below 0"}]}`,
		},
		{
			"add", `{"action":"lend","session":{"id":"X"},"application":{"id":"X"},"context":{"dataClass":"Book","entity":{"relationName":"author"},
			 "parent":{"primaryKey":"7","relationName":"books","dataClass":"Author"}}}`,
			rest.MobileAction{Context: rest.MobileContext{
				DataClass: "Book", Entity: &rest.MobileEntity{RelationName: "author"},
				Parent: &rest.MobileParent{PrimaryKey: "7", RelationName: "books", DataClass: "Author"},
			}}, 200, `{"success":false}`,
		},
		{"fail", `{"context":{"entity":{"primaryKey":null}}}`, rest.MobileAction{Context: rest.MobileContext{Entity: &rest.MobileEntity{}}}, 500, "internal error"},
	} {
		r := p.send("$action/"+test.name, test.body)
		if r.status != test.status || !strings.Contains(r.body, test.answer) || strings.Contains(r.body, "secret") {
			t.Errorf("%s: %d %s, want %d %s", test.name, r.status, r.body, test.status, test.answer)
		}
		test.want.Action, test.want.Application.ID = test.name, "org.lib.app"
		test.want.Session = rest.MobileSession{ID: p.token[:32], IP: "::ffff:127.0.0.1"}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: input of the hook (-want +got):\n%s", test.name, diff)
		}
	}
}

// S-089: without a hook, and for an action that it does not know, success is false.
func TestMobileActionOfNobody(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{})
	p := a.phone("d1")
	p.signIn("")
	for _, target := range []string{"$action/any", "$action/any?$method=update"} {
		if r := p.send(target, ""); r.status != 200 || r.body != `{"success":false}` {
			t.Errorf("%s: %d %s", target, r.status, r.body)
		}
	}
	for target, want := range map[string]string{"$action": "1800", "$action/a/b": "1800", "$action/a,b": "1806", "$action/" + strings.Repeat("x", 257): "1806"} {
		if r := p.send(target, ""); !strings.Contains(r.body, want) {
			t.Errorf("%.20s: %d %s, want %s", target, r.status, r.body, want)
		}
	}
	p.get(405, "POST", "$action/any")
	p.get(405, "POST", "$authenticate")
	p.want(404, "1800", "POST", "/rest/$authenticate", p.login("", ""), p.header()...)
	p.want(404, "1800", "POST", "/rest/$action/any", "", p.header()...)
}

// S-049: when sessions are off the hooks get none, and the token still tells who signed in.
func TestMobileWithoutSessions(t *testing.T) {
	t.Parallel()
	null := 0
	a := serveApps(t, &session.Manager{Disabled: true}, &rest.Mobile{
		Authentication: func(ctx context.Context, s *session.Session, in rest.MobileLogin) (rest.MobileLoginResult, error) {
			if s == nil && session.Current(ctx) == nil && in.Session.ID == "" {
				null++
			}
			return rest.MobileLoginResult{Success: true}, nil
		},
		Action: func(ctx context.Context, s *session.Session, in rest.MobileAction) (rest.MobileActionResult, error) {
			if s == nil && session.Current(ctx) == nil && in.Session.ID == "" {
				null++
			}
			return rest.MobileActionResult{Success: true}, nil
		},
	})
	p := a.phone("d1")
	p.signIn("boss")
	r := p.send("$action/x", "")
	if null != 2 || r.body != `{"success":true}` || r.header.Get("Set-Cookie") != "" {
		t.Errorf("%d of 2 hooks had no session; action: %d %s", null, r.status, r.body)
	}
	p.get(200, "Gold", "Badge")
	p.get(401, "21001", "Author")
	p.token = ""
	p.get(401, "21005", "Badge")
}

// the grammar is that of /rest, and all URIs begin with /mobileapp.
func TestMobileData(t *testing.T) {
	t.Parallel()
	a := serveApps(t, &session.Manager{}, &rest.Mobile{}, rest.CollectionSuffix("Collection"))
	p := a.phone("d1")
	p.signIn("boss")
	for target, want := range map[string]string{
		"$catalog":      `"uri":"/mobileapp/$catalog/Book"`,
		"$catalog/Book": `"collectionName":"BookCollection"`,
		"$info":         `"userName":"boss"`,
		"Book(1)":       `"uri":"/mobileapp/Author(1)"`,
		`Book?$filter="title=:t"&$params='{"t":"Low@"}'&$limit=1&$skip=0&$orderby=title&$attributes=title`: `"title":"Low Water"`,
		"Book?$method=entityset&$timeout=60&$top=0":                                                        `"__ENTITYSET":"/mobileapp/Book/$entityset/`,
		"Book(2)/cover?$imageformat=best&$expand=cover":                                                    "PNG",
	} {
		r := p.get(200, want, target)
		if strings.Contains(r.body, "/rest/") {
			t.Errorf("%s: %s", target, r.body)
		}
	}
	if r := p.send("Book?$method=update&$atomic=true", `[{"title":"New"}]`); !strings.Contains(r.body, `"uri":"/mobileapp/Book(5)"`) {
		t.Errorf("update: %s", r.body)
	}
}

// In force-login mode an app that signed in without privileges may request actions and sign out, but no data.
func TestMobileForceLogin(t *testing.T) {
	t.Parallel()
	roles := parseRoles(t, `{"forceLogin": true,`+libraryRoles+`}`)
	a := serveAppsWith(t, roles, &session.Manager{}, &rest.Mobile{})
	p := a.phone("d1")
	p.get(401, "21005", "$catalog")
	p.signIn("")
	p.get(200, "Book", "$catalog")
	p.get(401, "21005", "Badge")
	if r := p.send("$action/any", ""); r.body != `{"success":false}` {
		t.Errorf("action: %d %s", r.status, r.body)
	}
	p.signIn("clerk@x")
	p.get(200, "Gold", "Badge")
	if r := p.send("$logout", ""); r.body != `{"ok":true,"success":true}` {
		t.Errorf("logout: %d %s", r.status, r.body)
	}
	p.get(401, "21005", "$catalog")
	p.want(401, "21005", http.MethodGet, "/rest/Badge", "")
}
