package triggers_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/triggers"
)

// TestBypass is not parallel: it looks at the default log.
func TestBypass(t *testing.T) {
	var log bytes.Buffer
	old := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
	defer slog.SetDefault(old)
	t.Run("databases", func(t *testing.T) {
		t.Run("all", func(t *testing.T) { testBypass(t) })
	})
	for _, want := range []string{`call="` + sqlText + `"`, `call="` + skipping + `"`, "model=Employee", `reason="raise of 2026"`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("log without %s:\n%s", want, log.String())
		}
	}
}

func testBypass(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.Create(&Employee{Name: "Ada"}))
		must(t, db.Create(&Account{Name: "a"}))
		ctx := triggers.Bypass(db.Statement.Context, "raise of 2026")
		must(t, db.WithContext(ctx).Exec("UPDATE employees SET salary = 1"))
		must(t, db.WithContext(ctx).Model(&Employee{}).Where("id > 0").UpdateColumn("salary", 2))
		must(t, db.WithContext(ctx).Model(&Account{}).Where("id > 0").UpdateColumn("balance", 2))
		if got := employees(t, db)[0].Salary; got != 2 {
			t.Errorf("salary %v, want 2", got)
		}
		if got := get[Account](t, db, 1).OrdaStamp; got != 2 {
			t.Errorf("stamp %d, want 2", got)
		}
		none := triggers.Bypass(db.Statement.Context, "")
		wantBypass(t, db.WithContext(none).Exec("UPDATE employees SET salary = 3").Error, sqlText)
	})
}

// A model that is registered later is guarded from then on, by its table too.
func TestRegister(t *testing.T) {
	t.Parallel()
	db, _ := plain(t, gorm.Config{TranslateError: true})
	p := triggers.NewPlugin()
	if err := db.Use(p); err != nil {
		t.Fatal(err)
	}
	if got := db.Plugins[triggers.PluginName]; got != gorm.Plugin(p) {
		t.Errorf("plugin %v, want the one that was registered", got)
	}
	wantBypass(t, db.Model(&fact{}).Create(map[string]any{"name": "a"}).Error, "Create with a map")
	must(t, db.Exec("INSERT INTO facts (name) VALUES ('a')"))
	stmt := &gorm.Statement{DB: db}
	if err := stmt.Parse(&fact{}); err != nil {
		t.Fatal(err)
	}
	p.Register([]*schema.Schema{stmt.Schema}...)
	wantBypass(t, db.Exec("INSERT INTO facts (name) VALUES ('a')").Error, sqlText)
	wantBypass(t, db.Create(&team{{Name: "a"}}).Error, "Create of a slice type that has hooks of its own")
}

// Save of a row without a stamp that is gone fails instead of putting it back.
func TestSaveOfMissingRow(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		e := Employee{Name: "Ada"}
		must(t, db.Create(&e))
		must(t, db.Delete(&e))
		wantIs(t, db.Save(&e).Error, triggers.ErrStale)
		wantIs(t, db.Delete(&e).Error, triggers.ErrStale)
		if n := count(t, db, "employees"); n != 0 {
			t.Errorf("%d rows, want 0", n)
		}
	})
}

// O-560: only the events that have a hook are guarded. Save must not turn an update into an insert that runs none.
func TestOneEvent(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		ctx, journal := withJournal(db.Statement.Context)
		db = db.WithContext(ctx)
		must(t, db.Create(&Greeted{Name: "a"}))
		must(t, db.Model(&Greeted{}).Where("id > 0").Update("name", "b"))
		must(t, db.Exec("UPDATE greeteds SET name = 'c'"))
		must(t, db.Where("id > 0").Delete(&Greeted{}))
		err := db.Save(&Greeted{ID: 1, Name: "d"}).Error
		wantBypass(t, err, "Save of a row that is not there")
		wantIs(t, err, triggers.ErrStale)
		wantLines(t, journal, "welcome a")
		if n := count(t, db, "greeteds"); n != 0 {
			t.Errorf("%d rows, want 0", n)
		}
	})
}

// Migrations copy tables where the database cannot change a column; that is no write past a trigger.
func TestMigrate(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.Create(&Employee{Name: "Ada"}))
		if err := db.Migrator().AlterColumn(&Employee{}, "Name"); err != nil {
			t.Error(err)
		}
		if err := db.AutoMigrate(models()...); err != nil {
			t.Error(err)
		}
		if got := len(employees(t, db)); got != 1 {
			t.Errorf("%d employees, want 1", got)
		}
	})
}
