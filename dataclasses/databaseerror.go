package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"
)

// databaseError turns errors of GORM and the drivers into ours; those it does not know pass unchanged.
// Drivers are not imported here: PostgreSQL's errors have SQLState, SQLite's only a text.
func databaseError(err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	text := err.Error()
	switch state := sqlState(err); {
	case state == "25006" || strings.Contains(text, "attempt to write a readonly database"):
		return fmt.Errorf("%w: %w", ErrReadOnly, err)
	case state == "55P03" || state == "40P01" || state == "40001",
		strings.Contains(text, "database is locked"), strings.Contains(text, "database writer busy"):
		return fmt.Errorf("%w: %w", ErrBusy, err)
	}
	return err
}

func sqlState(err error) string {
	var s interface{ SQLState() string }
	if errors.As(err, &s) {
		return s.SQLState()
	}
	return ""
}

// constraintKind says which rule of the database an error is about.
func constraintKind(err error) (ConstraintKind, bool) {
	text := err.Error()
	switch state := sqlState(err); {
	case errors.Is(err, gorm.ErrDuplicatedKey), state == "23505":
		return Duplicate, true
	case errors.Is(err, gorm.ErrForeignKeyViolated), state == "23503", strings.Contains(text, "FOREIGN KEY constraint failed"):
		return ForeignKey, true
	case state == "23502", strings.Contains(text, "NOT NULL constraint failed"):
		return NotNull, true
	case errors.Is(err, gorm.ErrCheckConstraintViolated), state == "23514", state == "22001", state == "22003", strings.Contains(text, "CHECK constraint failed"):
		return Check, true
	}
	return 0, false
}
