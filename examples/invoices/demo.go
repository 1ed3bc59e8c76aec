package invoices

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
)

// demoInvoices is how many invoices the demo has.
const demoInvoices = 400

// Fill puts the demo data into an empty database: 6 sales people, 60 customers, 40 products and 400 invoices of the year 2026,
// always the same but for keys of passwords and the times of the audit trail. The people who can sign in are clara, a clerk, and mark,
// a manager; their passwords are their names. A database that has customers or sales people already is left as it is.
//
// It writes through the data layer, so that all triggers run, in one transaction. Call it without a session: then the invoices
// name their sales people, not the caller, as creators.
func Fill(ctx context.Context, ds *dataclasses.DataStore) error {
	empty, err := isEmpty(ctx, ds)
	if err != nil || !empty {
		return err
	}
	err = ds.Transaction(ctx, func(ctx context.Context) error { return newDemo(ds, 1).fill(ctx) })
	if err != nil {
		return fmt.Errorf("fill the demo database: %w", err)
	}
	return nil
}

func isEmpty(ctx context.Context, ds *dataclasses.DataStore) (bool, error) {
	people, err := dataclasses.Of[SalesPerson](ds).Count(ctx)
	if err != nil {
		return false, err
	}
	customers, err := dataclasses.Of[Customer](ds).Count(ctx)
	return people == 0 && customers == 0, err
}

// demo makes invoices at random, the same ones for the same seed.
type demo struct {
	ds        *dataclasses.DataStore
	random    *rand.Rand
	customers []buyer
	products  []uint
}

// buyer is a customer who gets invoices.
type buyer struct {
	id   uint
	care string // name of the sales person
}

func newDemo(ds *dataclasses.DataStore, seed uint64) *demo {
	return &demo{ds: ds, random: rand.New(rand.NewPCG(seed, 2026))}
}

func (d *demo) fill(ctx context.Context) error {
	people, err := d.addPeople(ctx)
	if err != nil {
		return err
	}
	if err := d.addCustomers(ctx, people); err != nil {
		return err
	}
	if err := d.addProducts(ctx); err != nil {
		return err
	}
	for n := range demoInvoices {
		day := model.NewDay(2026, time.January, 2).AddDays(n * 300 / demoInvoices)
		if err := d.addInvoice(ctx, day); err != nil {
			return err
		}
	}
	return nil
}

// add saves a new entity of a class and returns it.
func add[T any](ctx context.Context, ds *dataclasses.DataStore, value T) (*dataclasses.Entity[T], error) {
	e := dataclasses.Of[T](ds).New()
	e.Value = value
	return e, e.Save(ctx)
}

func (d *demo) addPeople(ctx context.Context) ([]SalesPerson, error) {
	var people []SalesPerson
	for _, p := range demoPeople() {
		p.Email = p.Name + "@ordago.example"
		if p.Role != "" {
			p.PasswordHash = hashPassword(p.Name)
		}
		e, err := add(ctx, d.ds, p)
		if err != nil {
			return nil, err
		}
		people = append(people, e.Value)
	}
	return people, nil
}

// addCustomers adds the customers, the last of every twenty blocked.
func (d *demo) addCustomers(ctx context.Context, people []SalesPerson) error {
	for n, c := range demoCustomers() {
		person := &people[n%len(people)]
		c.SalesPersonID, c.Blocked = &person.ID, n%20 == 19
		c.CreditLimit = int64(1+d.random.IntN(20)) * 500_000
		e, err := add(ctx, d.ds, c)
		if err != nil {
			return err
		}
		if !c.Blocked {
			d.customers = append(d.customers, buyer{e.Value.ID, person.Name})
		}
	}
	return nil
}

func (d *demo) addProducts(ctx context.Context) error {
	for _, p := range demoProducts() {
		p.UnitPrice = int64(5+d.random.IntN(400)) * 95
		p.Stock = int64(d.random.IntN(500))
		e, err := add(ctx, d.ds, p)
		if err != nil {
			return err
		}
		d.products = append(d.products, e.Value.ID)
	}
	return nil
}

// addInvoice adds an invoice of that day and takes it as far as chance will have it.
func (d *demo) addInvoice(ctx context.Context, day model.Day) error {
	customer := d.customers[d.random.IntN(len(d.customers))]
	inv, err := makeInvoice(ctx, dataclasses.Of[Invoice](d.ds), d.order(customer.id), day, customer.care)
	if err != nil {
		return err
	}
	switch chance := d.random.IntN(20); {
	case chance < 3:
		return nil
	case chance < 4:
		inv.Value.Status = Cancelled
		return inv.Save(ctx)
	case chance < 10:
		return approveOn(ctx, inv, day)
	}
	if err := approveOn(ctx, inv, day); err != nil {
		return err
	}
	_, err = pay(ctx, nil, inv, Payment{Amount: inv.Value.Total})
	return err
}

// approveOn approves an invoice in the name of the manager.
func approveOn(ctx context.Context, inv *invoiceEntity, day model.Day) error {
	at := day.Next().Time().Add(9 * time.Hour)
	inv.Value.ApprovedBy, inv.Value.ApprovedAt = "mark", &at
	_, err := approve(ctx, nil, inv, none{})
	return err
}

func (d *demo) order(customerID uint) Order {
	order := Order{CustomerID: customerID}
	for range 1 + d.random.IntN(5) {
		order.Lines = append(order.Lines, OrderLine{
			ProductID: d.products[d.random.IntN(len(d.products))],
			Quantity:  int64(1 + d.random.IntN(12)),
		})
	}
	return order
}
