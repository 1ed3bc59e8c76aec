package invoices_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// triggersBypassed is the context of an operator who writes past triggers.
func triggersBypassed(t *testing.T) context.Context {
	return triggers.Bypass(t.Context(), "test of a repair")
}

// trail reads the audit entries that match a query, in the order they were written.
func (w *world) trail(query string, values ...any) []invoices.AuditEntry {
	w.t.Helper()
	found, err := dataclasses.Of[invoices.AuditEntry](w.ds).Query(query, values...)
	if err != nil {
		w.t.Fatal(err)
	}
	var entries []invoices.AuditEntry
	for e, err := range found.Entities(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		entries = append(entries, e.Value)
	}
	return entries
}

type object = map[string]any

// S-108, O-571: each write leaves an entry with the session's id and user, nested writes too.
func TestAudit(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		ctx := w.as("clerk")
		inv := w.draft(ctx, s)
		line := w.lines(inv.Value.ID)[0]
		line.Value.Quantity = 1
		if err := line.Save(ctx); err != nil {
			t.Fatal(err)
		}
		if err := line.Drop(ctx); err != nil {
			t.Fatal(err)
		}
		id := session.Current(ctx).ID()
		entry := func(event, class string, changes object) invoices.AuditEntry {
			return invoices.AuditEntry{
				At: clock(), SessionID: id, UserName: "clara", Event: event, DataClassName: class, Key: "1", Changes: changes,
			}
		}
		want := []invoices.AuditEntry{
			entry("create", "Invoice", object{
				"number": object{"new": "INV-2026-0001"}, "date": object{"new": "2026-05-04"}, "dueDate": object{"new": "2026-06-03"},
				"status": object{"new": "draft"}, "total": object{"new": int64(55_997)}, "customerID": object{"new": int64(s.alder)},
				"createdBy": object{"new": "clara"}, "approvedBy": object{"new": ""}, "approvedAt": object{"new": nil},
			}),
			entry("create", "InvoiceLine", object{
				"invoiceID": object{"new": int64(1)}, "productID": object{"new": int64(s.desk)}, "quantity": object{"new": int64(2)},
				"unitPrice": object{"new": int64(25_000)}, "amount": object{"new": int64(50_000)},
			}),
			entry("update", "InvoiceLine", object{
				"quantity": object{"old": int64(2), "new": int64(1)}, "amount": object{"old": int64(50_000), "new": int64(25_000)},
			}),
			entry("update", "Invoice", object{"total": object{"old": int64(55_997), "new": int64(30_997)}}),
			entry("drop", "InvoiceLine", object{
				"invoiceID": object{"old": int64(1)}, "productID": object{"old": int64(s.desk)}, "quantity": object{"old": int64(1)},
				"unitPrice": object{"old": int64(25_000)}, "amount": object{"old": int64(25_000)},
			}),
			entry("update", "Invoice", object{"total": object{"old": int64(30_997), "new": int64(5_997)}}),
		}
		got := w.trail("key = '1' and sessionID = :1", id)
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(invoices.AuditEntry{}, "ID"), cmp.Comparer(sameInstant)); diff != "" {
			t.Errorf("trail (-want +got):\n%s", diff)
		}
	})
}

func sameInstant(a, b time.Time) bool { return a.Equal(b) }

// Each dataclass leaves entries for create, update and drop; a hash never appears in one.
func TestAuditOfEachClass(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		person := dataclasses.Of[invoices.SalesPerson](w.ds).New()
		person.Value = invoices.SalesPerson{Name: "ann", Email: "ann@example.com", PasswordHash: "topsecret"}
		customer := dataclasses.Of[invoices.Customer](w.ds).New()
		customer.Value = invoices.Customer{Name: "Acme"}
		product := dataclasses.Of[invoices.Product](w.ds).New()
		product.Value = invoices.Product{Code: "P", Name: "Pen", UnitPrice: 5}
		for _, e := range []interface {
			Save(context.Context) error
			Drop(context.Context) error
			Set(string, any) error
		}{person, customer, product} {
			for _, step := range []func() error{
				func() error { return e.Save(ctx) },
				func() error { return e.Set("name", "other") },
				func() error { return e.Save(ctx) },
				func() error { return e.Drop(ctx) },
			} {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			}
		}
		type seen struct {
			Class, Event string
			Name         any
		}
		var got []seen
		for _, e := range w.trail("ID != null") {
			got = append(got, seen{e.DataClassName, e.Event, e.Changes["name"]})
			if _, leaked := e.Changes["passwordHash"]; leaked || e.SessionID != "" || e.UserName != "" {
				t.Errorf("entry %+v", e)
			}
		}
		want := []seen{
			{"SalesPerson", "create", object{"new": "ann"}},
			{"SalesPerson", "update", object{"old": "ann", "new": "other"}},
			{"SalesPerson", "drop", object{"old": "other"}},
			{"Customer", "create", object{"new": "Acme"}},
			{"Customer", "update", object{"old": "Acme", "new": "other"}},
			{"Customer", "drop", object{"old": "other"}},
			{"Product", "create", object{"new": "Pen"}},
			{"Product", "update", object{"old": "Pen", "new": "other"}},
			{"Product", "drop", object{"old": "other"}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("trail (-want +got):\n%s", diff)
		}
	})
}

// A local function has no session, and what is saved under it still names the caller.
func TestAuditUnderLocalFunction(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := session.Hide(w.as("manager"))
		c := dataclasses.Of[invoices.Customer](w.ds).New()
		c.Value.Name = "Acme"
		if err := c.Save(ctx); err != nil {
			t.Fatal(err)
		}
		if n := len(w.trail("userName = 'mark' and dataClassName = 'Customer'")); n != 1 {
			t.Errorf("%d entries name the caller, want 1", n)
		}
	})
}

// Nobody writes, changes or drops entries, not even the server itself.
func TestAuditIsFinal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		put(w, invoices.Product{Code: "P", Name: "Pen"})
		entry := load[invoices.AuditEntry](w, 1)
		if err := entry.Drop(t.Context()); !rejected(err, invoices.RejectAudit) {
			t.Errorf("drop: %v", err)
		}
		entry.Value.UserName = "somebody"
		if err := entry.Save(t.Context()); !rejected(err, invoices.RejectAudit) {
			t.Errorf("change: %v", err)
		}
		forged := dataclasses.Of[invoices.AuditEntry](w.ds).New()
		forged.Value.Changes = model.JSON{}
		if err := forged.Save(t.Context()); !rejected(err, invoices.RejectAudit) {
			t.Errorf("forge: %v", err)
		}
	})
}
