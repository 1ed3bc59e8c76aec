package invoices_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
)

// A customer with invoices cannot be dropped.
func TestDropCustomer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		inv := w.draft(w.as("clerk"), s)
		manager := w.as("manager")
		if err := load[invoices.Customer](w, s.alder).Drop(manager); !rejected(err, invoices.RejectInUse) {
			t.Errorf("drop a customer with an invoice: %v", err)
		}
		if err := inv.Drop(manager); err != nil {
			t.Fatal(err)
		}
		if err := load[invoices.Customer](w, s.alder).Drop(manager); err != nil {
			t.Errorf("drop a customer without invoices: %v", err)
		}
	})
}

// A draft of a customer who is blocked later goes its way; only new ones are refused.
func TestBlockCustomer(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		inv := w.draft(w.as("clerk"), s)
		c := load[invoices.Customer](w, s.alder)
		c.Value.Blocked = true
		if err := c.Save(w.as("manager")); err != nil {
			t.Fatal(err)
		}
		if _, err := w.app.Approve.Call(w.as("manager"), inv, dataclasses.None{}); err != nil {
			t.Errorf("approve: %v", err)
		}
		_, err := w.app.Draft.Call(w.as("clerk"), dataclasses.Of[invoices.Invoice](w.ds), invoices.Order{CustomerID: s.alder})
		if !rejected(err, invoices.RejectBlocked) {
			t.Errorf("a new draft: %v", err)
		}
	})
}

// O-450: balance is what approved invoices add up to. O-462: salesPersonName is the name of the sales person.
func TestBalanceAndAlias(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		for _, status := range []invoices.Status{invoices.Draft, invoices.Approved, invoices.Paid, invoices.Cancelled, invoices.Approved} {
			w.take(w.draft(t.Context(), s), status)
		}
		ctx := w.as("clerk")
		class := w.ds.Remote().Class("Customer")
		p, err := class.Project(ctx, dataclasses.ProjectionSpec{Attributes: []string{"name", "balance", "salesPersonName"}})
		if err != nil {
			t.Fatal(err)
		}
		page, err := class.All().Page(ctx, p, 0, 10)
		if err != nil {
			t.Fatal(err)
		}
		var got [][]any
		for _, row := range page.Rows {
			var values []any
			for _, f := range p.Fields {
				values = append(values, row.Values[f.Value])
			}
			got = append(got, values)
		}
		want := [][]any{{"Alder & Sons", int64(2 * 55_997), "clara"}, {"Böhm", int64(0), nil}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("customers (-want +got):\n%s", diff)
		}
	})
}

// What master data must look like, on every database alike.
func TestMasterDataRefused(t *testing.T) {
	long := strings.Repeat("é", 201)
	tests := []struct {
		class, body string
		want        func(error) bool
	}{
		{"Customer", `{"name":" "}`, code(invoices.RejectInvalid)},
		{"Customer", `{"name":"` + long + `"}`, code(invoices.RejectInvalid)},
		{"Customer", `{"name":"x","city":"` + long + `"}`, code(invoices.RejectInvalid)},
		{"Customer", `{"name":"x","creditLimit":-1}`, code(invoices.RejectInvalid)},
		{"Customer", `{"name":"x","salesPersonID":99}`, foreignKey},
		{"Customer", `{"name":"` + strings.Repeat("é", 100) + `"}`, granted},
		{"Product", `{"code":"","name":"x"}`, code(invoices.RejectInvalid)},
		{"Product", `{"code":"x","name":""}`, code(invoices.RejectInvalid)},
		{"Product", `{"code":"x","name":"x","unitPrice":-1}`, code(invoices.RejectInvalid)},
		{"Product", `{"code":"x","name":"x","unitPrice":1000000001}`, code(invoices.RejectInvalid)},
		{"Product", `{"code":"P-1","name":"x"}`, duplicate},
		{"SalesPerson", `{"name":"x"}`, code(invoices.RejectInvalid)},
		{"SalesPerson", `{"email":"x"}`, code(invoices.RejectInvalid)},
		{"SalesPerson", `{"name":"x","email":"clara@example.com"}`, duplicate},
	}
	each(t, func(t *testing.T, w *world) {
		w.small()
		for _, tt := range tests {
			if _, err := w.ds.Remote().Class(tt.class).Save(w.as("manager"), body(t, tt.body), nil); !tt.want(err) {
				t.Errorf("save %s %s: %v", tt.class, tt.body, err)
			}
		}
	})
}

func duplicate(err error) bool {
	c, ok := errors.AsType[*dataclasses.ConstraintError](err)
	return ok && c.Kind == dataclasses.Duplicate
}
