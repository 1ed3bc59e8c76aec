package invoices

import (
	"fmt"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

// Sequence counts the invoices of one year. It is not exposed, and has no stamp because only its own update statement changes it.
type Sequence struct {
	Name  string `gorm:"primaryKey;size:50"`
	Value int64  `gorm:"not null"`
}

// nextNumber gives the next invoice number of a year, like INV-2026-0001. The counter's row stays locked until the transaction ends,
// so that two invoices never get the same number and one that is undone gives its number back.
func nextNumber(tx *gorm.DB, year int) (string, error) {
	s := Sequence{Name: fmt.Sprintf("INV-%d", year)}
	raised, err := s.raise(tx)
	if err == nil && !raised {
		// Another transaction may create the row at the same moment: then this one waits for it and leaves it as it is.
		err = tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&Sequence{Name: s.Name}).Error
		if err == nil {
			_, err = s.raise(tx)
		}
	}
	if err == nil {
		err = tx.Take(&s).Error
	}
	if err != nil {
		return "", fmt.Errorf("invoice number of %d: %w", year, err)
	}
	return fmt.Sprintf("%s-%04d", s.Name, s.Value), nil
}

// raise adds one to the counter and reports whether it exists.
func (s *Sequence) raise(tx *gorm.DB) (bool, error) {
	done := tx.Model(s).Update("value", gorm.Expr("value + 1"))
	return done.RowsAffected > 0, done.Error
}
