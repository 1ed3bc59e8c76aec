package invoices

import (
	"cmp"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// Product is what customers buy.
type Product struct {
	ID        uint
	Code      string `gorm:"size:20;not null;uniqueIndex"`
	Name      string `gorm:"size:100;not null"`
	UnitPrice int64  `gorm:"not null"` // cents
	Stock     int64  `gorm:"not null"` // pieces; below zero when more was promised than there is
	model.Record
}

var (
	_ callbacks.BeforeSaveInterface  = (*Product)(nil)
	_ callbacks.AfterSaveInterface   = (*Product)(nil)
	_ callbacks.AfterDeleteInterface = (*Product)(nil)
)

// BeforeSave refuses a product without code or name, or with a price that an invoice line cannot have.
func (p *Product) BeforeSave(*gorm.DB) error {
	if p.UnitPrice < 0 || p.UnitPrice > maxUnitPrice {
		return triggers.Rejectf(RejectInvalid, "the unit price of a product must be 0 to %d cents", maxUnitPrice)
	}
	return cmp.Or(
		requireText("the code of a product", p.Code, 20),
		requireText("the name of a product", p.Name, 100),
	)
}

// AfterSave leaves an audit entry.
func (p *Product) AfterSave(tx *gorm.DB) error { return auditSave(tx, p) }

// AfterDelete leaves an audit entry.
func (p *Product) AfterDelete(tx *gorm.DB) error { return auditDrop(tx, p) }

func (p *Product) identity() (class string, key uint) { return "Product", p.ID }

func (p *Product) values() map[string]any {
	return map[string]any{"code": p.Code, "name": p.Name, "unitPrice": p.UnitPrice, "stock": p.Stock}
}
