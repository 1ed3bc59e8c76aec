package triggers

import (
	"fmt"
	"reflect"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Old returns the row as it was before the update or delete that the running trigger belongs to.
// It is false on create, outside triggers, for a T that is not the written model, and where the row does not exist.
// The data layer hands the row over; without it the row is read once, through tx, the first time a hook asks.
// The copy is shallow: what the row points to must not be changed.
func Old[T any](tx *gorm.DB) (T, bool) {
	var none T
	f := frameOf(tx)
	if f == nil || f.event == Creating || f.stmt.Schema.ModelType != reflect.TypeFor[T]() {
		return none, false
	}
	f.readOld()
	switch row := f.old.(type) {
	case *T:
		return *row, true
	case *[]*T:
		if len(*row) == 1 {
			return *(*row)[0], true
		}
	}
	return none, false
}

// given takes the row that the data layer handed over, if it is the row that is written.
func (f *frame) given(ptr any) {
	if ptr == nil || f.event == Creating || !sameRow(f.stmt, ptr) {
		return
	}
	f.old, f.oldRead = ptr, true
}

// readOld reads the row through the transaction of the write, once. It must run before the row is written:
// the hooks that run afterwards find what it found.
func (f *frame) readOld() {
	if f.oldRead {
		return
	}
	f.oldRead = true
	key, ok := keyOf(f.stmt, current(f.stmt))
	if !ok {
		return
	}
	rows, err := f.find(key)
	if err != nil {
		// Without the old row a rule that compares would let everything pass, so the write must not go on.
		_ = f.stmt.DB.AddError(fmt.Errorf("read the old row of %s: %w", f.stmt.Schema.Name, err))
		return
	}
	f.old = rows
}

// find reads the rows with that primary key, deleted ones included, through the transaction of the write.
// The result is a *[]*T of the written model.
func (f *frame) find(key []any) (any, error) {
	tx := f.stmt.DB.Session(&gorm.Session{NewDB: true})
	tx.Error = nil // that of a hook that has refused already: GORM calls the next one all the same
	tx = tx.Unscoped()
	if f.stmt.TableExpr != nil {
		tx = tx.Table(f.stmt.Table)
	}
	where := make([]clause.Expression, len(key))
	for i, field := range f.stmt.Schema.PrimaryFields {
		where[i] = clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: field.DBName}, Value: key[i]}
	}
	rows := f.stmt.Schema.MakeSlice().Interface()
	return rows, tx.Clauses(clause.Where{Exprs: where}).Limit(1).Find(rows).Error
}
