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

// O-005, O-060, O-308, O-647: each datastore has its own transaction, also where one is used inside the other's.
func TestTwoDatastores(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		one, two := ordatest.Open(t, db, ticketing()...), ordatest.Open(t, ordatest.SQLite(t), ticketing()...)
		err := one.Transaction(t.Context(), func(ctx context.Context) error {
			if err := errors.Join(add(ctx, one, "in one"), add(ctx, two, "in two")); err != nil {
				return err
			}
			return two.Transaction(ctx, func(ctx context.Context) error {
				if n, err := dataclasses.Of[Ticket](two).Count(ctx); n != 1 || err != nil {
					t.Errorf("%d tickets in two, %v", n, err)
				}
				if n, err := dataclasses.Of[Ticket](one).Count(ctx); n != 1 || err != nil {
					t.Errorf("%d tickets in one, %v: its own transaction is not seen", n, err)
				}
				return errors.Join(add(ctx, one, "in one again"), add(ctx, two, "undone"), errUndo)
			})
		})
		if !errors.Is(err, errUndo) {
			t.Fatal(err)
		}
		if diff := cmp.Diff([][]string{{}, {"in two"}}, [][]string{storedTitles(t, one), storedTitles(t, two)}); diff != "" {
			t.Errorf("stored in one and two (-want +got):\n%s", diff)
		}
		rec := &recorder{hook: map[string]func(*gorm.DB, *Ticket) error{"BeforeSave": func(tx *gorm.DB, k *Ticket) error {
			if k.Title == "copied" {
				return nil
			}
			return add(tx.Statement.Context, two, "copied")
		}}}
		if err := add(rec.context(t), one, "original"); err != nil {
			t.Fatalf("a trigger that saves in another datastore: %v", err)
		}
		if diff := cmp.Diff([][]string{{"original"}, {"in two", "copied"}}, [][]string{storedTitles(t, one), storedTitles(t, two)}); diff != "" {
			t.Errorf("stored in one and two (-want +got):\n%s", diff)
		}
		if c := dataclasses.Of[Ticket](two); c.DataStore() != two || c.All().DataClass().DataStore() != two || c.Name() != "Ticket" {
			t.Error("a dataclass does not know its datastore")
		}
	})
}

func TestEntitiesOfAnotherDatastore(t *testing.T) {
	t.Parallel()
	one, two := ordatest.Open(t, ordatest.SQLite(t), library()...), ordatest.Open(t, ordatest.SQLite(t), library()...)
	author := newAuthor(t, one, "Chidi", "Okoro")
	book := dataclasses.Of[Book](two).New()
	if err := book.Set("author", author); err == nil {
		t.Error("an entity of another datastore was accepted as author")
	}
	local := dataclasses.Private("name", nothing)
	if _, err := local.Call(t.Context(), one, dataclasses.None{}); err == nil {
		t.Error("a function that is not declared in the datastore was called")
	}
	if _, err := local.Call(t.Context(), nil, dataclasses.None{}); err == nil {
		t.Error("a function was called on nil")
	}
	if _, err := dataclasses.Open(ordatest.SQLite(t), nil); err == nil {
		t.Error("a nil definition was accepted")
	}
}

// O-041, O-043: a nil entity is null.
func TestNilEntities(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), library()...)
	shelf(t, ds)
	book := get[Book](t, ds, 1)
	var none *dataclasses.Entity[Author]
	if err := book.Set("author", none); err != nil || book.Value.AuthorID != nil {
		t.Errorf("set to a nil entity: %v, %v", err, book.Value.AuthorID)
	}
	if _, err := dataclasses.RelatedEntities[Book](none, "books"); err == nil {
		t.Error("a nil entity has related entities")
	}
	if _, err := dataclasses.RelatedEntity[Author](t.Context(), (*dataclasses.Entity[Book])(nil), "author"); err == nil {
		t.Error("a nil entity has a related entity")
	}
	if _, err := dataclasses.Of[Book](ds).Query("author = :1", none); err == nil {
		t.Error("a nil entity was a value of a query")
	}
}

// O-503: a trigger of a plain GORM write uses the data layer in the transaction of GORM.
func TestTriggersOfPlainGORMWrites(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		rec := &recorder{hook: map[string]func(*gorm.DB, *Ticket) error{"AfterSave": func(tx *gorm.DB, k *Ticket) error {
			if triggers.Level(tx) > 1 {
				return nil
			}
			if dataclasses.FromTx(tx) != ds {
				t.Error("FromTx gives another datastore")
			}
			if err := add(tx.Statement.Context, ds, "by the trigger of "+k.Title); err != nil {
				return err
			}
			if k.Title == "refused" {
				return errPlain
			}
			return nil
		}}}
		ctx := rec.context(t)
		if err := db.WithContext(ctx).Create(&Ticket{Title: "plain"}).Error; err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"BeforeSave", "AfterSave", "validateSave", "saving", "BeforeSave", "AfterSave", "afterSave"}, rec.log); diff != "" {
			t.Errorf("a plain GORM write and the save in its trigger (-want +got):\n%s", diff)
		}
		if err := db.WithContext(ctx).Create(&Ticket{Title: "refused"}).Error; !errors.Is(err, errPlain) {
			t.Error(err)
		}
		if diff := cmp.Diff([]string{"plain", "by the trigger of plain"}, storedTitles(t, ds)); diff != "" {
			t.Errorf("stored (-want +got):\n%s", diff)
		}
	})
}
