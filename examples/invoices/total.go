package invoices

import (
	"context"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// This file keeps the totals of invoices. Normally each line that is written brings its invoice up to date. Code that writes all lines
// of an invoice at once says so in the context and takes care of the total itself, so that a hundred lines cost one write of the
// invoice and not a hundred.

type linesKey struct{}

// ownLines returns a context for writing all lines of one invoice; total is what they add up to.
func ownLines(ctx context.Context, total int64) context.Context {
	return context.WithValue(ctx, linesKey{}, total)
}

// ownsLines reports whether the invoice of a line is in the hands of the code that writes the line.
func ownsLines(ctx context.Context) bool { return ctx.Value(linesKey{}) != nil }

// plannedTotal is the total given to ownLines, 0 without: a new invoice has no lines yet.
func plannedTotal(ctx context.Context) int64 {
	total, _ := ctx.Value(linesKey{}).(int64)
	return total
}

// totalOfLines adds up the lines of an invoice.
func totalOfLines(ctx context.Context, ds *dataclasses.DataStore, invoiceID uint) (int64, error) {
	lines, err := dataclasses.Of[InvoiceLine](ds).Query("invoiceID = :1", invoiceID)
	if err != nil {
		return 0, err
	}
	return dataclasses.Sum[int64](ctx, lines, "amount")
}

// followLines brings the total of an invoice up to date after one of its lines was written.
func followLines(tx *gorm.DB, invoiceID uint) error {
	ctx := tx.Statement.Context
	if ownsLines(ctx) {
		return nil
	}
	ds, err := storeOf(tx)
	if err != nil {
		return err
	}
	inv, err := dataclasses.Of[Invoice](ds).Get(ctx, invoiceID)
	if err != nil {
		return err
	}
	return setTotal(ctx, inv)
}

// setTotal saves the total of an invoice if it is not what its lines add up to.
func setTotal(ctx context.Context, inv *invoiceEntity) error {
	total, err := totalOfLines(ctx, inv.DataClass().DataStore(), inv.Value.ID)
	if err != nil {
		return err
	}
	if total > maxTotal {
		return triggers.Rejectf(RejectInvalid, "the total of an invoice must be at most %d cents", maxTotal)
	}
	inv.Value.Total = total
	return inv.Save(ctx)
}

// recalculate brings the total of a draft up to date, for programs that wrote lines past their triggers, and returns it in cents.
// It is private: remote callers cannot call it.
func recalculate(ctx context.Context, _ *session.Session, inv *invoiceEntity, _ none) (int64, error) {
	if err := setTotal(ctx, inv); err != nil {
		return 0, err
	}
	return inv.Value.Total, nil
}

// dropLines drops the lines of an invoice that is being dropped: nobody needs its total any more.
func dropLines(tx *gorm.DB, invoiceID uint) error {
	ds, err := storeOf(tx)
	if err != nil {
		return err
	}
	lines, err := dataclasses.Of[InvoiceLine](ds).Query("invoiceID = :1", invoiceID)
	if err != nil {
		return err
	}
	ctx := ownLines(tx.Statement.Context, 0)
	for line, err := range lines.Entities(ctx) {
		if err != nil {
			return err
		}
		if err := line.Drop(ctx); err != nil {
			return err
		}
	}
	return nil
}
