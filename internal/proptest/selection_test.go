package proptest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/ordago/ordago/dataclasses"
)

// persons is a selection and what is in it: in its order, or by key.
type persons struct {
	text    string // how it was made
	sel     *dataclasses.Selection[Person]
	rows    []*row
	ordered bool
}

// maker makes random selections.
type maker struct {
	ctx context.Context
	ds  *dataclasses.DataStore
	w   *world
	r   *rand.Rand
}

// make returns a random selection that is the result of up to depth steps.
func (m *maker) make(depth int) (persons, error) {
	if depth == 0 {
		return m.query(persons{text: "Person", sel: dataclasses.Of[Person](m.ds).All(), rows: m.w.rows["Person"]})
	}
	s, err := m.make(depth - 1)
	if err != nil {
		return s, err
	}
	switch m.r.IntN(11) {
	case 0, 1:
		return m.query(s)
	case 2:
		return m.orderBy(s)
	case 3, 4:
		return m.slice(s)
	case 5:
		return s.then(".fix()", s.rows, s.ordered)(s.sel.Fix(m.ctx))
	case 6:
		return m.related(s)
	}
	other, err := m.make(m.r.IntN(depth))
	if err != nil {
		return other, err
	}
	return m.combined(s, other)
}

// then is the result of a step.
func (s persons) then(text string, rows []*row, ordered bool) func(*dataclasses.Selection[Person], error) (persons, error) {
	return func(sel *dataclasses.Selection[Person], err error) (persons, error) {
		if !ordered {
			rows = set(rows)
		}
		return persons{s.text + text, sel, rows, ordered}, err
	}
}

// set is rows by key, each once.
func set(rows []*row) []*row {
	return slices.Compact(sorted(rows, nil))
}

// query keeps the order of a lazy selection (O-322).
func (m *maker) query(s persons) (persons, error) {
	g := newGenerator(m.r, "Person")
	g.plain = m.r.IntN(3) > 0
	g.leaves = 5
	q := g.question()
	var rows []*row
	for _, p := range s.rows {
		if q.holds.matches(p) {
			rows = append(rows, p)
		}
	}
	ordered := s.ordered && !s.sel.IsFixed()
	if len(q.order) > 0 {
		rows, ordered = sorted(set(rows), q.order), true
	}
	return s.then(fmt.Sprintf("\n.query(%s)", q), rows, ordered)(s.sel.Query(q.text, q.values()...))
}

func (m *maker) orderBy(s persons) (persons, error) {
	g := newGenerator(m.r, "Person")
	var order []criterion
	for range 1 + m.r.IntN(2) {
		order = append(order, g.criterion(order))
	}
	text := strings.TrimPrefix(g.orderText(order), " order by ")
	return s.then("\n.orderBy("+text+")", sorted(set(s.rows), order), true)(s.sel.OrderBy(text))
}

func (m *maker) slice(s persons) (persons, error) {
	start, end := m.r.IntN(20)-8, m.r.IntN(24)-8
	if m.r.IntN(4) == 0 {
		end = dataclasses.End
	}
	return s.then(fmt.Sprintf("\n.slice(%d, %d)", start, end), sliced(s.rows, start, end), s.ordered)(s.sel.Slice(start, end), nil)
}

// sliced counts negative positions from the end (O-345).
func sliced(rows []*row, start, end int) []*row {
	n := len(rows)
	if start < 0 {
		start = max(0, start+n)
	}
	if end < 0 {
		end = max(0, end+n)
	}
	start, end = min(start, n), min(end, n)
	if end < start {
		return nil
	}
	return rows[start:end]
}

func (m *maker) related(s persons) (persons, error) {
	name := pick(m.r, []string{"boss", "reports", "city.inhabitants", "bossCity.visitors", "orders.colleagues", "deliveries.customer"})
	rows := s.rows
	for _, hop := range paths[name] {
		rows = projected(rows, hop)
	}
	return s.then("\n."+name, rows, false)(dataclasses.Related[Person](s.sel, name))
}

// paths are the relations of the paths that selections are projected along.
var paths = map[string][]string{
	"boss": {"boss"}, "reports": {"reports"}, "city.inhabitants": {"city", "inhabitants"}, "bossCity.visitors": {"boss", "city", "inhabitants", "reports"},
	"orders.colleagues": {"orders", "person", "reports"}, "deliveries.customer": {"orders", "items", "order", "person"},
}

func projected(rows []*row, relation string) []*row {
	var related []*row
	for _, r := range rows {
		if one := r.one[relation]; one != nil {
			related = append(related, one)
		}
		related = append(related, r.many[relation]...)
	}
	return set(related)
}

func (m *maker) combined(a, b persons) (persons, error) {
	text := func(op string) string { return "\n." + op + "{" + strings.ReplaceAll(b.text, "\n", "\n\t") + "}" }
	in := func(rows []*row, yes bool) []*row {
		return slices.DeleteFunc(slices.Clone(rows), func(r *row) bool { return slices.Contains(b.rows, r) != yes })
	}
	switch m.r.IntN(5) {
	case 0:
		return a.then(text("and"), in(a.rows, true), false)(a.sel.And(m.ctx, b.sel))
	case 1:
		return a.then(text("or"), slices.Concat(a.rows, b.rows), false)(a.sel.Or(m.ctx, b.sel))
	case 2:
		return a.then(text("minus"), in(a.rows, false), false)(a.sel.Minus(m.ctx, b.sel))
	case 3:
		return a.then(text("minus in order"), in(a.rows, false), a.ordered)(a.sel.Minus(m.ctx, b.sel, dataclasses.KeepOrder))
	}
	list := dataclasses.Of[Person](m.ds).NewSelection(dataclasses.KeepOrder)
	err := list.Add(m.ctx, a.sel)
	if err == nil {
		err = list.Add(m.ctx, b.sel)
	}
	return a.then(text("add"), slices.Concat(a.rows, b.rows), true)(list, err)
}

// O-300, O-301, O-306, O-307, O-320, O-322, O-326, O-330, O-331, O-332, O-333, O-338, O-345, O-355, O-359, O-361
func TestSelectionsHoldWhatTheEvaluatorSays(t *testing.T) {
	t.Parallel()
	inWorlds(t, 15, definitions(), func(t *testing.T, ds *dataclasses.DataStore, w *world, r *rand.Rand) {
		m := &maker{t.Context(), ds, w, r}
		s, err := m.make(r.IntN(5))
		if err == nil {
			err = m.check(t, s)
		}
		if err != nil && !tooComplex(err) {
			t.Error(err)
		}
		if t.Failed() {
			t.Log(s.text)
		}
	})
}

// check reads the selection: all of it first, then one thing about it.
func (m *maker) check(t *testing.T, s persons) error {
	t.Helper()
	got, err := read(m.ctx, s.sel)
	if err != nil {
		return err
	}
	if want := keys(s.rows); !slices.Equal(got, want) || s.sel.IsOrdered() != s.ordered {
		t.Errorf("got %v, want %v; ordered: %v, want %v", got, want, s.sel.IsOrdered(), s.ordered)
		return nil
	}
	asks := []func(*testing.T, persons) error{m.checkCount, m.checkPosition, m.checkContains, m.checkRelated, m.checkText, m.checkNumber, m.checkCountOf}
	return pick(m.r, asks)(t, s)
}

// same fails when something about a selection is not what the evaluator says.
func same[V any](t *testing.T, what string, got, want V, err error) error {
	t.Helper()
	if err == nil && fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
	return err
}

func (m *maker) checkCount(t *testing.T, s persons) error {
	n, err := s.sel.Count(m.ctx)
	return same(t, "count", n, len(s.rows), err)
}

func (m *maker) checkPosition(t *testing.T, s persons) error {
	i := m.r.IntN(30) - 12
	var e *dataclasses.Entity[Person]
	var err error
	switch m.r.IntN(4) {
	case 0:
		i = 0
		e, err = s.sel.First(m.ctx)
	case 1:
		i = -1
		e, err = s.sel.Last(m.ctx)
	default:
		e, err = s.sel.At(m.ctx, i)
	}
	got, want := 0, 0
	if e != nil {
		got = e.Value.ID
	}
	at := i
	if i < 0 {
		at += len(s.rows)
	}
	if at >= 0 && at < len(s.rows) {
		want = s.rows[at].key
	}
	return same(t, fmt.Sprintf("at %d", i), got, want, err)
}

func (m *maker) checkContains(t *testing.T, s persons) error {
	p := pick(m.r, m.w.rows["Person"])
	e, err := dataclasses.Of[Person](m.ds).Get(m.ctx, p.key)
	if err != nil {
		return err
	}
	yes, err := s.sel.Contains(m.ctx, e)
	return same(t, fmt.Sprintf("contains %d", p.key), yes, slices.Contains(s.rows, p), err)
}

func (m *maker) checkRelated(t *testing.T, s persons) error {
	cities, err := dataclasses.Related[City](s.sel, "city")
	if err != nil {
		return err
	}
	got, err := read(m.ctx, cities)
	return same(t, "cities", got, keys(projected(s.rows, "city")), err)
}
