package triggers_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

// olds are what Old says in one trigger.
type olds struct {
	Name     string
	Found    bool
	AnyOther bool // Old of another type
}

func oldOf(tx *gorm.DB) olds {
	old, ok := triggers.Old[Account](tx)
	_, other := triggers.Old[Item](tx)
	return olds{old.Name, ok, other}
}

// watch notes what Old says before and after the row is written.
func watch(a *Account, seen *[]olds) {
	look := func(tx *gorm.DB, _ *Account) error {
		*seen = append(*seen, oldOf(tx))
		return nil
	}
	a.Do, a.After = look, look
}

func TestOld(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		var seen []olds
		a := Account{Name: "new"}
		watch(&a, &seen)
		must(t, db.Create(&a))
		a.Name = "changed"
		must(t, db.Save(&a))
		must(t, db.Delete(&a))
		want := []olds{{}, {}, {"new", true, false}, {"new", true, false}, {"changed", true, false}, {"changed", true, false}}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Errorf("Old (-want +got):\n%s", diff)
		}
		if got := oldOf(db); got != (olds{}) {
			t.Errorf("outside: %+v, want nothing", got)
		}
	})
}

// With hooks that run after the write alone, the row is read before it.
func TestOldInAfterHooks(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		ctx, journal := withJournal(db.Statement.Context)
		db = db.WithContext(ctx)
		w := Watched{Name: "one"}
		must(t, db.Create(&w))
		w.Name = "two"
		must(t, db.Save(&w))
		must(t, db.Delete(&w))
		if diff := cmp.Diff([]string{"one -> two (true)", "two deleted (true)"}, journal.take()); diff != "" {
			t.Errorf("journal (-want +got):\n%s", diff)
		}
	})
}

// What the data layer hands over is used for the write it was meant for, and for no other row, type or nested write.
func TestWithOld(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		a, b := Account{Name: "a"}, Account{Name: "b"}
		must(t, db.Create(&a))
		must(t, db.Create(&b))
		given := func(ptr any) *gorm.DB { return db.WithContext(triggers.WithOld(db.Statement.Context, ptr)) }
		tests := []struct {
			name string
			ptr  any
			want olds
		}{
			{"this row", &Account{ID: a.ID, Name: "given"}, olds{Name: "given", Found: true}},
			{"another row", &Account{ID: b.ID, Name: "given"}, olds{Name: "a", Found: true}},
			{"another type", &Item{ID: a.ID, Name: "given"}, olds{Name: "a", Found: true}},
			{"no pointer", Account{ID: a.ID, Name: "given"}, olds{Name: "a", Found: true}},
			{"nil", nil, olds{Name: "a", Found: true}},
			{"nil pointer", (*Account)(nil), olds{Name: "a", Found: true}},
		}
		for _, test := range tests {
			var seen []olds
			watch(&a, &seen)
			must(t, given(test.ptr).Save(&a))
			if diff := cmp.Diff([]olds{test.want, test.want}, seen); diff != "" {
				t.Errorf("%s (-want +got):\n%s", test.name, diff)
			}
		}
		var nested []olds
		watch(&b, &nested)
		a.Do, a.After = func(tx *gorm.DB, _ *Account) error { return tx.Save(&b).Error }, nil
		must(t, given(&Account{ID: b.ID, Name: "given"}).Save(&a))
		if want := (olds{Name: "b", Found: true}); nested[0] != want {
			t.Errorf("nested: %+v, want %+v", nested[0], want)
		}
	})
}

// A row that is not there has no old value, and an old value that cannot be read fails the write instead of looking like none.
func TestOldMissing(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		var seen []olds
		a := Account{ID: 99}
		watch(&a, &seen)
		if err := db.Save(&a).Error; err == nil {
			t.Error("Save of a row that is not there succeeded")
		}
		if diff := cmp.Diff([]olds{{}}, seen); diff != "" {
			t.Errorf("Old (-want +got):\n%s", diff)
		}
		b := Account{Name: "b"}
		must(t, db.Create(&b))
		if err := db.Callback().Query().Before("gorm:query").Register("broken", failOnFind); err != nil {
			t.Fatal(err)
		}
		if err := db.Save(&b).Error; err == nil || b.OrdaStamp != 1 {
			t.Errorf("error %v, stamp %d: want an error and stamp 1", err, b.OrdaStamp)
		}
	})
}

// A key of several columns.
func TestCompositeKey(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		ctx, journal := withJournal(db.Statement.Context)
		db = db.WithContext(ctx)
		must(t, db.Create([]*Seat{{"A", 1, "Ada"}, {"A", 2, "Bob"}}))
		must(t, db.Save(&Seat{"A", 2, "Cid"}))
		if diff := cmp.Diff([]string{"[A 2] was Bob (true)"}, journal.take()); diff != "" {
			t.Errorf("journal (-want +got):\n%s", diff)
		}
		wantBypass(t, db.Select("*").Updates(&Seat{Hall: "A", Guest: "everyone"}).Error, "an update by condition")
	})
}
