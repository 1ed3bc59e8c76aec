package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/google/uuid"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// This file is the only one that writes rows. One entity at a time goes through GORM, so that every hook sees a full receiver;
// associations are never saved along; the triggers' plugin counts the stamp and compares it.

// save writes an entity: see Entity.Save.
func (r *record) save(ctx context.Context) error {
	if r.saving {
		return r.ownEvent("saved") // O-523
	}
	r.saving = true
	defer func() { r.saving = false }()
	if !r.isNew && !r.Touched() {
		return r.saveUntouched(ctx)
	}
	if err := r.maySave(ctx); err != nil {
		return err
	}
	if err := r.checkVisible(ctx); err != nil {
		return err
	}
	events := &r.class.spec.events
	if err := r.fire(ctx, ValidateSaveEvent, events.validateSave); err != nil {
		return r.failed(ctx, AfterSaveEvent, events.afterSave, err)
	}
	undo := r.snapshot()
	if err := r.class.ds.work(ctx, r.write); err != nil {
		undo()
		return r.failed(ctx, AfterSaveEvent, events.afterSave, r.writeError(ctx, err))
	}
	r.clean()
	return nil
}

func (r *record) ownEvent(what string) error {
	return fmt.Errorf("%s(%s) is being %s: its events must not do it again", r.class.model.Name, r.Key(), what)
}

// saveUntouched runs the saving event only: there is nothing to write (O-251, O-522, A-04).
func (r *record) saveUntouched(ctx context.Context) error {
	saving := r.class.spec.events.saving
	if len(saving) == 0 {
		return nil
	}
	return r.class.ds.lazily(ctx, func(ctx context.Context) error { return r.fire(ctx, SavingEvent, saving) })
}

// snapshot returns a function that gives the entity back the values it has now: events and hooks may change them before they fail.
func (r *record) snapshot() func() {
	before, assigned := r.class.spec.types.shallow(r.ptr), maps.Clone(r.assigned)
	return func() {
		r.class.spec.types.copy(r.ptr, before)
		r.assigned = assigned
	}
}

// write is saving events, triggers, row and after events, inside the transaction.
func (r *record) write(ctx context.Context, tx *gorm.DB) (err error) {
	defer guard("a trigger of "+r.class.model.Name, &err)
	events := &r.class.spec.events
	if err := r.fire(ctx, SavingEvent, events.saving); err != nil {
		return err
	}
	if err := r.class.model.Normalize(r.ptr); err != nil {
		return err
	}
	if err := r.checkStorable(); err != nil {
		return err
	}
	put := r.update
	if r.isNew {
		put = r.insert
	}
	if err := put(ctx, tx); err != nil {
		return err
	}
	return r.succeeded(ctx, AfterSaveEvent, events.afterSave)
}

func (r *record) insert(ctx context.Context, tx *gorm.DB) error {
	if err := r.generateKeys(); err != nil {
		return err
	}
	if tx.Statement.Context != ctx {
		tx = tx.WithContext(ctx)
	}
	if err := tx.Omit(clause.Associations).Create(r.ptr).Error; err != nil {
		return ofTrigger(err)
	}
	if r.class.hasDefaults() {
		return r.refresh(ctx, tx)
	}
	return nil
}

func (r *record) update(ctx context.Context, tx *gorm.DB) error {
	if err := r.compareStamp(); err != nil {
		return err
	}
	ctx = triggers.WithOld(ctx, r.before())
	done := r.whereBlankKeys(tx.WithContext(ctx)).Select("*").Omit(clause.Associations).Updates(r.ptr)
	if done.Error == nil && done.RowsAffected == 0 {
		return triggers.ErrStale // of a model without stamp and hooks, which the triggers' plugin does not look at
	}
	return ofTrigger(done.Error)
}

// whereBlankKeys names the zero parts of the key: GORM leaves them out and would write all rows that agree in the others.
func (r *record) whereBlankKeys(tx *gorm.DB) *gorm.DB {
	for _, a := range r.class.model.Key {
		switch v, err := a.Driver(r.before()); {
		case err != nil:
		case v == int64(0), v == "", v == 0.0, v == false:
			tx = tx.Where(clause.Eq{Column: clause.Column{Table: clause.CurrentTable, Name: a.Column}, Value: v})
		}
	}
	return tx
}

// compareStamp refuses an update whose sender saw another stamp than the one loaded: REST sends the stamp it read.
func (r *record) compareStamp() error {
	if r.expected == nil || r.class.model.Stamp == nil || *r.expected == r.Stamp() {
		return nil
	}
	return &ConflictError{Class: r.class.model.Name, Key: r.Key(), Sent: *r.expected, Stored: r.Stamp()}
}

// generateKeys fills UUIDs that are null (O-031).
func (r *record) generateKeys() error {
	for _, a := range r.class.model.Attributes {
		if !a.AutoGenerate {
			continue
		}
		if v, err := a.Value(r.ptr); err != nil || !isBlank(v) {
			continue
		}
		id, err := newUUID(a)
		if err != nil {
			return err
		}
		if err := a.Assign(r.ptr, id); err != nil {
			return err
		}
	}
	return nil
}

// newUUID makes a UUID that sorts by time; as text it has 4D's spelling, 32 upper-case digits.
func newUUID(a *model.Attribute) (string, error) {
	id, err := uuid.NewV7()
	if err != nil || a.NativeUUID() {
		return id.String(), err
	}
	return strings.ToUpper(strings.ReplaceAll(id.String(), "-", "")), nil
}

func isBlank(v any) bool { return v == nil || v == "" || v == uuid.Nil.String() }

// hasDefaults reports whether the database fills columns besides an auto-incremented key.
func (c *class) hasDefaults() bool {
	for _, f := range c.model.Schema.FieldsWithDefaultDBValue {
		if !f.PrimaryKey && (c.model.Stamp == nil || f.DBName != c.model.Stamp.Column) {
			return true
		}
	}
	return false
}

// drop deletes the row: see Entity.Drop.
func (r *record) drop(ctx context.Context, force bool) error {
	if r.dropping {
		return r.ownEvent("dropped") // O-543
	}
	if r.isNew {
		return r.notFound()
	}
	r.dropping = true
	defer func() { r.dropping = false }()
	if err := r.mayDrop(ctx); err != nil {
		return err
	}
	if err := r.checkVisible(ctx); err != nil {
		return err
	}
	events := &r.class.spec.events
	if err := r.fire(ctx, ValidateDropEvent, events.validateDrop); err != nil {
		return r.failed(ctx, AfterDropEvent, events.afterDrop, err)
	}
	err := r.class.ds.work(ctx, func(ctx context.Context, tx *gorm.DB) error { return r.delete(ctx, tx, force) })
	if err != nil {
		return r.failed(ctx, AfterDropEvent, events.afterDrop, r.writeError(ctx, err))
	}
	return nil
}

func (r *record) delete(ctx context.Context, tx *gorm.DB, force bool) (err error) {
	defer guard("a trigger of "+r.class.model.Name, &err)
	if err := r.fire(ctx, DroppingEvent, r.class.spec.events.dropping); err != nil {
		return err
	}
	if force {
		ctx = triggers.WithForce(ctx)
	} else if err := r.compareStamp(); err != nil {
		return err
	}
	// The row is deleted as it was loaded: unsaved changes of the entity must neither reach the triggers nor the condition.
	done := tx.WithContext(triggers.WithOld(ctx, r.before())).Delete(r.class.model.Clone(r.before()))
	switch {
	case done.Error != nil:
		return ofTrigger(done.Error)
	case done.RowsAffected == 0:
		return triggers.ErrStale
	}
	return r.succeeded(ctx, AfterDropEvent, r.class.spec.events.afterDrop)
}

// reload reads the row again.
func (r *record) reload(ctx context.Context) error {
	if r.isNew {
		return r.notFound()
	}
	key, err := r.class.keyOf(r.before())
	if err != nil {
		return err
	}
	fresh, err := r.class.load(ctx, key)
	if err != nil {
		return err
	}
	r.class.spec.types.copy(r.ptr, fresh.ptr)
	r.clean()
	return nil
}

// refresh reads what the database filled by itself.
func (r *record) refresh(ctx context.Context, tx *gorm.DB) error {
	key, err := r.class.keyOf(r.ptr)
	if err != nil {
		return err
	}
	fresh, err := r.class.loadFrom(ctx, tx.Statement.ConnPool, key)
	if err != nil {
		return err
	}
	r.class.spec.types.copy(r.ptr, fresh.ptr)
	return nil
}

func (c *class) keyOf(ptr any) ([]any, error) {
	key := make([]any, len(c.model.Key))
	for i, a := range c.model.Key {
		v, err := a.Value(ptr)
		if err != nil {
			return nil, err
		}
		key[i] = v
	}
	return key, nil
}

// writeError says in our words why a write failed.
func (r *record) writeError(ctx context.Context, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, triggers.ErrStale):
		return r.staleError(ctx, err)
	}
	if kind, ok := constraintKind(err); ok {
		return &ConstraintError{Class: r.class.model.Name, Key: r.Key(), Kind: kind}
	}
	return databaseError(err)
}

// staleError finds out whether the row has changed or is gone. If neither, a trigger has met a stale row of its own.
func (r *record) staleError(ctx context.Context, err error) error {
	key, keyErr := r.class.keyOf(r.before())
	if keyErr != nil || r.isNew {
		return &stoppedError{err: err}
	}
	stored, readErr := r.class.read(context.WithoutCancel(ctx), key)
	if readErr != nil {
		return readErr
	}
	if r.class.model.Stamp == nil || stored.Stamp() == r.stampOf(r.before()) {
		return &stoppedError{err: err}
	}
	return &ConflictError{Class: r.class.model.Name, Key: r.Key(), Sent: r.stampOf(r.before()), Stored: stored.Stamp()}
}

func (r *record) notFound() error { return r.class.notFound(r.Key()) }
