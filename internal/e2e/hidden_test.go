package e2e_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/session"
)

// hiddenName is a name that the program has and hides, and one of the same length that nobody has.
type hiddenName struct {
	hidden, unknown string
	requests        []request // %s stands for the name
}

type request struct{ method, target, body string }

func hiddenNames() []hiddenName {
	const get, post, put, patch, del = http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	attribute := []request{
		{get, "SalesPerson/%s", ""}, {get, "SalesPerson(1)/%s", ""}, {get, "SalesPerson(1)/name,%s", ""}, {get, "SalesPerson:%s(x)", ""},
		{post, "SalesPerson(1)/%s", "[]"}, {post, "SalesPerson/%s", "{}"},
		{get, "SalesPerson?$attributes=%s", ""}, {get, "SalesPerson?$attributes=name,%s.x", ""}, {get, "SalesPerson?$expand=%s", ""}, {get, "SalesPerson(1)/%s?$expand=%s", ""},
		{get, "SalesPerson?$orderby=%s", ""}, {get, "SalesPerson?$orderby=name,%s%20desc", ""}, {get, "SalesPerson?$filter=%s=a", ""}, {get, "SalesPerson?$filter=%s%20is%20null", ""},
		{get, "SalesPerson?$filter=name=a%20order%20by%20%s", ""}, {get, "SalesPerson?$filter=:1=a&$params=[%22%s%22]", ""}, {get, "SalesPerson?$filter=%s=:1&$params=[1]", ""},
		{get, "Customer?$filter=salesPerson.%s=a", ""}, {get, "Customer?$orderby=salesPerson.%s", ""}, {get, "Customer?$attributes=salesPerson.%s", ""},
		{get, "Customer(1)/salesPerson.%s", ""}, {get, "Customer(1)/salesPerson?$expand=salesPerson&$attributes=salesPerson.%s", ""},
		{get, "Invoice?$attributes=customer.salesPerson.%s", ""}, {get, "Invoice?$filter=customer.salesPerson.%s=a", ""},
		{get, "SalesPerson?$method=subentityset&$subOrderby=%s", ""}, {get, "SalesPerson(1)/%s?$method=subentityset", ""}, {get, "SalesPerson?$emMethod=%s", ""},
		{post, "SalesPerson?$method=update", `{"__KEY":"1","%s":"x"}`}, {post, "SalesPerson(1)?$method=update", `{"%s":null}`}, {post, "SalesPerson(1)", `{"%s":"x"}`},
		{post, "SalesPerson?$method=update", `{"name":"x","email":"x","%s":"x"}`}, {put, "SalesPerson(1)?$method=update", `{"%s":5}`}, {patch, "SalesPerson(1)", `{"%s":{}}`},
		{post, "SalesPerson?$method=delete&$filter=%s=a", ""}, {del, "SalesPerson:%s(x)", ""},
		{post, "Customer?$method=update", `{"__KEY":"1","salesPerson":{"__KEY":"1","%s":"x"},"%s":1}`},
	}
	function := []request{
		{post, "Invoice(1)/%s", "[]"}, {get, "Invoice(1)/%s", ""}, {post, "Invoice/%s", "[]"}, {get, "Invoice/%s", ""}, {post, "Invoice(9999)/%s", "[]"},
		{post, "Invoice(1)/%s(1)", "[]"}, {get, "Invoice(1)/%s(1)", ""}, {post, "Invoice(1)?$emMethod=%s", "[]"}, {post, "Invoice?$emMethod=%s", "[]"},
		{post, "Invoice:ID(1)/%s", "[]"}, {post, "Invoice(1)/%s", `[1,2,3]`}, {post, "Invoice(1)/%s", `not JSON`}, {put, "Invoice(1)/%s", "[]"}, {del, "Invoice(1)/%s", ""},
		{post, "$catalog/%s", "[]"}, {get, "$catalog/%s", ""}, {get, "Invoice?$filter=%s=1", ""},
	}
	class := []request{
		{get, "%s", ""}, {get, "%s(1)", ""}, {get, "%s(INV-2026)", ""}, {get, "%s/name", ""}, {get, "%s:name(x)", ""}, {get, "%s?$filter=name=a", ""}, {get, "%s?$top=0", ""},
		{get, "$catalog/%s", ""}, {post, "$catalog/%s", "[]"}, {post, "%s?$method=update", `{"name":"x","value":1}`}, {del, "%s(1)", ""}, {post, "%s/next", "[]"},
		{get, "%s/$entityset/ABC", ""}, {get, "%s?$method=entityset", ""}, {get, "Invoice?$expand=%s", ""},
	}
	return []hiddenName{
		{"passwordHash", "passwordHasX", attribute},
		{"role", "rolX", attribute},
		{"recalculate", "recalculatX", function},
		{"Sequence", "SequencX", class},
	}
}

// S-334: what is hidden or private is answered exactly as what never was, also to a manager.
func TestHiddenLooksUnknown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, p *product) {
		for _, who := range []string{"clara", "mark"} {
			b := p.as(t, who)
			before := p.state(t)
			for _, n := range hiddenNames() {
				for _, r := range n.requests {
					hidden, unknown := b.named(r, n.hidden), b.named(r, n.unknown)
					if diff := cmp.Diff(unknown, strings.ReplaceAll(hidden, n.hidden, n.unknown)); diff != "" {
						t.Errorf("%s as %s tells %s from %s (-unknown +hidden):\n%s", r, who, n.hidden, n.unknown, diff)
					}
				}
			}
			p.wantUnchanged(t, before)
		}
	})
}

// named sends a request about a name and returns the whole answer but for what differs in every answer.
func (b *browser) named(r request, name string) string {
	b.t.Helper()
	answer := b.send(r.method, strings.ReplaceAll(r.target, "%s", name), strings.ReplaceAll(r.body, "%s", name))
	answer.header.Del("Date")
	answer.header.Del("X-Request-Id")
	var all strings.Builder
	all.WriteString(http.StatusText(answer.status) + "\n")
	if err := answer.header.Write(&all); err != nil {
		b.t.Fatal(err)
	}
	return all.String() + answer.body
}

// nothing that the server says of itself shows a hidden or private name.
func TestCatalogHidesNames(t *testing.T) {
	t.Parallel()
	p := demo(t, config(t.TempDir()+"/demo.db"))
	mark := p.as(t, "mark")
	for _, target := range []string{"$catalog", "$catalog/$all", "$catalog/$all?$metadata=full", "$catalog/SalesPerson", "$catalog/Invoice,SalesPerson", "$info", "SalesPerson?$expand=customers"} {
		r := mark.get(target)
		for _, name := range []string{"passwordHash", `"role"`, "recalculate", "Sequence"} {
			if r.status != http.StatusOK || strings.Contains(r.body, name) {
				t.Errorf("GET %s: %d, holds %s", target, r.status, name)
			}
		}
	}
}

// an entity as an argument or a result shows and takes no hidden attribute either.
func TestHiddenInArgumentsAndResults(t *testing.T) {
	t.Parallel()
	type person = dataclasses.Entity[invoices.SalesPerson]
	greet := func(_ context.Context, _ *session.Session, _ *store, in struct{ Who *person }) (*person, error) {
		return in.Who, nil
	}
	c := withRoles(t, config(t.TempDir()+"/demo.db"), `{ "applyTo": "ds.greet", "type": "method", "execute": ["ReadData"] }`)
	c.Definitions = append(c.Definitions, dataclasses.OnStore(dataclasses.Exposed("greet", greet)))
	p := demo(t, c)
	mark := p.as(t, "mark")
	before := p.state(t)
	for _, body := range []string{
		`[{"__DATACLASS":"SalesPerson","__ENTITY":true,"__KEY":"1","%s":"x"}]`,
		`[{"__DATACLASS":"SalesPerson","__ENTITY":true,"%s":"x"}]`,
		`[{"__DATACLASS":"SalesPerson","__ENTITY":true,"__KEY":"1","customers":[{"%s":1}]}]`,
	} {
		r := request{http.MethodPost, "$catalog/greet", body}
		hidden, unknown := mark.named(r, "passwordHash"), mark.named(r, "passwordHasX")
		if diff := cmp.Diff(unknown, strings.ReplaceAll(hidden, "passwordHash", "passwordHasX")); diff != "" {
			t.Errorf("%s (-unknown +hidden):\n%s", body, diff)
		}
	}
	for _, target := range []string{"$catalog/greet", "$catalog/greet?$attributes=*", "$catalog/greet?$attributes=name,passwordHash", "$catalog/greet?$expand=customers.salesPerson"} {
		r := mark.post(target, `[{"__DATACLASS":"SalesPerson","__ENTITY":true,"__KEY":"1"}]`)
		if strings.Contains(strings.ReplaceAll(r.body, `\"passwordHash\"`, ""), "passwordHash") || strings.Contains(r.body, `"role"`) {
			t.Errorf("POST %s shows what is hidden: %s", target, r.body)
		}
	}
	p.wantUnchanged(t, before)
}
