package sqlplan

import (
	"slices"

	"github.com/ordago/ordago/model"
)

// How restrictions (O-390, S-411) get into a statement. A class is entered where a statement speaks of its rows: as the root of a
// selection, through a relation of a path, in the question whether anything is related. Each of these rows gets the rule of its class:
// the lens' restriction, resolved as a selection of its own. What a rule hides is as if it were not there, for joins a row of nulls.
//
// A rule may go through relations itself. The classes on its way are restricted too, except those whose rules are being resolved:
// a restriction of A that asks for B, whose restriction asks for A, ends there.

// restrict gives a row the rule of its class.
func (r *resolver) restrict(row *ref) error {
	if r.lens.Restriction == nil || slices.Contains(r.restricting, row.class) {
		return nil
	}
	source, err := r.lens.Restriction(row.class)
	if err != nil || source == nil {
		return err
	}
	outer := *r
	r.restricting = append(slices.Clone(r.restricting), row.class)
	r.root = &ref{class: row.class}
	row.rule, err = r.selection(source, source.Limit >= 0 || source.Offset > 0)
	asked, scopes := r.asked, r.scopes
	*r = outer
	r.asked, r.scopes = asked, scopes
	return err
}

// openRule names the tables of a row's rule. The row of a rule without window is the restricted row itself: both have one alias.
func (w *writer) openRule(r *ref) {
	if r.rule == nil || r.rule.windowed() {
		return
	}
	own := r.rule.root
	own.alias, own.bound = r.alias, true
	for _, kid := range own.kids {
		if !kid.many {
			w.open(kid)
		}
	}
}

// ruleJoins joins what the rule of r speaks of, for rows that stand in FROM.
func (w *writer) ruleJoins(r *ref) {
	if r.rule != nil && !r.rule.windowed() {
		w.joins(r.rule.root)
	}
}

// ruled reports whether r has a rule that says anything.
func (r *ref) ruled() bool { return r.rule != nil && (r.rule.where != nil || r.rule.windowed()) }

// rule writes the condition of the rule of r, whose tables are joined.
func (w *writer) rule(r *ref) {
	exists := w.exists // what the program asks for does not count against the client's limit
	if r.rule.windowed() {
		w.within(&node{at: r, within: r.rule})
	} else {
		w.node(r.rule.where, false)
	}
	w.exists = exists
}

// andRule writes the rule of r after another condition.
func (w *writer) andRule(r *ref) {
	if r.ruled() {
		w.write(" AND ")
		w.rule(r)
	}
}

// onRule writes the rule of r after the condition of a join, where no further table can be joined: a rule that needs some asks for
// the row once more.
func (w *writer) onRule(r *ref) {
	if !r.ruled() {
		return
	}
	joined := slices.ContainsFunc(r.rule.root.kids, func(kid *ref) bool { return !kid.many })
	if r.rule.windowed() || !joined {
		w.andRule(r)
		return
	}
	own := r.rule.root
	w.open(own)
	w.write(" AND EXISTS (SELECT 1 FROM ")
	w.table(own)
	w.joins(own)
	w.write(" WHERE ")
	for _, a := range r.class.Key {
		w.same(own, r, a)
		w.write(" AND ")
	}
	w.rule(r)
	w.write(")")
}

// same writes that two rows of a class have the same value.
func (w *writer) same(a, b *ref, by *model.Attribute) {
	w.writeColumn(a, by)
	w.write(" = ")
	w.writeColumn(b, by)
}

// unrelated asks whether the row of t has nothing related through the relation that t ends on.
func (r *resolver) unrelated(t target) (*node, error) {
	n := t.is(unrelatedTest)
	n.row = &ref{parent: t.at, via: t.attr, class: t.attr.Target, many: true}
	return n, r.restrict(n.row)
}
