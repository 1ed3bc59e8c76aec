//go:build !cgo || puresqlite

package migrations_test

import (
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite"
)

func sqliteDialector(path string) gorm.Dialector {
	return sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + path + "?_time_format=sqlite&_pragma=foreign_keys(1)&_pragma=busy_timeout(5000)"}
}
