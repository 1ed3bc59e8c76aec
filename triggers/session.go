package triggers

import (
	"gorm.io/gorm"

	"github.com/ordago/ordago/session"
)

// Session returns the session of the process that asked for the write (S-108, O-571): in every hook, in the hooks of rows that
// hooks save, and also where the write was made by a local function.
// It is false where no one asked: a migration, a job, a handle without a request's context.
func Session(tx *gorm.DB) (*session.Session, bool) {
	s := session.Caller(tx.Statement.Context)
	return s, s != nil
}
