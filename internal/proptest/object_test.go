package proptest_test

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/ordago/ordago/model"
)

// What is inside of objects has no declared type: the searched value says which type is compared (O-130 to O-135).

// element is an element of a collection.
type element struct{ value any }

// collection is a step to the elements of the collection that the keys lead to.
type collection struct {
	keys   []string
	letter string // "": any element of each condition
}

// inside is a path in an object: through collections to a property, or to the element itself.
type inside struct {
	collections []collection
	keys        []string
}

func (in inside) String() string {
	var b strings.Builder
	for _, c := range in.collections {
		for _, k := range c.keys {
			b.WriteString("." + k)
		}
		b.WriteString("[" + c.letter + "]")
	}
	for _, k := range in.keys {
		b.WriteString("." + k)
	}
	return b.String()
}

// lookup returns the value that keys lead to, nil for null and for what is missing. The length of a collection is the number
// of its elements (O-135).
func lookup(v any, keys []string) any {
	for i, k := range keys {
		if list, ok := v.([]any); ok && k == "length" && i == len(keys)-1 {
			return len(list)
		}
		object, _ := v.(map[string]any)
		v = object[k]
	}
	return v
}

func elements(v any, keys []string) []any {
	list, _ := lookup(v, keys).([]any)
	return list
}

// linked is how many collections of the path have a letter, up to the first that has none.
func (in inside) linked() int {
	i := slices.IndexFunc(in.collections, func(c collection) bool { return c.letter == "" })
	if i < 0 {
		return len(in.collections)
	}
	return i
}

// start is the value in which the path goes on behind the elements that are chosen: false where none was.
func (in inside) start(ch choice, p path, object string, linked int) (any, bool) {
	r, ok := p.row(ch)
	if !ok {
		return nil, false
	}
	var v any
	if r != nil {
		v = r.values[object]
	}
	for i := range linked {
		e, _ := ch.chosen[in.key(p, object, i)].(*element)
		if e == nil {
			return nil, false
		}
		v = e.value
	}
	return v, true
}

// key spells the element that is chosen of the i-th collection.
func (in inside) key(p path, object string, i int) string {
	return p.key() + "." + object + inside{collections: in.collections[:i+1]}.String()
}

// refs are the elements to choose.
func (in inside) refs(p path, object string) []ref {
	list := p.refs()
	for i := range in.linked() {
		list = append(list, ref{key: in.key(p, object, i), depth: len(list), candidates: func(ch choice) []any {
			v, ok := in.start(ch, p, object, i)
			if !ok {
				return nil
			}
			var candidates []any
			for _, e := range elements(v, in.collections[i].keys) {
				candidates = append(candidates, &element{e})
			}
			return candidates
		}})
	}
	return list
}

// values are what the path leads to from a value, through collections without letters.
func values(v any, through []collection, keys []string) []any {
	if len(through) == 0 {
		return []any{lookup(v, keys)}
	}
	var list []any
	for _, e := range elements(v, through[0].keys) {
		list = append(list, values(e, through[1:], keys)...)
	}
	return list
}

// condition compares what the path leads to. Without letters "different" means that no element is equal, and one can be compared (O-133).
func (in inside) condition(p path, object, op string, want any) condition {
	linked := in.linked()
	return condition{refs: in.refs(p, object), holds: func(ch choice) bool {
		v, ok := in.start(ch, p, object, linked)
		if !ok {
			return false
		}
		found := values(v, in.collections[linked:], in.keys)
		if linked == len(in.collections) || !negative(op) {
			return slices.ContainsFunc(found, func(v any) bool { return insideTest(v, op, want) })
		}
		positive := map[string]string{"!=": "=", "#": "=", "!==": "===", "IS NOT": "==="}[op]
		return !slices.ContainsFunc(found, func(v any) bool { return insideTest(v, positive, want) }) &&
			slices.ContainsFunc(found, func(v any) bool { return insideTest(v, op, want) })
	}}
}

// insideTest is a comparison of a value in an object; want is nil for null.
func insideTest(v any, op string, want any) bool {
	if want == nil {
		return (v == nil) != negative(op)
	}
	if op == "IN" {
		return slices.ContainsFunc(want.([]any), func(one any) bool { return insideTest(v, "=", one) })
	}
	v, want, ok := readAs(v, want)
	return ok && test(v, op, want)
}

var (
	startsWithDay = regexp.MustCompile(`^\d{4}-\d\d-\d\d`)
	isInstant     = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d`)
)

// readAs reads the value of an object as what is searched; false if it is of another type.
func readAs(v, want any) (any, any, bool) {
	switch w := want.(type) {
	case string, starred:
		_, ok := v.(string)
		return v, want, ok
	case bool:
		_, ok := v.(bool)
		return v, want, ok
	case model.Day:
		text, _ := v.(string)
		return dayIn(text), want, startsWithDay.MatchString(text)
	case time.Time:
		text, _ := v.(string)
		at, err := time.Parse(time.RFC3339Nano, text)
		return at, want, isInstant.MatchString(text) && err == nil
	case time.Duration:
		want = float64(w) / float64(time.Millisecond)
	}
	switch v.(type) {
	case json.Number, int:
		return v, want, true
	}
	return nil, nil, false
}

func dayIn(text string) model.Day {
	if !startsWithDay.MatchString(text) {
		return model.Day{}
	}
	d, err := model.ParseWireDay(text[:len(time.DateOnly)])
	if err != nil {
		panic(err)
	}
	return d
}

// mixed is the order of values of any type (O-150); objects and collections are equal among themselves.
func mixed(a, b any) int {
	if d := rank(a) - rank(b); d != 0 {
		return d
	}
	switch rank(a) {
	case 1, 2, 3:
		return compare(a, b)
	}
	return 0
}

func rank(v any) int {
	switch v.(type) {
	case nil:
		return 0
	case bool:
		return 1
	case string:
		return 2
	case map[string]any:
		return 4
	case []any:
		return 5
	}
	return 3
}

// places are properties of Person.extra, some of which never exist.
var places = []inside{
	{keys: []string{"color"}}, {keys: []string{"size"}}, {keys: []string{"size"}}, {keys: []string{"on"}}, {keys: []string{"tags"}},
	{keys: []string{"home", "street"}}, {keys: []string{"home", "no"}}, {keys: []string{"home", "length"}}, {keys: []string{"coll", "length"}},
	{keys: []string{"tags", "length"}}, {keys: []string{"color", "length"}}, {keys: []string{"none", "x"}}, {keys: []string{"coll", "val"}},
}

// collections are paths through the collections of Person.extra.
func (g *generator) collections() inside {
	letter := func() string { return pick(g.r, []string{"", "a", "a", "b"}) }
	switch coll := (collection{[]string{"coll"}, letter()}); g.r.IntN(8) {
	case 0, 1:
		return inside{[]collection{coll}, []string{"kind"}}
	case 2, 3:
		return inside{[]collection{coll}, []string{"val"}}
	case 4:
		return inside{[]collection{coll}, []string{"subs", "length"}}
	case 5:
		return inside{[]collection{coll, {[]string{"subs"}, letter()}}, nil}
	case 6:
		return inside{[]collection{{[]string{"home"}, letter()}}, []string{"street"}} // an object is no collection
	}
	return inside{[]collection{{[]string{"tags"}, letter()}}, nil}
}

// objectLeaf compares a place in the object attribute of the person that the path leads to.
func (g *generator) objectLeaf(at place) (string, condition) {
	in := pick(g.r, places)
	if g.r.IntN(2) == 0 {
		in = g.collections()
	}
	name := "extra"
	if g.r.IntN(8) == 0 {
		name, at.path = "bossExtra", append(slices.Clone(at.path), hop{name: "boss"})
	}
	text := g.path(at.prefix() + name + in.String())
	if g.r.IntN(6) == 0 {
		op := pick(g.r, []string{"=", "!="})
		return fmt.Sprintf("%s %s null", text, op), in.condition(at.path, "extra", op, nil)
	}
	op, want, constant := g.comparison(pick(g.r, insideKinds))
	return text + op.text + constant, in.condition(at.path, "extra", op.op, want)
}

var insideKinds = []string{"text", "text", "number", "number", "bool", "inner day", "inner time", "milliseconds", "mixed"}
