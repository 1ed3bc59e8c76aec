package invoices_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
)

// total reads the total of the first invoice.
func (w *world) total() int64 { w.t.Helper(); return load[invoices.Invoice](w, 1).Value.Total }

// The total follows lines that are added, changed and dropped.
func TestTotalFollowsLines(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		w.draft(w.as("clerk"), s)
		class := w.ds.Remote().Class("InvoiceLine")
		clerk := w.as("clerk")
		save := func(text string, key dataclasses.KeyText) {
			t.Helper()
			if _, err := class.Save(clerk, body(t, text), key); err != nil {
				t.Fatalf("save %s: %v", text, err)
			}
		}
		save(fmt.Sprintf(`{"invoiceID":1,"productID":%d,"quantity":1,"amount":7}`, s.desk), nil)
		if got := w.total(); got != 80_997 {
			t.Errorf("after a line was added: %d, want 80997", got)
		}
		save(`{"quantity":10}`, dataclasses.KeyText{"2"})
		if got := w.total(); got != 94_990 {
			t.Errorf("after a quantity was changed: %d, want 94990", got)
		}
		save(`{"unitPrice":1000}`, dataclasses.KeyText{"2"})
		if got := w.total(); got != 85_000 {
			t.Errorf("after a price was changed: %d, want 85000", got)
		}
		save(`{"unitPrice":0}`, dataclasses.KeyText{"2"})
		if got := w.total(); got != 94_990 {
			t.Errorf("after the price was left to the product: %d, want 94990", got)
		}
		if err := class.Drop(clerk, dataclasses.KeyText{"1"}, nil); err != nil {
			t.Fatal(err)
		}
		if got := w.total(); got != 44_990 {
			t.Errorf("after a line was dropped: %d, want 44990", got)
		}
		w.checkTotals()
	})
}

func TestLineRefused(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		w.draft(w.as("clerk"), s)
		class := w.ds.Remote().Class("InvoiceLine")
		tests := []struct {
			body string
			key  dataclasses.KeyText
			want func(error) bool
		}{
			{`{"invoiceID":1,"productID":1,"quantity":0}`, nil, code(invoices.RejectInvalid)},
			{`{"invoiceID":1,"productID":1,"quantity":-1}`, nil, code(invoices.RejectInvalid)},
			{`{"invoiceID":1,"productID":1,"quantity":1000001}`, nil, code(invoices.RejectInvalid)},
			{`{"invoiceID":1,"productID":1,"quantity":1,"unitPrice":-1}`, nil, code(invoices.RejectInvalid)},
			{`{"invoiceID":1,"productID":1,"quantity":1,"unitPrice":1000000001}`, nil, code(invoices.RejectInvalid)},
			{`{"invoiceID":1,"productID":99,"quantity":1}`, nil, code(invoices.RejectReference)},
			{`{"invoiceID":1,"productID":99,"quantity":1,"unitPrice":5}`, nil, foreignKey},
			{`{"invoiceID":99,"productID":1,"quantity":1}`, nil, code(invoices.RejectReference)},
			{`{"invoiceID":2}`, dataclasses.KeyText{"1"}, code(invoices.RejectFixed)},
		}
		w.draft(w.as("clerk"), s)
		before := w.counts()
		for _, tt := range tests {
			if _, err := class.Save(w.as("clerk"), body(t, tt.body), tt.key); !tt.want(err) {
				t.Errorf("save %s: %v", tt.body, err)
			}
		}
		if got := w.counts(); got != before || w.total() != 55_997 {
			t.Errorf("something was written: %v, before %v", got, before)
		}
	})
}

func foreignKey(err error) bool {
	c, ok := errors.AsType[*dataclasses.ConstraintError](err)
	return ok && c.Kind == dataclasses.ForeignKey
}

// Lines of an approved invoice do not change.
func TestLinesOfApprovedInvoice(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		w.approved(s)
		class := w.ds.Remote().Class("InvoiceLine")
		manager := w.as("manager")
		_, added := class.Save(manager, body(t, fmt.Sprintf(`{"invoiceID":1,"productID":%d,"quantity":1}`, s.lamp)), nil)
		_, changed := class.Save(manager, body(t, `{"quantity":1}`), dataclasses.KeyText{"1"})
		dropped := class.Drop(manager, dataclasses.KeyText{"1"}, nil)
		for name, err := range map[string]error{"add": added, "change": changed, "drop": dropped} {
			if !rejected(err, invoices.RejectStatus) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if len(w.lines(1)) != 2 || w.total() != 55_997 {
			t.Errorf("%d lines, total %d", len(w.lines(1)), w.total())
		}
	})
}

// Callers who add lines to the same invoice at once wait for each other.
func TestLinesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		w.draft(w.as("clerk"), s)
		var callers sync.WaitGroup
		for range 8 {
			ctx := w.as("clerk")
			callers.Go(func() {
				for range 5 {
					line := dataclasses.Of[invoices.InvoiceLine](w.ds).New()
					line.Value = invoices.InvoiceLine{InvoiceID: 1, ProductID: s.lamp, Quantity: 1}
					if err := line.Save(ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		callers.Wait()
		if got, want := w.total(), int64(55_997+40*1_999); got != want {
			t.Errorf("total %d, want %d", got, want)
		}
	})
}

// A draft with many lines writes its invoice once, not once a line.
func TestDraftWritesTheInvoiceOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		order := invoices.Order{CustomerID: s.alder, Lines: repeat(invoices.OrderLine{ProductID: s.lamp, Quantity: 1}, 200)}
		inv, err := w.app.Draft.Call(w.as("clerk"), dataclasses.Of[invoices.Invoice](w.ds), order)
		if err != nil {
			t.Fatal(err)
		}
		if stamp := load[invoices.Invoice](w, inv.Value.ID).Stamp(); stamp != 1 || inv.Value.Total != 200*1_999 {
			t.Errorf("stamp %d, total %d", stamp, inv.Value.Total)
		}
	})
}

// recalculate repairs what was written past the triggers, and finds nothing to do otherwise.
func TestRecalculate(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		inv := w.draft(w.as("clerk"), w.small())
		past := w.db.WithContext(triggersBypassed(t)).Exec("UPDATE invoice_lines SET amount = 1")
		if past.Error != nil {
			t.Fatal(past.Error)
		}
		total, err := w.app.Recalculate.Call(w.as("clerk"), inv, dataclasses.None{})
		if err != nil || total != 2 || w.total() != 2 {
			t.Errorf("recalculate = %d, %v; stored %d", total, err, w.total())
		}
		stamp := inv.Stamp()
		if _, err := w.app.Recalculate.Call(w.as("clerk"), inv, dataclasses.None{}); err != nil || inv.Stamp() != stamp {
			t.Errorf("a second time: %v, stamp %d, before %d", err, inv.Stamp(), stamp)
		}
	})
}

// An error in the middle of a function undoes all that it wrote.
func TestAllOrNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		s := w.small()
		before := w.counts()
		stop := errors.New("stop")
		err := w.ds.Transaction(w.as("clerk"), func(ctx context.Context) error {
			w.draft(ctx, s)
			return stop
		})
		if !errors.Is(err, stop) || w.counts() != before {
			t.Errorf("%v; %v is left, before %v", err, w.counts(), before)
		}
	})
}
