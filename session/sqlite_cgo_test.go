//go:build cgo && !puresqlite

package session_test

import _ "github.com/mattn/go-sqlite3"

const sqliteDriver = "sqlite3"

func sqliteDSN(path string) string {
	return "file:" + path + "?_journal_mode=WAL&_busy_timeout=5000&_synchronous=NORMAL"
}
