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
)

// Owner must have a name; its pets refer to it.
type Owner struct {
	model.Record
	ID   int64
	Name *string `gorm:"not null"`
	Age  int64   `gorm:"check:age >= 0"`
	Pets []Pet
}

type Pet struct {
	model.Record
	ID      int64
	OwnerID int64
	Owner   *Owner
}

// O-027, O-257, O-261
func TestRulesOfTheDatabase(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, dataclasses.DefineExposed[Owner](), dataclasses.DefineExposed[Pet]())
		name := "Ada"
		owner := create(t, ds, Owner{Name: &name})
		create(t, ds, Pet{OwnerID: owner.Value.ID})
		tests := []struct {
			name  string
			write func(ctx context.Context) error
			want  dataclasses.ConstraintError
		}{
			{"null", func(ctx context.Context) error { return dataclasses.Of[Owner](ds).New().Save(ctx) }, dataclasses.ConstraintError{Class: "Owner", Key: "0", Kind: dataclasses.NotNull}},
			{"check", func(ctx context.Context) error {
				e := get[Owner](t, ds, 1)
				return errors.Join(e.Set("age", -1), e.Save(ctx))
			}, dataclasses.ConstraintError{Class: "Owner", Key: "1", Kind: dataclasses.Check}},
			{"no such owner", func(ctx context.Context) error {
				e := dataclasses.Of[Pet](ds).New()
				return errors.Join(e.Set("owner", 4711), e.Save(ctx))
			}, dataclasses.ConstraintError{Class: "Pet", Key: "0", Kind: dataclasses.ForeignKey}},
			{"drop with pets", get[Owner](t, ds, 1).Drop, dataclasses.ConstraintError{Class: "Owner", Key: "1", Kind: dataclasses.ForeignKey}},
		}
		for _, tt := range tests {
			err := ds.Transaction(t.Context(), func(ctx context.Context) error {
				err := tt.write(ctx)
				if c, ok := errors.AsType[*dataclasses.ConstraintError](err); !ok || *c != tt.want || dataclasses.StatusOf(err).Status != dataclasses.StatusSerious {
					t.Errorf("%s: %v, want %+v", tt.name, err, tt.want)
				}
				e := dataclasses.Of[Owner](ds).New() // the transaction goes on
				return errors.Join(e.Set("name", tt.name), e.Save(ctx))
			})
			if err != nil {
				t.Errorf("%s: the transaction: %v", tt.name, err)
			}
		}
		if n, err := dataclasses.Of[Owner](ds).Count(t.Context()); err != nil || n != 1+len(tests) {
			t.Errorf("%d owners, %v", n, err)
		}
	})
}

// O-252, O-524, O-565: a duplicate is found after the events and the triggers, and undoes what they wrote.
func TestDuplicateAfterEventsAndTriggers(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		code := "A1"
		create(t, ds, Ticket{Title: "first", Code: &code})
		rec := &recorder{do: map[string]func(context.Context, *dataclasses.Entity[Ticket]) error{}}
		ctx := rec.context(t)
		rec.do["saving"] = func(ctx context.Context, e *dataclasses.Entity[Ticket]) error {
			return add(context.WithValue(ctx, recorderKey{}, nil), ds, "by the event")
		}
		second := dataclasses.Of[Ticket](ds).New()
		second.Value.Title, second.Value.Code = "second", &code
		err := second.Save(ctx)
		if c, ok := errors.AsType[*dataclasses.ConstraintError](err); !ok || c.Kind != dataclasses.Duplicate {
			t.Errorf("save: %v", err)
		}
		if !second.IsNew() || second.Stamp() != 0 || second.Value.ID != 0 || !second.Touched() {
			t.Errorf("the entity after a failed creation: %+v, new %v", second.Value, second.IsNew())
		}
		if diff := cmp.Diff([]string{"validateSave", "saving", "BeforeSave", "afterSave failed"}, rec.log); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"first"}, storedTitles(t, ds)); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
		second.Value.Code = nil
		save(t, second)
	})
}

// O-649
func TestAtomic(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		remote := ds.Remote()
		books := remote.Class("Book")
		err := remote.Atomic(t.Context(), func(ctx context.Context) error {
			for _, body := range []string{`{"__KEY":"1","__STAMP":1,"price":1}`, `{"title":"new"}`, `{"__KEY":"2","__STAMP":9,"price":1}`} {
				if _, err := books.Save(ctx, object(t, body), nil); err != nil {
					return err
				}
			}
			return nil
		})
		if !errors.Is(err, dataclasses.ErrConflict) {
			t.Errorf("a batch with a stale element: %v", err)
		}
		if n, err := books.All().Count(t.Context()); err != nil || n != 4 || get[Book](t, ds, 1).Stamp() != 1 {
			t.Errorf("%d books, %v: a part of the batch was stored", n, err)
		}
	})
}

// O-037, O-644: the time of the last change; and entities in memory after an undone transaction.
func TestTimestampAndUndoneEntities(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		e := newAuthor(t, ds, "Chidi", "Okoro")
		authors := ds.Remote().Class("Author")
		p, err := authors.Project(t.Context(), dataclasses.ProjectionSpec{Attributes: []string{"ID"}})
		if err != nil {
			t.Fatal(err)
		}
		before, err := authors.Get(t.Context(), dataclasses.KeyText{"1"}, p)
		if err != nil || before.Modified.IsZero() {
			t.Fatalf("row %+v, %v", before, err)
		}
		err = ds.Transaction(t.Context(), func(ctx context.Context) error {
			e.Value.LastName = "changed"
			return errors.Join(e.Save(ctx), errUndo)
		})
		if !errors.Is(err, errUndo) || e.Stamp() != 2 || e.Value.LastName != "changed" {
			t.Errorf("%v: the entity after undoing: %+v", err, e.Value)
		}
		if err := e.Save(t.Context()); err != nil {
			t.Errorf("the entity is not touched, so there is nothing to save: %v", err)
		}
		e.Value.LastName = "again"
		if err := e.Save(t.Context()); !errors.Is(err, dataclasses.ErrConflict) {
			t.Errorf("save with a stamp that was undone: %v", err)
		}
		if err := e.Reload(t.Context()); err != nil {
			t.Fatal(err)
		}
		e.Value.LastName = "again"
		save(t, e)
		after, err := authors.Get(t.Context(), dataclasses.KeyText{"1"}, p)
		if err != nil || after.Modified.Before(before.Modified) || after.Stamp != 2 {
			t.Errorf("row %+v, %v", after, err)
		}
	})
}
