package triggers_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// S-105, O-563: each event runs its hooks, before the row is written they may change it.
func TestEvents(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		ctx, journal := withJournal(db.Statement.Context)
		db = as(t, db.WithContext(ctx), "ada")
		e := Employee{Name: "Eve"}
		must(t, db.Create(&e))
		want := []string{
			"BeforeSave Eve creating level 1", "BeforeCreate Eve creating level 1",
			"AfterCreate Eve creating level 1", "AfterSave Eve creating level 1",
		}
		if diff := cmp.Diff(want, journal.take()); diff != "" {
			t.Errorf("create (-want +got):\n%s", diff)
		}
		if got := get[Employee](t, db, e.ID).By; got != "ada" {
			t.Errorf("stored by %q, want the user the hook set", got)
		}
		must(t, db.Save(&e))
		want = []string{
			"BeforeSave Eve updating level 1", "BeforeUpdate Eve updating level 1",
			"AfterUpdate Eve updating level 1", "AfterSave Eve updating level 1",
		}
		if diff := cmp.Diff(want, journal.take()); diff != "" {
			t.Errorf("update (-want +got):\n%s", diff)
		}
		must(t, db.Delete(&e))
		want = []string{"BeforeDelete Eve deleting level 1", "AfterDelete Eve deleting level 1"}
		if diff := cmp.Diff(want, journal.take()); diff != "" {
			t.Errorf("delete (-want +got):\n%s", diff)
		}
		if e, l := triggers.EventOf(db), triggers.Level(db); e != triggers.None || l != 0 {
			t.Errorf("outside: event %v, level %d, want none and 0", e, l)
		}
	})
}

// O-569, O-570, O-571, O-573, S-108: an invoice deletes its lines, whose hook changes products; the session and the level reach all of them.
func TestCascade(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		p := Product{Stock: 1}
		must(t, db.Create(&p))
		i := Invoice{}
		must(t, db.Create(&i))
		must(t, db.Create([]*Line{{InvoiceID: i.ID, ProductID: p.ID}, {InvoiceID: i.ID, ProductID: p.ID}}))
		ctx, journal := withJournal(db.Statement.Context)
		must(t, as(t, db.WithContext(ctx), "ada").Delete(&i))
		want := []string{
			"line 1: level 2, level 1 is deleting of invoices 1",
			"product 1: level 3 by ada, stock 1 -> 2 (true)",
			"line 2: level 2, level 1 is deleting of invoices 1",
			"product 1: level 3 by ada, stock 2 -> 3 (true)",
		}
		if diff := cmp.Diff(want, journal.take()); diff != "" {
			t.Errorf("journal (-want +got):\n%s", diff)
		}
		if got := count(t, db, "lines"); got != 0 {
			t.Errorf("%d lines left, want 0", got)
		}
	})
}

// S-106, O-573: a refusal far down undoes the whole cascade.
func TestCascadeRefused(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		p := Product{Stock: 2}
		must(t, db.Create(&p))
		i := Invoice{}
		must(t, db.Create(&i))
		must(t, db.Create([]*Line{{InvoiceID: i.ID, ProductID: p.ID}, {InvoiceID: i.ID, ProductID: p.ID}}))
		wantRejected(t, db.Delete(&i).Error, "stock of 1 is full")
		got := [3]int64{count(t, db, "invoices"), count(t, db, "lines"), int64(get[Product](t, db, p.ID).Stock)}
		if want := [3]int64{1, 2, 2}; got != want {
			t.Errorf("invoices, lines and stock %v, want %v", got, want)
		}
	})
}

// O-571, S-108: a local function hides the session from its own code, not from triggers; a job has none.
func TestSession(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		seen := func(db *gorm.DB) (user string, ok bool) {
			a := Account{Do: func(tx *gorm.DB, _ *Account) error {
				s, has := triggers.Session(tx)
				user, ok = s.User(), has
				return nil
			}}
			must(t, db.Create(&a))
			return user, ok
		}
		if user, ok := seen(db); ok || user != "" {
			t.Errorf("a job has the session of %q", user)
		}
		ctx := session.NewContext(db.Statement.Context, session.NewStandalone("ada"))
		for name, ctx := range map[string]context.Context{"function": ctx, "local function": session.Hide(ctx)} {
			if user, ok := seen(db.WithContext(ctx)); !ok || user != "ada" {
				t.Errorf("%s: session of %q (%t), want ada", name, user, ok)
			}
		}
	})
}

// O-569: levels that do not exist have no properties, and what comes after a trigger is outside again.
func TestProperties(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		type properties struct {
			Event triggers.Event
			Table string
			Key   any
		}
		of := func(tx *gorm.DB, level int) properties {
			e, table, key := triggers.Properties(tx, level)
			return properties{e, table, key}
		}
		var got []properties
		inner := Account{Name: "inner"}
		outer := Account{Name: "outer", Do: func(tx *gorm.DB, _ *Account) error {
			inner.Do = func(tx *gorm.DB, _ *Account) error {
				got = append(got, of(tx, 0), of(tx, 1), of(tx, 2), of(tx, 3))
				return nil
			}
			err := tx.Create(&inner).Error
			got = append(got, of(tx, 2))
			return err
		}}
		must(t, db.Create(&outer))
		got = append(got, of(db, 1))
		none, creating := properties{}, properties{triggers.Creating, "accounts", nil}
		want := []properties{none, creating, creating, none, none, none}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("properties (-want +got):\n%s", diff)
		}
	})
}

// A handle that is used again after a write is not inside that write's trigger any more.
func TestLevelEnds(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		var levels []int
		level := func(tx *gorm.DB, _ *Account) error {
			levels = append(levels, triggers.Level(tx))
			return nil
		}
		tx := must(t, db.Create(&Account{Do: level}))
		must(t, tx.Session(&gorm.Session{NewDB: true}).Create(&Account{Do: level}))
		if triggers.InHook(tx.Statement.Context) {
			t.Error("the handle is still inside a hook")
		}
		if diff := cmp.Diff([]int{1, 1}, levels); diff != "" {
			t.Errorf("levels (-want +got):\n%s", diff)
		}
	})
}

// The rows of a batch have their own hooks, with full receivers and their own keys.
func TestBatch(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		var got []any
		after := func(tx *gorm.DB, a *Account) error {
			_, _, key := triggers.Properties(tx, 1)
			_, old := triggers.Old[Account](tx)
			got = append(got, a.Name, key, old)
			return nil
		}
		must(t, db.Create([]Account{{Name: "a", After: after}, {Name: "b", After: after}}))
		if diff := cmp.Diff([]any{"a", uint(1), false, "b", uint(2), false}, got); diff != "" {
			t.Errorf("hooks (-want +got):\n%s", diff)
		}
	})
}
