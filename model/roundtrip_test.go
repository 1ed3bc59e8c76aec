package model_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
)

// The property that both renderings of a read rest on: what the driver returns for a column means the same
// as what GORM has put into the struct and as what was written.
//
// O-023
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&AllTypes{}); err != nil {
			t.Fatal(err)
		}
		c := describe(t, AllTypes{})
		for name, written := range rows() {
			if err := db.Create(written).Error; err != nil {
				t.Fatalf("create %s: %v", name, err)
			}
			loaded, scanned := c.New(), c.New()
			if err := db.Take(loaded, written.ID).Error; err != nil {
				t.Fatalf("take %s: %v", name, err)
			}
			for _, a := range append(c.Attributes, c.Stamp, c.Created, c.Modified) {
				checkRoundTrip(t, db, name, a, written, loaded, scanned)
			}
		}
	})
}

func checkRoundTrip(t *testing.T, db *gorm.DB, row string, a *model.Attribute, written *AllTypes, loaded, scanned any) {
	t.Helper()
	if a.Column == "" {
		return
	}
	want := value(t, a, written)
	raw := readRaw(t, db, a.Column, written.ID)
	check := func(what string, got any, err error) {
		t.Helper()
		if diff := cmp.Diff(want, got, cmp.Comparer(sameDay)); diff != "" || err != nil {
			t.Errorf("%s: %s of %s, raw %T(%.60v), error %v (-want +got):\n%s", row, what, a.Name, raw, raw, err, diff)
		}
	}
	got, err := a.Canonical(raw)
	check("Canonical", got, err)
	check("Value after GORM's read", value(t, a, loaded), nil)
	if err := a.Scan(scanned, raw); err != nil {
		t.Errorf("%s: Scan of %s: %v", row, a.Name, err)
	}
	check("Value after Scan", value(t, a, scanned), nil)

	fresh := &AllTypes{}
	if err := a.Assign(fresh, want); err != nil {
		t.Errorf("%s: Assign of %s: %v", row, a.Name, err)
	}
	check("Value after Assign", value(t, a, fresh), nil)
	if !a.Equal(written, fresh) {
		t.Errorf("%s: Equal of %s is false after Assign", row, a.Name)
	}
	given, err := a.Driver(written)
	if err != nil {
		t.Errorf("%s: Driver of %s: %v", row, a.Name, err)
	}
	got, err = a.Canonical(given)
	check("Canonical of Driver", got, err)
	checkBind(t, db, row, a, want, written.ID)
}

// checkBind finds the row by the value. Objects and times of day in a date column have no one form to compare.
func checkBind(t *testing.T, db *gorm.DB, row string, a *model.Attribute, want any, id int) {
	t.Helper()
	bound, err := a.Bind(want)
	if err != nil {
		t.Errorf("%s: Bind of %s: %v", row, a.Name, err)
	}
	inZone := row == "ordinary" && db.Name() == "sqlite" && a.Type == model.Date // GORM wrote the zone that it got
	float32s := a.Name == "f32" && db.Name() == "postgres"
	if want == nil || a.Type == model.Object || inZone || float32s {
		return
	}
	var n int64
	if err := db.Table("all_types").Where(quote(a.Column)+" = ? AND id = ?", bound, id).Count(&n).Error; err != nil || n != 1 {
		t.Errorf("%s: %s = Bind(%v) finds %d rows, error %v", row, a.Name, want, n, err)
	}
}

func quote(column string) string { return `"` + column + `"` }

func sameDay(p, q model.Day) bool { return p == q }

func value(t *testing.T, a *model.Attribute, ptr any) any {
	t.Helper()
	v, err := a.Value(ptr)
	if err != nil {
		t.Fatalf("Value of %s: %v", a.Name, err)
	}
	return v
}

func readRaw(t *testing.T, db *gorm.DB, column string, id int) any {
	t.Helper()
	rows, err := db.Raw("SELECT "+quote(column)+" FROM all_types WHERE id = ?", id).Rows()
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var raw any
	for rows.Next() {
		if err := rows.Scan(&raw); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return raw
}

// A column that holds null shows the same on both ways of reading, whatever the Go field can hold.
func TestNullColumns(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		if err := db.AutoMigrate(&AllTypes{}); err != nil {
			t.Fatal(err)
		}
		if err := db.Exec("INSERT INTO all_types (id) VALUES (1)").Error; err != nil {
			t.Fatal(err)
		}
		c := describe(t, AllTypes{})
		loaded, scanned := c.New(), any(filled())
		if err := db.Take(loaded, 1).Error; err != nil {
			t.Fatal(err)
		}
		for _, a := range c.Attributes[1:] {
			raw := readRaw(t, db, a.Column, 1)
			canonical, err := a.Canonical(raw)
			if diff := cmp.Diff(value(t, a, loaded), canonical, cmp.Comparer(sameDay)); diff != "" || err != nil {
				t.Errorf("%s, error %v (-Value +Canonical):\n%s", a.Name, err, diff)
			}
			if a.Nullable && canonical != nil {
				t.Errorf("%s is nullable and gives %v for null", a.Name, canonical)
			}
			if err := a.Scan(scanned, raw); err != nil || !a.Equal(loaded, scanned) {
				t.Errorf("%s: Scan(nil): %v, gives %v", a.Name, err, value(t, a, scanned))
			}
		}
	})
}
