package proptest_test

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/dialect"
)

// known are the values of an attribute that are not null; an entity that is several times in a selection counts once (O-361).
func known(s persons, attribute string) []any {
	var list []any
	for _, r := range set(s.rows) {
		if v := r.values[attribute]; v != nil {
			list = append(list, v)
		}
	}
	return list
}

// checkText asks for the values of a text, which are compared without case and diacritics: the first in the order of bytes stands for those
// that are equal (O-359, O-361).
func (m *maker) checkText(t *testing.T, s persons) error {
	of := pick(m.r, []string{"name", "nick"})
	var texts []string
	for _, v := range known(s, of) {
		texts = append(texts, v.(string))
	}
	slices.SortFunc(texts, func(a, b string) int {
		return cmp.Or(strings.Compare(dialect.Fold(a), dialect.Fold(b)), strings.Compare(a, b))
	})
	distinct := slices.CompactFunc(slices.Clone(texts), func(a, b string) bool { return dialect.Fold(a) == dialect.Fold(b) })
	got, err := dataclasses.Distinct[string](m.ctx, s.sel, of)
	if err := same(t, "distinct "+of, got, distinct, err); err != nil {
		return err
	}
	got, err = dataclasses.Distinct[string](m.ctx, s.sel, of, dataclasses.Diacritical)
	if err := same(t, "diacritical "+of, got, slices.Compact(slices.Clone(texts)), err); err != nil {
		return err
	}
	least, ok, err := dataclasses.Min[string](m.ctx, s.sel, of)
	if err := same(t, "any "+of, ok, len(texts) > 0, err); err != nil || !ok {
		return err
	}
	most, _, err := dataclasses.Max[string](m.ctx, s.sel, of)
	return same(t, "extremes of "+of, [2]string{least, most}, [2]string{texts[0], texts[len(texts)-1]}, err)
}

func (m *maker) checkNumber(t *testing.T, s persons) error {
	values := known(s, "score")
	numbers := make([]float64, len(values))
	total := 0.0
	for i, v := range values {
		numbers[i] = v.(float64)
		total += numbers[i]
	}
	sum, err := dataclasses.Sum[float64](m.ctx, s.sel, "score")
	if err := same(t, "sum", sum, total, err); err != nil {
		return err
	}
	mean, ok, err := s.sel.Average(m.ctx, "score")
	if err := same(t, "any score", ok, len(numbers) > 0, err); err != nil || !ok {
		return err
	}
	if want := total / float64(len(numbers)); math.Abs(mean-want) > 1e-9*math.Abs(want) {
		t.Errorf("average: got %v, want %v", mean, want)
	}
	least, _, err := dataclasses.Min[float64](m.ctx, s.sel, "score")
	if err != nil {
		return err
	}
	most, _, err := dataclasses.Max[float64](m.ctx, s.sel, "score")
	return same(t, "extremes", [2]float64{least, most}, [2]float64{slices.Min(numbers), slices.Max(numbers)}, err)
}

// checkCountOf counts values that are not null, and for one attribute each of them. Objects are no scalars.
func (m *maker) checkCountOf(t *testing.T, s persons) error {
	of := pick(m.r, []string{"nick", "age", "active", "born", "seen", "shift", "token", "extra"})
	want := len(known(s, of))
	if of == "extra" {
		want = 0
	}
	n, err := s.sel.CountOf(m.ctx, of)
	if err := same(t, "count of "+of, n, want, err); err != nil {
		return err
	}
	counts := map[int64]int{}
	for _, v := range known(s, "age") {
		counts[int64(v.(int32))]++
	}
	got := map[int64]int{}
	found, err := dataclasses.DistinctCounts[int64](m.ctx, s.sel, "age")
	for _, c := range found {
		got[c.Value] = c.Count
	}
	return same(t, "ages", got, counts, err)
}
