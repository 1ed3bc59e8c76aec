package backup

import (
	"maps"
	"slices"
	"time"
)

// Progress is told how many bytes of about total are done; both are the same at the end. It is called on the goroutine of the caller.
type Progress func(done, total int64)

func (p Progress) tell(done, total int64) {
	if p != nil {
		p(min(done, total), total)
	}
}

// Contents is what reading all of a backup showed.
type Contents struct {
	Rows    map[string]int64 // number of rows of each table, by its name without schema
	Version int64            // highest version in the table that Options.VersionTable names; 0 without
	bytes   map[string]int64 // size of the rows of each table; PostgreSQL only
	schema  string           // SQLite: all definitions; PostgreSQL: the name of the schema
}

// Tables returns the names of the tables in order.
func (c Contents) Tables() []string { return slices.Sorted(maps.Keys(c.Rows)) }

// Has reports whether there is a table of that name.
func (c Contents) Has(table string) bool {
	_, ok := c.Rows[table]
	return ok
}

// Report is what a backup or a restore did.
type Report struct {
	Bytes  int64 // size of the backup
	Tables int
	Rows   int64 // of all tables
	Took   time.Duration
}

func newReport(c Contents, size int64, began time.Time) Report {
	r := Report{Bytes: size, Tables: len(c.Rows), Took: time.Since(began)}
	for _, n := range c.Rows {
		r.Rows += n
	}
	return r
}

// Options of a backup. The zero value is useful.
type Options struct {
	Overwrite    bool                 // replace a file that has the name
	Progress     Progress             // nil: nobody is told
	Avoid        []string             // files that the backup must not take the place of
	VersionTable string               // where the versions of migrations are, as package migrations keeps them; "" is nowhere
	Transient    []string             // PostgreSQL: tables that are left out
	Accept       func(Contents) error // its error is why there is no backup; nil accepts all
}

// RestoreOptions are those of a restore. The zero value is useful.
type RestoreOptions struct {
	// Force replaces the old database that an earlier restore kept, and an SQLite file so damaged that nobody can tell whether it is in
	// use; on PostgreSQL it leaves alone tables that the backup does not have.
	Force        bool
	Progress     Progress
	VersionTable string
	Transient    []string // SQLite: databases that end with the old one; PostgreSQL: tables that are emptied
	Accept       func(Contents) error
	Step         func(string) // told before each change on the disk; for tests that end the process there
}

func accept(check func(Contents) error, c Contents) error {
	if check == nil {
		return nil
	}
	return check(c)
}
