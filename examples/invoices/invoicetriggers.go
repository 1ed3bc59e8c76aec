package invoices

import (
	"errors"
	"maps"

	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/triggers"
)

var (
	_ callbacks.BeforeCreateInterface = (*Invoice)(nil)
	_ callbacks.BeforeUpdateInterface = (*Invoice)(nil)
	_ callbacks.AfterSaveInterface    = (*Invoice)(nil)
	_ callbacks.BeforeDeleteInterface = (*Invoice)(nil)
	_ callbacks.AfterDeleteInterface  = (*Invoice)(nil)
)

// BeforeCreate makes the invoice a draft with a number of its own, for a customer who is not blocked. What the caller has put into
// the attributes that triggers give is overwritten; only where no session asks for the write, as in an import, createdBy is kept.
func (i *Invoice) BeforeCreate(tx *gorm.DB) error {
	if i.Status != "" && i.Status != Draft {
		return triggers.Rejectf(RejectStatus, "a new invoice begins as a draft")
	}
	if err := i.checkCustomer(tx); err != nil {
		return err
	}
	i.Status, i.Total = Draft, plannedTotal(tx.Statement.Context)
	i.ApprovedBy, i.ApprovedAt = "", nil
	if s, ok := triggers.Session(tx); ok {
		i.CreatedBy = s.User()
	}
	if i.Date.IsZero() {
		i.Date = model.Today(tx.NowFunc())
	}
	if i.DueDate.IsZero() {
		i.DueDate = i.Date.AddDays(paymentDays)
	}
	if err := i.checkDates(); err != nil {
		return err
	}
	var err error
	i.Number, err = nextNumber(tx, i.Date.Year())
	return err
}

// BeforeUpdate lets a draft change, an approved invoice be paid, and nothing else.
func (i *Invoice) BeforeUpdate(tx *gorm.DB) error {
	old, ok := triggers.Old[Invoice](tx)
	if !ok {
		return nil // the row is gone: the update itself says so
	}
	switch {
	case old.Status == Draft:
		return i.changeDraft(tx, &old)
	case old.Status == Approved && i.Status == Paid:
		return i.checkPayment(tx, &old)
	case old.Status == Approved:
		return triggers.Rejectf(RejectStatus, "invoice %s is approved and changes no more but by payment", old.Number)
	}
	return triggers.Rejectf(RejectStatus, "invoice %s is %s and changes no more", old.Number, old.Status)
}

// changeDraft checks what became of a draft.
func (i *Invoice) changeDraft(tx *gorm.DB, old *Invoice) error {
	if i.Number != old.Number || i.CreatedBy != old.CreatedBy {
		return triggers.Rejectf(RejectFixed, "number and createdBy of invoice %s do not change", old.Number)
	}
	if err := i.checkDates(); err != nil {
		return err
	}
	if err := i.checkTotal(tx, old); err != nil {
		return err
	}
	if i.CustomerID != old.CustomerID {
		if err := i.checkCustomer(tx); err != nil {
			return err
		}
	}
	return i.changeStatus(tx, old)
}

// changeStatus keeps a draft, cancels it, or approves it in the name of the session.
func (i *Invoice) changeStatus(tx *gorm.DB, old *Invoice) error {
	switch i.Status {
	case Draft, Cancelled:
		i.ApprovedBy, i.ApprovedAt = "", nil
		return nil
	case Approved:
		i.stampApproval(tx)
		return nil
	}
	return triggers.Rejectf(RejectStatus, "invoice %s is a draft: it can be approved or cancelled", old.Number)
}

// stampApproval notes who approved, and when. Where no session asks for the write, as in an import, what it says is kept.
func (i *Invoice) stampApproval(tx *gorm.DB) {
	s, ok := triggers.Session(tx)
	if ok {
		i.ApprovedBy = s.User()
	}
	if ok || i.ApprovedAt == nil {
		now := model.Instant(tx.NowFunc())
		i.ApprovedAt = &now
	}
}

// checkPayment lets only pay make an invoice paid, and only that.
func (i *Invoice) checkPayment(tx *gorm.DB, old *Invoice) error {
	if !isPayment(tx.Statement.Context) {
		return triggers.Rejectf(RejectStatus, "invoice %s becomes paid by its function pay only", old.Number)
	}
	paid := *old
	paid.Status = Paid
	if !maps.Equal(paid.values(), i.values()) {
		return triggers.Rejectf(RejectStatus, "invoice %s is approved: a payment changes nothing but its status", old.Number)
	}
	return nil
}

// checkTotal accepts a new total only if it is what the lines add up to.
func (i *Invoice) checkTotal(tx *gorm.DB, old *Invoice) error {
	if i.Total == old.Total {
		return nil
	}
	ds, err := storeOf(tx)
	if err != nil {
		return err
	}
	total, err := totalOfLines(tx.Statement.Context, ds, i.ID)
	if err == nil && total != i.Total {
		err = triggers.Rejectf(RejectFixed, "the total of invoice %s is what its lines add up to", old.Number)
	}
	return err
}

func (i *Invoice) checkDates() error {
	if i.Date.IsZero() || i.DueDate.Compare(i.Date) < 0 {
		return triggers.Rejectf(RejectInvalid, "an invoice needs a date, and a due date that is not before it")
	}
	return nil
}

// checkCustomer refuses a customer who does not exist or is blocked.
func (i *Invoice) checkCustomer(tx *gorm.DB) error {
	ds, err := storeOf(tx)
	if err != nil {
		return err
	}
	customer, err := dataclasses.Of[Customer](ds).Get(tx.Statement.Context, i.CustomerID)
	switch {
	case errors.Is(err, dataclasses.ErrNotFound):
		return triggers.Rejectf(RejectReference, "customer %d of the invoice does not exist", i.CustomerID)
	case err != nil:
		return err
	case customer.Value.Blocked:
		return triggers.Rejectf(RejectBlocked, "customer %s is blocked and gets no new invoice", customer.Value.Name)
	}
	return nil
}

// AfterSave leaves an audit entry.
func (i *Invoice) AfterSave(tx *gorm.DB) error { return auditSave(tx, i) }

// BeforeDelete keeps approved and paid invoices, and drops the lines of others one by one, so that their triggers run too.
func (i *Invoice) BeforeDelete(tx *gorm.DB) error {
	old, ok := triggers.Old[Invoice](tx)
	if !ok {
		return nil // the row is gone: the delete itself says so
	}
	if old.Status == Approved || old.Status == Paid {
		return triggers.Rejectf(RejectStatus, "invoice %s is %s and cannot be dropped", old.Number, old.Status)
	}
	return dropLines(tx, old.ID)
}

// AfterDelete leaves an audit entry.
func (i *Invoice) AfterDelete(tx *gorm.DB) error { return auditDrop(tx, i) }
