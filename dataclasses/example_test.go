package dataclasses_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
)

// Staff is the model of the examples.
type Staff struct {
	model.Record
	ID     int64
	Name   string
	Salary int64
}

type raiseArgs struct {
	Percent int64
	Reason  string
}

func raise(ctx context.Context, _ *session.Session, e *dataclasses.Entity[Staff], in raiseArgs) (int64, error) {
	if in.Percent > 50 {
		return 0, dataclasses.Errorf(1001, "%d percent is too much for %s", in.Percent, e.Value.Name)
	}
	e.Value.Salary += e.Value.Salary * in.Percent / 100
	return e.Value.Salary, e.Save(ctx)
}

// openStaff opens a new database with the definitions.
func openStaff(defs ...dataclasses.Definition) (*dataclasses.DataStore, func()) {
	dir, err := os.MkdirTemp("", "ordago")
	if err != nil {
		panic(err)
	}
	db, err := gorm.Open(sqlite.Open(filepath.Join(dir, "staff.db")), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		panic(err)
	}
	ds, err := dataclasses.Open(db, defs...)
	if err != nil {
		panic(err)
	}
	if _, err := migrations.Create(context.Background(), db, ds.Models()); err != nil {
		panic(err)
	}
	return ds, func() { _ = ds.Close(); _ = os.RemoveAll(dir) }
}

// A function is a value: it is declared once and called from Go as from outside.
func ExampleFunc_Call() {
	raise := dataclasses.Exposed("raise", raise)
	ds, done := openStaff(dataclasses.DefineExposed[Staff](dataclasses.OnEntity(raise)))
	defer done()
	ctx := context.Background()

	ana := dataclasses.Of[Staff](ds).New()
	ana.Value.Name, ana.Value.Salary = "Ana", 1000
	if err := ana.Save(ctx); err != nil {
		fmt.Println(err)
	}
	salary, err := raise.Call(ctx, ana, raiseArgs{10, "merit"})
	fmt.Println(salary, err)
	_, err = raise.Call(ctx, ana, raiseArgs{80, "greed"})
	fmt.Println(err)
	// Output:
	// 1100 <nil>
	// 80 percent is too much for Ana
}

// Text is compared without case and accents; @ stands for any characters.
func ExampleDataClass_Query() {
	ds, done := openStaff(dataclasses.Define[Staff]())
	defer done()
	ctx := context.Background()
	staff := dataclasses.Of[Staff](ds)
	for _, name := range []string{"Hélène", "HARALD", "Ines"} {
		e := staff.New()
		e.Value.Name = name
		if err := e.Save(ctx); err != nil {
			fmt.Println(err)
		}
	}
	found, err := staff.Query("name = :1 order by name desc", "h@e@")
	if err != nil {
		fmt.Println(err)
	}
	for e, err := range found.Entities(ctx) {
		fmt.Println(e.Value.Name, err)
	}
	_, err = staff.Query("nmae = :1", "x")
	fmt.Println(err)
	// Output:
	// Hélène <nil>
	// query: column 1: attribute "nmae" not found in dataclass Staff
}

// Two writers of one entity: the second is told.
func ExampleStatusOf() {
	ds, done := openStaff(dataclasses.Define[Staff]())
	defer done()
	ctx := context.Background()
	staff := dataclasses.Of[Staff](ds)
	e := staff.New()
	e.Value.Name = "Ana"
	fmt.Println(e.Save(ctx))

	mine, _ := staff.Get(ctx, e.Key())
	yours, _ := staff.Get(ctx, e.Key())
	mine.Value.Salary, yours.Value.Salary = 1, 2
	fmt.Println(mine.Save(ctx))
	err := yours.Save(ctx)
	fmt.Println(errors.Is(err, dataclasses.ErrConflict), dataclasses.StatusOf(err).StatusText)
	// Output:
	// <nil>
	// <nil>
	// true Stamp has changed
}
