//go:build !cgo || puresqlite

package session_test

import _ "modernc.org/sqlite"

const sqliteDriver = "sqlite"

func sqliteDSN(path string) string {
	return "file:" + path + "?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(NORMAL)"
}
