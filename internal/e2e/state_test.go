package e2e_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
)

// table is the content of a dataclass: how many entities, and a digest of all their values.
type table struct {
	Count  int
	Digest string
}

// state is the content of the whole database, the counter of the invoice numbers and the audit trail included.
func (p *product) state(t testing.TB) map[string]table {
	t.Helper()
	ds := p.DataStore()
	return map[string]table{
		"SalesPerson": read[invoices.SalesPerson](t, ds),
		"Customer":    read[invoices.Customer](t, ds),
		"Product":     read[invoices.Product](t, ds),
		"Invoice":     read[invoices.Invoice](t, ds),
		"InvoiceLine": read[invoices.InvoiceLine](t, ds),
		"AuditEntry":  read[invoices.AuditEntry](t, ds),
		"Sequence":    read[invoices.Sequence](t, ds),
	}
}

func read[T any](t testing.TB, ds *dataclasses.DataStore) table {
	t.Helper()
	var state table
	digest := sha256.New()
	for e, err := range dataclasses.Of[T](ds).All().Entities(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		state.Count++
		if err := json.NewEncoder(digest).Encode(e.Value); err != nil {
			t.Fatal(err)
		}
	}
	state.Digest = hex.EncodeToString(digest.Sum(nil)[:8])
	return state
}

// wantUnchanged expects that nothing was written since before.
func (p *product) wantUnchanged(t testing.TB, before map[string]table) {
	t.Helper()
	if diff := cmp.Diff(before, p.state(t)); diff != "" {
		t.Errorf("something was written (-before +after):\n%s", diff)
	}
}

// count counts the entities of a dataclass.
func count[T any](t testing.TB, p *product) int {
	t.Helper()
	n, err := dataclasses.Of[T](p.DataStore()).Count(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// wantConsistent checks what must hold in every state of the database without drops: an invoice's total is what its lines add up to,
// each entity was saved as often as the audit trail says, and no number was given twice or left out.
func (p *product) wantConsistent(t testing.TB) {
	t.Helper()
	ds := p.DataStore()
	sums, lineSaves := map[uint]int64{}, int64(0)
	for _, l := range all[invoices.InvoiceLine](t, ds) {
		sums[l.InvoiceID] += l.Amount
		lineSaves += l.OrdaStamp
	}
	numbers, invoiceSaves := map[string]bool{}, int64(0)
	for _, i := range all[invoices.Invoice](t, ds) {
		if i.Total != sums[i.ID] {
			t.Errorf("invoice %s: total %d, its lines add up to %d", i.Number, i.Total, sums[i.ID])
		}
		if numbers[i.Number] {
			t.Errorf("number %s was given twice", i.Number)
		}
		numbers[i.Number] = true
		invoiceSaves += i.OrdaStamp
	}
	given := int64(0)
	for _, s := range all[invoices.Sequence](t, ds) {
		given += s.Value
	}
	if given != int64(len(numbers)) {
		t.Errorf("%d numbers were given to %d invoices", given, len(numbers))
	}
	audit := map[string]int64{}
	for _, a := range all[invoices.AuditEntry](t, ds) {
		audit[a.DataClassName]++
	}
	saves := map[string]int64{"Invoice": invoiceSaves, "InvoiceLine": lineSaves, "Customer": 0, "Product": 0, "SalesPerson": 0}
	for _, c := range all[invoices.Customer](t, ds) {
		saves["Customer"] += c.OrdaStamp
	}
	for _, c := range all[invoices.Product](t, ds) {
		saves["Product"] += c.OrdaStamp
	}
	for _, c := range all[invoices.SalesPerson](t, ds) {
		saves["SalesPerson"] += c.OrdaStamp
	}
	if diff := cmp.Diff(saves, audit); diff != "" {
		t.Errorf("audit entries are not the saves (-saves +audit):\n%s", diff)
	}
}

// all reads all entities of a dataclass.
func all[T any](t testing.TB, ds *dataclasses.DataStore) []T {
	t.Helper()
	var values []T
	for e, err := range dataclasses.Of[T](ds).All().Entities(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, e.Value)
	}
	return values
}
