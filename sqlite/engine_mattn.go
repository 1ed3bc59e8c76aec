//go:build cgo && !puresqlite

package sqlite

import (
	"database/sql/driver"
	"errors"
	"fmt"

	"github.com/mattn/go-sqlite3"
)

// Engine names the SQLite engine in this build: "mattn" or "modernc".
const Engine = "mattn"

func newDriver() (driver.Driver, error) {
	return &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		const pure = true
		return errors.Join(
			conn.RegisterFunc("ordago_fold", foldValue, pure),
			conn.RegisterFunc("ordago_keyword", keywordValue, pure),
			conn.RegisterFunc("ordago_words", wordsValue, pure),
			conn.RegisterFunc("ordago_vector", vectorValue, pure),
		)
	}}, nil
}

// The parameters have no order; the engine sets the time to wait for locks first.
func baseQuery(o options) string {
	return fmt.Sprintf("_busy_timeout=%d&_foreign_keys=1&_synchronous=%s&_stmt_cache_size=128",
		o.busyTimeout.Milliseconds(), synchronous(o))
}

func writerQuery(o options) string {
	return baseQuery(o) + "&_journal_mode=WAL&_txlock=immediate"
}

func readerQuery(o options) string {
	if o.readOnly {
		return baseQuery(o) + "&_query_only=1&mode=ro"
	}
	return baseQuery(o) + "&_journal_mode=WAL&_query_only=1"
}

// errorCode returns SQLite's extended result code.
func errorCode(err error) (int, bool) {
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return max(int(e.Code), int(e.ExtendedCode)), true
	}
	return 0, false
}
