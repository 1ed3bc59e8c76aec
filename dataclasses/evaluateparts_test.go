package dataclasses_test

import (
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

// O-141, O-165, O-355: what is built on a selection that getters and formulas decide is a selection like any other, and its mistakes are
// found when it is made.
func TestSelectionsOfSelectionsThatCodeDecides(t *testing.T) {
	t.Parallel()
	type authors = *dataclasses.Selection[Author]
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		var a asks
		var calls atomic.Int64
		ds := ordatest.Open(t, db, people(&a, &calls)...)
		crowd(t, ds)
		ctx := t.Context()
		all := dataclasses.Of[Author](ds).All()
		named := must(all.Query("initials != null order by initials")) // 2 1 3 4
		for name, make := range map[string]func() (authors, error){
			"query of related":   func() (authors, error) { return must(coauthors(named.Slice(0, 3))).Query("lastName > 'n'") },
			"and of related":     func() (authors, error) { return all.And(ctx, must(coauthors(must(all.Query("initials = 'ay'"))))) },
			"minus a window":     func() (authors, error) { return all.Minus(ctx, named.Slice(1, 3)) },
			"or of windows":      func() (authors, error) { return named.Slice(0, 1).Or(ctx, named.Slice(-1, dataclasses.End)) },
			"query of a window":  func() (authors, error) { return named.Slice(1, dataclasses.End).Query("age = 30") },
			"mistake of related": func() (authors, error) { return must(coauthors(named)).Query("nothing = 1") },
		} {
			want := map[string][]int64{
				"query of related": {1, 2}, "and of related": {1}, "minus a window": {2, 4, 5}, "or of windows": {2, 4}, "query of a window": {3},
			}[name]
			s, err := make()
			if err != nil || want == nil {
				if (err == nil) != (want != nil) {
					t.Errorf("%s: %v", name, err)
				}
				continue
			}
			if diff := cmp.Diff(want, authorKeys(ctx, t, s)); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	})
}

// coauthors are the authors of the books of authors: themselves.
func coauthors(s *dataclasses.Selection[Author]) (*dataclasses.Selection[Author], error) {
	return dataclasses.Related[Author](s, "books.author")
}
