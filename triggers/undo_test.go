package triggers_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

// attempts are writes whose hooks write a row of their own and refuse afterwards.
func refusedWrites(t *testing.T, db *gorm.DB, a *Account) map[string]func(db *gorm.DB) error {
	t.Helper()
	refuse := func(tx *gorm.DB, _ *Account) error {
		if err := tx.Create(&Item{Name: "by the hook"}).Error; err != nil {
			return err
		}
		return triggers.Rejectf(errRefused, "no")
	}
	with := func(before, after bool) *Account {
		c := *a
		if before {
			c.Do = refuse
		}
		if after {
			c.After = refuse
		}
		return &c
	}
	fresh := func(before, after bool) *Account {
		c := with(before, after)
		c.ID = 0
		return c
	}
	return map[string]func(db *gorm.DB) error{
		"before create": func(db *gorm.DB) error { return db.Create(fresh(true, false)).Error },
		"after create":  func(db *gorm.DB) error { return db.Create(fresh(false, true)).Error },
		"batch":         func(db *gorm.DB) error { return db.Create([]*Account{fresh(false, false), fresh(false, true)}).Error },
		"before update": func(db *gorm.DB) error { return db.Save(with(true, false)).Error },
		"after update":  func(db *gorm.DB) error { return db.Save(with(false, true)).Error },
		"before delete": func(db *gorm.DB) error { return db.Delete(with(true, false)).Error },
		"after delete":  func(db *gorm.DB) error { return db.Delete(with(false, true)).Error },
	}
}

// everything is what the tables of this file's tests hold.
type everything struct {
	Accounts []Account
	Items    []Item
}

func contents(t *testing.T, db *gorm.DB) (e everything) {
	t.Helper()
	must(t, db.Order("id").Find(&e.Accounts))
	must(t, db.Order("id").Find(&e.Items))
	return e
}

// S-106: a refusal leaves nothing of the write, neither the row nor what its hooks wrote, and what was written before stays.
func TestRefusalLeavesNothing(t *testing.T) {
	configs := map[string]gorm.Config{
		"default transaction":    {},
		"no default transaction": {SkipDefaultTransaction: true},
	}
	for name, config := range configs {
		t.Run(name, func(t *testing.T) {
			eachWith(t, config, func(t *testing.T, db *gorm.DB) {
				a := Account{Name: "a"}
				must(t, db.Create(&a))
				before := contents(t, db)
				for name, write := range refusedWrites(t, db, &a) {
					wantRejected(t, write(db), "no")
					session := db.Session(&gorm.Session{SkipDefaultTransaction: true})
					wantRejected(t, write(session), "no")
					if diff := cmp.Diff(before, contents(t, db), ignoreFuncs()); diff != "" {
						t.Fatalf("%s (-before +after):\n%s", name, diff)
					}
				}
			})
		})
	}
}

// S-106: a transaction goes on after a refused write, without anything of it. PostgreSQL would not, were there no savepoint.
func TestRefusalInTransaction(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		a := Account{Name: "a"}
		must(t, db.Create(&a))
		err := db.Transaction(func(tx *gorm.DB) error {
			must(t, tx.Create(&Item{Name: "first"}))
			for _, write := range refusedWrites(t, tx, &a) {
				wantRejected(t, write(tx), "no")
			}
			return tx.Create(&Item{Name: "last"}).Error
		})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		must(t, db.Model(&Item{}).Order("id").Pluck("name", &names))
		if diff := cmp.Diff([]string{"first", "last"}, names); diff != "" {
			t.Errorf("items (-want +got):\n%s", diff)
		}
	})
}

// A hook that goes on after a refused write of its own keeps nothing of that write.
func TestRefusalSwallowedByHook(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		a := Account{Name: "outer", Do: func(tx *gorm.DB, _ *Account) error {
			wantRejected(t, tx.Create(&Employee{Name: "inner", Refuse: "AfterCreate"}).Error, "AfterCreate says no")
			return nil
		}}
		must(t, db.Create(&a))
		if a, e := count(t, db, "accounts"), count(t, db, "employees"); a != 1 || e != 0 {
			t.Errorf("%d accounts and %d employees, want 1 and 0", a, e)
		}
	})
}

// A panic of a hook leaves no transaction open and no row behind.
func TestPanic(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		a := Account{Name: "a"}
		must(t, db.Create(&a))
		a.After = func(*gorm.DB, *Account) error { panic("oops") }
		for name, db := range map[string]*gorm.DB{
			"default transaction":    db,
			"no default transaction": db.Session(&gorm.Session{SkipDefaultTransaction: true}),
		} {
			if got := panicOf(func() { db.Save(&a) }); got != "oops" {
				t.Errorf("%s: panic %v, want oops", name, got)
			}
			wantNoChange(t, db, a)
		}
		err := db.Transaction(func(tx *gorm.DB) error {
			if got := panicOf(func() { tx.Save(&a) }); got != "oops" {
				t.Errorf("panic %v, want oops", got)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		wantNoChange(t, db, a)
	})
}

func wantNoChange(t *testing.T, db *gorm.DB, a Account) {
	t.Helper()
	if got := get[Account](t, db, a.ID).OrdaStamp; got != 1 || a.OrdaStamp != 1 {
		t.Errorf("stamps %d in the database and %d in memory, want 1", got, a.OrdaStamp)
	}
	must(t, db.Create(&Item{})) // the writer is free again
}

func panicOf(f func()) (p any) {
	defer func() { p = recover() }()
	f()
	return nil
}

// A hook cannot turn a save into the save of another row.
func TestKeyMustStay(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		a, b := Account{Name: "a"}, Account{Name: "b"}
		must(t, db.Create(&a))
		must(t, db.Create(&b))
		a.Do = func(_ *gorm.DB, x *Account) error { x.ID = b.ID; return nil }
		if err := db.Save(&a).Error; err == nil {
			t.Error("the save succeeded")
		}
		if got := get[Account](t, db, b.ID).Name; got != "b" {
			t.Errorf("the other row is called %q now", got)
		}
	})
}
