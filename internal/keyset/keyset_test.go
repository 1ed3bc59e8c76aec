package keyset_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ordago/ordago/internal/keyset"
)

func list(t testing.TB, k keyset.Kind, o keyset.Order, numbers ...int64) *keyset.List {
	t.Helper()
	b := keyset.NewBuilder(k, o)
	for _, n := range numbers {
		if err := b.Add(key(k, n)); err != nil {
			t.Fatal(err)
		}
	}
	return b.List()
}

// key is a number as the key of a kind.
func key(k keyset.Kind, n int64) []any {
	if k == keyset.Integers {
		return []any{n}
	}
	return []any{strconv.FormatInt(n, 10), true}
}

func numbers(t testing.TB, l *keyset.List) []int64 {
	t.Helper()
	got := []int64{}
	for _, k := range l.Keys(0, l.Len()) {
		if n, ok := k[0].(int64); ok {
			got = append(got, n)
			continue
		}
		n, err := strconv.ParseInt(k[0].(string), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, n)
	}
	return got
}

var kinds = map[string]keyset.Kind{"integers": keyset.Integers, "values": keyset.Values}

// O-320, O-321, O-330, O-331, O-332, O-333, O-335, O-345
func TestOperations(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := list(t, kind, keyset.Ordered, 5, -1, 5, 9, 2)
			b := list(t, kind, keyset.Set, 9, 5, 7, 5)
			empty := list(t, kind, keyset.Set)
			tests := []struct {
				name string
				got  *keyset.List
				want []int64
			}{
				{"ordered keeps duplicates", a, []int64{5, -1, 5, 9, 2}},
				{"a set does not", keyset.Extend(a, keyset.Set).List().Or(empty), []int64{-1, 2, 5, 9}},
				{"and", a.And(b), []int64{5, 9}},
				{"and nothing", a.And(empty), []int64{}},
				{"or", a.Or(b), []int64{-1, 2, 5, 7, 9}},
				{"minus", a.Minus(b), []int64{-1, 2}},
				{"minus nothing", b.Minus(empty), []int64{5, 7, 9}},
			}
			for _, tt := range tests {
				got := numbers(t, tt.got)
				if tt.got != a { // a set of values has no order
					slices.Sort(got)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", tt.name, diff)
				}
			}
			ordered := []struct {
				name string
				got  *keyset.List
				want []int64
			}{
				{"without", a.Without(b), []int64{-1, 2}},
				{"only", a.Only(b), []int64{5, 5, 9}},
				{"slice", a.Slice(1, 4), []int64{-1, 5, 9}},
				{"slice of a slice", a.Slice(1, 4).Slice(1, 3), []int64{5, 9}},
				{"empty slice", a.Slice(3, 3), []int64{}},
			}
			for _, tt := range ordered {
				if diff := cmp.Diff(tt.want, numbers(t, tt.got)); diff != "" || !tt.got.Ordered() {
					t.Errorf("%s: ordered %v (-want +got):\n%s", tt.name, tt.got.Ordered(), diff)
				}
			}
			if !a.Contains(key(kind, 9)) || !b.Contains(key(kind, 7)) || a.Contains(key(kind, 7)) || b.Contains(key(kind, 2)) {
				t.Error("Contains is wrong")
			}
			all := list(t, kind, keyset.Ordered, 0, 1, 2, 3, 4, 5, 6)
			if diff := cmp.Diff([]keyset.Range{{0, 1}, {3, 4}, {6, 6}}, all.Ranges(list(t, kind, keyset.Set, 0, 1, 3, 4, 6, 99))); diff != "" {
				t.Errorf("ranges (-want +got):\n%s", diff)
			}
		})
	}
}

// A list does not change when its builder, or a builder that extends it, goes on.
func TestListsDoNotChange(t *testing.T) {
	t.Parallel()
	for name, kind := range kinds {
		for _, order := range []keyset.Order{keyset.Set, keyset.Ordered} {
			b := keyset.NewBuilder(kind, order)
			var lists []*keyset.List
			add := func(b *keyset.Builder, n int64) {
				if err := b.Add(key(kind, n)); err != nil {
					t.Fatal(err)
				}
			}
			for n := range int64(300) {
				add(b, n)
				lists = append(lists, b.List())
				other := keyset.Extend(b.List(), order)
				add(other, 1000)
			}
			for i, l := range lists {
				if l.Len() != i+1 || l.Contains(key(kind, 1000)) || l.Contains(key(kind, int64(i+1))) {
					t.Fatalf("%s, order %d: list %d has %d keys: %v", name, order, i, l.Len(), numbers(t, l))
				}
			}
		}
	}
}

func TestWrongKey(t *testing.T) {
	t.Parallel()
	b := keyset.NewBuilder(keyset.Integers, keyset.Ordered)
	for _, k := range [][]any{{"7"}, {nil}, {}, {int64(1), int64(2)}, {uint64(math.MaxUint64)}} {
		if err := b.Add(k); err == nil {
			t.Errorf("key %v was taken for a whole number", k)
		}
	}
	if err := b.Append(list(t, keyset.Values, keyset.Set, 1)); err == nil {
		t.Error("values were added to whole numbers")
	}
}

// FuzzOrdered holds the encoded sequence, its slices and its sets to plain slices.
func FuzzOrdered(f *testing.F) {
	f.Add(uint64(1), 0, 10)
	f.Add(uint64(2), 127, 129)
	f.Add(uint64(3), 300, 700)
	f.Fuzz(func(t *testing.T, seed uint64, start, end int) {
		r := rand.New(rand.NewPCG(seed, 1))
		want := make([]int64, r.IntN(1000))
		for i := range want {
			want[i] = int64(r.Uint64()) >> r.IntN(64)
		}
		if len(want) > 2 {
			want[0], want[1] = math.MinInt64, math.MaxInt64
		}
		l := list(t, keyset.Integers, keyset.Ordered, want...)
		start = min(max(start, 0), len(want))
		end = min(max(end, start), len(want))
		if diff := cmp.Diff(want[start:end], numbers(t, l.Slice(start, end))); diff != "" {
			t.Errorf("slice %d to %d (-want +got):\n%s", start, end, diff)
		}
		got, ok := l.And(l).Numbers()
		slices.Sort(want)
		if diff := cmp.Diff(slices.Compact(want), got); !ok || diff != "" {
			t.Errorf("set (-want +got):\n%s", diff)
		}
	})
}

const million = 1_000_000

func shuffled(seed uint64) []int {
	return rand.New(rand.NewPCG(seed, 2)).Perm(million)
}

// A million whole-number keys cost less than 10 MB, in order of the key, in any other order, or as a set.
func TestMemoryOfAMillionKeys(t *testing.T) {
	random := shuffled(1)
	for name, order := range map[string]keyset.Order{"set": keyset.Set, "ordered": keyset.Ordered} {
		for _, keys := range []struct {
			name string
			at   func(i int) int64
		}{
			{"ascending", func(i int) int64 { return int64(i + 1) }},
			{"shuffled", func(i int) int64 { return int64(random[i] + 1) }},
			{"sparse", func(i int) int64 { return int64(i) * 1000 }},
		} {
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			b := keyset.NewBuilder(keyset.Integers, order)
			for i := range million {
				if err := b.Add([]any{keys.at(i)}); err != nil {
					t.Fatal(err)
				}
			}
			l := b.List()
			runtime.GC()
			runtime.ReadMemStats(&after)
			used := int64(after.HeapAlloc) - int64(before.HeapAlloc)
			t.Logf("%s %s: %d bytes", name, keys.name, used)
			if used > 10<<20 {
				t.Errorf("%s %s: %d bytes for a million keys", name, keys.name, used)
			}
			if l.Len() != million {
				t.Errorf("%s %s: %d keys", name, keys.name, l.Len())
			}
			runtime.KeepAlive(b)
		}
	}
}

func BenchmarkSetOperations(b *testing.B) {
	for name, order := range map[string]keyset.Order{"sets": keyset.Set, "ordered": keyset.Ordered} {
		even, third := keyset.NewBuilder(keyset.Integers, order), keyset.NewBuilder(keyset.Integers, order)
		for _, n := range shuffled(3) {
			_ = even.Add([]any{int64(2 * n)})
			_ = third.Add([]any{int64(3 * n)})
		}
		x, y := even.List(), third.List()
		for op, do := range map[string]func(*keyset.List) *keyset.List{"and": x.And, "or": x.Or, "minus": x.Minus, "without": x.Without} {
			b.Run(name+"/"+op, func(b *testing.B) {
				for b.Loop() {
					do(y)
				}
			})
		}
	}
}
