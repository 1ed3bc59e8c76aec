package proptest_test

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gorm.io/gorm"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/internal/ordatest"
	"github.com/ordago/ordago/migrations"
)

const perWorld = 200 // queries on the same data

// answer is the keys of the persons that the question asks for, in its order.
func (w *world) answer(q question) []int {
	var found []*row
	for _, r := range w.rows["Person"] {
		if q.holds.matches(r) {
			found = append(found, r)
		}
	}
	slices.SortStableFunc(found, func(a, b *row) int {
		for _, c := range q.order {
			if o := c.compare(a, b); o != 0 {
				return o
			}
		}
		return cmp.Compare(a.key, b.key)
	})
	keys := make([]int, len(found))
	for i, r := range found {
		keys[i] = r.key
	}
	return keys
}

// compare sorts null before all other values (O-150).
func (c criterion) compare(a, b *row) int {
	x, y := c.value(a), c.value(b)
	o := 0
	switch {
	case x == nil && y == nil:
	case x == nil:
		o = -1
	case y == nil:
		o = 1
	default:
		o = compare(x, y)
	}
	if c.descending {
		return -o
	}
	return o
}

func (c criterion) value(r *row) any {
	at, _ := c.path.row(choice{root: r})
	if at == nil {
		return nil
	}
	return at.values[c.attribute]
}

func setting(t *testing.T, name string, otherwise int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return otherwise
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// O-102, O-115, O-116, O-117, O-118, O-119, O-125, O-126, O-127, O-128, O-130, O-131, O-136, O-137, O-148, O-149, O-166
func TestQueriesMeanWhatTheEvaluatorSays(t *testing.T) {
	t.Parallel()
	queries := setting(t, "ORDAGO_PROPERTY", 2000)
	first := setting(t, "ORDAGO_PROPERTY_SEED", 1)
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds, err := dataclasses.Open(db, definitions()...)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := migrations.Create(t.Context(), db, ds.Models()); err != nil {
			t.Fatal(err)
		}
		for seed := first; seed < first+queries/perWorld; seed++ {
			w := newWorld(uint64(seed))
			w.store(t, db)
			w.ask(t, ds, uint64(seed))
			if t.Failed() {
				return
			}
		}
	})
}

func (w *world) ask(t *testing.T, ds *dataclasses.DataStore, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 2))
	for range perWorld {
		q := newQuestion(r)
		got, err := keysOf(t, ds, q)
		if err != nil {
			t.Errorf("seed %d: %s\n%v\n%v", seed, q.text, q.values, err)
			return
		}
		if want := w.answer(q); !slices.Equal(got, want) {
			t.Errorf("seed %d: %s\n%v\n got %v\nwant %v\n%s", seed, q.text, q.values, got, want, w)
			return
		}
	}
}

func keysOf(t *testing.T, ds *dataclasses.DataStore, q question) ([]int, error) {
	t.Helper()
	sel, err := dataclasses.Of[Person](ds).Query(q.text, q.values...)
	if err != nil {
		return nil, err
	}
	entities, err := sel.Collect(t.Context())
	keys := make([]int, len(entities))
	for i, e := range entities {
		keys[i] = e.Value.ID
	}
	return keys, err
}

// String shows the persons, for a failure to be understood.
func (w *world) String() string {
	var b strings.Builder
	for _, class := range []string{"Person", "City", "Order", "Item"} {
		for _, r := range w.rows[class] {
			fmt.Fprintf(&b, "%s %v\n", class, r.values)
		}
	}
	return b.String()
}
