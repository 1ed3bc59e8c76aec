package triggers_test

import (
	"errors"
	"fmt"

	"gorm.io/gorm"

	"github.com/ordago/ordago/triggers"
)

// Payslip is a GORM model with a trigger.
type Payslip struct {
	ID     int64
	Amount int64
}

// BeforeUpdate is a GORM hook and therefore the trigger for changes: it knows the row as it was.
func (p *Payslip) BeforeUpdate(tx *gorm.DB) error {
	if old, ok := triggers.Old[Payslip](tx); ok && p.Amount < old.Amount {
		return triggers.Rejectf(-15020, "payslip %d must not shrink", p.ID)
	}
	return nil
}

func ExampleRejectf() {
	err := fmt.Errorf("save: %w", triggers.Rejectf(-15020, "payslip %d must not shrink", 7))
	if rejected, ok := errors.AsType[*triggers.RejectedError](err); ok {
		fmt.Println(rejected.Code, rejected.Message)
	}
	fmt.Println(triggers.Check(&Payslip{}))
	// Output:
	// -15020 payslip 7 must not shrink
	// <nil>
}
