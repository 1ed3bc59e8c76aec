package invoices

import (
	"errors"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/triggers"
)

// The codes with which triggers refuse a write. A caller finds them as errCode of the error.
const (
	RejectInvalid   triggers.Code = -15001 // a value is missing or out of its range
	RejectFixed     triggers.Code = -15002 // an attribute that the triggers give was changed
	RejectStatus    triggers.Code = -15003 // the invoice's status does not allow the change
	RejectBlocked   triggers.Code = -15004 // the customer is blocked
	RejectInUse     triggers.Code = -15005 // the customer still has invoices
	RejectReference triggers.Code = -15006 // a related entity does not exist
	RejectAudit     triggers.Code = -15007 // the audit trail is written by triggers only and never changes
)

// The codes of errors that functions return for their caller.
const (
	ErrorArgument = 15001 // an argument is out of its range, or names what does not exist
	ErrorStatus   = 15002 // the invoice's status does not allow it
	ErrorAmount   = 15003 // a payment that is not the total
	ErrorAttempts = 15004 // too many failed sign-ins in the session
)

// storeOf is the datastore that a hook's tx belongs to.
func storeOf(tx *gorm.DB) (*dataclasses.DataStore, error) {
	if ds := dataclasses.FromTx(tx); ds != nil {
		return ds, nil
	}
	return nil, errors.New("invoices are written through a datastore: open the handle with dataclasses.Open")
}
