package dataclasses_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

func TestSums(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		books := dataclasses.Of[Book](ds)
		if got, err := dataclasses.Sum[float64](t.Context(), books.All(), "price"); err != nil || got != 58.5 {
			t.Errorf("sum of all: %v, %v; want 58.5", got, err)
		}
		if got, err := dataclasses.Sum[float64](t.Context(), books.All().Slice(0, 2), "price"); err != nil || got != 27.5 {
			t.Errorf("sum of a slice: %v, %v; want 27.5", got, err)
		}
		none, err := books.Query("price > 1000")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := dataclasses.Sum[int64](t.Context(), none, "pages"); err != nil || got != 0 {
			t.Errorf("sum of nothing: %v, %v; want 0", got, err)
		}
		got, err := dataclasses.SumBy[int64, float64](t.Context(), books.All(), "authorID", "price")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[int64]float64{1: 27.5, 2: 30}, got); diff != "" {
			t.Errorf("sums by author (-want +got):\n%s", diff)
		}
		if got, err := dataclasses.Sum[int64](t.Context(), books.All(), "price"); err == nil {
			t.Errorf("sum of 58.5 as int64: %d, want an error", got)
		}
		for _, attribute := range []string{"title", "nosuch", "author"} {
			if _, err := dataclasses.Sum[int64](t.Context(), books.All(), attribute); err == nil {
				t.Errorf("sum of %s succeeded", attribute)
			}
		}
	})
}
