package invoices

import (
	"time"

	"github.com/ordago/ordago/model"
)

// Invoice is sent to a customer. It begins as a draft, whose lines and dates may change; once approved it changes no more but by
// payment. Its number, its total, and who created and approved it are given by the triggers in invoicetriggers.go.
type Invoice struct {
	ID         uint
	Number     string    `gorm:"size:20;not null;uniqueIndex"` // INV-2026-0001
	Date       model.Day `gorm:"not null;index"`               // today when a new invoice has none
	DueDate    model.Day `gorm:"not null;index:idx_invoices_due,priority:2"`
	Status     Status    `gorm:"size:10;not null;index:idx_invoices_due,priority:1"`
	Total      int64     `gorm:"not null"` // cents: what the lines add up to
	CustomerID uint      `gorm:"not null;index"`
	Customer   *Customer
	Lines      []InvoiceLine
	CreatedBy  string     `gorm:"size:100;not null"`
	ApprovedBy string     `gorm:"size:100;not null"` // "" before approval
	ApprovedAt *time.Time `gorm:"precision:6"`       // null before approval
	model.Record
}

// Status is how far an invoice has come.
type Status string

// The statuses. A draft becomes approved or cancelled, an approved invoice becomes paid; nothing else is possible.
const (
	Draft     Status = "draft"
	Approved  Status = "approved"
	Paid      Status = "paid"
	Cancelled Status = "cancelled"
)

// paymentDays is how long a customer has to pay an invoice that names no due date.
const paymentDays = 30

// Limits that keep every sum exact, also in clients whose numbers are floating-point: a total stays below 2^53 cents.
const (
	maxQuantity  int64 = 1_000_000
	maxUnitPrice int64 = 1_000_000_000 // cents
	maxTotal     int64 = 1<<53 - 1     // cents
)

func (i *Invoice) identity() (class string, key uint) { return "Invoice", i.ID }

func (i *Invoice) values() map[string]any {
	v := map[string]any{
		"number": i.Number, "date": dayText(i.Date), "dueDate": dayText(i.DueDate), "status": string(i.Status),
		"total": i.Total, "customerID": i.CustomerID,
		"createdBy": i.CreatedBy, "approvedBy": i.ApprovedBy, "approvedAt": nil,
	}
	if i.ApprovedAt != nil {
		v["approvedAt"] = i.ApprovedAt.UTC().Format(time.RFC3339Nano)
	}
	return v
}
