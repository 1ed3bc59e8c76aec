package invoices

import (
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// AuditEntry says who wrote what: one for each entity that was created, updated or dropped, in the transaction of that write.
// Nothing is ever changed in it, so it needs no stamp.
type AuditEntry struct {
	ID            uint
	At            time.Time `gorm:"not null;precision:6;index"`
	SessionID     string    `gorm:"size:32;not null"`  // "" where no session asked for the write, as in [Fill]
	UserName      string    `gorm:"size:100;not null"` // "" likewise
	Event         string    `gorm:"size:10;not null"`  // create, update or drop
	DataClassName string    `gorm:"size:50;not null;index:idx_audit_entries_entity,priority:1"`
	Key           string    `gorm:"size:50;not null;index:idx_audit_entries_entity,priority:2"` // primary key as text

	// Changes has for each attribute that changed an object with its old and new value; old is missing on create, new on drop.
	Changes model.JSON
}

var (
	_ callbacks.BeforeCreateInterface = (*AuditEntry)(nil)
	_ callbacks.BeforeUpdateInterface = (*AuditEntry)(nil)
	_ callbacks.BeforeDeleteInterface = (*AuditEntry)(nil)
)

// BeforeCreate lets only triggers write entries: one that somebody could write by hand would prove nothing.
func (*AuditEntry) BeforeCreate(tx *gorm.DB) error {
	if triggers.Level(tx) > 1 {
		return nil
	}
	return triggers.Rejectf(RejectAudit, "audit entries are written by triggers only")
}

// BeforeUpdate keeps the entry as it is.
func (*AuditEntry) BeforeUpdate(*gorm.DB) error {
	return triggers.Rejectf(RejectAudit, "audit entries do not change")
}

// BeforeDelete keeps the entry.
func (*AuditEntry) BeforeDelete(*gorm.DB) error {
	return triggers.Rejectf(RejectAudit, "audit entries cannot be dropped")
}
