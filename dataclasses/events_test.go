package dataclasses_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// Ticket has an event and a trigger of every kind. They tell the recorder of their context.
type Ticket struct {
	model.Record
	ID    int64
	Title string
	Note  *string
	Code  *string `gorm:"uniqueIndex"`
	State string
}

func (k *Ticket) BeforeSave(tx *gorm.DB) error   { return hook(tx, "BeforeSave", k) }
func (k *Ticket) AfterSave(tx *gorm.DB) error    { return hook(tx, "AfterSave", k) }
func (k *Ticket) BeforeDelete(tx *gorm.DB) error { return hook(tx, "BeforeDelete", k) }
func (k *Ticket) AfterDelete(tx *gorm.DB) error  { return hook(tx, "AfterDelete", k) }

// recorder notes what runs, and does what a test wants done then.
type recorder struct {
	log  []string
	do   map[string]func(context.Context, *dataclasses.Entity[Ticket]) error // events
	hook map[string]func(*gorm.DB, *Ticket) error
	errs []error // Event.Err of the after events
}

type recorderKey struct{}

func (r *recorder) context(t *testing.T) context.Context {
	return context.WithValue(t.Context(), recorderKey{}, r)
}

func hook(tx *gorm.DB, name string, k *Ticket) error {
	r, ok := tx.Statement.Context.Value(recorderKey{}).(*recorder)
	if !ok {
		return nil
	}
	r.log = append(r.log, name)
	if do := r.hook[name]; do != nil {
		return do(tx, k)
	}
	return nil
}

func event(ctx context.Context, e *dataclasses.Entity[Ticket], ev dataclasses.Event) error {
	r, ok := ctx.Value(recorderKey{}).(*recorder)
	if !ok {
		return nil
	}
	name := ev.Kind.String()
	if ev.Err != nil {
		name += " failed"
		r.errs = append(r.errs, ev.Err)
	}
	r.log = append(r.log, name)
	if do := r.do[name]; do != nil {
		return do(ctx, e)
	}
	return nil
}

func afterEvent(ctx context.Context, e *dataclasses.Entity[Ticket], ev dataclasses.Event) {
	_ = event(ctx, e, ev)
}

func ticketing(options ...dataclasses.Option[Ticket]) []dataclasses.Definition {
	return []dataclasses.Definition{dataclasses.DefineExposed(append(options,
		dataclasses.Init(func(e *dataclasses.Entity[Ticket]) { e.Value.State = "new" }),
		dataclasses.ValidateSave(event), dataclasses.Saving(event), dataclasses.AfterSave(afterEvent),
		dataclasses.ValidateDrop(event), dataclasses.Dropping(event), dataclasses.AfterDrop(afterEvent),
	)...)}
}

func newTicket(t *testing.T, ds *dataclasses.DataStore, title string) *dataclasses.Entity[Ticket] {
	t.Helper()
	e := dataclasses.Of[Ticket](ds).New()
	e.Value.Title = title
	save(t, e)
	return e
}

// O-520, O-522, O-523, O-531, O-540, O-543, O-562, O-568
func TestEventsAndTriggersInTheirOrder(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		rec := &recorder{}
		ctx := rec.context(t)
		step := func(what string, err error, want ...string) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			if diff := cmp.Diff(want, rec.log); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
			rec.log = nil
		}
		e := dataclasses.Of[Ticket](ds).New()
		step("create", e.Save(ctx), "validateSave", "saving", "BeforeSave", "AfterSave", "afterSave")
		step("untouched", e.Save(ctx), "saving")
		if err := e.Set("title", ""); err != nil {
			t.Fatal(err)
		}
		step("update by an equal value", e.Save(ctx), "validateSave", "saving", "BeforeSave", "AfterSave", "afterSave")
		step("drop", e.Drop(ctx), "validateDrop", "dropping", "BeforeDelete", "AfterDelete", "afterDrop")
		if e.Stamp() != 2 || e.Value.State != "new" {
			t.Errorf("the dropped entity is not readable: %+v", e.Value)
		}
	})
}

// outcome is what is left of a save or drop.
type outcome struct {
	Status  dataclasses.Status
	Log     []string
	Title   string
	State   string
	Touched []string
	Stamp   int64
	Stored  string
}

var errPlain = errors.New("plain")

func status(n int, text string, errs ...dataclasses.StatusError) dataclasses.Status {
	return dataclasses.Status{Status: n, StatusText: text, Errors: errs}
}

func eventError(code int, message string) dataclasses.StatusError {
	return dataclasses.StatusError{Code: code, Message: message, Signature: "DBEV"}
}

// O-245, O-246, O-257, O-507, O-521, O-522, O-523, O-525, O-528, O-529, O-530, O-566
func TestFailedSaves(t *testing.T) {
	t.Parallel()
	serious := &dataclasses.ValidationError{Code: 8, Message: "much too low", Serious: true, Extra: map[string]any{"limit": 50}}
	withExtra := dataclasses.StatusError{Code: 8, Message: "much too low", Signature: "DBEV", Extra: map[string]any{"limit": 50}}
	toSaving := []string{"validateSave", "saving", "afterSave failed"}
	toHook := []string{"validateSave", "saving", "BeforeSave", "afterSave failed"}
	other := "Other error"
	tests := []struct {
		name   string
		event  string
		err    error
		stale  bool
		status dataclasses.Status
		log    []string
	}{
		{"mild", "validateSave", dataclasses.Invalid(7, "margin %d too low", 3), false, status(7, "Mild Validation Error", eventError(7, "margin 3 too low")), []string{"validateSave", "afterSave failed"}},
		{"serious", "validateSave", serious, false, status(8, "Serious Validation Error", withExtra), []string{"validateSave", "afterSave failed"}},
		{"thrown in validate", "validateSave", errPlain, false, status(8, "Serious Validation Error"), []string{"validateSave", "afterSave failed"}},
		{"mild and stale", "validateSave", dataclasses.Invalid(7, "low"), true, status(7, "Mild Validation Error", eventError(7, "low")), []string{"validateSave", "afterSave failed"}},
		{"saving", "saving", dataclasses.Invalid(9, "disk"), false, status(4, other, eventError(9, "disk")), toSaving},
		{"saving, wrapped", "saving", errors.Join(errPlain, dataclasses.Invalid(9, "disk")), false, status(4, other, eventError(9, "disk")), toSaving},
		{"saving, plain", "saving", errPlain, false, status(4, other), toSaving},
		{"saving, of another entity", "saving", &dataclasses.ConflictError{Class: "Other"}, false, status(4, other), toSaving},
		{"trigger", "BeforeSave", triggers.Rejectf(-15050, "no"), false, status(4, other, dataclasses.StatusError{Code: -15050, Message: "no", Signature: "dbmg"}), toHook},
		{"trigger, plain", "BeforeSave", errPlain, false, status(4, other), toHook},
		{"trigger, of another entity", "BeforeSave", dataclasses.ErrNotFound, false, status(4, other), toHook},
		{"trigger, stale other", "BeforeSave", triggers.ErrStale, false, status(4, other), toHook},
		{"after trigger", "AfterSave", triggers.Rejectf(-15051, "late"), false, status(4, other, dataclasses.StatusError{Code: -15051, Message: "late", Signature: "dbmg"}), []string{"validateSave", "saving", "BeforeSave", "AfterSave", "afterSave failed"}},
		{"stale", "", nil, true, status(2, "Stamp has changed"), toHook},
	}
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				e := newTicket(t, ds, "before")
				stored := "before"
				if tt.stale {
					other := get[Ticket](t, ds, e.Value.ID)
					other.Value.Title, stored = "other", "other"
					save(t, other)
				}
				rec := failing(tt.event, tt.err)
				e.Value.Title = "after"
				err := e.Save(rec.context(t))
				want := outcome{tt.status, tt.log, "after", "new", []string{"title"}, 1, stored}
				if diff := cmp.Diff(want, outcomeOf(t, ds, rec, e, err)); diff != "" {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
				if len(rec.errs) != 1 || !errors.Is(rec.errs[0], err) {
					t.Errorf("the after event was told %v", rec.errs)
				}
			})
		}
	})
}

// failing makes one event or trigger fail, after it changed the entity: that must not stay.
func failing(name string, err error) *recorder {
	return &recorder{
		do: map[string]func(context.Context, *dataclasses.Entity[Ticket]) error{name: func(_ context.Context, e *dataclasses.Entity[Ticket]) error {
			if name == "saving" {
				if err := e.Set("state", "changed by the event"); err != nil {
					return err
				}
			}
			return err
		}},
		hook: map[string]func(*gorm.DB, *Ticket) error{name: func(_ *gorm.DB, k *Ticket) error {
			k.State = "changed by the trigger"
			return err
		}},
	}
}

func outcomeOf(t *testing.T, ds *dataclasses.DataStore, rec *recorder, e *dataclasses.Entity[Ticket], err error) outcome {
	t.Helper()
	return outcome{
		Status: dataclasses.StatusOf(err), Log: rec.log, Title: e.Value.Title, State: e.Value.State,
		Touched: e.TouchedAttributes(), Stamp: e.Stamp(), Stored: get[Ticket](t, ds, e.Value.ID).Value.Title,
	}
}
