package triggers

import (
	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// What to write instead.
const (
	saveOne   = "read the row, change the struct and call Save(&x)"
	saveEach  = "read the rows and call Save(&x) for each"
	createOne = "fill a struct and call Create(&x)"
	deleteOne = "read the row and call Delete(&x)"
)

func (w *write) refusal(call, instead string) *BypassError {
	return &BypassError{Model: w.target.schema.Name, Call: call, Instead: instead}
}

// problem returns why the statement is refused, or nil.
func (w *write) problem(stmt *gorm.Statement) *BypassError {
	if w.mixed(stmt) {
		return w.refusal("a handle that still holds the hook's own statement", "tx.Session(&gorm.Session{NewDB: true, Context: ctx}) instead of tx.WithContext(ctx)")
	}
	if w.foreign {
		return w.problemForeign()
	}
	if w.target.hooked(w.event) {
		if p := w.problemHooks(stmt); p != nil {
			return p
		}
	}
	switch w.event {
	case Creating:
		return w.problemCreate(stmt)
	case Updating:
		return w.problemUpdate(stmt)
	default:
		return w.problemDelete(stmt)
	}
}

// mixed reports whether the handle was made from a hook's tx without NewDB: GORM then takes model and table from the hook's statement.
func (w *write) mixed(stmt *gorm.Statement) bool {
	f := w.scope.frame
	return f != nil && sameValue(stmt.Model, f.stmt.Model) && mapsOf(stmt.Dest) == nil && shapeOf(stmt, receiver(stmt.Dest)) == other
}

// problemForeign: the table of a model with triggers, written through another type or none.
func (w *write) problemForeign() *BypassError {
	if !w.target.hooked(w.event) {
		return nil
	}
	return w.refusal("a write to its table through another type or Table(name)", "use the model itself: its hooks are the table's triggers")
}

// problemHooks: what keeps GORM from calling hooks, or from writing what they leave.
func (w *write) problemHooks(stmt *gorm.Statement) *BypassError {
	conflict, _ := conflictOf(stmt)
	switch {
	case w.event == Creating && stmt.SkipHooks && conflict.UpdateAll:
		p := w.refusal("Save of a row that is not there", "Create(&x) if the row is new; if it was deleted, leave it so")
		p.cause = ErrStale
		return p
	case stmt.SkipHooks:
		return w.refusal("UpdateColumn, UpdateColumns or Session{SkipHooks}", instead(w.event))
	case stmt.SQL.Len() > 0:
		return w.refusal("Raw(sql) before Create, Updates or Delete", instead(w.event))
	case modified(stmt):
		return w.refusal("a changed INSERT, UPDATE or DELETE clause", instead(w.event))
	default:
		return nil
	}
}

// modified reports whether the caller put a word like OR REPLACE, or another table, into the statement.
func modified(stmt *gorm.Statement) bool {
	insert, _ := stmt.Clauses["INSERT"].Expression.(clause.Insert)
	update, _ := stmt.Clauses["UPDATE"].Expression.(clause.Update)
	del, _ := stmt.Clauses["DELETE"].Expression.(clause.Delete)
	return insert != (clause.Insert{}) || update != (clause.Update{}) || del != (clause.Delete{})
}

// instead returns what to write for a change of that kind.
func instead(e Event) string {
	switch e {
	case Creating:
		return createOne
	case Updating:
		return saveOne
	default:
		return deleteOne
	}
}

func (w *write) problemCreate(stmt *gorm.Statement) *BypassError {
	if p := w.problemUpsert(stmt); p != nil {
		return p
	}
	given := shapeOf(stmt, stmt.ReflectValue)
	isMap := mapsOf(stmt.Dest) != nil
	switch {
	case given == other && !isMap:
		return w.refusal("Create of a value that is no pointer to the model", "Create(&x), or Create(&xs) for a slice")
	case !w.target.create:
		return nil
	case isMap:
		return w.refusal("Create with a map", createOne)
	case given == many && hooksOnSlice(stmt.ReflectValue):
		return w.refusal("Create of a slice type that has hooks of its own", "move the hooks to the model: GORM would not call those of the elements")
	case !full(stmt):
		return w.refusal("Create with Select or Omit of columns", "Create(&x), with Omit(clause.Associations) if need be")
	default:
		return nil
	}
}

// problemUpsert: an insert that may turn into an update, which no hook sees and no stamp counts.
func (w *write) problemUpsert(stmt *gorm.Statement) *BypassError {
	conflict, ok := conflictOf(stmt)
	if !ok {
		return nil
	}
	const call = "an upsert (OnConflict, Save of a slice, or a row saved along with its relation)"
	const instead = "Create or Save each row by itself; keep relations out with Omit(clause.Associations)"
	switch {
	case w.target.create, w.target.update && !conflict.DoNothing:
		return w.refusal(call, instead)
	case w.target.stamp == nil || conflict.DoNothing:
		return nil
	case conflict.UpdateAll || w.anyRead(stmt):
		return w.refusal(call, instead)
	default:
		return nil
	}
}

// anyRead reports whether one of the rows has a stamp, and so was read from the database.
func (w *write) anyRead(stmt *gorm.Statement) bool {
	for _, row := range rowsOf(stmt, stmt.ReflectValue) {
		if stampOf(stmt.Context, w.target.stamp, row) != 0 {
			return true
		}
	}
	return false
}

func (w *write) problemUpdate(stmt *gorm.Statement) *BypassError {
	if !w.target.update {
		return nil
	}
	rv := receiver(stmt.Model)
	_, preset := stmt.Clauses["SET"]
	_, keyed := keyOf(stmt, rv)
	switch {
	case shapeOf(stmt, rv) == many:
		return w.refusal("Updates of a slice", saveEach)
	case shapeOf(stmt, rv) == single && !keyed:
		return w.refusal("an update by condition", saveEach)
	case preset || mapsOf(stmt.Dest) != nil:
		return w.refusal("Update or Updates with a map", saveOne)
	case shapeOf(stmt, rv) != single:
		return w.refusal("an update of a value that is no pointer to the model", "Save(&x)")
	case !sameValue(stmt.Model, stmt.Dest):
		return w.refusal("Updates with another value than the model", saveOne)
	case !whole(stmt):
		return w.refusal("Updates of some of the columns", `Save(&x), or Select("*").Updates(&x)`)
	default:
		return nil
	}
}

func (w *write) problemDelete(stmt *gorm.Statement) *BypassError {
	if !w.target.deletion {
		return nil
	}
	rv := receiver(stmt.Dest)
	_, keyed := keyOf(stmt, rv)
	switch {
	case shapeOf(stmt, rv) == many:
		return w.refusal("Delete of a slice", "read the rows and call Delete(&x) for each")
	case shapeOf(stmt, rv) != single:
		return w.refusal("Delete of a value that is no pointer to the model", "Delete(&x)")
	case !sameValue(stmt.Model, stmt.Dest):
		return w.refusal("Delete with another value than the model", deleteOne)
	case !keyed:
		return w.refusal("a delete by condition", "read the rows and call Delete(&x) for each")
	default:
		return nil
	}
}
