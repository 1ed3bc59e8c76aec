package invoices

import (
	"context"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
)

// Pricing is a shared singleton: the discounts for large quantities. It does not change after it was made.
type Pricing struct{ discounts []discount } // the largest quantity first

type discount struct{ from, percent int64 }

type pricing = dataclasses.Singleton[Pricing]

func newPricing(context.Context, *dataclasses.DataStore) (*Pricing, error) {
	return &Pricing{[]discount{{100, 10}, {20, 5}}}, nil
}

// maxQuoted is the largest quantity that has a quote.
const maxQuoted = 1_000_000

// QuoteFor is what quote takes.
type QuoteFor struct{ ProductID, Quantity int64 }

// quote returns what a quantity of a product costs in cents, with the discount: POST /rest/$singleton/Pricing/quote.
func quote(ctx context.Context, _ *session.Session, p *pricing, in QuoteFor) (int64, error) {
	if in.Quantity < 1 || in.Quantity > maxQuoted {
		return 0, dataclasses.Errorf(ErrorArgument, "quantity must be 1 to %d, not %d", maxQuoted, in.Quantity)
	}
	product, err := dataclasses.Of[Product](p.DataStore()).Get(ctx, in.ProductID)
	if err != nil {
		return 0, err
	}
	return product.Value.UnitPrice * in.Quantity * (100 - p.Value.percent(in.Quantity)) / 100, nil
}

func (p *Pricing) percent(quantity int64) int64 {
	for _, d := range p.discounts {
		if quantity >= d.from {
			return d.percent
		}
	}
	return 0
}
