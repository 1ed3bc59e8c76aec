// Package vector compares vectors by the metrics of the query language (O-159).
//
// It is one definition for Go code, for the function that SQLite calls and for the checks of what PostgreSQL computes.
package vector

import (
	"encoding/binary"
	"math"
	"strconv"
	"strings"
)

// Metric says how two vectors are compared.
type Metric uint8

// The metrics.
const (
	Cosine    Metric = iota // -1 to 1, larger is closer
	Dot                     // unbounded, larger is closer
	Euclidean               // 0 and more, smaller is closer
)

// Named returns the metric of that name in a query: "cosine", "dot" or "euclidean".
func Named(name string) (Metric, bool) {
	switch name {
	case "cosine":
		return Cosine, true
	case "dot":
		return Dot, true
	case "euclidean":
		return Euclidean, true
	}
	return 0, false
}

// Compare returns the metric of two vectors of the same length. It is not ok if they have different lengths, or none,
// or if the cosine has no direction to compare because one is all zeros.
func Compare(m Metric, a, b []float64) (result float64, ok bool) {
	if len(a) != len(b) {
		return 0, false
	}
	var s sums
	for i := range a {
		s.add(a[i], b[i])
	}
	return s.result(m)
}

// CompareJSON is Compare of a vector written as a JSON array of numbers with one packed by [Pack].
func CompareJSON(m Metric, text string, packed []byte) (result float64, ok bool) {
	text, ok = strings.CutPrefix(strings.TrimSpace(text), "[")
	if !ok {
		return 0, false
	}
	text, ok = strings.CutSuffix(text, "]")
	if !ok {
		return 0, false
	}
	var s sums
	for item := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(item), 64)
		if err != nil || len(packed) < 8 {
			return 0, false
		}
		s.add(x, math.Float64frombits(binary.LittleEndian.Uint64(packed)))
		packed = packed[8:]
	}
	if len(packed) > 0 {
		return 0, false
	}
	return s.result(m)
}

// Pack writes a vector as bytes, for [CompareJSON].
func Pack(v []float64) []byte {
	b := make([]byte, 0, 8*len(v))
	for _, x := range v {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(x))
	}
	return b
}

// sums are what all metrics are made of.
type sums struct {
	n                int
	dot, a, b, apart float64
}

func (s *sums) add(x, y float64) {
	s.n++
	s.dot += x * y
	s.a += x * x
	s.b += y * y
	s.apart += (x - y) * (x - y)
}

func (s *sums) result(m Metric) (float64, bool) {
	var r float64
	switch m {
	case Dot:
		r = s.dot
	case Euclidean:
		r = math.Sqrt(s.apart)
	default:
		r = s.dot / (math.Sqrt(s.a) * math.Sqrt(s.b))
	}
	return r, s.n > 0 && !math.IsNaN(r) && !math.IsInf(r, 0)
}
