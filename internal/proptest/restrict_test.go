package proptest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/ordago/ordago/dataclasses"
)

// rules are what restrictions let through, by dataclass; they come in the context of a read.
type rules map[string]question

type rulesKey struct{}

func restricted[T any](class string) []dataclasses.Option[T] {
	rule := dataclasses.Restrict(func(ctx context.Context, c *dataclasses.DataClass[T]) (*dataclasses.Selection[T], error) {
		known, _ := ctx.Value(rulesKey{}).(rules)
		rule, ok := known[class]
		if !ok {
			return nil, nil
		}
		return c.Query(rule.text, rule.values()...)
	})
	return []dataclasses.Option[T]{rule}
}

// randomRules restricts some classes. The rule of Person may speak of the other classes, which are restricted for it too, and of
// other persons, who are not; the other rules speak of their own rows only.
func randomRules(r *rand.Rand) rules {
	all := rules{}
	for _, class := range []string{"City", "Order", "Item", "Person"} {
		if r.IntN(3) == 0 {
			continue
		}
		g := newGenerator(r, class)
		g.plain = r.IntN(4) > 0
		q := question{class: class}
		if class == "Person" {
			q.text, q.holds = g.condition(2)
			// Half of the rules let most rows through.
			if r.IntN(2) == 0 {
				q.text, q.holds = "ID > 4 or ("+q.text+")", either(fact(func(p *row) bool { return p.key > 4 }), q.holds)
			}
		} else {
			q.text, q.holds = g.compared(place{class: class}, stored("ID", "int"))
			q.text, q.holds = "ID > 2 or ("+q.text+")", either(fact(func(p *row) bool { return p.key > 2 }), q.holds)
		}
		all[class] = g.finished(q)
	}
	return all
}

// through is the world as the rules show it.
func (all rules) through(w *world) *world {
	hides := func(class string, r *row) bool {
		rule, ok := all[class]
		return ok && !rule.holds.matches(r)
	}
	others := w.seen(func(class string, r *row) bool { return class != "Person" && hides(class, r) })
	return others.seen(func(class string, r *row) bool { return class == "Person" && hides(class, r) })
}

// O-390, O-393: what a restriction hides is in no answer, and no condition and no sort can tell that it is there.
func TestRestrictionsHideWhatTheEvaluatorLeavesOut(t *testing.T) {
	t.Parallel()
	defs := definitionsWith(restricted[City]("City"), restricted[Person]("Person"), restricted[Order]("Order"), restricted[Item]("Item"))
	inWorlds(t, 15, defs, func(t *testing.T, ds *dataclasses.DataStore, w *world, r *rand.Rand) {
		all := randomRules(r)
		q := newGenerator(r, pick(r, classes)).question()
		q.check(t, all.through(w), func() ([]int, error) {
			return q.keys(context.WithValue(t.Context(), rulesKey{}, all), ds)
		})
		if t.Failed() {
			t.Log("rules", fmt.Sprint(all))
		}
	})
}
