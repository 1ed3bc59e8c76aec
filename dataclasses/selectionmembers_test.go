package dataclasses_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
)

// What is at a position is read anew each time, while entities that were extracted stay as they were read (O-305, O-358). Copies and parts
// refer to the same entities as the whole (O-346).
//
// O-300, O-305, O-346, O-358
func TestMembersAreReferences(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, library()...)
		shelf(t, ds)
		ctx := t.Context()
		eachKind(t, must(dataclasses.Of[Book](ds).Query("author != null order by ID")), func(t *testing.T, s *dataclasses.Selection[Book]) {
			authors := must(dataclasses.ExtractEntities[Author](ctx, s, "author"))
			first := must(s.At(ctx, 0))
			okoro := get[Author](t, ds, 1)
			before := okoro.Value.FirstName
			okoro.Value.FirstName += "!"
			save(t, okoro)
			other := get[Book](t, ds, 1)
			title := other.Value.Title
			other.Value.Title += "!"
			save(t, other)
			if authors[0].Value.FirstName != before || first.Value.Title != title {
				t.Errorf("what was read changed: %q, %q", authors[0].Value.FirstName, first.Value.Title)
			}
			for what, again := range map[string]*dataclasses.Selection[Book]{"whole": s, "copy": s.Copy(), "part": s.Slice(0, 1)} {
				if e := must(again.At(ctx, 0)); e.Value.Title != title+"!" || e == first {
					t.Errorf("%s: %q, want the new title in an entity of its own", what, e.Value.Title)
				}
			}
		})
		fixed := must(dataclasses.Of[Book](ds).All().Fix(ctx))
		if err := must(fixed.At(ctx, 1)).Drop(ctx); err != nil {
			t.Fatal(err)
		}
		for _, i := range []int{1, 4, -5} { // dropped, and outside on both sides
			if e, err := fixed.At(ctx, i); e != nil || err != nil {
				t.Errorf("at(%d): %v, %v; want nil", i, e, err)
			}
		}
		if n := must(fixed.Count(ctx)); n != 4 {
			t.Errorf("%d members, want 4: those that are gone keep their places", n)
		}
	})
}

// O-076
func TestFromCollectionRunsConstructorAndEvents(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, ticketing()...)
		newTicket(t, ds, "old")
		rec := &recorder{}
		made, err := dataclasses.Of[Ticket](ds).FromCollection(rec.context(t), []map[string]any{{"title": "a"}, {"ID": 1, "title": "older"}, {"title": "b", "state": "open"}})
		if err != nil {
			t.Fatal(err)
		}
		one := []string{"validateSave", "saving", "BeforeSave", "AfterSave", "afterSave"}
		if diff := cmp.Diff(append(append(append([]string{}, one...), one...), one...), rec.log); diff != "" {
			t.Errorf("what ran (-want +got):\n%s", diff)
		}
		got := must(dataclasses.Extract[string](t.Context(), made, "state"))
		if diff := cmp.Diff([]string{"new", "new", "open"}, got); diff != "" {
			t.Errorf("states, the constructor's and a given one (-want +got):\n%s", diff)
		}
	})
}
