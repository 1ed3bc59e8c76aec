package rest_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
)

type Sender struct {
	model.Record
	ID      int32
	Name    string
	Parcels []Parcel
}

// Parcel is known to remote callers by attributes that code and aliases give it.
type Parcel struct {
	model.Record
	ID       int32
	Label    string
	Code     string
	SenderID *int32
	Sender   *Sender
	Stops    []Stop
}

type Stop struct {
	model.Record
	ID       int32
	ParcelID int32
	Parcel   *Parcel
	CityID   int32
	City     *City
}

type City struct {
	model.Record
	ID   int32
	Name string
}

const parcelRoles = `{
 "privileges": [{"privilege": "packer"}, {"privilege": "labeller"}, {"privilege": "clerk"}],
 "permissions": {"allowed": [
  {"applyTo": "Parcel.sign", "type": "attribute", "update": ["labeller"], "create": ["labeller"]},
  {"applyTo": "Parcel.code", "type": "attribute", "update": ["clerk"], "create": ["clerk"]}
 ]}}`

type enterArgs struct{ Privilege string }

func enter(_ context.Context, s *session.Session, _ *dataclasses.DataStore, in enterArgs) (bool, error) {
	return true, s.SetPrivileges(session.Grant{Privileges: []string{in.Privilege}})
}

// ownSenders shows packers Ana only.
func ownSenders(ctx context.Context, c *dataclasses.DataClass[Sender]) (*dataclasses.Selection[Sender], error) {
	if s := session.Current(ctx); s != nil && s.HasPrivilege("packer") {
		return c.Query("name = ana")
	}
	return nil, nil
}

func parcelServer(t *testing.T) http.Handler {
	t.Helper()
	roles, err := privileges.Parse([]byte(parcelRoles))
	if err != nil {
		t.Fatal(err)
	}
	ds := ordatest.Open(t, ordatest.SQLite(t), dataclasses.Permissions(roles), dataclasses.OnStore(dataclasses.Exposed("enter", enter)),
		dataclasses.DefineExposed[Sender](dataclasses.Restrict(ownSenders), dataclasses.Alias[Sender]("cities", "parcels.cities")),
		dataclasses.DefineExposed[City](), dataclasses.DefineExposed[Stop](),
		dataclasses.DefineExposed[Parcel](
			dataclasses.Computed("sign", func(_ context.Context, e *dataclasses.Entity[Parcel]) (string, error) {
				return e.Value.Label + "/" + e.Value.Code, nil
			}).Set(func(_ context.Context, e *dataclasses.Entity[Parcel], sign string) error {
				e.Value.Label, e.Value.Code, _ = strings.Cut(sign, "/")
				return nil
			}),
			dataclasses.Alias[Parcel]("title", "label"), dataclasses.Alias[Parcel]("senderName", "sender.name"), dataclasses.Alias[Parcel]("cities", "stops.city"),
		))
	ctx := t.Context()
	put := func(class, body string) {
		var object map[string]any
		if err := json.Unmarshal([]byte(body), &object); err != nil {
			t.Fatal(err)
		}
		ctx := session.NewContext(ctx, nil)
		if _, err := ds.Remote().Class(class).Save(ctx, object, nil); err != nil {
			t.Fatal(class, body, err)
		}
	}
	for _, name := range []string{"Ana", "Bob"} {
		put("Sender", `{"name":"`+name+`"}`)
	}
	for _, name := range []string{"Rome", "Oslo"} {
		put("City", `{"name":"`+name+`"}`)
	}
	for _, parcel := range []string{`{"label":"one","senderID":1}`, `{"label":"two","senderID":2}`} {
		put("Parcel", parcel)
	}
	for _, stop := range []string{`{"parcelID":1,"cityID":2}`, `{"parcelID":1,"cityID":1}`, `{"parcelID":1,"cityID":2}`, `{"parcelID":2,"cityID":1}`} {
		put("Stop", stop)
	}
	m := &session.Manager{Roles: roles}
	t.Cleanup(func() { _ = m.Close() })
	e := rest.New()
	rest.Mount(e.Group("/rest"), ds.Remote(), m)
	return e
}

// O-465, O-466, O-467, O-468: the catalog and answers show aliases as what they lead to.
func TestAliasesOverREST(t *testing.T) {
	t.Parallel()
	b := start(t, parcelServer(t))
	catalog := b.want(200, "", "GET", "/rest/$catalog/Parcel", "").body
	for _, part := range []string{
		`{"name":"title","kind":"alias","scope":"public","type":"string"}`,
		`{"name":"senderName","kind":"alias","scope":"public","type":"string","path":"sender.name","readOnly":true}`,
		`{"name":"cities","kind":"alias","scope":"public","type":"CitySelection","path":"stops.city","behavior":"relatedEntities","readOnly":true}`,
		`{"name":"sign","kind":"calculated","scope":"public","type":"string"}`,
	} {
		if !strings.Contains(catalog, part) {
			t.Errorf("the catalog lacks %s: %s", part, catalog)
		}
	}
	b.want(200, `"cities":{"__deferred":{"uri":"/rest/Parcel(1)/cities?$expand=cities"}}`, "GET", "/rest/Parcel(1)", "")
	b.want(200, `"title":"one","cities":{`, "GET", "/rest/Parcel(1)?$attributes=title,cities.name", "")
	b.want(200, `"__COUNT":2,`, "GET", "/rest/Parcel(1)/cities?$expand=cities", "")
	b.want(200, `"__COUNT":1,`, "GET", "/rest/Parcel(2)/cities?$expand=cities", "")
	b.want(200, `"__COUNT":2,`, "GET", "/rest/Sender(1)/cities?$expand=cities", "")
	b.want(200, `"__COUNT":1,`, "GET", `/rest/Parcel?$filter="cities.name=oslo"`, "")
	b.want(200, `"__KEY":"2"`, "GET", `/rest/Parcel?$orderby="senderName desc"&$top=1`, "")
	b.want(200, `"title":"uno"`, "POST", "/rest/Parcel?$method=update", `{"__KEY":"1","__STAMP":1,"title":"uno","cities":[],"senderName":"x"}`)
	b.want(200, `"label":"uno"`, "GET", "/rest/Parcel(1)", "")
}

// R-283; O-454: a client sets a calculated attribute within its rights to it; what the setter changes needs none.
func TestSettersOverREST(t *testing.T) {
	t.Parallel()
	b := start(t, parcelServer(t))
	b.want(401, "No permission to update for the Parcel.sign attribute", "POST", "/rest/Parcel?$method=update", `{"__KEY":"1","sign":"a/b"}`)
	b.want(401, "No permission to create for the Parcel.sign attribute", "POST", "/rest/Parcel?$method=update", `{"sign":"a/b"}`)
	b.want(200, `"label":"same"`, "POST", "/rest/Parcel?$method=update", `{"__KEY":"1","label":"same","sign":"one/"}`)
	b.want(200, "true", "POST", "/rest/$catalog/enter", `["labeller"]`)
	b.want(200, `"sign":"left/right"`, "POST", "/rest/Parcel?$method=update", `{"__KEY":"1","sign":"left/right"}`)
	b.want(200, `"code":"right"`, "GET", "/rest/Parcel(1)", "")
	b.want(401, "No permission to update for the Parcel.code attribute", "POST", "/rest/Parcel?$method=update", `{"__KEY":"1","code":"wrong"}`)
	b.want(401, "No permission to update for the Parcel.code attribute", "POST", "/rest/Parcel?$method=update", `{"__KEY":"1","code":"wrong","sign":"a/b"}`)
}

// O-390, O-393, S-411, S-414: over HTTP too, what is hidden cannot be read, counted, probed or changed.
func TestRestrictionsOverREST(t *testing.T) {
	t.Parallel()
	h := parcelServer(t)
	guest, packer := start(t, h), start(t, h)
	packer.want(200, "true", "POST", "/rest/$catalog/enter", `["packer"]`)
	for _, tt := range []struct{ target, packer, guest string }{
		{"/rest/Sender", `"__COUNT":1,`, `"__COUNT":2,`},
		{`/rest/Sender?$filter="name=bob"`, `"__COUNT":0,`, `"__COUNT":1,`},
		{`/rest/Parcel?$filter="sender.name=bob"`, `"__COUNT":0,`, `"__COUNT":1,`},
		{`/rest/Parcel?$filter="senderName=bob"`, `"__COUNT":0,`, `"__COUNT":1,`},
		{`/rest/Parcel(2)?$attributes=sender.name`, `"sender":null`, `"name":"Bob"`},
		{`/rest/Parcel(2)?$attributes=senderName`, `"senderName":null`, `"senderName":"Bob"`},
	} {
		packer.want(200, tt.packer, "GET", tt.target, "")
		guest.want(200, tt.guest, "GET", tt.target, "")
	}
	packer.want(404, "", "GET", "/rest/Sender(2)", "")
	packer.want(404, "", "GET", "/rest/Sender(2)/parcels?$expand=parcels", "")
	if r := packer.do("POST", "/rest/Sender?$method=update", `{"__KEY":"2","name":"mine"}`); r.status == 200 {
		t.Errorf("a hidden entity was updated: %s", r.body)
	}
	if r := packer.do("DELETE", "/rest/Sender(2)", ""); r.status == 200 {
		t.Errorf("a hidden entity was deleted: %s", r.body)
	}
	guest.want(200, `"name":"Bob"`, "GET", "/rest/Sender(2)", "")
	packer.want(401, "No permission to update for the Parcel.sign attribute", "POST", "/rest/Parcel?$method=update", `{"__KEY":"1","sign":"a/b"}`)
}
