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

type Author struct {
	model.Record
	ID        int64
	FirstName string
	LastName  string `gorm:"index"`
	Born      model.Day
	Email     *string `gorm:"uniqueIndex"`
	Active    bool
	Secret    string `orda:"-"`
	Books     []Book
}

type Book struct {
	model.Record
	ID       int64
	Title    string
	Price    float64
	Pages    *int64
	AuthorID *int64
	Author   *Author
}

func (b *Book) BeforeSave(tx *gorm.DB) error {
	if b.Price < 0 {
		return triggers.Rejectf(-15001, "price of %s is negative", b.Title)
	}
	return nil
}

func (b *Book) AfterSave(tx *gorm.DB) error {
	if b.Title == "fails after" {
		return triggers.Rejectf(-15002, "after")
	}
	return nil
}

func library() []dataclasses.Definition {
	return []dataclasses.Definition{
		dataclasses.DefineExposed[Author](
			dataclasses.Computed("fullName", func(_ context.Context, e *dataclasses.Entity[Author]) (string, error) {
				return e.Value.FirstName + " " + e.Value.LastName, nil
			}),
		),
		dataclasses.DefineExposed[Book](
			dataclasses.Alias[Book]("authorName", "author.lastName"),
		),
	}
}

func newAuthor(t *testing.T, ds *dataclasses.DataStore, first, last string) *dataclasses.Entity[Author] {
	t.Helper()
	e := dataclasses.Of[Author](ds).New()
	e.Value.FirstName, e.Value.LastName = first, last
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

func newBook(t *testing.T, ds *dataclasses.DataStore, title string, price float64, author *dataclasses.Entity[Author]) *dataclasses.Entity[Book] {
	t.Helper()
	e := dataclasses.Of[Book](ds).New()
	e.Value.Title, e.Value.Price = title, price
	if author != nil {
		if err := e.Set("author", author); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	return e
}

// O-035, O-036, O-065, O-210, O-211, O-216, O-217, O-250, O-251, O-256
func TestSaveCountsTheStamp(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		e := dataclasses.Of[Author](ds).New()
		if !e.IsNew() || e.Stamp() != 0 || e.Touched() {
			t.Fatalf("new entity: IsNew %v, Stamp %d, Touched %v", e.IsNew(), e.Stamp(), e.Touched())
		}
		e.Value.LastName = "Okoro"
		save(t, e)
		if e.IsNew() || e.Stamp() != 1 || e.Touched() || e.Value.ID == 0 {
			t.Fatalf("saved entity: IsNew %v, Stamp %d, Touched %v, ID %d", e.IsNew(), e.Stamp(), e.Touched(), e.Value.ID)
		}
		save(t, e)
		if e.Stamp() != 1 {
			t.Errorf("saved untouched: stamp %d, want 1", e.Stamp())
		}
		if err := e.Set("lastName", "Okoro"); err != nil || !e.Touched() {
			t.Errorf("assigned an equal value: %v, Touched %v", err, e.Touched())
		}
		save(t, e)
		if e.Stamp() != 2 {
			t.Errorf("saved after self-assignment: stamp %d, want 2", e.Stamp())
		}
		stored := get[Author](t, ds, e.Value.ID)
		if diff := cmp.Diff(e.Value, stored.Value); diff != "" {
			t.Errorf("stored entity (-memory +stored):\n%s", diff)
		}
	})
}

// O-253, O-259, O-248
func TestStaleEntity(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		id := newAuthor(t, ds, "Ines", "Duarte").Value.ID
		a, b := get[Author](t, ds, id), get[Author](t, ds, id)
		a.Value.LastName = "First"
		save(t, a)
		b.Value.LastName = "Second"
		err := b.Save(t.Context())
		var conflict *dataclasses.ConflictError
		if !errors.Is(err, dataclasses.ErrConflict) || !errors.As(err, &conflict) {
			t.Fatalf("save of a stale entity: %v", err)
		}
		if diff := cmp.Diff(&dataclasses.ConflictError{Class: "Author", Key: "1", Sent: 1, Stored: 2}, conflict); diff != "" {
			t.Error(diff)
		}
		if s := dataclasses.StatusOf(err); s.Status != dataclasses.StatusStampChanged || s.StatusText != "Stamp has changed" {
			t.Errorf("status %+v", s)
		}
		if got := get[Author](t, ds, id).Value.LastName; got != "First" {
			t.Errorf("stored name %q, want First", got)
		}
		if b.Value.LastName != "Second" || !b.Touched() || b.Stamp() != 1 {
			t.Errorf("the stale entity lost its values: %+v, touched %v", b.Value, b.Touched())
		}
		if err := b.Drop(t.Context()); !errors.Is(err, dataclasses.ErrConflict) {
			t.Errorf("drop of a stale entity: %v", err)
		}
		if err := a.Drop(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := b.Save(t.Context()); !errors.Is(err, dataclasses.ErrNotFound) {
			t.Errorf("save of a dropped entity: %v", err)
		}
		if err := b.Reload(t.Context()); !errors.Is(err, dataclasses.ErrNotFound) {
			t.Errorf("reload of a dropped entity: %v", err)
		}
	})
}

// O-261, O-564, O-566
func TestRejectedWriteLeavesNothing(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		e := newBook(t, ds, "Salt Roads", 10, nil)
		e.Value.Price = -1
		err := e.Save(t.Context())
		if r, ok := errors.AsType[*triggers.RejectedError](err); !ok || r.Code != -15001 {
			t.Fatalf("save: %v", err)
		}
		if s := dataclasses.StatusOf(err); s.Status != 4 || len(s.Errors) != 1 || s.Errors[0].Code != -15001 {
			t.Errorf("status %+v", s)
		}
		e.Value.Price, e.Value.Title = 11, "fails after"
		if err := e.Save(t.Context()); err == nil {
			t.Fatal("a save whose after hook fails succeeded")
		}
		stored := get[Book](t, ds, e.Value.ID)
		if stored.Value.Title != "Salt Roads" || stored.Value.Price != 10 || stored.Stamp() != 1 {
			t.Errorf("stored %+v, stamp %d", stored.Value, stored.Stamp())
		}
		e.Value.Title = "Salt Roads 2"
		save(t, e)
		if e.Stamp() != 2 {
			t.Errorf("stamp after a rejected and a good save: %d, want 2", e.Stamp())
		}
	})
}

// O-058, O-641, O-642, O-643
func TestTransactions(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		authors := dataclasses.Of[Author](ds)
		stop := errors.New("stop")
		err := ds.Transaction(t.Context(), func(ctx context.Context) error {
			a := authors.New()
			a.Value.LastName = "outer"
			if err := a.Save(ctx); err != nil {
				return err
			}
			inner := ds.Transaction(ctx, func(ctx context.Context) error {
				b := authors.New()
				b.Value.LastName = "inner"
				if err := b.Save(ctx); err != nil {
					return err
				}
				return stop
			})
			if !errors.Is(inner, stop) {
				return inner
			}
			if n, err := authors.Count(ctx); err != nil || n != 1 {
				t.Errorf("inside: %d, %v; want 1", n, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		err = ds.Transaction(t.Context(), func(ctx context.Context) error {
			c := authors.New()
			c.Value.LastName = "undone"
			if err := c.Save(ctx); err != nil {
				return err
			}
			return stop
		})
		if !errors.Is(err, stop) {
			t.Fatal(err)
		}
		if n, _ := authors.Count(t.Context()); n != 1 {
			t.Errorf("%d authors stored, want 1", n)
		}
	})
}

func save[T any](t *testing.T, e *dataclasses.Entity[T]) {
	t.Helper()
	if err := e.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func get[T any](t *testing.T, ds *dataclasses.DataStore, key any) *dataclasses.Entity[T] {
	t.Helper()
	e, err := dataclasses.Of[T](ds).Get(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	return e
}
