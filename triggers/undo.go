package triggers

import (
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// undo is how a write with hooks is taken back when one of them returns an error.
type undo int

const (
	byOthers      undo = iota // GORM's default transaction, or the owner of the transaction (Within)
	byTransaction             // one that was begun here, because the default transaction is switched off
	bySavepoint               // the write is part of a transaction that may go on without it
)

func inTransaction(pool gorm.ConnPool) bool {
	tx, ok := pool.(gorm.TxCommitter)
	return ok && tx != nil
}

// startedByGORM reports whether GORM opened its default transaction for this statement.
func startedByGORM(db *gorm.DB) bool {
	_, ok := db.InstanceGet("gorm:started_transaction")
	return ok && !db.SkipDefaultTransaction
}

// begin makes sure that nothing of the write stays if a hook refuses it, also what its hooks have written.
func (w *write) begin(db *gorm.DB) {
	switch {
	case db.DryRun || startedByGORM(db):
	case !inTransaction(db.Statement.ConnPool):
		tx := db.Begin()
		if db.AddError(tx.Error) == nil {
			w.pool, w.undo = db.Statement.ConnPool, byTransaction
			db.Statement.ConnPool = tx.Statement.ConnPool
		}
	case w.scope.whole || db.DisableNestedTransaction:
	default:
		if db.AddError(alone(db).SavePoint(w.savepoint()).Error) == nil {
			w.undo = bySavepoint
		}
	}
}

// end keeps the write or takes it back.
func (w *write) end(db *gorm.DB, failed bool) {
	how := w.undo
	w.undo = byOthers
	switch how {
	case byTransaction:
		if failed {
			db.Rollback()
		} else {
			db.Commit()
		}
		db.Statement.ConnPool = w.pool
	case bySavepoint:
		w.endSavepoint(db, failed)
	}
}

// endSavepoint leaves the error of a broken connection aside when the write has failed anyway: the transaction is lost with it.
func (w *write) endSavepoint(db *gorm.DB, failed bool) {
	if failed {
		alone(db).RollbackTo(w.savepoint())
	}
	err := alone(db).Exec("RELEASE SAVEPOINT " + w.savepoint()).Error
	if !failed {
		_ = db.AddError(err)
	}
}

// savepoint is unique among the writes that are under way: one per level. MySQL lets a second one of the same name replace the first.
func (w *write) savepoint() string { return fmt.Sprintf("ordago_trigger_%d", w.frame.level) }

// alone returns a handle on the same transaction that leaves the statement of db and its error untouched.
func alone(db *gorm.DB) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true})
	tx.Error = nil
	return tx
}

// undoOnPanic wraps the callbacks that run hooks: GORM leaves its default transaction open when a hook panics,
// and with one writer the database would stand still from then on.
func undoOnPanic(db *gorm.DB) error {
	c := db.Callback()
	wrap := func(get func(string) func(*gorm.DB), replace func(string, func(*gorm.DB)) error, name string) error {
		run := get(name)
		if run == nil {
			return fmt.Errorf("gorm has no callback %s: this version of gorm is not supported", name)
		}
		return replace(name, undoing(run))
	}
	create, update, del := c.Create(), c.Update(), c.Delete()
	return errors.Join(
		wrap(create.Get, create.Replace, "gorm:before_create"),
		wrap(create.Get, create.Replace, "gorm:after_create"),
		wrap(update.Get, update.Replace, "gorm:before_update"),
		wrap(update.Get, update.Replace, "gorm:after_update"),
		wrap(del.Get, del.Replace, "gorm:before_delete"),
		wrap(del.Get, del.Replace, "gorm:after_delete"),
	)
}

// undoing runs hooks and, when one panics, takes the write back before the panic goes on.
func undoing(run func(*gorm.DB)) func(*gorm.DB) {
	return func(db *gorm.DB) {
		done := false
		defer func() {
			if !done {
				abandon(db)
			}
		}()
		run(db)
		done = true
	}
}

func abandon(db *gorm.DB) {
	if w := writeOf(db); w != nil {
		w.end(db, true)
		w.stamps.restore(w.outer, w.target.stamp)
		db.Statement.Context = w.outer
	}
	if startedByGORM(db) {
		db.Rollback()
	}
}
