// Package triggers makes GORM's hooks the triggers of the database: they know who is saving, what the row was before and how deep they
// are nested, they can refuse, and nothing writes past them by accident.
//
//	// BeforeSave is a GORM hook and therefore the trigger.
//	func (e *Employee) BeforeSave(tx *gorm.DB) error {
//		if old, ok := triggers.Old[Employee](tx); ok && e.Salary < old.Salary/2 {
//			return triggers.Rejectf(-15001, "salary of %s is halved", e.Name)
//		}
//		if s, ok := triggers.Session(tx); ok {
//			e.By = s.User()
//		}
//		return nil
//	}
//
// It is not about the events of a dataclass, which belong to the data layer: triggers are rules of the database, for any writer.
//
// # In a hook
//
// Do everything with the tx the hook was given: it carries transaction, session and level. Another handle is refused ([ErrOuterHandle]).
// To give it another context use tx.Session(&gorm.Session{NewDB: true, Context: ctx}): without NewDB it still holds the hook's statement.
// Do not commit or roll back tx (O-572). An error, of an After hook too, undoes the row and all that its hooks have written.
// Use [Old] and not tx.Statement.Changed, which is false on whole saves and panics in batches.
//
// GORM calls a hook even when the one before it has refused, and keeps the last error: BeforeUpdate's hides BeforeSave's.
//
// # What is refused
//
// On a model with hooks for the kind of write, [Plugin] allows Create(&x), Create of a slice, Save(&x), Select("*").Updates(&x) and
// Delete(&x), each with Omit(clause.Associations) if need be. What would skip hooks, run them with a receiver that is not the row, or
// lose what they change is a [*BypassError]: SkipHooks, UpdateColumn, writes by condition, maps, some columns only, upserts, other types
// for the same table, and SQL text. SQL that does not go through GORM is not seen, nor is what procedures in the database do; TRUNCATE runs
// no triggers (O-561).
//
// # The stamp
//
// Models that embed model.Record have a stamp, on every path. Create makes it 1. Saving or deleting a struct that was read
// compares it, and [ErrStale] says that someone else was first; the struct then shows the stamp it had. Updates by condition, where
// the model has no hooks, add one to the stamp of each row. When a surrounding transaction is rolled back, stamps in
// memory stay ahead of the database: read the rows again.
//
// A write that finds no row is [ErrStale] too, so MySQL must report rows found and not rows changed: clientFoundRows=true.
package triggers
