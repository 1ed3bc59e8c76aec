package invoices

import (
	"cmp"
	"context"
	"slices"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

// Customer buys. Its computed attribute balance is what it owes, in cents: the total of its approved invoices, which are not yet paid.
type Customer struct {
	ID            uint
	Name          string `gorm:"size:100;not null;index"`
	City          string `gorm:"size:100;not null"`
	Country       string `gorm:"size:100;not null;index"`
	CreditLimit   int64  `gorm:"not null"` // cents
	Blocked       bool   `gorm:"not null"` // gets no new invoice
	SalesPersonID *uint
	SalesPerson   *SalesPerson
	Invoices      []Invoice
	model.Record
}

var (
	_ callbacks.BeforeSaveInterface   = (*Customer)(nil)
	_ callbacks.AfterSaveInterface    = (*Customer)(nil)
	_ callbacks.BeforeDeleteInterface = (*Customer)(nil)
	_ callbacks.AfterDeleteInterface  = (*Customer)(nil)
)

// BeforeSave refuses a customer without name or with a credit limit that is no amount.
func (c *Customer) BeforeSave(*gorm.DB) error {
	if c.CreditLimit < 0 || c.CreditLimit > maxTotal {
		return triggers.Rejectf(RejectInvalid, "the credit limit of a customer must be 0 to %d cents", maxTotal)
	}
	return cmp.Or(
		requireText("the name of a customer", c.Name, 100),
		checkLength("the city of a customer", c.City, 100),
		checkLength("the country of a customer", c.Country, 100),
	)
}

// AfterSave leaves an audit entry.
func (c *Customer) AfterSave(tx *gorm.DB) error { return auditSave(tx, c) }

// BeforeDelete keeps a customer with invoices.
func (c *Customer) BeforeDelete(tx *gorm.DB) error {
	ds, err := storeOf(tx)
	if err != nil {
		return err
	}
	theirs, err := dataclasses.Of[Invoice](ds).Query("customerID = :1", c.ID)
	if err != nil {
		return err
	}
	n, err := theirs.Count(tx.Statement.Context)
	if err == nil && n > 0 {
		err = triggers.Rejectf(RejectInUse, "customer %s has %d invoices and cannot be dropped: block it instead", c.Name, n)
	}
	return err
}

// AfterDelete leaves an audit entry.
func (c *Customer) AfterDelete(tx *gorm.DB) error { return auditDrop(tx, c) }

func (c *Customer) identity() (class string, key uint) { return "Customer", c.ID }

func (c *Customer) values() map[string]any {
	return map[string]any{
		"name": c.Name, "city": c.City, "country": c.Country, "creditLimit": c.CreditLimit,
		"blocked": c.Blocked, "salesPersonID": optional(c.SalesPersonID),
	}
}

// customersAtOnce keeps the list of one query short.
const customersAtOnce = 500

// balances is the getter of balance, for a whole page of customers.
func balances(ctx context.Context, customers []*dataclasses.Entity[Customer]) ([]int64, error) {
	values := make([]int64, 0, len(customers))
	for part := range slices.Chunk(customers, customersAtOnce) {
		due, err := dueByCustomer(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, c := range part {
			values = append(values, due[int64(c.Value.ID)])
		}
	}
	return values, nil
}

// dueByCustomer adds up what customers owe, in one query.
func dueByCustomer(ctx context.Context, customers []*dataclasses.Entity[Customer]) (map[int64]int64, error) {
	ids := make([]any, len(customers))
	for i, c := range customers {
		ids[i] = c.Value.ID
	}
	invoices := dataclasses.Of[Invoice](customers[0].DataClass().DataStore())
	due, err := invoices.Query("customerID in :1 and status = :2", ids, string(Approved))
	if err != nil {
		return nil, err
	}
	return dataclasses.SumBy[int64, int64](ctx, due, "customerID", "total")
}
