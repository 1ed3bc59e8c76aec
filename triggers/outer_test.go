package triggers_test

import (
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

// Statements of every kind with a trigger's context are refused on a handle that is not the trigger's: with SQLite they would wait
// for the trigger's own transaction for ever.
func TestOuterHandleInHook(t *testing.T) {
	each(t, func(t *testing.T, outer *gorm.DB) {
		i := Item{Name: "a"}
		must(t, outer.Create(&i))
		calls := map[string]func(db *gorm.DB) error{
			"create": func(db *gorm.DB) error { return db.Create(&Item{}).Error },
			"update": func(db *gorm.DB) error { i := i; return db.Save(&i).Error },
			"delete": func(db *gorm.DB) error { i := i; return db.Delete(&i).Error },
			"find":   func(db *gorm.DB) error { return db.Find(&[]Item{}).Error },
			"count":  func(db *gorm.DB) error { return db.Model(&Item{}).Count(new(int64)).Error },
			"exec":   func(db *gorm.DB) error { return db.Exec("SELECT 1").Error },
			"rows":   func(db *gorm.DB) error { _, err := db.Raw("SELECT 1").Rows(); return err },
		}
		for name, call := range calls {
			a := Account{Do: func(tx *gorm.DB, _ *Account) error {
				if err := call(tx); err != nil {
					t.Errorf("%s with the hook's tx: %v", name, err)
				}
				return call(outer.WithContext(tx.Statement.Context))
			}}
			wantIs(t, outer.Create(&a).Error, triggers.ErrOuterHandle)
		}
		if n := count(t, outer, "accounts"); n != 0 {
			t.Errorf("%d accounts, want none", n)
		}
	})
}

// What may be done inside a hook: nested transactions, prepared statements, and work outside on purpose.
func TestHandlesInHook(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		a := Account{Do: func(tx *gorm.DB, _ *Account) error {
			if pool, ok := triggers.Pool(tx.Statement.Context); !ok || pool != tx.Statement.ConnPool {
				t.Errorf("Pool is %v (%t), want that of tx", pool, ok)
			}
			if !triggers.InHook(tx.Statement.Context) || triggers.InHook(triggers.Outside(tx.Statement.Context)) {
				t.Error("InHook: want true inside and false under Outside")
			}
			return tx.Transaction(func(tx *gorm.DB) error {
				return tx.Session(&gorm.Session{NewDB: true, PrepareStmt: true}).Create(&Item{}).Error
			})
		}}
		must(t, db.Create(&a))
		if n := count(t, db, "items"); n != 1 {
			t.Errorf("%d items, want 1", n)
		}
	})
}

// Within is what the data layer says about a transaction of its own.
func TestWithin(t *testing.T) {
	each(t, func(t *testing.T, outer *gorm.DB) {
		if _, ok := triggers.Pool(outer.Statement.Context); ok {
			t.Error("a context outside has a transaction")
		}
		if ctx := outer.Statement.Context; triggers.Within(ctx, nil) != ctx {
			t.Error("Within no transaction changed the context")
		}
		err := outer.Transaction(func(tx *gorm.DB) error {
			ctx := triggers.Within(tx.Statement.Context, tx.Statement.ConnPool)
			wantIs(t, outer.WithContext(ctx).Find(&[]Item{}).Error, triggers.ErrOuterHandle)
			must(t, tx.WithContext(ctx).Create(&Account{Name: "a", Do: func(tx *gorm.DB, _ *Account) error {
				return tx.Create(&Account{Name: "b"}).Error
			}}))
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if n := count(t, outer, "accounts"); n != 2 {
			t.Errorf("%d accounts, want 2", n)
		}
	})
}

// GORM's handle of a hook holds the hook's own statement: without NewDB it would be mixed into the next one.
func TestMixedStatement(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		calls := map[string]func(tx *gorm.DB) error{
			"create": func(tx *gorm.DB) error { return tx.WithContext(tx.Statement.Context).Create(&Item{}).Error },
			"save":   func(tx *gorm.DB) error { return tx.Session(&gorm.Session{}).Save(&Item{ID: 1}).Error },
			"delete": func(tx *gorm.DB) error { return tx.Session(&gorm.Session{}).Delete(&Item{ID: 1}).Error },
		}
		for _, call := range calls {
			a := Account{Do: func(tx *gorm.DB, _ *Account) error { return call(tx) }}
			wantBypass(t, db.Create(&a).Error, "a handle that still holds the hook's own statement")
		}
		a := Account{Do: func(tx *gorm.DB, _ *Account) error {
			return tx.Session(&gorm.Session{NewDB: true, Context: tx.Statement.Context}).Create(&Item{}).Error
		}}
		must(t, db.Create(&a))
	})
}
