package dialect

import (
	"strconv"

	"github.com/ordago/ordago/internal/vector"
)

// vectors is the part of [Dialect] for vectors, which columns hold as JSON arrays.
type vectors interface {
	// Vector appends the metric of the vector in col and v (O-159); NULL for vectors that cannot be compared.
	// ph binds a value and appends its place in a form that may be repeated.
	Vector(b, col []byte, m vector.Metric, v []float64, ph func([]byte, any) []byte) []byte
}

// Vector implements [Dialect].
func (SQLite) Vector(b, col []byte, m vector.Metric, v []float64, ph func([]byte, any) []byte) []byte {
	b = strconv.AppendUint(append(b, "ordago_vector("...), uint64(m), 10)
	b = append(append(append(b, ", "...), col...), ", "...)
	return append(ph(b, vector.Pack(v)), ')')
}

// Vector implements [Dialect]. The numbers are read only after the lengths are known to be the same.
func (Postgres) Vector(b, col []byte, m vector.Metric, v []float64, ph func([]byte, any) []byte) []byte {
	place := append(ph(nil, v), "::float8[]"...)
	b = fill(b, "CASE WHEN jsonb_typeof(#) = 'array' THEN CASE WHEN jsonb_array_length(#) = cardinality(", col)
	b = append(append(b, place...), ") THEN (SELECT "...)
	switch m {
	case vector.Dot:
		b = append(b, "sum(x::float8 * y)"...)
	case vector.Euclidean:
		b = append(b, "sqrt(sum((x::float8 - y) * (x::float8 - y)))"...)
	default:
		b = append(b, "sum(x::float8 * y) / NULLIF(sqrt(sum(x::float8 * x::float8)) * sqrt(sum(y * y)), 0)"...)
	}
	b = fill(b, " FROM ROWS FROM (jsonb_array_elements_text(#), unnest(", col)
	return append(append(b, place...), ")) AS v(x, y)) END END"...)
}
