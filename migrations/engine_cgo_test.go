//go:build cgo && !puresqlite

package migrations_test

import (
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
)

func sqliteDialector(path string) gorm.Dialector {
	return sqlite.Open("file:" + path + "?_foreign_keys=1&_busy_timeout=5000")
}
