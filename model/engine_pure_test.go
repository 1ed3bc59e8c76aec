//go:build !cgo || puresqlite

package model_test

import (
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite"
)

func sqliteDialector(path string) gorm.Dialector {
	return sqlite.Dialector{DriverName: "sqlite", DSN: "file:" + path + "?_time_format=sqlite"}
}
