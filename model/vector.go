package model

import (
	"database/sql/driver"
	"encoding/json"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/internal/vector"
)

// Vector is the content of an object attribute that is compared by similarity (O-156): numbers, usually an embedding.
// A nil vector is null. The wire has it as an array of numbers. Treat it as immutable (O-159): len and an index read it,
// and a conversion to []float64 is its collection.
type Vector []float64

// errLengths is for two vectors that cannot be compared.
var errLengths = errors.New("the vectors must have the same length, not 0, and a cosine needs one of length above 0 on each side")

// Cosine returns the cosine of the angle between two vectors, from -1 to 1. Larger is closer.
// Vectors of different lengths, and those with nothing but zeros, are an error.
func (v Vector) Cosine(o Vector) (float64, error) { return v.compare(vector.Cosine, o) }

// Dot returns the dot product of two vectors. Larger is closer. Vectors of different lengths are an error.
func (v Vector) Dot(o Vector) (float64, error) { return v.compare(vector.Dot, o) }

// Euclidean returns the distance of two vectors, 0 or more. Smaller is closer. Vectors of different lengths are an error.
func (v Vector) Euclidean(o Vector) (float64, error) { return v.compare(vector.Euclidean, o) }

func (v Vector) compare(m vector.Metric, o Vector) (float64, error) {
	result, ok := vector.Compare(m, v, o)
	if !ok {
		return 0, errLengths
	}
	return result, nil
}

// Scan implements sql.Scanner: null or the text of a JSON array of numbers.
func (v *Vector) Scan(raw any) error {
	data, err := jsonText(raw)
	if err != nil || len(data) == 0 {
		*v = nil
		return err
	}
	var list []float64
	if err := json.Unmarshal(data, &list); err != nil {
		return errors.New("the JSON value is no vector; write an array of numbers")
	}
	*v = list
	return nil
}

// Value implements driver.Valuer: JSON text, or nil for null. NaN and infinity are an error.
func (v Vector) Value() (driver.Value, error) {
	if v == nil {
		return nil, nil
	}
	data, err := json.Marshal([]float64(v))
	if err != nil {
		return nil, errors.New("a vector holds finite numbers only")
	}
	return string(data), nil
}

// GormDataType names the type for GORM; the column's type depends on the database.
func (Vector) GormDataType() string { return "json" }

// GormDBDataType gives the column type, which is that of [JSON].
func (Vector) GormDBDataType(db *gorm.DB, f *schema.Field) string {
	return JSON{}.GormDBDataType(db, f)
}
