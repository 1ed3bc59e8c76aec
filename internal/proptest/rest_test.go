package proptest_test

import (
	"context"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/ordago/ordago/dataclasses"
)

// the dialect of filters, with its own wildcard, comparators and EXCEPT.
func TestFiltersMeanWhatTheEvaluatorSays(t *testing.T) {
	t.Parallel()
	inWorlds(t, 20, definitions(), func(t *testing.T, ds *dataclasses.DataStore, w *world, r *rand.Rand) {
		g := newGenerator(r, pick(r, classes))
		g.rest = true
		q := g.question()
		q.check(t, w, func() ([]int, error) { return q.remoteKeys(t.Context(), ds) })
	})
}

func (q question) remoteKeys(ctx context.Context, ds *dataclasses.DataStore) ([]int, error) {
	values := dataclasses.Values{Indexed: q.indexed, Named: q.settings.Parameters, Paths: q.settings.Attributes}
	sel, err := ds.Remote().Class(q.class).All().Query(q.text, values)
	if err != nil {
		return nil, err
	}
	texts, err := sel.Keys(ctx, 1000)
	if err != nil {
		return nil, err
	}
	list := make([]int, len(texts))
	for i, text := range texts {
		if list[i], err = strconv.Atoi(text); err != nil {
			return nil, err
		}
	}
	return list, nil
}
