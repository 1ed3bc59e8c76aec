package invoices_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/privileges"
)

// rights says in letters what a role may do to a dataclass: read, create, update, drop.
func rights(roles *privileges.Roles, role, class string) string {
	_, held := roles.Grant(nil, []string{role})
	var b strings.Builder
	for _, action := range []privileges.Action{privileges.Read, privileges.Create, privileges.Update, privileges.Drop} {
		if roles.Class(action, class).Allows(held) {
			b.WriteByte(action.String()[0])
		} else {
			b.WriteByte('-')
		}
	}
	return b.String()
}

// S-163, S-306, S-307: what a role may do; everything that roles.json does not open is closed.
func TestRights(t *testing.T) {
	t.Parallel()
	roles, err := invoices.Roles()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][3]string{}
	for _, class := range []string{"SalesPerson", "Customer", "Product", "Invoice", "InvoiceLine", "AuditEntry"} {
		got[class] = [3]string{rights(roles, "", class), rights(roles, "clerk", class), rights(roles, "manager", class)}
	}
	want := map[string][3]string{ // guest, clerk, manager
		"SalesPerson": {"----", "r---", "rcud"},
		"Customer":    {"----", "r---", "rcud"},
		"Product":     {"----", "r---", "rcud"},
		"Invoice":     {"----", "rcu-", "rcud"},
		"InvoiceLine": {"----", "rcud", "rcud"},
		"AuditEntry":  {"----", "----", "r---"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rights (-want +got):\n%s", diff)
	}
	if !roles.ForceLogin() || !roles.RestrictedByDefault() || len(roles.Warnings()) > 0 {
		t.Errorf("force login %v, restricted %v, warnings %v", roles.ForceLogin(), roles.RestrictedByDefault(), roles.Warnings())
	}
}

// S-309: who may execute which function.
func TestRightsToExecute(t *testing.T) {
	t.Parallel()
	roles, err := invoices.Roles()
	if err != nil {
		t.Fatal(err)
	}
	functions := []string{
		"ds.authentify", "ds.whoAmI", "ds.topCustomers", "ds.serverTime", "Invoice.draft", "Invoice.overdue",
		"Invoice.totalDue", "Invoice.approve", "Invoice.pay", "Invoice.label", "Invoice.recalculate", "Customer.anything",
	}
	got := map[string]string{}
	for _, f := range functions {
		class, name, _ := strings.Cut(f, ".")
		for _, role := range []string{"", "clerk", "manager"} {
			if _, held := roles.Grant(nil, []string{role}); roles.Function(class, name).Allows(held) {
				got[f] += role + " "
			}
		}
	}
	both := "clerk manager "
	want := map[string]string{
		"ds.whoAmI": both, "ds.topCustomers": both, "ds.serverTime": both, "Invoice.draft": both, "Invoice.overdue": both,
		"Invoice.totalDue": both, "Invoice.approve": "manager ", "Invoice.pay": both, "Invoice.label": both, "Invoice.recalculate": both,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("execute (-want +got):\n%s", diff)
	}
}

// denied reports whether err is a missing right for that action.
func denied(err error, action privileges.Action) bool {
	p, ok := errors.AsType[*dataclasses.PermissionError](err)
	return ok && p.Action == action
}

// body decodes an object as the protocol does.
func body(t *testing.T, text string) map[string]any {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var b map[string]any
	if err := d.Decode(&b); err != nil {
		t.Fatal(err)
	}
	return b
}

// S-325: each refusal names the right that is missing and writes nothing.
func TestDenied(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		inv := w.draft(t.Context(), s)
		before := w.counts()
		remote := w.ds.Remote()
		invoice := remote.Class("Invoice")
		guest, _ := w.guest()
		clerk := w.as("clerk")
		on, err := invoice.Entity(clerk, dataclasses.KeyText{inv.Key()})
		if err != nil {
			t.Fatal(err)
		}
		tests := []struct {
			name string
			call func() error
			want privileges.Action
		}{
			{"guest reads customers", func() error { _, err := remote.Class("Customer").All().Count(guest); return err }, privileges.Read},
			{"guest asks whoAmI", func() error { _, err := remote.Function("whoAmI").Call(guest, nil, nil, nil); return err }, privileges.Execute},
			{"guest asks the time", func() error { _, err := remote.Function("serverTime").Call(guest, nil, nil, nil); return err }, privileges.Execute},
			{"guest drafts", func() error {
				_, err := invoice.ClassFunction("draft").Call(guest, nil, args("1", "[]"), nil)
				return err
			}, privileges.Execute},
			{"clerk reads the audit", func() error { _, err := remote.Class("AuditEntry").All().Count(clerk); return err }, privileges.Read},
			{"clerk approves", func() error {
				_, err := invoice.EntityFunction("approve").Call(clerk, on, nil, nil)
				return err
			}, privileges.Execute},
			{"clerk approves by writing the status", func() error {
				_, err := invoice.Save(clerk, body(t, `{"status":"approved"}`), dataclasses.KeyText{inv.Key()})
				return err
			}, privileges.Update},
			{"clerk drops an invoice", func() error { return invoice.Drop(clerk, dataclasses.KeyText{inv.Key()}, nil) }, privileges.Drop},
			{"clerk adds a customer", func() error {
				_, err := remote.Class("Customer").Save(clerk, body(t, `{"name":"New"}`), nil)
				return err
			}, privileges.Create},
			{"clerk blocks a customer", func() error {
				_, err := remote.Class("Customer").Save(clerk, body(t, `{"blocked":true}`), dataclasses.KeyText{"1"})
				return err
			}, privileges.Update},
			{"manager forges an audit entry", func() error {
				_, err := remote.Class("AuditEntry").Save(w.as("manager"), body(t, `{"userName":"clara"}`), nil)
				return err
			}, privileges.Create},
			{"manager drops an audit entry", func() error {
				return remote.Class("AuditEntry").Drop(w.as("manager"), dataclasses.KeyText{"1"}, nil)
			}, privileges.Drop},
		}
		for _, tt := range tests {
			if err := tt.call(); !denied(err, tt.want) {
				t.Errorf("%s: %v, want no permission to %s", tt.name, err, tt.want)
			}
		}
		if diff := cmp.Diff(before, w.counts()); diff != "" {
			t.Errorf("something was written (-want +got):\n%s", diff)
		}
	})
}

// O-017, O-410: what is private or hidden does not exist for remote callers.
func TestHidden(t *testing.T) {
	t.Parallel()
	w := newWorld(t, ordatest.SQLite(t))
	remote := w.ds.Remote()
	if remote.Class("Invoice").EntityFunction("recalculate") != nil {
		t.Error("recalculate can be reached")
	}
	if remote.Class("Sequence") != nil {
		t.Error("Sequence can be reached")
	}
	_, err := remote.Class("SalesPerson").Save(w.as("manager"), body(t, `{"name":"x","email":"x","role":"manager"}`), nil)
	if _, unknown := errors.AsType[*dataclasses.AttributeError](err); !unknown {
		t.Errorf("a role given over the wire: %v", err)
	}
	_, err = remote.Class("SalesPerson").All().Query("passwordHash = 'x'", dataclasses.Values{})
	if _, unknown := errors.AsType[*dataclasses.QueryError](err); !unknown {
		t.Errorf("a query for the hash: %v", err)
	}
}

// The manager may do what the clerk may not.
func TestManager(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		remote := w.ds.Remote()
		manager := w.as("manager")
		inv := w.draft(w.as("clerk"), s)
		if _, err := remote.Class("Customer").Save(manager, body(t, `{"name":"New","city":"Oslo"}`), nil); err != nil {
			t.Errorf("add a customer: %v", err)
		}
		if _, err := remote.Class("Invoice").Save(manager, body(t, `{"status":"cancelled"}`), dataclasses.KeyText{inv.Key()}); err != nil {
			t.Errorf("cancel an invoice: %v", err)
		}
		if err := remote.Class("Invoice").Drop(manager, dataclasses.KeyText{inv.Key()}, nil); err != nil {
			t.Errorf("drop an invoice: %v", err)
		}
		if n, err := remote.Class("AuditEntry").All().Count(manager); err != nil || n == 0 {
			t.Errorf("read the audit: %d, %v", n, err)
		}
	})
}
