package invoices_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/examples/invoices"
	"github.com/ordago/ordago/migrations"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/sqlite"
)

// A program uses the functions of the application as values, here as a single user on an own database.
func Example() {
	if err := run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// INV-2026-0401 · Alder & Sons: approved by ann
}

func run(ctx context.Context) (err error) {
	dir, err := os.MkdirTemp("", "invoices")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	db, err := gorm.Open(sqlite.Open(filepath.Join(dir, "invoices.db")), &gorm.Config{TranslateError: true, NowFunc: clock})
	if err != nil {
		return err
	}
	app := invoices.New()
	ds, err := dataclasses.Open(db, app.Definitions()...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ds.Close()) }()
	if _, err := migrations.Create(ctx, db, ds.Models()); err != nil {
		return err
	}
	if err := invoices.Fill(ctx, ds); err != nil {
		return err
	}
	return approveOne(session.NewContext(ctx, session.NewStandalone("ann")), app, ds)
}

func approveOne(ctx context.Context, app *invoices.App, ds *dataclasses.DataStore) error {
	order := invoices.Order{CustomerID: 1, Lines: []invoices.OrderLine{{ProductID: 7, Quantity: 2}}}
	inv, err := app.Draft.Call(ctx, dataclasses.Of[invoices.Invoice](ds), order)
	if err != nil {
		return err
	}
	if _, err := app.Approve.Call(ctx, inv, dataclasses.None{}); err != nil {
		return err
	}
	label, err := app.Label.Call(ctx, inv, dataclasses.None{})
	if err != nil {
		return err
	}
	fmt.Printf("%s: %s by %s\n", label, inv.Value.Status, inv.Value.ApprovedBy)
	return nil
}
