package dataclasses_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/triggers"
)

// O-265, O-266, O-529, O-540, O-542, O-543
func TestFailedDrops(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		event  string
		err    error
		status dataclasses.Status
		log    []string
	}{
		{"mild", "validateDrop", dataclasses.Invalid(7, "kept"), status(7, "Mild Validation Error", eventError(7, "kept")), []string{"validateDrop", "afterDrop failed"}},
		{"thrown in validate", "validateDrop", errPlain, status(8, "Serious Validation Error"), []string{"validateDrop", "afterDrop failed"}},
		{"dropping", "dropping", dataclasses.Invalid(9, "in use"), status(4, "Other error", eventError(9, "in use")), []string{"validateDrop", "dropping", "afterDrop failed"}},
		{"trigger", "BeforeDelete", triggers.Rejectf(-15060, "no"), status(4, "Other error", dataclasses.StatusError{Code: -15060, Message: "no", Signature: "dbmg"}), []string{"validateDrop", "dropping", "BeforeDelete", "afterDrop failed"}},
		{"after trigger", "AfterDelete", errPlain, status(4, "Other error"), []string{"validateDrop", "dropping", "BeforeDelete", "AfterDelete", "afterDrop failed"}},
	}
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) {
				e := newTicket(t, ds, "kept")
				rec := failing(tt.event, tt.err)
				err := e.Drop(rec.context(t))
				want := outcome{tt.status, tt.log, "kept", "new", []string{}, 1, "kept"}
				if diff := cmp.Diff(want, outcomeOf(t, ds, rec, e, err)); diff != "" {
					t.Errorf("%v (-want +got):\n%s", err, diff)
				}
			})
		}
		stale := newTicket(t, ds, "stale")
		other := get[Ticket](t, ds, stale.Value.ID)
		other.Value.Title = "other"
		save(t, other)
		stale.Value.Title = "unsaved changes do not matter"
		if s := dataclasses.StatusOf(stale.Drop(t.Context())); s.Status != dataclasses.StatusStampChanged {
			t.Errorf("drop of a stale entity: %+v", s)
		}
		if err := stale.ForceDrop(t.Context()); err != nil {
			t.Errorf("forced drop: %v", err)
		}
		for name, err := range map[string]error{
			"again": stale.ForceDrop(t.Context()), "by another": other.Drop(t.Context()), "new": dataclasses.Of[Ticket](ds).New().Drop(t.Context()),
		} {
			if s := dataclasses.StatusOf(err); s.Status != dataclasses.StatusGone || s.StatusText != "Entity does not exist anymore" {
				t.Errorf("drop, %s: %v, %+v", name, err, s)
			}
		}
	})
}

// O-370, O-372, O-373, O-544, O-567
func TestDropOfASelection(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		for _, title := range []string{"a", "kept", "b", "kept by the trigger"} {
			newTicket(t, ds, title)
		}
		rec := &recorder{
			do: map[string]func(context.Context, *dataclasses.Entity[Ticket]) error{"validateDrop": func(_ context.Context, e *dataclasses.Entity[Ticket]) error {
				if e.Value.Title == "kept" {
					return dataclasses.Invalid(1, "kept")
				}
				return nil
			}},
			hook: map[string]func(*gorm.DB, *Ticket) error{"BeforeDelete": func(_ *gorm.DB, k *Ticket) error {
				if k.Title == "kept by the trigger" {
					return triggers.Rejectf(-15070, "kept")
				}
				return nil
			}},
		}
		tickets := ds.Remote().Class("Ticket")
		failures, err := tickets.All().Drop(rec.context(t))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]int{}
		for _, f := range failures {
			got[f.Key] = dataclasses.StatusOf(f.Err).Status
		}
		if diff := cmp.Diff(map[string]int{"2": 7, "4": 4}, got); diff != "" {
			t.Errorf("failures (-want +got):\n%s", diff)
		}
		if n, err := tickets.All().Count(t.Context()); err != nil || n != 2 {
			t.Errorf("%d tickets left, %v; want 2", n, err)
		}

		undone := errors.New("undo")
		err = ds.Transaction(t.Context(), func(ctx context.Context) error {
			if failures, err := tickets.All().Drop(ctx); err != nil || len(failures) > 0 {
				t.Errorf("drop in a transaction: %v, %v", failures, err)
			}
			return undone
		})
		if n, countErr := tickets.All().Count(t.Context()); !errors.Is(err, undone) || countErr != nil || n != 2 {
			t.Errorf("%d tickets after the drop was undone, %v, %v; want 2", n, err, countErr)
		}
	})
}

// An event that saves or drops its own entity would never end. O-523, O-543
func TestEventsMustNotSaveTheirOwnEntity(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), ticketing()...)
	for _, name := range []string{"validateSave", "saving", "afterSave"} {
		var inner error
		rec := &recorder{do: map[string]func(context.Context, *dataclasses.Entity[Ticket]) error{name: func(ctx context.Context, e *dataclasses.Entity[Ticket]) error {
			inner = e.Save(ctx)
			return nil
		}}}
		e := dataclasses.Of[Ticket](ds).New()
		if err := e.Save(rec.context(t)); err != nil || inner == nil || e.Stamp() != 1 {
			t.Errorf("%s: save %v, save in the event %v, stamp %d", name, err, inner, e.Stamp())
		}
	}
	e := newTicket(t, ds, "x")
	for _, name := range []string{"validateDrop", "dropping", "afterDrop failed"} {
		var inner error
		rec := failing("BeforeDelete", errPlain)
		rec.do[name] = func(ctx context.Context, e *dataclasses.Entity[Ticket]) error {
			inner = e.Drop(ctx)
			return nil
		}
		if err := e.Drop(rec.context(t)); err == nil || inner == nil || errors.Is(inner, errPlain) {
			t.Errorf("%s: drop %v, drop in the event %v", name, err, inner)
		}
	}
	rec := failing("BeforeDelete", errPlain)
	rec.do["afterDrop failed"] = func(ctx context.Context, e *dataclasses.Entity[Ticket]) error {
		return errors.Join(e.Set("state", "survived"), e.Save(ctx))
	}
	if err := e.Drop(rec.context(t)); !errors.Is(err, errPlain) {
		t.Fatal(err)
	}
	if got := get[Ticket](t, ds, e.Value.ID).Value.State; got != "survived" {
		t.Errorf("state %q: an entity whose drop failed may be saved in afterDrop", got)
	}
}
