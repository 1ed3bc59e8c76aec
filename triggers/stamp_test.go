package triggers_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ordago/ordago/triggers"
)

// stamps are a stamp in memory and in the database.
type stamps struct{ Memory, Stored int64 }

func stampsOf(t *testing.T, db *gorm.DB, i *Item) stamps {
	t.Helper()
	return stamps{i.OrdaStamp, get[Item](t, db, i.ID).OrdaStamp}
}

func wantStamps(t *testing.T, db *gorm.DB, i *Item, memory, stored int64) {
	t.Helper()
	if diff := cmp.Diff(stamps{memory, stored}, stampsOf(t, db, i)); diff != "" {
		t.Errorf("stamps (-want +got):\n%s", diff)
	}
}

// O-035: the first save makes the stamp 1, each further one raises it by one.
func TestStampCounts(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		i := Item{Name: "a"}
		must(t, db.Create(&i))
		wantStamps(t, db, &i, 1, 1)
		must(t, db.Save(&i))
		wantStamps(t, db, &i, 2, 2)
		must(t, db.Model(&i).Select("*").Updates(&i))
		wantStamps(t, db, &i, 3, 3)
		must(t, db.Model(&i).Update("name", "b"))
		wantStamps(t, db, &i, 4, 4)
		must(t, db.Model(&i).Select("Name").Updates(Item{Name: "c", Record: Record{OrdaStamp: 77}}))
		wantStamps(t, db, &i, 5, 5)
		must(t, db.Model(&i).UpdateColumn("name", "d"))
		wantStamps(t, db, &i, 6, 6)
		if got := get[Item](t, db, i.ID); got.Name != "d" || got.OrdaUpdatedAt.IsZero() {
			t.Errorf("stored %+v", got)
		}
	})
}

// Every way to create a row gives it stamp 1.
func TestStampOfCreates(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		must(t, db.Create([]*Item{{Name: "slice"}, {Name: "slice", Record: Record{OrdaStamp: 9}}}))
		must(t, db.Select("Name").Create(&Item{Name: "select"}))
		must(t, db.Omit("OrdaStamp").Create(&Item{Name: "omit"}))
		must(t, db.Model(&Item{}).Create(map[string]any{"Name": "map", "OrdaStamp": 5}))
		must(t, db.Table("items").Create([]map[string]any{{"name": "table"}}))
		must(t, db.Save(&Item{Name: "save"}))
		must(t, db.Session(&gorm.Session{SkipHooks: true}).Create(&Item{Name: "no hooks"}))
		must(t, db.CreateInBatches([]Item{{Name: "batch"}, {Name: "batch"}, {Name: "batch"}}, 2))
		var bad []string
		must(t, db.Model(&Item{}).Where("orda_stamp <> 1").Pluck("name", &bad))
		if n := count(t, db, "items"); n != 11 || len(bad) > 0 {
			t.Errorf("%d rows, without stamp 1: %q; want 11 and none", n, bad)
		}
	})
}

// Updates by condition raise the stamp of each row, whatever they are called.
func TestStampOfBulkUpdates(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		rows := []*Item{{Name: "a"}, {Name: "b"}}
		must(t, db.Create(rows))
		all := func() *gorm.DB { return db.Where("id > 0") }
		must(t, all().Model(&Item{}).Update("size", 2))
		must(t, all().Model(&Item{}).Select("size").Updates(map[string]any{"size": 3, "orda_stamp": 50}))
		must(t, all().Model(&Item{}).UpdateColumns(Item{Size: 4, Record: Record{OrdaStamp: 50}}))
		must(t, all().Table("items").Updates(map[string]any{"size": 5}))
		must(t, all().Model(&Item{}).Clauses(clause.Set{{Column: clause.Column{Name: "size"}, Value: 6}}).Updates(map[string]any{}))
		must(t, db.Model(rows).Update("size", 7))
		must(t, db.Model(&Item{ID: rows[0].ID}).Update("size", 8))
		must(t, db.Exec("UPDATE items SET size = 9, orda_stamp = orda_stamp + 1"))
		wantBypass(t, db.Exec("UPDATE items SET size = 10").Error, "SQL that updates its table and not the stamp")
		var got []Item
		must(t, db.Select("id", "size", "orda_stamp").Order("id").Find(&got))
		want := []Item{
			{ID: 1, Size: 9, Record: Record{OrdaStamp: 9}},
			{ID: 2, Size: 9, Record: Record{OrdaStamp: 8}},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("rows (-want +got):\n%s", diff)
		}
	})
}

// O-036, O-600: a save of a row that someone else has saved or deleted since is refused, and changes nothing in memory.
func TestStale(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		i := Item{Name: "a"}
		must(t, db.Create(&i))
		mine, theirs := get[Item](t, db, i.ID), get[Item](t, db, i.ID)
		must(t, db.Save(&theirs))
		mine.Name = "lost"
		for name, err := range map[string]error{
			"Save":    db.Save(&mine).Error,
			"Updates": db.Updates(&mine).Error,
			"Update":  db.Model(&mine).Update("name", "lost").Error,
			"Delete":  db.Delete(&mine).Error,
			"or":      db.Where("1 = 1").Or("1 = 1").Delete(&mine).Error,
			"new":     db.Save(&Item{ID: 99}).Error,
		} {
			t.Log(name)
			wantIs(t, err, triggers.ErrStale)
		}
		wantStamps(t, db, &mine, 1, 2)
		if got := get[Item](t, db, i.ID).Name; got != "a" {
			t.Errorf("stored name %q, want a", got)
		}
		must(t, db.Delete(&theirs))
		wantIs(t, db.Save(&theirs).Error, triggers.ErrStale)
		if n := count(t, db, "items"); n != 0 {
			t.Errorf("%d rows, want 0: Save put the deleted row back", n)
		}
	})
}

// O-600, O-602: a stamp that was never read is not compared, nor is any under WithForce.
func TestStampOfDeletes(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		rows := []*Item{{}, {}, {}}
		must(t, db.Create(rows))
		for _, row := range rows {
			must(t, db.Model(&Item{}).Where("id = ?", row.ID).Update("size", 1))
		}
		must(t, db.Delete(&Item{ID: rows[0].ID}))
		forced := db.WithContext(triggers.WithForce(db.Statement.Context))
		must(t, forced.Delete(rows[1]))
		wantIs(t, forced.Delete(rows[1]).Error, triggers.ErrStale)
		must(t, db.Where("id > 0").Delete(&Item{}))
		if n := count(t, db, "items"); n != 0 {
			t.Errorf("%d rows left, want 0", n)
		}
	})
}

// WithForce is not for what triggers delete.
func TestForceEndsAtTriggers(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		i, a := Item{}, Account{}
		must(t, db.Create(&i))
		must(t, db.Create(&a))
		must(t, db.Model(&Item{}).Where("id = ?", i.ID).Update("size", 1))
		a.Do = func(tx *gorm.DB, _ *Account) error { return tx.Delete(&i).Error }
		err := db.WithContext(triggers.WithForce(db.Statement.Context)).Delete(&a).Error
		wantIs(t, err, triggers.ErrStale)
	})
}

// A write that fails leaves the stamp in memory as it was, whatever failed; the hooks after the write see the new one.
func TestStampAfterFailure(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		var seen []int64
		refuse := func(_ *gorm.DB, a *Account) error {
			seen = append(seen, a.OrdaStamp)
			return triggers.Rejectf(errRefused, "no")
		}
		a := Account{After: refuse}
		wantRejected(t, db.Create(&a).Error, "no")
		created := a.OrdaStamp
		a = Account{}
		must(t, db.Create(&a))
		a.After = refuse
		wantRejected(t, db.Save(&a).Error, "no")
		if diff := cmp.Diff([]int64{0, 1, 1, 2}, append([]int64{created, a.OrdaStamp}, seen...)); diff != "" {
			t.Errorf("stamps in memory and in the hooks (-want +got):\n%s", diff)
		}
		a.After = nil
		must(t, db.Save(&a))
	})
}

// Rows that are saved along with their owner keep their stamps where they exist, and get one where they do not.
func TestStampOfUpserts(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		i := Item{Name: "a"}
		must(t, db.Create(&i))
		must(t, db.Save(&i))
		must(t, db.Clauses(clause.OnConflict{DoNothing: true}).Create(&i))
		wantStamps(t, db, &i, 2, 2)
		rename := clause.OnConflict{
			Columns:   []clause.Column{{Name: "id"}},
			DoUpdates: clause.AssignmentColumns([]string{"name", "orda_stamp"}),
		}
		must(t, db.Clauses(rename).Create(&Item{ID: i.ID, Name: "b"}))
		wantStamps(t, db, &i, 2, 3)
		wantBypass(t, db.Clauses(rename).Create(&i).Error, upsert)
		wantBypass(t, db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&Item{ID: i.ID}).Error, upsert)
		wantBypass(t, db.Save([]*Item{{ID: i.ID}}).Error, upsert)
	})
}

// O-600: a row that was deleted softly is gone for saves and drops.
func TestSoftDelete(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		ctx, journal := withJournal(db.Statement.Context)
		db = db.WithContext(ctx)
		a := Archived{Name: "a"}
		must(t, db.Create(&a))
		mine := get[Archived](t, db, a.ID)
		must(t, db.Delete(&a))
		wantIs(t, db.Save(&mine).Error, triggers.ErrStale)
		wantIs(t, db.Delete(&mine).Error, triggers.ErrStale)
		if diff := cmp.Diff([]string{"archive a", "archive a"}, journal.take()); diff != "" {
			t.Errorf("journal (-want +got):\n%s", diff)
		}
		if n := count(t, db, "archiveds"); n != 1 {
			t.Errorf("%d rows, want 1", n)
		}
	})
}

// A dry run shows the statement and leaves the model alone.
func TestDryRun(t *testing.T) {
	each(t, func(t *testing.T, db *gorm.DB) {
		i := Item{Name: "a"}
		must(t, db.Create(&i))
		stmt := db.Session(&gorm.Session{DryRun: true}).Save(&i).Statement
		if stmt.SQL.Len() == 0 || i.OrdaStamp != 1 {
			t.Errorf("SQL %q, stamp %d; want a statement and 1", stmt.SQL.String(), i.OrdaStamp)
		}
	})
}
