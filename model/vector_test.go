package model_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"github.com/ordago/ordago/model"
)

// O-156, O-159
func TestVector(t *testing.T) {
	t.Parallel()
	v := model.Vector{3, 4}
	if got, err := v.Euclidean(model.Vector{0, 0}); got != 5 || err != nil {
		t.Errorf("Euclidean = %v, %v", got, err)
	}
	if got, err := v.Dot(model.Vector{1, -1}); got != -1 || err != nil {
		t.Errorf("Dot = %v, %v", got, err)
	}
	if got, err := v.Cosine(model.Vector{6, 8}); math.Abs(got-1) > 1e-12 || err != nil {
		t.Errorf("Cosine = %v, %v", got, err)
	}
	if got, err := v.Dot(model.Vector{1}); err == nil {
		t.Errorf("Dot of different lengths = %v", got)
	}
}

func TestVectorIsStoredAsJSON(t *testing.T) {
	t.Parallel()
	for _, want := range []model.Vector{nil, {}, {1, -0.5, 1e100}} {
		raw, err := want.Value()
		if err != nil {
			t.Fatal(err)
		}
		got := model.Vector{9}
		if err := got.Scan(raw); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v (-want +got):\n%s", raw, diff)
		}
	}
	if raw, err := (model.Vector{math.NaN()}).Value(); err == nil {
		t.Errorf("NaN is stored as %v", raw)
	}
	for _, raw := range []any{`{"a":1}`, `["1"]`, 7} {
		var v model.Vector
		if err := v.Scan(raw); err == nil {
			t.Errorf("Scan(%v) = %v", raw, v)
		}
	}
}

type embedded struct {
	ID      uint
	Meaning model.Vector
	Other   model.JSON
}

func TestVectorAttribute(t *testing.T) {
	t.Parallel()
	c, err := model.Describe(&embedded{}, schema.NamingStrategy{}, "vector_test.go")
	if err != nil {
		t.Fatal(err)
	}
	a := c.Attribute("meaning")
	if a.Type != model.Object || !a.Vector || !a.Nullable || c.Attribute("other").Vector {
		t.Errorf("meaning: type %s, vector %v, nullable %v; other: vector %v", a.Type, a.Vector, a.Nullable, c.Attribute("other").Vector)
	}
}
