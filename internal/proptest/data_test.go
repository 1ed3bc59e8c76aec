package proptest_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/ordago/ordago/model"
)

// row is an entity as the evaluator sees it: values by attribute name, nil for null.
type row struct {
	key    int
	values map[string]any
	one    map[string]*row
	many   map[string][]*row
}

// world is what is in the database.
type world struct {
	cities  []City
	persons []Person
	orders  []Order
	items   []Item

	rows map[string][]*row // by class
}

// words have what makes text hard: case, marks, letters of several bytes, wildcards, words that begin alike.
var words = []string{
	"", "a", "A", "á", "Å", "ab", "aB", "abc", "b", "B-a", "ba", "Bravo", "bravo ab", "ñandú", "n", "N", "Straße", "ΟΔΟΣ", "οδος",
	"é", "e\u0301", "10%", "a_b", "a\\b", "12", "z", "Alpha Bravo", "alpha-bravo", "Zoë", "zoe",
	"a@b", "a*B",
}

func pick[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func maybe[T any](r *rand.Rand, v T) *T {
	if r.IntN(4) == 0 {
		return nil
	}
	return &v
}

var (
	ages   = []int32{-1, 0, 1, 20, 30, 30, 65}
	bigs   = []int64{-1 << 60, -5, 0, 7, 1 << 53, 1<<53 + 1, 1 << 62}
	scores = []float64{-2.5, 0, 0.5, 1, 1.5, 1e10}
	days   = []model.Day{model.NewDay(1980, 1, 1), model.NewDay(1999, 12, 31), model.NewDay(2000, 1, 1), model.NewDay(2024, 2, 29)}
	times  = []time.Time{
		time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(2000, 1, 1, 12, 30, 0, 500_000_000, time.UTC), time.Date(2024, 2, 29, 8, 0, 0, 0, time.UTC),
	}
	shifts = []time.Duration{0, 90 * time.Minute, 8 * time.Hour}
	tokens = []string{"AB000000000000000000000000000000", "AB000000000000000000000000000001", "FF0000000000000000000000000000FF"}
)

func newWorld(seed uint64) *world {
	r := rand.New(rand.NewPCG(seed, 1))
	w := &world{rows: map[string][]*row{}}
	for i := range 3 + r.IntN(3) {
		w.cities = append(w.cities, City{ID: i + 1, Name: pick(r, words), Country: maybe(r, pick(r, words))})
	}
	for i := range 8 + r.IntN(12) {
		p := Person{
			ID: i + 1, Name: pick(r, words), Nick: maybe(r, pick(r, words)), Age: maybe(r, pick(r, ages)), Big: pick(r, bigs),
			Score: maybe(r, pick(r, scores)), Active: maybe(r, r.IntN(2) == 0), Born: maybe(r, pick(r, days)), Seen: maybe(r, pick(r, times)),
			Shift: maybe(r, pick(r, shifts)), Token: maybe(r, pick(r, tokens)), Extra: randomExtra(r), CityID: maybe(r, 1+r.IntN(len(w.cities))),
		}
		if i > 0 {
			p.BossID = maybe(r, 1+r.IntN(i))
		}
		w.persons = append(w.persons, p)
	}
	for i := range r.IntN(25) {
		w.orders = append(w.orders, Order{ID: i + 1, PersonID: 1 + r.IntN(len(w.persons)), Total: pick(r, scores), Note: maybe(r, pick(r, words))})
	}
	if len(w.orders) > 0 {
		for i := range r.IntN(30) {
			w.items = append(w.items, Item{ID: i + 1, OrderID: 1 + r.IntN(len(w.orders)), Kind: pick(r, words), Count: pick(r, bigs)})
		}
	}
	w.link()
	return w
}

// randomExtra is an object with properties that are missing, null or of several types, and with collections.
func randomExtra(r *rand.Rand) model.JSON {
	if r.IntN(5) == 0 {
		return nil
	}
	object := map[string]any{}
	if r.IntN(4) > 0 {
		object["color"] = pick(r, []any{"red", "Red", "blué", "", nil, 7, true})
	}
	if r.IntN(4) > 0 {
		object["size"] = pick(r, []any{1, 2, 2.5, -3, nil, "2", "L"})
	}
	if r.IntN(4) > 0 {
		home := map[string]any{"street": pick(r, words), "no": r.IntN(4)}
		if r.IntN(3) == 0 {
			home["length"] = pick(r, []any{2, "long", nil})
		}
		object["home"] = home
	}
	if r.IntN(4) > 0 {
		list := []any{}
		for range r.IntN(4) {
			list = append(list, randomElement(r))
		}
		object["coll"] = list
	}
	if r.IntN(4) > 0 {
		list := []any{}
		for range r.IntN(3) {
			list = append(list, pick(r, []any{"x", "Y", 1, 2, nil, "2020-01-31", true}))
		}
		object["tags"] = list
	}
	if r.IntN(3) == 0 {
		object["on"] = pick(r, []any{"1999-12-31", "2000-01-01", "2000-01-01T12:30:00.5Z", "2024-02-29T08:00:00Z", "2000", 2000, nil})
	}
	return object
}

// randomElement is an element of a collection: an object, or what is none.
func randomElement(r *rand.Rand) any {
	if r.IntN(8) == 0 {
		return pick(r, []any{nil, 1, "home", []any{}})
	}
	element := map[string]any{"kind": pick(r, []any{"home", "work", "Home", nil}), "val": pick(r, []any{0, 1, 2, nil, "1"})}
	if r.IntN(2) == 0 {
		element["subs"] = pick(r, []any{[]any{}, []any{1}, []any{1, 2}, []any{2, nil}, []any{"x"}, 2, nil})
	}
	return element
}

func value[T any](p *T) any {
	if p == nil {
		return nil
	}
	return *p
}

// link makes the rows of the evaluator.
func (w *world) link() {
	add := func(class string, key int, values map[string]any) {
		values["ID"] = int64(key)
		w.rows[class] = append(w.rows[class], &row{key: key, values: values, one: map[string]*row{}, many: map[string][]*row{}})
	}
	for _, c := range w.cities {
		add("City", c.ID, map[string]any{"name": c.Name, "country": value(c.Country)})
	}
	for _, p := range w.persons {
		add("Person", p.ID, map[string]any{
			"name": p.Name, "nick": value(p.Nick), "age": value(p.Age), "big": p.Big, "score": value(p.Score), "active": value(p.Active),
			"born": value(p.Born), "seen": value(p.Seen), "shift": value(p.Shift), "token": value(p.Token), "extra": decoded(p.Extra),
			"cityID": value(p.CityID), "bossID": value(p.BossID),
		})
	}
	for _, o := range w.orders {
		add("Order", o.ID, map[string]any{"total": o.Total, "note": value(o.Note), "personID": o.PersonID})
	}
	for _, i := range w.items {
		add("Item", i.ID, map[string]any{"kind": i.Kind, "count": i.Count, "orderID": i.OrderID})
	}
	w.relate("Person", "cityID", "city", "City", "inhabitants")
	w.relate("Person", "bossID", "boss", "Person", "reports")
	w.relate("Order", "personID", "person", "Person", "orders")
	w.relate("Item", "orderID", "order", "Order", "items")
}

func (w *world) relate(from, key, name, to, inverse string) {
	for _, r := range w.rows[from] {
		id, ok := r.values[key].(int)
		if !ok {
			continue
		}
		target := w.rows[to][id-1]
		r.one[name] = target
		target.many[inverse] = append(target.many[inverse], r)
	}
}

// seen is the world without what is hidden: to who looks, the rows that hidden names are not there.
func (w *world) seen(hidden func(class string, r *row) bool) *world {
	view := &world{rows: map[string][]*row{}}
	copies := map[*row]*row{}
	for class, rows := range w.rows {
		for _, r := range rows {
			if !hidden(class, r) {
				copies[r] = &row{key: r.key, values: r.values, one: map[string]*row{}, many: map[string][]*row{}}
				view.rows[class] = append(view.rows[class], copies[r])
			}
		}
	}
	for from, to := range copies {
		for name, r := range from.one {
			if copies[r] != nil {
				to.one[name] = copies[r]
			}
		}
		for name, rows := range from.many {
			for _, r := range rows {
				if copies[r] != nil {
					to.many[name] = append(to.many[name], copies[r])
				}
			}
		}
	}
	return view
}

// decoded is an object as JSON readers see it: every number a json.Number, which is exact.
func decoded(j model.JSON) any {
	if j == nil {
		return nil
	}
	text, err := json.Marshal(j)
	if err != nil {
		panic(err)
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		panic(err)
	}
	return v
}

// store replaces what is in the database by the world.
func (w *world) store(t *testing.T, db *gorm.DB) {
	t.Helper()
	for _, m := range []any{&Item{}, &Order{}, &Person{}, &City{}} {
		name := strings.TrimPrefix(fmt.Sprintf("%T", m), "*proptest_test.")
		table := map[string]string{"Item": "items", "Order": "orders", "Person": "people", "City": "cities"}[name]
		if err := db.Exec("DELETE FROM " + table).Error; err != nil {
			t.Fatal(err)
		}
	}
	for _, list := range []any{w.cities, w.persons, w.orders, w.items} {
		if err := db.Omit(clause.Associations).Create(list).Error; err != nil && err.Error() != "empty slice found" {
			t.Fatal(err)
		}
	}
}
