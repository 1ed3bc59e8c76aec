package privileges

import (
	"slices"
	"strings"
)

// Roles is a compiled roles.json: the declared privileges and roles and the
// rules of every resource. It never changes and is safe for concurrent use.
//
// A nil *Roles declares only WebAdmin and allows everything, like [Open].
type Roles struct {
	names    []string       // by bit: the declared spelling
	bits     map[string]int // by folded name
	includes [][]int        // by bit: what the file says
	order    [][]int        // by bit: the privilege with its includes, included first
	closure  []Set          // by bit: the same as a set
	roles    map[string][]int
	guest    Set

	restricted, forceLogin bool

	datastore  *class
	classes    map[string]*class
	singletons map[string]*class

	entries  []entry
	warnings []Problem
}

// open stands in for nil; it is never changed.
var open = Open()

func (r *Roles) orOpen() *Roles {
	if r == nil {
		return open
	}
	return r
}

// declare numbers the privileges, WebAdmin first, and resolves includes (S-278).
func (r *Roles) declare(doc document) {
	r.names = []string{webAdminName}
	r.bits = map[string]int{fold(webAdminName): webAdmin}
	for _, g := range doc.privileges {
		if _, ok := r.bits[fold(g.name)]; !ok {
			r.bits[fold(g.name)] = len(r.names)
			r.names = append(r.names, strings.TrimSpace(g.name))
		}
	}
	r.order = make([][]int, len(r.names))
	r.includes = make([][]int, len(r.names))
	for _, g := range doc.privileges {
		r.includes[r.bits[fold(g.name)]] = r.bitsOf(g.members)
	}
	r.closure = make([]Set, len(r.names))
	for bit := range r.names {
		r.order[bit] = expand(bit, r.includes, nil)
		r.closure[bit] = setOf(r.order[bit])
	}
	r.roles = make(map[string][]int, len(doc.roles))
	for _, g := range doc.roles {
		r.roles[fold(g.name)] = r.bitsOf(g.members)
	}
	if bit, ok := r.bits["guest"]; ok {
		r.guest = r.closure[bit]
	}
}

func (r *Roles) bitsOf(names []name) []int {
	list := make([]int, len(names))
	for i, n := range names {
		list[i] = r.bits[fold(n.text)]
	}
	return list
}

// expand appends bit to list after everything it includes, each once.
func expand(bit int, includes [][]int, list []int) []int {
	if slices.Contains(list, bit) {
		return list
	}
	for _, included := range includes[bit] {
		list = expand(included, includes, list)
	}
	return append(list, bit)
}

// ForceLogin reports whether guests may send descriptive requests only (S-335).
func (r *Roles) ForceLogin() bool { return r != nil && r.forceLogin }

// RestrictedByDefault reports whether a resource without any permission is
// closed to all but WebAdmin (S-312).
func (r *Roles) RestrictedByDefault() bool { return r != nil && r.restricted }

// Warnings returns what is allowed in the file but probably not meant, such as
// the right to update without the right to read (S-305).
func (r *Roles) Warnings() []Problem {
	if r == nil {
		return nil
	}
	return slices.Clone(r.warnings)
}

// Grant expands privileges and roles to the privileges they stand for, with
// includes (S-146, S-163). names has the declared spelling, no duplicates and
// included privileges before including ones; set is the same as a set.
// Unknown names are ignored (S-159), case and surrounding spaces too (S-160).
func (r *Roles) Grant(privileges, roles []string) (names []string, set Set) {
	r = r.orOpen()
	var granted []int
	for _, name := range privileges {
		if bit, ok := r.bits[fold(name)]; ok {
			granted = append(granted, bit)
		}
	}
	for _, name := range roles {
		granted = append(granted, r.roles[fold(name)]...)
	}
	expanded := r.expandAll(granted)
	return r.namesOf(expanded), setOf(expanded)
}

func (r *Roles) expandAll(granted []int) []int {
	var expanded []int
	for _, bit := range granted {
		for _, b := range r.order[bit] {
			if !slices.Contains(expanded, b) {
				expanded = append(expanded, b)
			}
		}
	}
	return expanded
}

func (r *Roles) namesOf(list []int) []string {
	names := make([]string, len(list))
	for i, bit := range list {
		names[i] = r.names[bit]
	}
	return names
}

// SetOf returns the privileges of these names without expanding them: for a
// list that [Roles.Grant] made earlier. Unknown names are ignored.
func (r *Roles) SetOf(names []string) Set {
	r = r.orOpen()
	var list []int
	for _, name := range names {
		if bit, ok := r.bits[fold(name)]; ok {
			list = append(list, bit)
		}
	}
	return setOf(list)
}

// Names returns the names of the privileges in set, in the order of their
// declaration with WebAdmin first.
func (r *Roles) Names(set Set) []string {
	r = r.orOpen()
	var names []string
	for _, bit := range set.members() {
		if bit < len(r.names) {
			names = append(names, r.names[bit])
		}
	}
	return names
}

// Declared reports whether there is a privilege of that name; WebAdmin always is.
func (r *Roles) Declared(name string) bool {
	_, ok := r.orOpen().bits[fold(name)]
	return ok
}

// Has reports whether set holds the privilege of that name, without regard to
// case (S-147). An empty or undeclared name gives false (S-150).
func (r *Roles) Has(set Set, name string) bool {
	bit, ok := r.orOpen().bits[fold(name)]
	return ok && set.has(bit)
}

// Guest returns the privilege called guest with its includes: what a web
// session without privileges is considered to hold (S-313). It is empty when
// the file declares no such privilege.
func (r *Roles) Guest() Set { return r.orOpen().guest }
