package triggers_test

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/sqlite"
)

// The tests in this file hold what GORM itself does, without the plugin. They are the reasons for what the plugin refuses:
// when one fails after an upgrade of GORM, read the plugin again.

// fact is a model whose hooks tell what they see.
type fact struct {
	ID   uint
	Name string
	Tell func(hook string, tx *gorm.DB, f *fact) error `gorm:"-"`
}

func (fact) TableName() string { return "facts" }

func (f *fact) tell(hook string, tx *gorm.DB) error {
	if f.Tell != nil {
		return f.Tell(hook, tx, f)
	}
	note(tx, "%s %d %s", hook, f.ID, f.Name)
	return nil
}

func (f *fact) BeforeSave(tx *gorm.DB) error   { return f.tell("BeforeSave", tx) }
func (f *fact) BeforeUpdate(tx *gorm.DB) error { return f.tell("BeforeUpdate", tx) }
func (f *fact) AfterSave(tx *gorm.DB) error    { return f.tell("AfterSave", tx) }
func (f *fact) BeforeDelete(tx *gorm.DB) error { return f.tell("BeforeDelete", tx) }

func plain(t *testing.T, config gorm.Config) (*gorm.DB, *journal) {
	t.Helper()
	d := sqlite.Open(filepath.Join(t.TempDir(), "facts.db"))
	t.Cleanup(func() { _ = d.Close() })
	config.Logger = logger.Discard
	db, err := gorm.Open(d, &config)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.AutoMigrate(&fact{}); err != nil {
		t.Fatal(err)
	}
	ctx, j := withJournal(t.Context())
	return db.WithContext(ctx), j
}

func wantLines(t *testing.T, j *journal, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, j.take()); diff != "" {
		t.Errorf("hooks (-want +got):\n%s", diff)
	}
}

// Save puts a deleted row back, with hooks that were told of an update.
func TestFactSaveReinserts(t *testing.T) {
	t.Parallel()
	db, j := plain(t, gorm.Config{})
	must(t, db.Save(&fact{ID: 7, Name: "gone"}))
	wantLines(t, j, "BeforeSave 7 gone", "BeforeUpdate 7 gone", "AfterSave 7 gone")
	if n := count(t, db, "facts"); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

// UpdateColumn runs no hook.
func TestFactUpdateColumn(t *testing.T) {
	t.Parallel()
	db, j := plain(t, gorm.Config{})
	f := fact{Name: "a"}
	must(t, db.Create(&f))
	j.take()
	must(t, db.Model(&f).UpdateColumn("name", "b"))
	wantLines(t, j)
}

// Deletes and updates by condition run hooks once, with a receiver that is no row.
func TestFactByCondition(t *testing.T) {
	t.Parallel()
	db, j := plain(t, gorm.Config{})
	must(t, db.Create([]*fact{{Name: "a"}, {Name: "b"}}))
	j.take()
	must(t, db.Model(&fact{}).Where("id > 0").Update("name", "c"))
	wantLines(t, j, "BeforeSave 0 ", "BeforeUpdate 0 ", "AfterSave 0 c")
	must(t, db.Where("id > 0").Delete(&fact{}))
	wantLines(t, j, "BeforeDelete 0 ")
}

// A narrow Select loses what a hook changes.
func TestFactNarrowSelect(t *testing.T) {
	t.Parallel()
	db, _ := plain(t, gorm.Config{})
	f := fact{Name: "a"}
	must(t, db.Create(&f))
	f.Tell = func(_ string, _ *gorm.DB, f *fact) error { f.Name = "by the hook"; return nil }
	must(t, db.Model(&f).Select("ID").Updates(&f))
	if got := get[fact](t, db, f.ID).Name; got != "a" {
		t.Errorf("stored %q, want a", got)
	}
}

// Changed is always false when the model is saved as a whole, and panics for a batch of pointers that is created.
func TestFactChanged(t *testing.T) {
	t.Parallel()
	db, _ := plain(t, gorm.Config{})
	f := fact{Name: "a"}
	must(t, db.Create(&f))
	f.Name = "b"
	f.Tell = func(_ string, tx *gorm.DB, _ *fact) error {
		if tx.Statement.Changed("Name") {
			t.Error("Changed is true")
		}
		return nil
	}
	must(t, db.Select("*").Updates(&f))
	f.ID = 0
	f.Tell = func(_ string, tx *gorm.DB, _ *fact) error { tx.Statement.Changed("Name"); return nil }
	if p := panicOf(func() { db.Create([]*fact{&f}) }); p == nil {
		t.Error("Changed does not panic in a batch any more")
	}
}

// A batch is created with hooks for each element, with full receivers.
func TestFactBatch(t *testing.T) {
	t.Parallel()
	db, j := plain(t, gorm.Config{})
	must(t, db.Create([]fact{{Name: "a"}, {Name: "b"}}))
	wantLines(t, j, "BeforeSave 0 a", "BeforeSave 0 b", "AfterSave 1 a", "AfterSave 2 b")
}

// An error of an After hook undoes the row with the default transaction, and leaves it without.
func TestFactAfterHook(t *testing.T) {
	t.Parallel()
	for skip, want := range map[bool]int64{false: 0, true: 1} {
		db, _ := plain(t, gorm.Config{SkipDefaultTransaction: skip})
		err := db.Create(&fact{Tell: func(hook string, _ *gorm.DB, _ *fact) error {
			if hook == "AfterSave" {
				return errBroken
			}
			return nil
		}}).Error
		wantIs(t, err, errBroken)
		if n := count(t, db, "facts"); n != want {
			t.Errorf("SkipDefaultTransaction %t: %d rows, want %d", skip, n, want)
		}
	}
}

// The hook after one that refused still runs, and its error hides the first.
func TestFactSecondHookRuns(t *testing.T) {
	t.Parallel()
	db, _ := plain(t, gorm.Config{})
	f := fact{Name: "a"}
	must(t, db.Create(&f))
	second := errors.New("second")
	f.Tell = func(hook string, _ *gorm.DB, _ *fact) error {
		if hook == "BeforeSave" {
			return errBroken
		}
		return second
	}
	err := db.Save(&f).Error
	if errors.Is(err, errBroken) || !errors.Is(err, second) {
		t.Errorf("error %v, want only the second to be found", err)
	}
}

// The tx of a hook carries the context and the transaction of the statement.
func TestFactHookHandle(t *testing.T) {
	t.Parallel()
	db, j := plain(t, gorm.Config{})
	must(t, db.Create(&fact{Tell: func(hook string, tx *gorm.DB, _ *fact) error {
		if _, ok := tx.Statement.ConnPool.(gorm.TxCommitter); !ok {
			t.Error("tx is in no transaction")
		}
		if hook == "AfterSave" {
			return tx.Create(&fact{Name: "nested"}).Error
		}
		return nil
	}}))
	wantLines(t, j, "BeforeSave 0 nested", "AfterSave 2 nested")
}

// valued has hooks with both kinds of receivers.
type valued struct {
	ID uint
}

func (v valued) BeforeSave(tx *gorm.DB) error    { note(tx, "BeforeSave"); return nil }
func (v *valued) BeforeCreate(tx *gorm.DB) error { note(tx, "BeforeCreate"); return nil }

// A hook with a value receiver keeps GORM from calling those with a pointer receiver.
func TestFactMixedReceivers(t *testing.T) {
	t.Parallel()
	db, j := plain(t, gorm.Config{})
	if err := db.AutoMigrate(&valued{}); err != nil {
		t.Fatal(err)
	}
	must(t, db.Create(&valued{}))
	wantLines(t, j, "BeforeSave")
}

// team is a slice type with a hook of its own.
type team []fact

func (team) BeforeSave(tx *gorm.DB) error { note(tx, "team"); return nil }

// A hook of a slice type replaces those of its elements.
func TestFactSliceHooks(t *testing.T) {
	t.Parallel()
	db, j := plain(t, gorm.Config{})
	must(t, db.Create(&team{{Name: "a"}}))
	wantLines(t, j, "team", "AfterSave 1 a")
}

// A panic of a hook leaves the default transaction open.
func TestFactPanic(t *testing.T) {
	t.Parallel()
	db, _ := plain(t, gorm.Config{})
	var pool gorm.ConnPool
	panicOf(func() {
		db.Create(&fact{Tell: func(_ string, tx *gorm.DB, _ *fact) error { pool = tx.Statement.ConnPool; panic("oops") }})
	})
	if err := pool.(gorm.TxCommitter).Rollback(); err != nil {
		t.Errorf("the transaction has ended: %v", err)
	}
}
