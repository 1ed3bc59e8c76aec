// Command employees serves one dataclass with one function and one trigger.
package main

import (
	"context"
	"log"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/rest"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
	"github.com/ordago/ordago/triggers"
)

type Employee struct {
	model.Record // gives it a stamp
	ID           int64
	Name         string
	Salary       float64
	By           string // session of the last writer
}

// BeforeSave is a GORM hook and therefore the trigger.
func (e *Employee) BeforeSave(tx *gorm.DB) error {
	if old, ok := triggers.Old[Employee](tx); ok && e.Salary < old.Salary/2 {
		return triggers.Rejectf(-15001, "salary of %s is halved", e.Name)
	}
	if s, ok := triggers.Session(tx); ok {
		e.By = s.ID()
	}
	return nil
}

func raise(ctx context.Context, _ *session.Session, e *dataclasses.Entity[Employee], in struct{ Percent float64 }) (float64, error) {
	e.Value.Salary *= 1 + in.Percent/100
	return e.Value.Salary, e.Save(ctx)
}

func run(ctx context.Context, file, address string) error {
	db, err := gorm.Open(sqlite.Open(file))
	if err != nil {
		return err
	}
	ds, err := dataclasses.Open(db, dataclasses.DefineExposed[Employee](dataclasses.OnEntity(dataclasses.Exposed("raise", raise))))
	if err != nil {
		return err
	}
	if _, err := migrations.Create(ctx, db, ds.Models()); err != nil {
		return err
	}
	e := rest.New()
	rest.Mount(e.Group("/rest"), ds.Remote(), &session.Manager{})
	return rest.Serve(ctx, e, address)
}

func main() { log.Fatal(run(context.Background(), "hr.db", "127.0.0.1:8081")) }
