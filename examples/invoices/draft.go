package invoices

import (
	"context"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
)

// Order is what draft takes: who buys how many of what.
type Order struct {
	CustomerID uint
	Lines      []OrderLine
}

// OrderLine is one product of an [Order].
type OrderLine struct {
	ProductID uint  `json:"productID"`
	Quantity  int64 `json:"quantity"`
}

// maxOrderLines is how many lines one order may have.
const maxOrderLines = 1000

// draft makes an invoice of an order, at the prices of the products, and returns it saved.
func draft(ctx context.Context, _ *session.Session, class *invoiceClass, in Order) (*invoiceEntity, error) {
	return makeInvoice(ctx, class, in, model.Day{}, "")
}

// makeInvoice makes an invoice of an order. A null date is today; by says who created it where no session does.
func makeInvoice(ctx context.Context, class *invoiceClass, in Order, date model.Day, by string) (*invoiceEntity, error) {
	lines, total, err := priceOrder(ctx, class.DataStore(), in)
	if err != nil {
		return nil, err
	}
	inv := class.New()
	inv.Value.CustomerID, inv.Value.Date, inv.Value.CreatedBy = in.CustomerID, date, by
	err = class.DataStore().Transaction(ownLines(ctx, total), func(ctx context.Context) error {
		if err := inv.Save(ctx); err != nil {
			return err
		}
		return saveLines(ctx, inv, lines)
	})
	if err != nil {
		return nil, err
	}
	return inv, nil
}

func saveLines(ctx context.Context, inv *invoiceEntity, lines []InvoiceLine) error {
	class := dataclasses.Of[InvoiceLine](inv.DataClass().DataStore())
	for _, l := range lines {
		line := class.New()
		l.InvoiceID = inv.Value.ID
		line.Value = l
		if err := line.Save(ctx); err != nil {
			return err
		}
	}
	return nil
}

// priceOrder makes the lines of an order and adds them up.
func priceOrder(ctx context.Context, ds *dataclasses.DataStore, in Order) (lines []InvoiceLine, total int64, err error) {
	if len(in.Lines) > maxOrderLines {
		return nil, 0, dataclasses.Errorf(ErrorArgument, "an order has at most %d lines", maxOrderLines)
	}
	prices, err := pricesOf(ctx, ds, in.Lines)
	if err != nil {
		return nil, 0, err
	}
	for n, l := range in.Lines {
		price, ok := prices[l.ProductID]
		switch {
		case !ok:
			return nil, 0, dataclasses.Errorf(ErrorArgument, "line %d: product %d does not exist", n+1, l.ProductID)
		case l.Quantity < 1 || l.Quantity > maxQuantity:
			return nil, 0, dataclasses.Errorf(ErrorArgument, "line %d: the quantity must be 1 to %d", n+1, maxQuantity)
		}
		total += l.Quantity * price
		if total > maxTotal {
			return nil, 0, dataclasses.Errorf(ErrorArgument, "line %d: the total would be more than %d cents", n+1, maxTotal)
		}
		lines = append(lines, InvoiceLine{ProductID: l.ProductID, Quantity: l.Quantity, UnitPrice: price})
	}
	return lines, total, nil
}

// pricesOf reads the prices of all products of an order in one query.
func pricesOf(ctx context.Context, ds *dataclasses.DataStore, lines []OrderLine) (map[uint]int64, error) {
	ids := make([]any, len(lines))
	for i, l := range lines {
		ids[i] = l.ProductID
	}
	products, err := dataclasses.Of[Product](ds).Query("ID in :1", ids)
	if err != nil {
		return nil, err
	}
	found, err := products.Collect(ctx)
	prices := make(map[uint]int64, len(found))
	for _, p := range found {
		prices[p.Value.ID] = p.Value.UnitPrice
	}
	return prices, err
}
