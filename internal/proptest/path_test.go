package proptest_test

import (
	"fmt"
	"slices"
	"strings"
)

// relation leads from one class to another, an alias through several.
type relation struct {
	name, to string
	through  path
	key      string // of a relatedEntity: the attribute that links; of relatedEntities: that of the related rows
}

var relations = map[string][]relation{
	"Person": {
		{"city", "City", path{{name: "city"}}, "cityID"}, {"boss", "Person", path{{name: "boss"}}, "bossID"},
		{"reports", "Person", path{{name: "reports", many: true}}, "ID"}, {"orders", "Order", path{{name: "orders", many: true}}, "ID"},
		{"bossCity", "City", path{{name: "boss"}, {name: "city"}}, "cityID"},
		{"deliveries", "Item", path{{name: "orders", many: true}, {name: "items", many: true}}, "ID"},
	},
	"City": {
		{"inhabitants", "Person", path{{name: "inhabitants", many: true}}, "ID"},
		{"visitors", "Person", path{{name: "inhabitants", many: true}, {name: "reports", many: true}}, "ID"},
	},
	"Order": {
		{"person", "Person", path{{name: "person"}}, "personID"}, {"items", "Item", path{{name: "items", many: true}}, "ID"},
		{"colleagues", "Person", path{{name: "person"}, {name: "reports", many: true}}, "ID"},
	},
	"Item": {{"order", "Order", path{{name: "order"}}, "orderID"}, {"customer", "Person", path{{name: "order"}, {name: "person"}}, "personID"}},
}

func (rel relation) many() bool {
	return slices.ContainsFunc(rel.through, func(h hop) bool { return h.many })
}

// linked asks something of the key that the path, which ends on the relation, leads to.
func (rel relation) linked(p path, holds func(key any) bool) condition {
	if !p[len(p)-1].many {
		p = p[:len(p)-1]
	}
	isMany := rel.through[len(rel.through)-1].many
	return p.condition(func(r *row) bool {
		if r == nil {
			return !isMany && holds(nil)
		}
		return holds(r.values[rel.key])
	})
}

// place is where a path leads: a class, and how it is written.
type place struct {
	text  string
	path  path
	class string
}

func (p place) prefix() string {
	if p.text == "" {
		return ""
	}
	return p.text + "."
}

// through is the place that a relation leads to, with {n} if it is not 0.
func (p place) through(rel relation, number int) place {
	to := place{text: p.prefix() + rel.name, path: slices.Clone(p.path), class: rel.to}
	if number != 0 {
		to.text += fmt.Sprintf("{%d}", number)
	}
	for _, h := range rel.through {
		h.number = number
		to.path = append(to.path, h)
	}
	return to
}

// walk goes a few steps from the class of the query; only says which relations it may take.
func (g *generator) walk(only func(relation) bool) place {
	at := place{class: g.class}
	for range g.r.IntN(4) {
		rel := pick(g.r, relations[at.class])
		if !only(rel) {
			continue
		}
		if rel.many() {
			if g.refs++; g.refs > maxRefs {
				continue
			}
		}
		number := 0
		if rel.many() && g.r.IntN(4) == 0 || g.r.IntN(12) == 0 {
			number = 1 + g.r.IntN(2)
		}
		at = at.through(rel, number)
	}
	at.path = at.path.numbered()
	return at
}

// path writes a path, now and then as a placeholder: for dotted text, or for a list of steps (O-137).
func (g *generator) path(text string) string {
	if g.r.IntN(10) > 0 {
		return text
	}
	var value any = text
	if !strings.ContainsAny(text, "[]{}") && g.r.IntN(2) == 0 {
		value = strings.Split(text, ".")
	}
	if g.r.IntN(2) == 0 {
		g.indexed = append(g.indexed, value)
		return fmt.Sprintf(":%d", len(g.indexed))
	}
	name := fmt.Sprintf("path%d", len(g.paths))
	g.paths[name] = value
	return ":" + name
}

// attribute is one that can be compared: the type of its constants, and its value.
type attribute struct {
	name   string
	kind   string
	behind path // of an alias
	value  func(*row) any
	sorts  bool
}

func (a attribute) of(r *row) any {
	if a.value != nil {
		return a.value(r)
	}
	return r.values[a.name]
}

func stored(name, kind string) attribute { return attribute{name: name, kind: kind, sorts: true} }

func alias(name, kind, target string, behind ...string) attribute {
	a := attribute{name: name, kind: kind, sorts: true, value: func(r *row) any { return r.values[target] }}
	for _, b := range behind {
		a.behind = append(a.behind, hop{name: b})
	}
	return a
}

// attributes are what can be compared at the end of any path.
var attributes = map[string][]attribute{
	"Person": {
		stored("name", "text"), stored("nick", "text"), stored("age", "int"), stored("big", "int"), stored("score", "float"), stored("active", "bool"),
		stored("born", "day"), stored("seen", "time"), stored("shift", "duration"), stored("token", "uuid"), stored("ID", "int"),
		alias("country", "text", "country", "city"), alias("chief", "text", "name", "boss"), alias("callsign", "text", "nick"),
		alias("bossCountry", "text", "country", "boss", "city"),
		{name: "years", kind: "int", value: func(p *row) any { return p.values["age"] }},
		{name: "bossYears", kind: "int", behind: path{{name: "boss"}}, value: func(p *row) any { return p.values["age"] }},
		{name: "maxTotal", kind: "float", value: maxTotal},
	},
	"City":  {stored("name", "text"), stored("country", "text"), stored("ID", "int")},
	"Order": {stored("total", "float"), stored("note", "text"), stored("ID", "int"), alias("buyer", "text", "name", "person")},
	"Item":  {stored("kind", "text"), stored("count", "int"), stored("ID", "int")},
}
