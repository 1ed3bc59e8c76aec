package rest_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

// Till is a shared singleton, Purse one of each session.
type (
	Till  struct{ Sum int }
	Purse struct{ Owner string }
)

func pay(ctx context.Context, _ *session.Session, till *dataclasses.Singleton[Till], in struct{ Amount int }) (sum int, err error) {
	err = till.Use(ctx, func(_ context.Context, v *Till) error {
		v.Sum += in.Amount
		sum = v.Sum
		return nil
	})
	return sum, err
}

func peek(_ context.Context, s *session.Session, purse *dataclasses.Singleton[Purse], _ dataclasses.None) (bool, error) {
	return purse.Value.Owner == s.ID(), nil
}

func till(t *testing.T, roles string) http.Handler {
	t.Helper()
	defs := []dataclasses.Definition{
		dataclasses.SharedSingleton("Till", func(context.Context, *dataclasses.DataStore) (*Till, error) { return new(Till), nil },
			dataclasses.OnSingleton(dataclasses.Exposed("pay", pay), dataclasses.Private("steal", pay))),
		dataclasses.SessionSingleton("Purse", func(ctx context.Context, _ *dataclasses.DataStore) (*Purse, error) {
			return &Purse{session.Current(ctx).ID()}, nil
		}, dataclasses.OnSingleton(dataclasses.Exposed("peek", peek, dataclasses.OnHTTPGet))),
		dataclasses.OnStore(dataclasses.Exposed("hello", func(context.Context, *session.Session, *dataclasses.DataStore, dataclasses.None) (string, error) {
			return "hello", nil
		})),
	}
	if roles != "" {
		defs = append(defs, dataclasses.Permissions(parseRoles(t, roles)))
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), defs...)
	m := &session.Manager{Roles: ds.Roles()}
	t.Cleanup(func() { _ = m.Close() })
	e := rest.New()
	rest.Mount(e.Group("/rest"), ds.Remote(), m)
	return e
}

// O-445, R-041, R-042, R-047, R-354, S-050: functions of singletons run with the session of the request; what is not exposed is unknown.
func TestSingletons(t *testing.T) {
	t.Parallel()
	b := start(t, till(t, ""))
	const unknown = `{"__ERROR":[{"message":"Unknown singleton class or function","componentSignature":"dbmg","errCode":1827}]}`
	const catalog = `"singletons":[{"name":"Till","methods":[{"name":"pay","allowedOnHTTPGET":false,"exposed":true}]},` +
		`{"name":"Purse","methods":[{"name":"peek","allowedOnHTTPGET":true,"exposed":true}]}]`
	for _, c := range []struct {
		method, target, body string
		status               int
		want                 string
	}{
		{"POST", "/rest/$singleton/Till/pay", `[5]`, 200, `{"result":5}`},
		{"POST", "/rest/$singleton/Till/pay", `[6]`, 200, `{"result":11}`},
		{"POST", "/rest/$singleton/Till/pay", `["x"]`, 500, `argument 1 (amount)`},
		{"GET", "/rest/$singleton/Till/pay?$params=[5]", ``, 500, `"errCode":1829`},
		{"PUT", "/rest/$singleton/Till/pay", `[5]`, 405, `POST`},
		{"POST", "/rest/$singleton/Purse/peek", `[]`, 200, `{"result":true}`},
		{"GET", "/rest/$singleton/Purse/peek", ``, 200, `{"result":true}`},
		{"POST", "/rest/$singleton/Till/steal", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton/Till/Pay", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton/till/pay", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton/Nope/pay", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton/Till", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton/Till/pay/more", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton/Till,Purse/pay", `[5]`, 404, unknown},
		{"POST", "/rest/$singleton/Till/pay(5)", `[]`, 500, `"errCode":1829`},
		{"GET", "/rest/$catalog", ``, 200, `{"dataClasses":[],` + catalog + `}`},
		{"GET", "/rest/$catalog/$all", ``, 200, `{"dataClasses":[],` + catalog + `}`},
		{"GET", "/rest/$catalog/$all?$metadata=full", ``, 200, `"exposed":true,"paramsText":"(amount : number) : number"`},
	} {
		got := b.do(c.method, c.target, c.body)
		if got.status != c.status || !strings.Contains(got.body, c.want) {
			t.Errorf("%s %s %s: %d %s, want %d %s", c.method, c.target, c.body, got.status, got.body, c.status, c.want)
		}
	}
}

// S-309, S-364, R-353: rights are asked only about what is exposed.
func TestSingletonRights(t *testing.T) {
	t.Parallel()
	b := start(t, till(t, `{"privileges":[{"privilege":"cashier"}],"permissions":{"allowed":[{"applyTo":"Till","type":"singleton","execute":["cashier"]}]}}`))
	for _, c := range []struct{ target, body, want string }{
		{"/rest/$singleton/Till/pay", `[1]`, `"message":"No permission to execute method pay in singleton Till","componentSignature":"dbmg","errCode":1561`},
		{"/rest/$singleton/Till/steal", `[1]`, `1827`},
		{"/rest/$singleton/Purse/peek", `[]`, `true`},
	} {
		if got := b.do("POST", c.target, c.body); !strings.Contains(got.body, c.want) {
			t.Errorf("%s: %d %s, want %s", c.target, got.status, got.body, c.want)
		}
	}
	forced := start(t, till(t, `{"forceLogin":true,"privileges":[],"permissions":{}}`))
	if got := forced.do("POST", "/rest/$singleton/Till/pay", `[1]`); got.status != http.StatusUnauthorized || !strings.Contains(got.body, "21005") {
		t.Errorf("a guest: %d %s", got.status, got.body)
	}
}

// S-350: without an exposed authentify the call fails like that of any unknown function.
func TestMissingAuthentifyIsUnknown(t *testing.T) {
	t.Parallel()
	b := start(t, till(t, `{"forceLogin":true,"privileges":[],"permissions":{}}`))
	got := b.do("POST", "/rest/$catalog/authentify", `[]`)
	other := start(t, till(t, "")).do("POST", "/rest/$catalog/nope", `[]`).body
	if got.status != http.StatusNotFound || strings.ReplaceAll(got.body, "authentify", "nope") != other {
		t.Errorf("authentify: %d %s, unknown function: %s", got.status, got.body, other)
	}
	if got := b.do("POST", "/rest/$catalog/hello", `[]`); got.status != http.StatusUnauthorized {
		t.Errorf("a guest: %d %s", got.status, got.body)
	}
}
