package dataclasses_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/model"
)

// Sign has a text key, Place one of two parts.
type Sign struct {
	model.Record
	ID string `gorm:"primaryKey"`
	N  int64
}

type Place struct {
	model.Record
	Row string `gorm:"primaryKey"`
	No  int64  `gorm:"primaryKey;autoIncrement:false"`
	N   int64
}

// Item has a whole-number key.
type Item struct {
	model.Record
	ID int64
	N  int64
}

func numbered() []dataclasses.Definition {
	return []dataclasses.Definition{dataclasses.Define[Item](), dataclasses.Define[Sign](), dataclasses.Define[Place]()}
}

// world is a dataclass with entities numbered from 0, whatever its key is.
type world[T any] struct {
	class *dataclasses.DataClass[T]
	n     func(*T) int64
}

func worldOf[T any](t *testing.T, ds *dataclasses.DataStore, entities int, n func(*T) int64, fill func(*T, int64)) world[T] {
	t.Helper()
	w := world[T]{dataclasses.Of[T](ds), n}
	for i := range entities {
		e := w.class.New()
		fill(&e.Value, int64(i))
		save(t, e)
	}
	return w
}

func items(t *testing.T, ds *dataclasses.DataStore, n int) world[Item] {
	return worldOf(t, ds, n, func(i *Item) int64 { return i.N }, func(i *Item, n int64) { i.N = n })
}

func codes(t *testing.T, ds *dataclasses.DataStore, n int) world[Sign] {
	return worldOf(t, ds, n, func(c *Sign) int64 { return c.N }, func(c *Sign, n int64) { c.ID, c.N = fmt.Sprintf("%c,\"é", 'a'+n), n })
}

func seats(t *testing.T, ds *dataclasses.DataStore, n int) world[Place] {
	return worldOf(t, ds, n, func(s *Place) int64 { return s.N }, func(s *Place, n int64) { s.Row, s.No, s.N = string(rune('a'+n/3)), n+1, n })
}

// forEachKey runs a test on dataclasses with each kind of key and on each database.
func forEachKey(t *testing.T, n int, item func(*testing.T, world[Item]), code func(*testing.T, world[Sign]), seat func(*testing.T, world[Place])) {
	t.Helper()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := ordatest.Open(t, db, numbered()...)
		t.Run("number", func(t *testing.T) { item(t, items(t, ds, n)) })
		t.Run("text", func(t *testing.T) { code(t, codes(t, ds, n)) })
		t.Run("composite", func(t *testing.T) { seat(t, seats(t, ds, n)) })
	})
}

func must[V any](v V, err error) V {
	if err != nil {
		panic(err)
	}
	return v
}

func (w world[T]) numbers(t *testing.T, s *dataclasses.Selection[T]) []int64 {
	t.Helper()
	got := []int64{}
	for e, err := range s.Entities(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, w.n(&e.Value))
	}
	return got
}

func (w world[T]) want(t *testing.T, what string, s *dataclasses.Selection[T], want ...int64) {
	t.Helper()
	got := w.numbers(t, s)
	if !s.IsOrdered() {
		slices.Sort(got)
	}
	if diff := cmp.Diff(append([]int64{}, want...), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
	if n, err := s.Count(t.Context()); err != nil || n != len(want) {
		t.Errorf("%s: count %d, %v; want %d", what, n, err, len(want))
	}
}

// entity is the one with that number.
func (w world[T]) entity(t *testing.T, n int64) *dataclasses.Entity[T] {
	t.Helper()
	e, err := must(w.class.Query("n = :1", n)).First(t.Context())
	if err != nil || e == nil {
		t.Fatalf("entity %d: %v", n, err)
	}
	return e
}

// O-302, O-320, O-322, O-330, O-331, O-332, O-333
func TestSetOperations(t *testing.T) {
	t.Parallel()
	forEachKey(t, 10, setOperations[Item], setOperations[Sign], setOperations[Place])
}

func setOperations[T any](t *testing.T, w world[T]) {
	ctx := t.Context()
	type sel = *dataclasses.Selection[T]
	low, odd := must(w.class.Query("n < 6 order by n desc")), must(w.class.Query("n in [1,3,5,7,9]"))
	none := must(w.class.Query("n = 99"))
	fix := func(s sel) sel { return must(s.Fix(ctx)) }
	part := must(w.class.All().OrderBy("n")).Slice(2, 5) // 2 3 4: a window
	for name, kind := range map[string]func(sel) sel{"lazy": func(s sel) sel { return s }, "fixed": fix} {
		for other, as := range map[string]func(sel) sel{"lazy": func(s sel) sel { return s }, "fixed": fix} {
			low, odd, none, part := kind(low), as(odd), as(none), as(part)
			what := name + " with " + other + ": "
			w.want(t, what+"and", must(low.And(ctx, odd)), 1, 3, 5)
			w.want(t, what+"and of a window", must(low.And(ctx, part)), 2, 3, 4)
			w.want(t, what+"and nothing", must(low.And(ctx, none)))
			w.want(t, what+"or", must(low.Or(ctx, odd)), 0, 1, 2, 3, 4, 5, 7, 9)
			w.want(t, what+"or nothing", must(low.Or(ctx, none)), 0, 1, 2, 3, 4, 5)
			w.want(t, what+"nothing or", must(none.Or(ctx, low)), 0, 1, 2, 3, 4, 5)
			w.want(t, what+"minus", must(low.Minus(ctx, odd)), 0, 2, 4)
			w.want(t, what+"minus a window", must(low.Minus(ctx, part)), 0, 1, 5)
			w.want(t, what+"minus in order", must(low.Minus(ctx, odd, dataclasses.KeepOrder)), 4, 2, 0)
			w.want(t, what+"minus everything", must(low.Minus(ctx, w.class.All())))
			w.want(t, what+"then query", must(must(low.And(ctx, odd)).Query("n > 1 order by n desc")), 5, 3)
			if must(low.And(ctx, odd)).IsOrdered() || must(low.Or(ctx, odd)).IsOrdered() || must(low.Minus(ctx, odd)).IsOrdered() {
				t.Errorf("%sa set operation is ordered", what)
			}
			if lazy := !must(low.Or(ctx, odd)).IsFixed(); lazy != (name == "lazy" && other == "lazy") {
				t.Errorf("%sor is lazy: %v", what, lazy)
			}
		}
	}
	three, eight := w.entity(t, 3), w.entity(t, 8)
	w.want(t, "and an entity", must(low.And(ctx, three)), 3)
	w.want(t, "or an entity", must(low.Or(ctx, eight)), 0, 1, 2, 3, 4, 5, 8)
	w.want(t, "minus an entity in order", must(low.Minus(ctx, three, dataclasses.KeepOrder)), 5, 4, 2, 1, 0)
	w.want(t, "minus an entity that is not in it", must(low.Minus(ctx, eight)), 0, 1, 2, 3, 4, 5)
	w.want(t, "nothing or an entity", must(none.Or(ctx, three)), 3)
	var nobody *dataclasses.Entity[T]
	var nothing sel
	for _, m := range []dataclasses.Members[T]{nobody, nothing, nil} {
		w.want(t, "and nil", must(low.And(ctx, m)))
		w.want(t, "or nil", must(low.Or(ctx, m)), 5, 4, 3, 2, 1, 0)
		w.want(t, "minus nil", must(low.Minus(ctx, m)), 5, 4, 3, 2, 1, 0)
	}
	if _, err := low.And(ctx, w.class.New()); err == nil {
		t.Error("an entity that was never saved was taken")
	}
	for _, s := range []sel{low, fix(low)} {
		if !must(s.Contains(ctx, three)) || must(s.Contains(ctx, eight)) || must(s.Contains(ctx, nil)) || must(s.Contains(ctx, w.class.New())) {
			t.Error("Contains is wrong")
		}
	}
}

// A long chain of lazy unions becomes a fixed selection instead of an error.
func TestManyUnions(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), numbered()...)
	w := items(t, ds, 60)
	s := must(w.class.Query("n = 0"))
	want := []int64{0}
	for n := range int64(59) {
		s = must(s.Or(t.Context(), must(w.class.Query("n = :1", n+1))))
		want = append(want, n+1)
	}
	w.want(t, "60 selections", s, want...)
}

// O-301, O-302, O-303, O-306, O-307, O-374
func TestFixedMembers(t *testing.T) {
	t.Parallel()
	forEachKey(t, 6, fixedMembers[Item], fixedMembers[Sign], fixedMembers[Place])
}

func fixedMembers[T any](t *testing.T, w world[T]) {
	ctx := t.Context()
	lazy := must(w.class.Query("n < 4 order by n desc")) // 3 2 1 0
	s := must(lazy.Fix(ctx))
	moved := w.entity(t, 0)
	if err := moved.Set("n", 50); err != nil {
		t.Fatal(err)
	}
	save(t, moved)
	w.want(t, "an entity that does not satisfy the query any more", s, 3, 2, 1, 50)
	w.want(t, "lazy", lazy, 3, 2, 1)
	s.Refresh()
	w.want(t, "refreshed", s, 3, 2, 1, 50)
	if err := w.entity(t, 2).Drop(ctx); err != nil {
		t.Fatal(err)
	}
	if n := must(s.Count(ctx)); n != 4 || !s.IsFixed() || lazy.IsFixed() {
		t.Errorf("%d members, want 4: the deleted one keeps its place", n)
	}
	if diff := cmp.Diff([]int64{3, 1, 50}, w.numbers(t, s)); diff != "" {
		t.Errorf("alive members (-want +got):\n%s", diff)
	}
	for i, want := range map[int]int64{0: 3, 1: -1, 2: 1, 3: 50, 4: -1, -1: 50, -2: 1, -3: -1, -4: 3, -5: -1} {
		e := must(s.At(ctx, i))
		if want < 0 && e != nil || want >= 0 && (e == nil || w.n(&e.Value) != want) {
			t.Errorf("at(%d) = %v, want %d", i, e, want)
		}
	}
	clean := must(s.Clean(ctx))
	w.want(t, "clean", clean, 3, 1, 50)
	if !clean.IsOrdered() || clean.IsAlterable() {
		t.Error("clean changed order or nature")
	}
	set := must(must(w.class.Query("n in [1,3,5]")).Fix(ctx))
	if err := w.entity(t, 5).Drop(ctx); err != nil {
		t.Fatal(err)
	}
	w.want(t, "clean of a set", must(set.Clean(ctx)), 1, 3)
	if must(set.Clean(ctx)).IsOrdered() {
		t.Error("a cleaned set is ordered")
	}
	w.want(t, "clean of a lazy one", must(w.class.All().Clean(ctx)), 1, 3, 4, 50)
}

// O-306, O-307, O-345
func TestPositions(t *testing.T) {
	t.Parallel()
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		w := items(t, ordatest.Open(t, db, numbered()...), 8)
		sorted := must(w.class.Query("n > 0 order by n desc")) // 7 … 1
		fixed := must(sorted.Fix(t.Context()))
		all := []int64{7, 6, 5, 4, 3, 2, 1}
		edges := []int{-100, -8, -7, -3, -1, 0, 1, 3, 6, 7, 8, 100, dataclasses.End}
		for _, start := range edges {
			for _, end := range edges {
				from, to := start, end
				if from < 0 {
					from = max(0, from+7)
				}
				if to < 0 {
					to = max(0, to+7)
				}
				from, to = min(from, 7), min(to, 7)
				want := all[from:max(from, to)]
				what := fmt.Sprintf("slice(%d, %d)", start, end)
				w.want(t, "lazy "+what, sorted.Slice(start, end), want...)
				w.want(t, "fixed "+what, fixed.Slice(start, end), want...)
			}
			i := start
			if i < 0 {
				i += 7
			}
			for _, s := range []*dataclasses.Selection[Item]{sorted, fixed, sorted.Slice(0, 7)} {
				e := must(s.At(t.Context(), start))
				if inside := i >= 0 && i < 7; inside != (e != nil) || inside && e.Value.N != all[i] {
					t.Errorf("at(%d) = %v", start, e)
				}
			}
		}
		part := sorted.Slice(1, 4) // 6 5 4
		w.want(t, "last of a part", part.Slice(-1, dataclasses.End), 4)
		if e := must(part.Last(t.Context())); e == nil || e.Value.N != 4 {
			t.Errorf("last of a part: %v", e)
		}
		if e := must(part.Slice(9, 10).Last(t.Context())); e != nil {
			t.Errorf("last of nothing: %v", e)
		}
		if e := must(w.class.All().Last(t.Context())); e.Value.N != 7 {
			t.Errorf("last of all: %v", e.Value.N)
		}
		w.want(t, "query in the last three", must(sorted.Slice(-3, dataclasses.End).Query("n != 2")), 3, 1)
	})
}

// O-312, O-313, O-314, O-315, O-320, O-321, O-326, O-327, O-328, O-352, O-066
func TestAlterable(t *testing.T) {
	t.Parallel()
	forEachKey(t, 5, alterable[Item], alterable[Sign], alterable[Place])
}

func alterable[T any](t *testing.T, w world[T]) {
	ctx := t.Context()
	one, three := w.entity(t, 1), w.entity(t, 3)
	add := func(s *dataclasses.Selection[T], members ...dataclasses.Members[T]) {
		t.Helper()
		for _, m := range members {
			if err := s.Add(ctx, m); err != nil {
				t.Fatal(err)
			}
		}
	}
	var nobody *dataclasses.Entity[T]
	list := w.class.NewSelection(dataclasses.KeepOrder)
	w.want(t, "new", list)
	add(list, three, one, three, nobody, nil)
	w.want(t, "ordered, with duplicates", list, 3, 1, 3)
	before := list.Slice(0, 2)
	copied := list.Copy()
	add(list, list)
	w.want(t, "added to itself", list, 3, 1, 3, 3, 1, 3)
	w.want(t, "what was made before", before, 3, 1)
	add(copied, one)
	w.want(t, "copy", copied, 3, 1, 3, 1)
	w.want(t, "original of the copy", list, 3, 1, 3, 3, 1, 3)

	set := w.class.NewSelection()
	add(set, three, one, three)
	w.want(t, "set", set, 1, 3)
	if set.IsOrdered() || !set.IsAlterable() || !list.IsOrdered() {
		t.Error("a new selection has the wrong kind")
	}
	other := set.Copy()
	add(set, w.entity(t, 4))
	w.want(t, "copy of a set", other, 1, 3)
	add(set, must(w.class.Query("n < 2 order by n desc")))
	if !set.IsOrdered() {
		t.Error("adding a selection did not make the set ordered")
	}
	if n := must(set.Count(ctx)); n != 5 {
		t.Errorf("%d members after adding two to three, want 5 with the repetition", n)
	}
	if must(list.And(ctx, set)).IsOrdered() || must(must(list.And(ctx, set)).Count(ctx)) != 2 {
		t.Error("making an ordered selection unordered must drop duplicates")
	}
	if err := set.Add(ctx, w.class.New()); err == nil {
		t.Error("an entity that was never saved was added")
	}
	natures := []struct {
		what string
		s    *dataclasses.Selection[T]
		want bool
	}{
		{"all", w.class.All(), false},
		{"query", must(w.class.Query("n = 1")), false},
		{"fixed", must(w.class.All().Fix(ctx)), false},
		{"copy", w.class.All().Copy(), true},
		{"shared copy", list.Copy(dataclasses.Shared), false},
		{"query of an alterable one", must(list.Query("n = 1")), true},
		{"slice of an alterable one", list.Slice(0, 1), true},
		{"sorted alterable one", must(list.OrderBy("n")), true},
		{"and of an alterable one", must(list.And(ctx, w.class.All())), true},
		{"or nil of an alterable one", must(list.Or(ctx, nil)), true},
		{"minus of a shareable one", must(w.class.All().Minus(ctx, list)), false},
		{"clean of an alterable one", must(list.Clean(ctx)), true},
	}
	for _, n := range natures {
		if n.s.IsAlterable() != n.want {
			t.Errorf("%s: alterable %v, want %v", n.what, n.s.IsAlterable(), n.want)
		}
		if err := n.s.Add(ctx, one); errors.Is(err, dataclasses.ErrNotAlterable) == n.want {
			t.Errorf("%s: add: %v", n.what, err)
		}
	}
	all := w.class.All().Copy()
	add(all, one)
	w.want(t, "lazy copy that was added to", all, 0, 1, 2, 3, 4)
}

// O-316
func TestMakeSelectionsAlterable(t *testing.T) {
	t.Parallel()
	ds := ordatest.Open(t, ordatest.SQLite(t), append(library(), dataclasses.MakeSelectionsAlterable())...)
	shelf(t, ds)
	all := dataclasses.Of[Book](ds).All()
	of := must(dataclasses.RelatedEntities[Book](get[Author](t, ds, 1), "books"))
	if !all.IsAlterable() || !of.IsAlterable() || all.Copy(dataclasses.Shared).IsAlterable() {
		t.Error("only explicit shared copies must not be alterable")
	}
	if err := of.Add(t.Context(), get[Book](t, ds, 4)); err != nil {
		t.Fatal(err)
	}
	if n := must(of.Count(t.Context())); n != 3 {
		t.Errorf("%d books, want 3", n)
	}
}

// O-334, O-335
func TestSelected(t *testing.T) {
	t.Parallel()
	forEachKey(t, 7, selected[Item], selected[Sign], selected[Place])
}

func selected[T any](t *testing.T, w world[T]) {
	sorted := must(w.class.All().OrderBy("n"))
	for _, tt := range []struct {
		in     *dataclasses.Selection[T]
		subset string
		want   []dataclasses.Range
	}{
		{sorted, "n in [0,1,3,4,6]", []dataclasses.Range{{Start: 0, End: 1}, {Start: 3, End: 4}, {Start: 6, End: 6}}},
		{sorted.Slice(1, 7), "n in [0,1,3]", []dataclasses.Range{{Start: 0, End: 0}, {Start: 2, End: 2}}},
		{sorted, "n = 99", []dataclasses.Range{}},
		{sorted.Slice(0, 0), "", []dataclasses.Range{}},
	} {
		got := must(tt.in.Selected(t.Context(), must(w.class.Query(tt.subset))))
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("selected %q (-want +got):\n%s", tt.subset, diff)
		}
	}
	if got := must(sorted.Selected(t.Context(), nil)); len(got) != 0 {
		t.Errorf("selected nil: %v", got)
	}
}

// O-330: a selection of another dataclass does not compile, one of another datastore is an error.
func TestSetsOfTwoStores(t *testing.T) {
	t.Parallel()
	a, b := ordatest.Open(t, ordatest.SQLite(t), numbered()...), ordatest.Open(t, ordatest.SQLite(t), numbered()...)
	w := items(t, b, 1)
	all := dataclasses.Of[Item](a).All()
	_, and := all.And(t.Context(), w.class.All())
	_, selected := all.Selected(t.Context(), w.class.All())
	_, contains := all.Contains(t.Context(), w.entity(t, 0))
	add := all.Copy().Add(t.Context(), w.entity(t, 0))
	for what, err := range map[string]error{"and": and, "selected": selected, "contains": contains, "add": add} {
		if err == nil {
			t.Errorf("%s took members of another datastore", what)
		}
	}
}
