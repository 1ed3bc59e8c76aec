package proptest_test

import (
	"cmp"
	"slices"
)

// criterion is one of a sort: a path to one value.
type criterion struct {
	text       string
	descending bool
	byCode     bool // a getter gives what is sorted by: paths into objects cannot stand beside it
	value      func(*row) any
}

// compare sorts null before all other values, and values of objects by their type first (O-150).
func (c criterion) compare(a, b *row) int {
	o := mixed(c.value(a), c.value(b))
	if c.descending {
		return -o
	}
	return o
}

// criterion adds to those before: behind one that code evaluates, it is no path into an object, and the other way around.
func (g *generator) criterion(before []criterion) criterion {
	byCode := slices.ContainsFunc(before, func(c criterion) bool { return c.byCode })
	c := criterion{descending: g.r.IntN(2) == 0}
	if g.class == "Person" && !g.plain && (byCode || len(before) == 0) && g.r.IntN(8) == 0 {
		a := pick(g.r, []attribute{{name: "label", value: label}, {name: "tag", value: label}, {name: "years", value: func(r *row) any { return r.values["age"] }}, {name: "maxTotal", value: maxTotal}})
		c.text, c.value, c.byCode = a.name, a.of, true
		return c
	}
	at := place{class: g.class}
	for range g.r.IntN(3) {
		if rel := pick(g.r, relations[at.class]); !rel.many() {
			at = at.through(rel, 0)
		}
	}
	if at.class == "Person" && !byCode && g.r.IntN(3) == 0 {
		in := pick(g.r, places)
		c.text, c.value = at.prefix()+"extra"+in.String(), at.path.value(func(r *row) any { return lookup(r.values["extra"], in.keys) })
		return c
	}
	a := pick(g.r, attributes[at.class])
	switch {
	case at.class == "Person" && g.r.IntN(8) == 0:
		a = attribute{name: "grade", value: gradeOf} // by its sort function
	case !a.sorts:
		a = stored("ID", "int")
	}
	c.text, c.value = at.prefix()+a.name, append(at.path[:len(at.path):len(at.path)], a.behind...).value(a.of)
	return c
}

// value is what the path, which is to one row, leads to.
func (p path) value(of func(*row) any) func(*row) any {
	return func(root *row) any {
		at, _ := p.row(choice{root: root})
		if at == nil {
			return nil
		}
		return of(at)
	}
}

// sorted sorts rows by the criteria, and those that are equal by key.
func sorted(rows []*row, order []criterion) []*row {
	rows = slices.Clone(rows)
	slices.SortStableFunc(rows, func(a, b *row) int {
		for _, c := range order {
			if o := c.compare(a, b); o != 0 {
				return o
			}
		}
		return cmp.Compare(a.key, b.key)
	})
	return rows
}
