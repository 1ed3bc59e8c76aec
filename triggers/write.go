package triggers

import (
	"context"
	"fmt"

	"gorm.io/gorm"
)

// write is the state of one guarded statement, from the guard to the end of its callbacks.
type write struct {
	event   Event
	target  target
	foreign bool            // the statement names the table, but not by the Go type of target
	outer   context.Context // the statement's context before the trigger
	scope   scope           // that of outer
	frame   *frame          // nil without hooks
	undo    undo
	pool    gorm.ConnPool // the handle's, while the write runs in a transaction begun here
	key     []any         // primary key when the hooks began; nil on create
	stamps  stamps
}

// writeKey names the write in the settings of its statement. GORM copies settings to the statements of associations, hence the pointer.
type writeKey struct{ stmt *gorm.Statement }

func setWrite(db *gorm.DB, w *write) { db.Statement.Settings.Store(writeKey{db.Statement}, w) }

func forget(db *gorm.DB) { db.Statement.Settings.Delete(writeKey{db.Statement}) }

func writeOf(db *gorm.DB) *write {
	v, _ := db.Statement.Settings.Load(writeKey{db.Statement})
	w, _ := v.(*write)
	return w
}

// hooks reports whether GORM will call hooks of this write: not under SkipHooks, which the guard lets pass only for [Bypass].
func (w *write) hooks(db *gorm.DB) bool {
	return w.target.hooked(w.event) && !w.foreign && !db.Statement.SkipHooks
}

// enter begins the trigger: what the hooks do with their tx is nested in it.
// It runs after GORM's own transaction began and, on update, after the receiver was set up.
func enter(db *gorm.DB) {
	w := writeOf(db)
	if w == nil || db.Error != nil {
		return
	}
	if w.event != Creating {
		w.key, _ = keyOf(db.Statement, db.Statement.ReflectValue)
	}
	if !w.foreign {
		w.stamps.remember(db.Statement, w.target.stamp)
	}
	if !w.hooks(db) {
		return
	}
	w.frame = &frame{event: w.event, level: 1, parent: w.scope.frame, stmt: db.Statement}
	if w.frame.parent != nil {
		w.frame.level = w.frame.parent.level + 1
	}
	w.begin(db)
	pool := w.scope.pool
	if inTransaction(db.Statement.ConnPool) {
		pool = db.Statement.ConnPool
	}
	w.frame.given(w.scope.old)
	db.Statement.Context = w.scope.enter(w.frame, pool).in(w.outer)
}

// hooked ends the before hooks: the row is about to be written.
func (w *write) hooked(db *gorm.DB) {
	if w.frame == nil || db.Error != nil {
		return
	}
	if w.target.after(w.event) {
		w.frame.readOld()
	}
	if key, _ := keyOf(db.Statement, db.Statement.ReflectValue); w.key != nil && !sameKey(w.key, key) {
		_ = db.AddError(fmt.Errorf("%s: a hook changed the primary key of the row that is being saved: create a new row and delete the old one", w.target.schema.Name))
	}
}

// written runs when an update or delete was sent: no row means that someone else was first.
func written(db *gorm.DB) {
	w := writeOf(db)
	if w == nil || db.Error != nil || db.DryRun {
		return
	}
	sent := db.Statement.SQL.Len() > 0 // an update that changes no column sends nothing
	if sent && db.RowsAffected == 0 && (w.stamps.checked || w.frame != nil && w.key != nil) {
		_ = db.AddError(fmt.Errorf("%s: %w", w.target.schema.Name, ErrStale))
		return
	}
	w.stamps.raised(db.Statement, w.target.stamp)
}

// leave ends the trigger, whether the write succeeded or not.
func leave(db *gorm.DB) {
	w := writeOf(db)
	if w == nil {
		return
	}
	forget(db)
	if w.stamps.set {
		delete(db.Statement.Clauses, "SET")
	}
	w.end(db, db.Error != nil)
	if db.Error != nil || db.DryRun {
		w.stamps.restore(w.outer, w.target.stamp)
	}
	db.Statement.Context = w.outer
}
