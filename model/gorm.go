package model

import (
	"gorm.io/gorm"
	"gorm.io/gorm/schema"
)

// GormDBDataType gives the column type: date everywhere.
func (Day) GormDBDataType(*gorm.DB, *schema.Field) string { return "date" }

// GormDBDataType gives the column type: jsonb on PostgreSQL, JSON on MySQL, text on SQLite.
func (JSON) GormDBDataType(db *gorm.DB, _ *schema.Field) string {
	switch db.Name() {
	case "postgres":
		return "jsonb"
	case "mysql":
		return "json"
	}
	return "text"
}
