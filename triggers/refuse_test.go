package triggers_test

import (
	"errors"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/triggers"
)

// attempt is one call of GORM on a table with the employees Ada (1) and Bob (2).
type attempt struct {
	name string
	call func(db *gorm.DB, ada *Employee) *gorm.DB
	want string // what the refusal names as the call; "" when it is allowed
}

const (
	byMap       = "Update or Updates with a map"
	byCondition = "an update by condition"
	skipping    = "UpdateColumn, UpdateColumns or Session{SkipHooks}"
	upsert      = "an upsert (OnConflict, Save of a slice, or a row saved along with its relation)"
	someColumns = "Updates of some of the columns"
	outsideType = "a write to its table through another type or Table(name)"
	sqlText     = "SQL that writes to its table"
	changed     = "a changed INSERT, UPDATE or DELETE clause"
	partial     = "Create with Select or Omit of columns"
)

func creates() []attempt {
	return []attempt{
		{"pointer", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Create(&Employee{Name: "Cid"}) }, ""},
		{"without associations", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Omit(clause.Associations).Create(&Employee{Name: "Cid", Company: &Company{Name: "C"}})
		}, ""},
		{"relation omitted by name", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Omit("Company").Create(&Employee{Name: "Cid", Company: &Company{Name: "C"}})
		}, ""},
		{"Save of a new row", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Save(&Employee{Name: "Cid"}) }, ""},
		{"slice", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Create(&[]Employee{{Name: "Cid"}}) }, ""},
		{"slice of pointers", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Create([]*Employee{{Name: "Cid"}}) }, ""},
		{"in batches", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.CreateInBatches([]*Employee{{Name: "Cid"}}, 1) }, ""},
		{"FirstOrCreate", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.FirstOrCreate(&Employee{}, Employee{Name: "Cid"}) }, ""},
		{"generics", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return failed(db, gorm.G[Employee](db).Create(db.Statement.Context, &Employee{Name: "Cid"}))
		}, ""},

		{"value", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Create(Employee{Name: "Cid"}) },
			"Create of a value that is no pointer to the model"},
		{"another struct", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Model(&Employee{}).Create(&Company{Name: "Cid"}) },
			"Create of a value that is no pointer to the model"},
		{"map", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Model(&Employee{}).Create(map[string]any{"name": "Cid"})
		}, "Create with a map"},
		{"maps", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Model(&Employee{}).Create([]map[string]any{{"name": "Cid"}})
		}, "Create with a map"},
		{"map by table", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Table("employees").Create(map[string]any{"name": "Cid"})
		}, outsideType},
		{"map by table, quoted and aliased", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Table("`Employees` AS e").Create(map[string]any{"name": "Cid"})
		}, outsideType},
		{"second struct", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Create(&EmployeeRow{Name: "Cid"}) }, outsideType},
		{"other model into the table", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Table("employees").Create(&Company{Name: "Cid"})
		}, outsideType},
		{"other model into the table by clause", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Clauses(clause.Insert{Table: clause.Table{Name: "employees"}}).Create(&Company{Name: "Cid"})
		}, outsideType},
		{"OnConflict", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&Employee{Name: "Cid"})
		}, upsert},
		{"OnConflict DoNothing", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&Employee{Name: "Cid"})
		}, upsert},
		{"OR REPLACE", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Clauses(clause.Insert{Modifier: "OR REPLACE"}).Create(&Employee{ID: 1, Name: "Cid"})
		}, changed},
		{"Save of a slice", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Save([]*Employee{ada}) }, upsert},
		{"along with the company", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Create(&Company{Name: "C", Employees: []Employee{{Name: "Cid"}}})
		}, upsert},
		{"association append", func(db *gorm.DB, _ *Employee) *gorm.DB {
			c := Company{Name: "C"}
			if err := db.Create(&c).Error; err != nil {
				return failed(db, err)
			}
			return failed(db, db.Model(&c).Association("Employees").Append(&Employee{Name: "Cid"}))
		}, upsert},
		{"Select", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Select("Name").Create(&Employee{Name: "Cid"}) }, partial},
		{"Omit", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Omit("Salary").Create(&Employee{Name: "Cid"}) }, partial},
		{"SkipHooks", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Session(&gorm.Session{SkipHooks: true}).Create(&Employee{Name: "Cid"})
		}, skipping},
		{"generics Set", func(db *gorm.DB, _ *Employee) *gorm.DB {
			set := clause.Assignment{Column: clause.Column{Name: "name"}, Value: "Cid"}
			return failed(db, gorm.G[Employee](db).Set(set).Create(db.Statement.Context))
		}, "Create with a map"},
		{"Raw before Create", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Raw("INSERT INTO companies (name) VALUES ('x')").Create(&Employee{Name: "Cid"})
		}, "Raw(sql) before Create, Updates or Delete"},
		{"Exec", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Exec("INSERT INTO employees (name) VALUES (?)", "Cid")
		}, sqlText},
		{"Raw Scan", func(db *gorm.DB, _ *Employee) *gorm.DB {
			var id uint
			return db.Raw("INSERT INTO employees (name) VALUES (?) RETURNING id", "Cid").Scan(&id)
		}, sqlText},
		{"Raw Find", func(db *gorm.DB, _ *Employee) *gorm.DB {
			var id []uint
			return db.Raw("INSERT INTO employees (name) VALUES (?) RETURNING id", "Cid").Find(&id)
		}, sqlText},
		{"Raw Rows", func(db *gorm.DB, _ *Employee) *gorm.DB {
			rows, err := db.Raw("INSERT INTO employees (name) VALUES (?) RETURNING id", "Cid").Rows()
			if err == nil {
				_ = rows.Close()
			}
			return failed(db, err)
		}, sqlText},
		{"Exec with a table as argument", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Exec("INSERT INTO ? (name) VALUES (?)", clause.Table{Name: "employees"}, "Cid")
		}, sqlText},
	}
}

func updates() []attempt {
	return []attempt{
		{"Save", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Save(ada) }, ""},
		{"Select all", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Model(ada).Select("*").Updates(ada) }, ""},
		{"Select all without associations", func(db *gorm.DB, ada *Employee) *gorm.DB {
			return db.Select("*").Omit(clause.Associations).Updates(ada)
		}, ""},
		{"with a condition", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Where("salary > ?", 1).Save(ada) }, ""},

		{"Save of a value", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Save(*ada) },
			"an update of a value that is no pointer to the model"},
		{"UpdateColumn", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Model(ada).UpdateColumn("name", "x") }, skipping},
		{"UpdateColumns", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Model(ada).UpdateColumns(Employee{Name: "x"}) }, skipping},
		{"SkipHooks", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Session(&gorm.Session{SkipHooks: true}).Save(ada) }, skipping},
		{"Update", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Model(ada).Update("name", "x") }, byMap},
		{"Updates with a map", func(db *gorm.DB, ada *Employee) *gorm.DB {
			return db.Model(ada).Updates(map[string]any{"name": "x"})
		}, byMap},
		{"FirstOrCreate with Assign", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Where(Employee{Name: "Ada"}).Assign(Employee{Salary: 7}).FirstOrCreate(&Employee{})
		}, byMap},
		{"non-zero fields", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Updates(ada) }, someColumns},
		{"Select", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Select("Name").Updates(ada) }, someColumns},
		{"Save with Select", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Select("Name").Save(ada) }, someColumns},
		{"Omit", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Omit("Salary").Save(ada) }, someColumns},
		{"another value", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Model(ada).Updates(Employee{Name: "x"}) },
			"Updates with another value than the model"},
		{"another pointer", func(db *gorm.DB, ada *Employee) *gorm.DB {
			return db.Model(ada).Select("*").Updates(&Employee{Name: "x"})
		}, "Updates with another value than the model"},
		{"by condition", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Model(&Employee{}).Where("id > 0").Updates(map[string]any{"name": "x"})
		}, byCondition},
		{"by condition with a struct", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Where("id > 0").Select("*").Updates(&Employee{Name: "x"})
		}, byCondition},
		{"by table", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Table("employees").Where("id > 0").Updates(map[string]any{"name": "x"})
		}, outsideType},
		{"second struct", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Save(&EmployeeRow{ID: 1, Name: "x"}) }, outsideType},
		{"by table clause", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Clauses(clause.Update{Table: clause.Table{Name: "employees"}}).Save(&Company{ID: 1, Name: "x"})
		}, outsideType},
		{"slice", func(db *gorm.DB, ada *Employee) *gorm.DB {
			return db.Model([]*Employee{ada}).Updates(map[string]any{"name": "x"})
		}, "Updates of a slice"},
		{"preset SET", func(db *gorm.DB, ada *Employee) *gorm.DB {
			return db.Clauses(clause.Set{{Column: clause.Column{Name: "name"}, Value: "x"}}).Select("*").Updates(ada)
		}, byMap},
		{"generics Update", func(db *gorm.DB, _ *Employee) *gorm.DB {
			_, err := gorm.G[Employee](db).Where("id = ?", 1).Update(db.Statement.Context, "name", "x")
			return failed(db, err)
		}, byMap},
		{"generics Updates", func(db *gorm.DB, ada *Employee) *gorm.DB {
			_, err := gorm.G[Employee](db).Where("id = ?", 1).Updates(db.Statement.Context, *ada)
			return failed(db, err)
		}, "an update of a value that is no pointer to the model"},
		{"generics Set", func(db *gorm.DB, _ *Employee) *gorm.DB {
			set := clause.Assignment{Column: clause.Column{Name: "name"}, Value: "x"}
			_, err := gorm.G[Employee](db).Where("id = ?", 1).Set(set).Update(db.Statement.Context)
			return failed(db, err)
		}, byMap},
		{"association clear", func(db *gorm.DB, ada *Employee) *gorm.DB {
			c := Company{ID: 9, Employees: []Employee{*ada}}
			return failed(db, db.Model(&c).Association("Employees").Clear())
		}, skipping},
		{"Exec", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Exec("UPDATE employees SET name = 'x'") }, sqlText},
		{"Exec in WITH", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Exec("WITH c AS (SELECT 1) UPDATE employees SET name = 'x'")
		}, sqlText},
		{"upsert in SQL", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Exec("INSERT INTO employees (id) VALUES (1) ON CONFLICT (id) DO UPDATE SET name = 'x'")
		}, sqlText},
	}
}

func deletes() []attempt {
	return []attempt{
		{"pointer", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Delete(ada) }, ""},
		{"with a condition", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Where("salary > ?", 1).Delete(ada) }, ""},

		{"value", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Delete(*ada) }, "Delete of a value that is no pointer to the model"},
		{"by key", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Delete(&Employee{}, 1) }, "a delete by condition"},
		{"by condition", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Where("id > 0").Delete(&Employee{}) }, "a delete by condition"},
		{"slice", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Delete([]*Employee{ada}) }, "Delete of a slice"},
		{"other model", func(db *gorm.DB, ada *Employee) *gorm.DB { return db.Model(ada).Delete(&Employee{ID: 1}) },
			"Delete with another value than the model"},
		{"SkipHooks", func(db *gorm.DB, ada *Employee) *gorm.DB {
			return db.Session(&gorm.Session{SkipHooks: true}).Delete(ada)
		}, skipping},
		{"by table", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Table("employees").Where("id > 0").Delete(&Company{})
		}, outsideType},
		{"by FROM clause", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Clauses(clause.From{Tables: []clause.Table{{Name: "employees"}}}).Where("id > 0").Delete(&Company{})
		}, outsideType},
		{"modifier", func(db *gorm.DB, ada *Employee) *gorm.DB {
			return db.Clauses(clause.Delete{Modifier: "QUICK"}).Delete(ada)
		}, changed},
		{"along with the company", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Select("Employees").Delete(&Company{ID: 9})
		}, "a delete by condition"},
		{"generics", func(db *gorm.DB, _ *Employee) *gorm.DB {
			_, err := gorm.G[Employee](db).Where("id = ?", 1).Delete(db.Statement.Context)
			return failed(db, err)
		}, "a delete by condition"},
		{"Exec", func(db *gorm.DB, _ *Employee) *gorm.DB { return db.Exec("DELETE FROM employees WHERE id = 1") }, sqlText},
		{"second statement", func(db *gorm.DB, _ *Employee) *gorm.DB {
			return db.Exec("SELECT 1; DELETE FROM employees WHERE id = 1")
		}, sqlText},
	}
}

// failed returns a handle with err, for calls that return an error and no handle.
func failed(db *gorm.DB, err error) *gorm.DB {
	tx := db.Session(&gorm.Session{NewDB: true})
	tx.Error = err
	return tx
}

// O-561: whoever writes a row runs its triggers, or is refused.
func TestGuard(t *testing.T) {
	for group, attempts := range map[string][]attempt{"create": creates(), "update": updates(), "delete": deletes()} {
		t.Run(group, func(t *testing.T) {
			each(t, func(t *testing.T, db *gorm.DB) {
				for _, a := range attempts {
					t.Run(a.name, func(t *testing.T) { tryOut(t, db, a) })
				}
			})
		})
	}
}

// tryOut makes the attempt in a transaction that is undone. Refused calls must have run no hook and written nothing.
func tryOut(t *testing.T, db *gorm.DB, a attempt) {
	tx := db.Begin()
	defer tx.Rollback()
	ada := &Employee{Name: "Ada", Salary: 10}
	must(t, tx.Create(ada))
	must(t, tx.Create(&Employee{Name: "Bob", Salary: 20}))
	before := employees(t, tx)
	ctx, journal := withJournal(tx.Statement.Context)
	err := a.call(tx.WithContext(ctx), ada).Error
	if a.want == "" {
		if lines := journal.take(); err != nil || len(lines) == 0 {
			t.Errorf("error %v, hooks %q; want hooks and no error", err, lines)
		}
		return
	}
	refused, ok := errors.AsType[*triggers.BypassError](err)
	if !ok {
		t.Fatalf("error %v, want a BypassError", err)
	}
	if refused.Model != "Employee" || refused.Call != a.want || refused.Instead == "" {
		t.Errorf("refused %+v, want Employee and %q", refused, a.want)
	}
	if diff := cmp.Diff(before, employees(t, tx)); diff != "" {
		t.Errorf("rows changed (-before +after):\n%s", diff)
	}
	if lines := journal.take(); lines != nil {
		t.Errorf("hooks ran: %q", lines)
	}
}

func employees(t *testing.T, db *gorm.DB) []Employee {
	t.Helper()
	var rows []Employee
	must(t, db.Order("id").Find(&rows))
	return rows
}
