package vector_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/ordago/ordago/internal/vector"
)

// O-159
func TestCompare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		metric vector.Metric
		a, b   []float64
		want   float64
		ok     bool
	}{
		{vector.Cosine, []float64{1, 0}, []float64{2, 0}, 1, true},
		{vector.Cosine, []float64{1, 0}, []float64{0, 3}, 0, true},
		{vector.Cosine, []float64{1, 0}, []float64{-5, 0}, -1, true},
		{vector.Cosine, []float64{0, 0}, []float64{1, 1}, 0, false},
		{vector.Dot, []float64{1, 2}, []float64{3, -4}, -5, true},
		{vector.Euclidean, []float64{0, 0}, []float64{3, 4}, 5, true},
		{vector.Euclidean, []float64{1}, []float64{1, 2}, 0, false},
		{vector.Dot, nil, nil, 0, false},
		{vector.Dot, []float64{math.MaxFloat64}, []float64{2}, 0, false},
	} {
		got, ok := vector.Compare(c.metric, c.a, c.b)
		if ok != c.ok || ok && math.Abs(got-c.want) > 1e-12 {
			t.Errorf("Compare(%d, %v, %v) = %v, %v, want %v, %v", c.metric, c.a, c.b, got, ok, c.want, c.ok)
		}
		text, err := json.Marshal(c.a)
		if err != nil {
			t.Fatal(err)
		}
		again, okAgain := vector.CompareJSON(c.metric, string(text), vector.Pack(c.b))
		if okAgain != ok || ok && again != got {
			t.Errorf("CompareJSON(%d, %s, %v) = %v, %v, but Compare is %v, %v", c.metric, text, c.b, again, okAgain, got, ok)
		}
	}
}

// What a column may hold beside vectors compares with nothing.
func TestCompareJSONBad(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "null", "[]", "[1", "1]", "[1,2,3]", `["1",2]`, `{"a":1}`, "[1,,2]", "[[1],2]", "[NaN,1]", "[1 2]"} {
		if got, ok := vector.CompareJSON(vector.Dot, text, vector.Pack([]float64{1, 2})); ok {
			t.Errorf("CompareJSON(%q) = %v", text, got)
		}
	}
	if got, ok := vector.CompareJSON(vector.Dot, " [ 1 , 2 ] ", vector.Pack([]float64{1, 2})); !ok || got != 5 {
		t.Errorf("with blanks: %v, %v", got, ok)
	}
}

func TestNamed(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]vector.Metric{"cosine": vector.Cosine, "dot": vector.Dot, "euclidean": vector.Euclidean} {
		if got, ok := vector.Named(name); !ok || got != want {
			t.Errorf("Named(%q) = %v, %v", name, got, ok)
		}
	}
	if _, ok := vector.Named("Cosine"); ok {
		t.Error("names are lower case")
	}
}
