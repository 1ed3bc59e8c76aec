package dataclasses

import (
	"context"
	"errors"
	"runtime/debug"
)

// Event says why an entity event runs (O-506).
type Event struct {
	Kind EventKind
	Err  error // of the after events: why the save or drop failed; nil after success
}

// EventKind is a kind of entity event (O-500).
type EventKind uint8

// The kinds.
const (
	ValidateSaveEvent EventKind = iota
	SavingEvent
	AfterSaveEvent
	ValidateDropEvent
	DroppingEvent
	AfterDropEvent
)

// String returns ORDA's name of the kind.
func (k EventKind) String() string {
	return [...]string{"validateSave", "saving", "afterSave", "validateDrop", "dropping", "afterDrop"}[k]
}

type eventFunc func(context.Context, *record, Event) error

// eventSpecs are the events declared for a class, in order of declaration.
type eventSpecs struct {
	init                              []func(*record)
	validateSave, saving, afterSave   []eventFunc
	validateDrop, dropping, afterDrop []eventFunc
}

// Init declares the constructor of entities (O-470): it runs in [DataClass.New] and for entities created by remote callers,
// before their values are applied.
func Init[T any](fn func(*Entity[T])) Option[T] {
	return optionFunc[T](func(s *classSpec) {
		s.events.init = append(s.events.init, func(r *record) { fn(entityOf[T](r)) })
	})
}

// ValidateSave declares a check before a save (O-521). An error refuses the save: make it with [Invalid].
func ValidateSave[T any](fn func(context.Context, *Entity[T], Event) error) Option[T] {
	return eventOption(fn, func(e *eventSpecs) *[]eventFunc { return &e.validateSave })
}

// Saving declares an action during a save, inside its transaction, before the triggers (O-522); it runs even if nothing is touched.
// An error stops the save.
func Saving[T any](fn func(context.Context, *Entity[T], Event) error) Option[T] {
	return eventOption(fn, func(e *eventSpecs) *[]eventFunc { return &e.saving })
}

// AfterSave declares an action after a save: inside its transaction after success, outside it after a failure (Event.Err, O-523).
// It cannot fail the save and must not save its entity again. For what must wait for the commit use [AfterCommit] in it.
func AfterSave[T any](fn func(context.Context, *Entity[T], Event)) Option[T] {
	return eventOption(infallible(fn), func(e *eventSpecs) *[]eventFunc { return &e.afterSave })
}

// ValidateDrop declares a check before a drop (O-540).
func ValidateDrop[T any](fn func(context.Context, *Entity[T], Event) error) Option[T] {
	return eventOption(fn, func(e *eventSpecs) *[]eventFunc { return &e.validateDrop })
}

// Dropping declares an action during a drop, inside its transaction (O-542).
func Dropping[T any](fn func(context.Context, *Entity[T], Event) error) Option[T] {
	return eventOption(fn, func(e *eventSpecs) *[]eventFunc { return &e.dropping })
}

// AfterDrop declares an action after a drop (O-543), as [AfterSave].
func AfterDrop[T any](fn func(context.Context, *Entity[T], Event)) Option[T] {
	return eventOption(infallible(fn), func(e *eventSpecs) *[]eventFunc { return &e.afterDrop })
}

func infallible[T any](fn func(context.Context, *Entity[T], Event)) func(context.Context, *Entity[T], Event) error {
	return func(ctx context.Context, e *Entity[T], ev Event) error {
		fn(ctx, e, ev)
		return nil
	}
}

func eventOption[T any](fn func(context.Context, *Entity[T], Event) error, list func(*eventSpecs) *[]eventFunc) Option[T] {
	return optionFunc[T](func(s *classSpec) {
		l := list(&s.events)
		*l = append(*l, func(ctx context.Context, r *record, ev Event) error { return fn(ctx, entityOf[T](r), ev) })
	})
}

// AfterCommit runs fn after the transaction that ctx belongs to was committed; never if it or the part of it that ctx belongs to is undone;
// at once without one, and in a transaction that was begun with GORM, whose end is not known here.
// A panic of fn is logged. What fn writes with ctx is a transaction of its own.
func AfterCommit(ctx context.Context, ds *DataStore, fn func()) {
	if u := ds.unitOf(ctx); u != nil && !u.external {
		u.afterCommit(fn)
		return
	}
	fn()
}

// fire runs the events of one kind; the first error stops.
func (r *record) fire(ctx context.Context, kind EventKind, events []eventFunc) error {
	for _, fn := range events {
		if err := r.run(ctx, fn, Event{Kind: kind}); err != nil {
			return &stoppedError{validate: kind == ValidateSaveEvent || kind == ValidateDropEvent, err: err}
		}
	}
	return nil
}

// run runs one event.
func (r *record) run(ctx context.Context, fn eventFunc, ev Event) (err error) {
	defer guard("event "+ev.Kind.String()+" of "+r.class.model.Name, &err)
	return fn(ctx, r, ev)
}

// succeeded tells the after events of success. They return no error; a panic is one.
func (r *record) succeeded(ctx context.Context, kind EventKind, events []eventFunc) error {
	for _, fn := range events {
		if err := r.run(ctx, fn, Event{Kind: kind}); err != nil {
			return err
		}
	}
	return nil
}

// failed tells the after events of a failure and returns it.
func (r *record) failed(ctx context.Context, kind EventKind, events []eventFunc, err error) error {
	for _, fn := range events {
		if panicked := r.run(ctx, fn, Event{Kind: kind, Err: err}); panicked != nil {
			err = errors.Join(err, panicked)
		}
	}
	return err
}

// guard turns a panic of application code into an error, so that it undoes what it must and kills nothing.
func guard(where string, err *error) {
	if p := recover(); p != nil {
		*err = &PanicError{Where: where, Value: p, Stack: debug.Stack()}
	}
}
