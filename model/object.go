package model

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
)

// JSON is the content of an object attribute (O-024): a JSON object.
// Numbers read from the database are int64 where they are whole and fit, else float64; a nil map is null.
type JSON map[string]any

// Scan implements sql.Scanner: null or the text of a JSON object.
func (o *JSON) Scan(raw any) error {
	data, err := jsonText(raw)
	if err != nil || len(data) == 0 {
		*o = nil
		return err
	}
	return o.UnmarshalJSON(data)
}

// UnmarshalJSON reads a JSON object or null and keeps whole numbers whole.
func (o *JSON) UnmarshalJSON(data []byte) error {
	v, err := decodeJSON(data)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case nil:
		*o = nil
	case map[string]any:
		*o = v
	default:
		return fmt.Errorf("the JSON value is no object; write {…}")
	}
	return nil
}

// Value implements driver.Valuer: JSON text, or nil for null.
func (o JSON) Value() (driver.Value, error) {
	if o == nil {
		return nil, nil
	}
	data, err := json.Marshal(map[string]any(o))
	if err != nil {
		return nil, err
	}
	return string(data), nil
}

// GormDataType names the type for GORM; the column's type depends on the database, see gorm.go.
func (JSON) GormDataType() string { return "json" }
