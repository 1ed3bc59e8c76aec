package invoices

import (
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// InvoiceLine is one product on an invoice. Its triggers give it its amount, keep the invoice's total right and let it change only
// while the invoice is a draft.
type InvoiceLine struct {
	ID        uint
	InvoiceID uint `gorm:"not null;index"`
	Invoice   *Invoice
	ProductID uint `gorm:"not null;index"`
	Product   *Product
	Quantity  int64 `gorm:"not null"`
	UnitPrice int64 `gorm:"not null"` // cents; 0 becomes the price of the product
	Amount    int64 `gorm:"not null"` // cents: quantity times unit price
	model.Record
}

var (
	_ callbacks.BeforeSaveInterface   = (*InvoiceLine)(nil)
	_ callbacks.AfterSaveInterface    = (*InvoiceLine)(nil)
	_ callbacks.BeforeDeleteInterface = (*InvoiceLine)(nil)
	_ callbacks.AfterDeleteInterface  = (*InvoiceLine)(nil)
)

// BeforeSave gives the line its price and amount.
func (l *InvoiceLine) BeforeSave(tx *gorm.DB) error {
	if old, ok := triggers.Old[InvoiceLine](tx); ok && old.InvoiceID != l.InvoiceID {
		return triggers.Rejectf(RejectFixed, "a line stays with its invoice: drop it and add one to the other invoice")
	}
	if err := checkDraft(tx, l.InvoiceID); err != nil {
		return err
	}
	return l.price(tx)
}

// AfterSave brings the invoice's total up to date and leaves an audit entry.
func (l *InvoiceLine) AfterSave(tx *gorm.DB) error {
	if err := auditSave(tx, l); err != nil {
		return err
	}
	return followLines(tx, l.InvoiceID)
}

// BeforeDelete keeps the lines of an invoice that is no draft.
func (l *InvoiceLine) BeforeDelete(tx *gorm.DB) error {
	old, ok := triggers.Old[InvoiceLine](tx)
	if !ok {
		return nil // the row is gone: the delete itself says so
	}
	return checkDraft(tx, old.InvoiceID)
}

// AfterDelete brings the invoice's total up to date and leaves an audit entry.
func (l *InvoiceLine) AfterDelete(tx *gorm.DB) error {
	if old, ok := triggers.Old[InvoiceLine](tx); ok {
		*l = old
	}
	if err := auditDrop(tx, l); err != nil {
		return err
	}
	return followLines(tx, l.InvoiceID)
}

// price sets unit price and amount.
func (l *InvoiceLine) price(tx *gorm.DB) error {
	if l.UnitPrice == 0 {
		price, err := priceOf(tx, l.ProductID)
		if err != nil {
			return err
		}
		l.UnitPrice = price
	}
	switch {
	case l.Quantity < 1 || l.Quantity > maxQuantity:
		return triggers.Rejectf(RejectInvalid, "the quantity of a line must be 1 to %d", maxQuantity)
	case l.UnitPrice < 0 || l.UnitPrice > maxUnitPrice:
		return triggers.Rejectf(RejectInvalid, "the unit price of a line must be 0 to %d cents", maxUnitPrice)
	}
	l.Amount = l.Quantity * l.UnitPrice
	return nil
}

// priceOf is the price of a product.
func priceOf(tx *gorm.DB, productID uint) (int64, error) {
	ds, err := storeOf(tx)
	if err != nil {
		return 0, err
	}
	product, err := dataclasses.Of[Product](ds).Get(tx.Statement.Context, productID)
	if errors.Is(err, dataclasses.ErrNotFound) {
		return 0, triggers.Rejectf(RejectReference, "product %d of the line does not exist", productID)
	}
	if err != nil {
		return 0, err
	}
	return product.Value.UnitPrice, nil
}

// checkDraft refuses a line of an invoice that is no draft. It locks the invoice, so that two callers who change lines of the same
// invoice follow each other; on SQLite, which has one writer, there is nothing to lock.
func checkDraft(tx *gorm.DB, invoiceID uint) error {
	if ownsLines(tx.Statement.Context) {
		return nil
	}
	var inv Invoice
	found := tx.Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Limit(1).Find(&inv, "id = ?", invoiceID)
	switch {
	case found.Error != nil:
		return found.Error
	case found.RowsAffected == 0:
		return triggers.Rejectf(RejectReference, "invoice %d of the line does not exist", invoiceID)
	case inv.Status != Draft:
		return triggers.Rejectf(RejectStatus, "invoice %s is %s: its lines do not change", inv.Number, inv.Status)
	}
	return nil
}

func (l *InvoiceLine) identity() (class string, key uint) { return "InvoiceLine", l.ID }

func (l *InvoiceLine) values() map[string]any {
	return map[string]any{
		"invoiceID": l.InvoiceID, "productID": l.ProductID,
		"quantity": l.Quantity, "unitPrice": l.UnitPrice, "amount": l.Amount,
	}
}
