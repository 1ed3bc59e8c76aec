package proptest_test

import (
	"context"
	"errors"
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

// answer is the rows that the question asks for, in its order.
func (w *world) answer(q question) []*row {
	var found []*row
	for _, r := range w.rows[q.class] {
		if q.holds.matches(r) {
			found = append(found, r)
		}
	}
	return sorted(found, q.order)
}

func keys(rows []*row) []int {
	list := make([]int, len(rows))
	for i, r := range rows {
		list[i] = r.key
	}
	return list
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

// inWorlds calls ask for random worlds in the database; percent is how many of all questions are this test's.
func inWorlds(t *testing.T, percent int, defs []dataclasses.Definition, ask func(t *testing.T, ds *dataclasses.DataStore, w *world, r *rand.Rand)) {
	t.Helper()
	queries := setting(t, "ORDAGO_PROPERTY", 4000) * percent / 100
	first := setting(t, "ORDAGO_PROPERTY_SEED", 1)
	ordatest.Each(t, func(t *testing.T, db *gorm.DB) {
		ds := open(t, db, defs)
		for seed := first; seed < first+max(1, queries/perWorld); seed++ {
			w := newWorld(uint64(seed))
			w.store(t, db)
			r := rand.New(rand.NewPCG(uint64(seed), 2))
			for range perWorld {
				if ask(t, ds, w, r); t.Failed() {
					t.Fatalf("seed %d\n%s", seed, w)
				}
			}
		}
	})
}

func open(t *testing.T, db *gorm.DB, defs []dataclasses.Definition) *dataclasses.DataStore {
	t.Helper()
	ds, err := dataclasses.Open(db, defs...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := migrations.Create(t.Context(), db, ds.Models()); err != nil {
		t.Fatal(err)
	}
	return ds
}

var classes = []string{"Person", "Person", "Person", "Person", "City", "Order", "Item"}

// O-102, O-115, O-116, O-117, O-118, O-119, O-125, O-126, O-127, O-128, O-130, O-131, O-132, O-133, O-134, O-135, O-136, O-137, O-138,
// O-140, O-141, O-142, O-143, O-148, O-149, O-150, O-165, O-166, O-457, O-458
func TestQueriesMeanWhatTheEvaluatorSays(t *testing.T) {
	t.Parallel()
	inWorlds(t, 50, definitions(), func(t *testing.T, ds *dataclasses.DataStore, w *world, r *rand.Rand) {
		q := newGenerator(r, pick(r, classes)).question()
		q.check(t, w, func() ([]int, error) { return q.keys(t.Context(), ds) })
	})
}

func (q question) check(t *testing.T, w *world, ask func() ([]int, error)) {
	t.Helper()
	got, err := ask()
	if tooComplex(err) {
		return
	}
	if want := keys(w.answer(q)); err != nil || !slices.Equal(got, want) {
		t.Errorf("%s: %s\n got %v, %v\nwant %v", q.class, q, got, err, want)
	}
}

// tooComplex says that a question is more than a statement may ask, which many conditions behind 1→N relations soon are when formulas
// stand between them.
func tooComplex(err error) bool {
	e, ok := errors.AsType[*dataclasses.QueryError](err)
	return ok && e.Kind == dataclasses.TooComplex
}

func (q question) String() string {
	return fmt.Sprintf("%s\nindexed %v\nnamed %v\npaths %v\nargs %v", q.text, q.indexed, q.settings.Parameters, q.settings.Attributes, q.settings.Args)
}

func (q question) keys(ctx context.Context, ds *dataclasses.DataStore) ([]int, error) {
	switch q.class {
	case "City":
		return queried[City](ctx, ds, q)
	case "Order":
		return queried[Order](ctx, ds, q)
	case "Item":
		return queried[Item](ctx, ds, q)
	}
	return queried[Person](ctx, ds, q)
}

func queried[T any](ctx context.Context, ds *dataclasses.DataStore, q question) ([]int, error) {
	sel, err := dataclasses.Of[T](ds).Query(q.text, q.values()...)
	if err != nil {
		return nil, err
	}
	return read(ctx, sel)
}

// read reads the keys of a selection in its order.
func read[T any](ctx context.Context, sel *dataclasses.Selection[T]) ([]int, error) {
	entities, err := sel.Collect(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]int, len(entities))
	for i, e := range entities {
		if list[i], err = strconv.Atoi(e.Key()); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// String shows the rows, for a failure to be understood.
func (w *world) String() string {
	var b strings.Builder
	for _, class := range []string{"Person", "City", "Order", "Item"} {
		for _, r := range w.rows[class] {
			fmt.Fprintf(&b, "%s %v\n", class, r.values)
		}
	}
	return b.String()
}
