package triggers

import (
	"gorm.io/gorm"
)

// frame is one running trigger: the hooks of one write. It lives from the before hooks to the end of the after hooks.
type frame struct {
	event  Event
	level  int
	parent *frame
	stmt   *gorm.Statement // the write; its ReflectValue is the receiver

	oldRead bool // old was looked for
	old     any  // *T or, when read here, *[]*T; nil when there is none
}

// frameOf returns the innermost trigger that tx belongs to, or nil.
func frameOf(tx *gorm.DB) *frame {
	if tx == nil || tx.Statement == nil || tx.Statement.Context == nil {
		return nil
	}
	return scopeOf(tx.Statement.Context).frame
}

// key returns the primary key of the row whose hooks run, nil while it is not known.
func (f *frame) key() any {
	values, ok := keyOf(f.stmt, current(f.stmt))
	if !ok {
		return nil
	}
	if len(values) == 1 {
		return values[0]
	}
	return values
}
