package invoices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// seedBatch is how many invoices one transaction of [Seed] adds: on SQLite others can write between two of them.
const seedBatch = 100

// Seed adds n invoices with their lines, for load tests: through the data layer, so that all triggers run, in transactions of a hundred
// invoices. An empty database is filled with the demo data first. After each transaction progress, if not nil, is told how many
// invoices were added so far; how many a second that is, is for the caller to say.
//
// When ctx ends, Seed returns its error; what progress was told of stays. To go on, call it again with what is left.
func Seed(ctx context.Context, ds *dataclasses.DataStore, n int, progress func(done int)) error {
	if err := Fill(ctx, ds); err != nil {
		return err
	}
	d, err := resumeDemo(ctx, ds)
	if err != nil {
		return fmt.Errorf("add invoices: %w", err)
	}
	for done := 0; done < n; {
		batch := min(seedBatch, n-done)
		err := ds.Transaction(ctx, func(ctx context.Context) error { return d.addInvoices(ctx, batch) })
		if err != nil {
			return fmt.Errorf("add invoices: %w (%d of %d were added)", err, done, n)
		}
		done += batch
		if progress != nil {
			progress(done)
		}
	}
	return nil
}

// resumeDemo goes on where the database is: the number of its invoices decides what comes next.
func resumeDemo(ctx context.Context, ds *dataclasses.DataStore) (*demo, error) {
	count, err := dataclasses.Of[Invoice](ds).Count(ctx)
	if err != nil {
		return nil, err
	}
	d := newDemo(ds, uint64(count))
	if err := d.readBuyers(ctx); err != nil {
		return nil, err
	}
	for p, err := range dataclasses.Of[Product](ds).All().Entities(ctx) {
		if err != nil {
			return nil, err
		}
		d.products = append(d.products, p.Value.ID)
	}
	if len(d.customers) == 0 || len(d.products) == 0 {
		return nil, errors.New("there must be a product, and a customer who is not blocked")
	}
	return d, nil
}

func (d *demo) readBuyers(ctx context.Context) error {
	open, err := dataclasses.Of[Customer](d.ds).Query("blocked = false")
	if err != nil {
		return err
	}
	for c, err := range open.Entities(ctx) {
		if err != nil {
			return err
		}
		care, err := c.Compute(ctx, "salesPersonName")
		if err != nil {
			return err
		}
		name, _ := care.(string) // null: nobody looks after the customer
		d.customers = append(d.customers, buyer{c.Value.ID, name})
	}
	return nil
}

// addInvoices adds invoices of days of one year: their numbers come from one counter, so that two of these wait for each other in order.
func (d *demo) addInvoices(ctx context.Context, n int) error {
	for range n {
		if err := ctx.Err(); err != nil {
			return err
		}
		day := model.NewDay(2026, time.January, 2).AddDays(d.random.IntN(300))
		if err := d.addInvoice(ctx, day); err != nil {
			return err
		}
	}
	return nil
}
