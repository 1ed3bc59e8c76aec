package invoices

import (
	"context"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
)

// AsOf is what overdue takes.
type AsOf struct{ AsOf model.Day }

// overdue returns the approved invoices that should have been paid before that day, the oldest first.
func overdue(_ context.Context, _ *session.Session, class *invoiceClass, in AsOf) (*invoiceSelection, error) {
	if in.AsOf.IsZero() {
		return nil, dataclasses.Errorf(ErrorArgument, "asOf must be a date, not the null date")
	}
	return class.Query("status = :1 and dueDate < :2 order by dueDate, number", string(Approved), in.AsOf)
}

// totalDue returns what is still to be paid of the selection, in cents: the total of its approved invoices.
func totalDue(ctx context.Context, _ *session.Session, invoices *invoiceSelection, _ none) (int64, error) {
	due, err := invoices.Query("status = :1", string(Approved))
	if err != nil {
		return 0, err
	}
	return dataclasses.Sum[int64](ctx, due, "total")
}

// approve makes a draft final. Who approved it, and when, is noted by the trigger.
func approve(ctx context.Context, _ *session.Session, inv *invoiceEntity, _ none) (*invoiceEntity, error) {
	if inv.Value.Status != Draft {
		return nil, dataclasses.Errorf(ErrorStatus, "invoice %s is %s: only a draft can be approved", inv.Value.Number, inv.Value.Status)
	}
	inv.Value.Status = Approved
	if err := inv.Save(ctx); err != nil {
		return nil, err
	}
	return inv, nil
}

// Payment is what pay takes.
type Payment struct{ Amount int64 } // cents

type paymentKey struct{}

// isPayment reports whether a write is made by pay.
func isPayment(ctx context.Context) bool { return ctx.Value(paymentKey{}) != nil }

// pay notes that an approved invoice was paid. The amount must be the total: there are no partial payments.
func pay(ctx context.Context, _ *session.Session, inv *invoiceEntity, in Payment) (*invoiceEntity, error) {
	switch {
	case inv.Value.Status != Approved:
		return nil, dataclasses.Errorf(ErrorStatus, "invoice %s is %s: only an approved invoice can be paid", inv.Value.Number, inv.Value.Status)
	case inv.Value.Total != in.Amount:
		return nil, dataclasses.Errorf(ErrorAmount, "invoice %s is paid with its total of %d cents, not with %d", inv.Value.Number, inv.Value.Total, in.Amount)
	}
	inv.Value.Status = Paid
	if err := inv.Save(context.WithValue(ctx, paymentKey{}, true)); err != nil {
		return nil, err
	}
	return inv, nil
}

// label names an invoice for people, such as "INV-2026-0001 · Alder & Sons". A customer that is not there is left out.
func label(ctx context.Context, inv *invoiceEntity, _ none) (string, error) {
	customer, err := dataclasses.RelatedEntity[Customer](ctx, inv, "customer")
	if err != nil || customer == nil {
		return inv.Value.Number, err
	}
	return inv.Value.Number + " · " + customer.Value.Name, nil
}
