// Package sqlite opens an SQLite file for GORM as a data layer needs it: one
// writer behind a queue, many readers beside it, and text that compares as
// ORDA says (O-115).
//
//	dialector := sqlite.Open("invoices.db")
//	db, err := gorm.Open(dialector, &gorm.Config{TranslateError: true})
//	if err != nil {
//		return err
//	}
//	defer dialector.Close()
//
// The engine is github.com/mattn/go-sqlite3 where cgo is on, and
// modernc.org/sqlite, which needs no C compiler, where it is off or with the
// build tag puresqlite. Both pass the same tests and write the same files.
//
// The file is in WAL mode. All that GORM does goes to the only writing
// connection; [Dialector.Readers] are connections that cannot write, for reads
// outside a transaction. Inside a transaction use its own handle: asking the
// outer one again waits for itself, which ends with [ErrWriterBusy] after a
// while. GORM's PrepareStmt must stay off: its statements wait without end.
//
// Create sends no RETURNING: the key comes from LastInsertId, and a column that
// the database itself fills is read by loading the row.
package sqlite
