package invoices

import (
	"strconv"

	"gorm.io/gorm"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// audited is a model whose writes leave audit entries.
type audited interface {
	identity() (class string, key uint)
	// values are the attributes to watch, as JSON values that == can compare.
	values() map[string]any
}

// auditSave writes the entry of the save that tx belongs to.
func auditSave[T any, P interface {
	*T
	audited
}](tx *gorm.DB, row P) error {
	if old, ok := triggers.Old[T](tx); ok {
		return audit(tx, row, "update", P(&old).values(), row.values())
	}
	return audit(tx, row, "create", nil, row.values())
}

// auditDrop writes the entry of the drop that tx belongs to. A hook of a drop may have nothing but the key, so it asks for the old row.
func auditDrop[T any, P interface {
	*T
	audited
}](tx *gorm.DB, row P) error {
	if old, ok := triggers.Old[T](tx); ok {
		row = &old
	}
	return audit(tx, row, "drop", row.values(), nil)
}

func audit(tx *gorm.DB, row audited, event string, was, is map[string]any) error {
	class, key := row.identity()
	entry := &AuditEntry{
		At:            model.Instant(tx.NowFunc()),
		Event:         event,
		DataClassName: class,
		Key:           strconv.FormatUint(uint64(key), 10),
		Changes:       changes(was, is),
	}
	if s, ok := triggers.Session(tx); ok {
		entry.SessionID, entry.UserName = s.ID(), s.User()
	}
	return tx.Create(entry).Error
}

// changes compares the values of an entity before and after a write; nil stands for no entity.
func changes(was, is map[string]any) model.JSON {
	found := model.JSON{}
	for name, v := range is {
		switch old, existed := was[name]; {
		case !existed:
			found[name] = map[string]any{"new": v}
		case old != v:
			found[name] = map[string]any{"old": old, "new": v}
		}
	}
	for name, old := range was {
		if is == nil {
			found[name] = map[string]any{"old": old}
		}
	}
	return found
}

// optional is the value of a pointer, nil for none.
func optional[V any](p *V) any {
	if p == nil {
		return nil
	}
	return *p
}

// dayText is the text of a day, nil for the null date.
func dayText(d model.Day) any {
	if d.IsZero() {
		return nil
	}
	return d.String()
}
