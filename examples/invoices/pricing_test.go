package invoices_test

import (
	"context"
	"errors"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/internal/ordatest"
)

func TestQuote(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		w := newWorld(t, db)
		s := w.small()
		quote := func(ctx context.Context, quantity int64) (int64, error) {
			p, err := dataclasses.Me[invoices.Pricing](ctx, w.ds)
			if err != nil {
				t.Fatal(err)
			}
			return w.app.Quote.Call(ctx, p, invoices.QuoteFor{ProductID: int64(s.desk), Quantity: quantity})
		}
		one, err := quote(w.as("clerk"), 1)
		if err != nil || one <= 0 {
			t.Fatalf("one: %d, %v", one, err)
		}
		for quantity, percent := range map[int64]int64{19: 100, 20: 95, 99: 95, 100: 90} {
			if got, err := quote(w.as("clerk"), quantity); err != nil || got != one*quantity*percent/100 {
				t.Errorf("%d: %d, %v", quantity, got, err)
			}
		}
		for _, quantity := range []int64{0, -1, 1_000_001} {
			if _, err := quote(w.as("clerk"), quantity); err == nil {
				t.Errorf("%d has a quote", quantity)
			}
		}
		guest, _ := w.guest()
		_, err = quote(guest, 1)
		if _, refused := errors.AsType[*dataclasses.PermissionError](err); !refused {
			t.Errorf("a guest: %v", err)
		}
	})
}
