package invoices

import (
	"cmp"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/ordago/ordago/model"
)

// SalesPerson looks after customers, and may sign in with the name and a password.
type SalesPerson struct {
	ID    uint
	Name  string `gorm:"size:100;not null;index"`
	Email string `gorm:"size:200;not null;uniqueIndex"`

	// PasswordHash and Role do not exist for remote callers: nobody reads a hash, or gives a role, over the wire.
	PasswordHash string `gorm:"size:200;not null" orda:"-"` // PHC text; "" for people who cannot sign in
	Role         string `gorm:"size:20;not null" orda:"-"`  // of roles.json; "" for none

	Customers []Customer
	model.Record
}

var (
	_ callbacks.BeforeSaveInterface  = (*SalesPerson)(nil)
	_ callbacks.AfterSaveInterface   = (*SalesPerson)(nil)
	_ callbacks.AfterDeleteInterface = (*SalesPerson)(nil)
)

// BeforeSave refuses people without name or email.
func (p *SalesPerson) BeforeSave(*gorm.DB) error {
	return cmp.Or(
		requireText("the name of a sales person", p.Name, 100),
		requireText("the email of a sales person", p.Email, 200),
	)
}

// AfterSave leaves an audit entry.
func (p *SalesPerson) AfterSave(tx *gorm.DB) error { return auditSave(tx, p) }

// AfterDelete leaves an audit entry.
func (p *SalesPerson) AfterDelete(tx *gorm.DB) error { return auditDrop(tx, p) }

func (p *SalesPerson) identity() (class string, key uint) { return "SalesPerson", p.ID }

// values leaves the hash out: an audit trail is no place for it.
func (p *SalesPerson) values() map[string]any {
	return map[string]any{"name": p.Name, "email": p.Email, "role": p.Role}
}
