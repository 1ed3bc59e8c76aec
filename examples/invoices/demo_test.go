package invoices_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/internal/ordatest"
)

// counts is how many entities of each dataclass there are.
type counts struct{ People, Customers, Products, Invoices, Lines, Audits int }

func (w *world) counts() counts {
	w.t.Helper()
	return counts{
		matching[invoices.SalesPerson](w, "ID != null"), matching[invoices.Customer](w, "ID != null"),
		matching[invoices.Product](w, "ID != null"), matching[invoices.Invoice](w, "ID != null"),
		matching[invoices.InvoiceLine](w, "ID != null"), matching[invoices.AuditEntry](w, "ID != null"),
	}
}

// matching counts the entities that match a query.
func matching[T any](w *world, query string, values ...any) int {
	w.t.Helper()
	s, err := dataclasses.Of[T](w.ds).Query(query, values...)
	if err != nil {
		w.t.Fatal(err)
	}
	n, err := s.Count(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func TestFill(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		if err := invoices.Fill(t.Context(), w.ds); err != nil {
			t.Fatal(err)
		}
		want := counts{People: 6, Customers: 60, Products: 40, Invoices: 400, Lines: 1166, Audits: 2220}
		if diff := cmp.Diff(want, w.counts()); diff != "" {
			t.Errorf("counts (-want +got):\n%s", diff)
		}
		if got, want := w.digest(), "17c17811"; got != want {
			t.Errorf("the demo has changed: digest %s, want %s", got, want)
		}
		w.checkTotals()
		if err := invoices.Fill(t.Context(), w.ds); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, w.counts()); diff != "" {
			t.Errorf("counts after a second time (-want +got):\n%s", diff)
		}
		for _, name := range []string{"clara", "mark"} {
			ctx, _ := w.guest()
			if ok, err := w.app.Authentify.Call(ctx, w.ds, invoices.Credentials{Name: name, Password: name}); !ok || err != nil {
				t.Errorf("authentify(%s) = %v, %v", name, ok, err)
			}
		}
	})
}

// digest sums up all invoices with their lines.
func (w *world) digest() string {
	w.t.Helper()
	h := fnv.New32a()
	for inv, err := range dataclasses.Of[invoices.Invoice](w.ds).All().Entities(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		v := inv.Value
		fmt.Fprintln(h, v.ID, v.Number, v.Date, v.DueDate, v.Status, v.Total, v.CustomerID, v.CreatedBy, v.ApprovedBy)
		if v.ApprovedAt != nil {
			fmt.Fprintln(h, v.ApprovedAt.UTC())
		}
	}
	for line, err := range dataclasses.Of[invoices.InvoiceLine](w.ds).All().Entities(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		v := line.Value
		fmt.Fprintln(h, v.InvoiceID, v.ProductID, v.Quantity, v.UnitPrice, v.Amount)
	}
	return fmt.Sprintf("%08x", h.Sum32())
}

// checkTotals holds each invoice against its lines.
func (w *world) checkTotals() {
	w.t.Helper()
	sums := map[uint]int64{}
	for line, err := range dataclasses.Of[invoices.InvoiceLine](w.ds).All().Entities(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		sums[line.Value.InvoiceID] += line.Value.Amount
	}
	for inv, err := range dataclasses.Of[invoices.Invoice](w.ds).All().Entities(w.t.Context()) {
		if err != nil {
			w.t.Fatal(err)
		}
		if inv.Value.Total != sums[inv.Value.ID] {
			w.t.Errorf("invoice %s has total %d, its lines add up to %d", inv.Value.Number, inv.Value.Total, sums[inv.Value.ID])
		}
	}
}

func TestSeed(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx, cancel := context.WithCancel(t.Context())
		var told []int
		err := invoices.Seed(ctx, w.ds, 250, func(done int) {
			told = append(told, done)
			if done == 200 {
				cancel()
			}
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		if err := invoices.Seed(t.Context(), w.ds, 250-told[len(told)-1], func(done int) { told = append(told, done) }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]int{100, 200, 50}, told); diff != "" {
			t.Errorf("progress (-want +got):\n%s", diff)
		}
		if n := w.counts().Invoices; n != 650 {
			t.Errorf("%d invoices, want 400 of the demo and 250", n)
		}
		w.checkTotals()
	})
}

func BenchmarkSeed(b *testing.B) {
	w := newWorld(b, ordatest.SQLite(b))
	if err := invoices.Fill(b.Context(), w.ds); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	if err := invoices.Seed(b.Context(), w.ds, b.N, nil); err != nil {
		b.Fatal(err)
	}
}
