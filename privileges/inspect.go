package privileges

import (
	"fmt"
	"strings"
)

// Model tells which resources exist. Names are case-sensitive.
type Model interface {
	HasClass(class string) bool
	HasAttribute(class, attribute string) bool
	// HasFunction is asked for functions of dataclasses, and for functions of
	// the datastore with the class "ds".
	HasFunction(class, function string) bool
	HasSingleton(singleton string) bool
	HasSingletonFunction(singleton, function string) bool
}

// CheckModel reports the entries whose resource does not exist in m, all in one
// [*FileError] (S-303). It returns nil when there are none or r is nil.
func (r *Roles) CheckModel(m Model) error {
	if r == nil {
		return nil
	}
	var s schema
	for _, e := range r.entries {
		if !exists(m, e) {
			s.report(place{e.path + ".applyTo", e.line}, "there is no %s %s in the data model", e.resource, e.applyTo())
		}
	}
	if len(s.problems) == 0 {
		return nil
	}
	return newFileError(s.problems, r.forceLogin)
}

func exists(m Model, e entry) bool {
	switch e.resource {
	case dataclass:
		return m.HasClass(e.class)
	case attribute:
		return m.HasAttribute(e.class, e.member)
	case method:
		return m.HasFunction(e.class, e.member)
	case singleton:
		return m.HasSingleton(e.class)
	case singletonMethod:
		return m.HasSingletonFunction(e.class, e.member)
	default:
		return true
	}
}

// warn collects what S-305 asks to log: privileges that may update or drop a
// resource which they may not read, and lists without effect.
func (r *Roles) warn() {
	var s schema
	for _, e := range r.entries {
		s.warnUnread(e, r.readRule(e), r)
		if names := e.lists[promote]; len(names) > 0 && e.resource.tolerates(promote) {
			s.report(place{e.path + ".promote", names[0].line}, "promote has no effect on a %s", e.resource)
		}
	}
	r.warnings = s.problems
}

// readRule returns what reading the resource of e takes. For an attribute with
// a read list of its own only that list counts: a privilege for one attribute
// is normally held on top of one for its dataclass.
func (r *Roles) readRule(e entry) Rule {
	if e.resource == attribute && len(e.lists[Read]) > 0 {
		return Rule{first: setOf(r.bitsOf(e.lists[Read]))}
	}
	if e.resource == datastore {
		return r.Datastore(Read)
	}
	return r.Class(Read, e.class)
}

func (s *schema) warnUnread(e entry, read Rule, r *Roles) {
	for _, a := range []Action{Update, Drop} {
		for _, n := range e.lists[a] {
			if !read.Allows(r.closure[r.bits[fold(n.text)]]) {
				s.report(n.place, "privilege %q may %s %s but not read it", n.text, a, e.applyTo())
			}
		}
	}
}

// Explain says in words why rule allows or refuses a caller who holds held. The
// text names privileges and is meant for developers and administrators.
func (r *Roles) Explain(rule Rule, held Set) string {
	verdict := "refused"
	if rule.Allows(held) {
		verdict = "allowed"
	}
	return fmt.Sprintf("%s: %s; the caller holds %s", verdict, r.needs(rule), orNothing(r.Names(held)))
}

func (r *Roles) needs(rule Rule) string {
	if rule.Open() {
		return "no permission restricts it"
	}
	var parts []string
	for _, list := range []Set{rule.first, rule.second} {
		if !list.Empty() {
			parts = append(parts, "one of "+strings.Join(r.Names(list), ", "))
		}
	}
	if len(parts) == 0 {
		return "no permission opens it and restrictedByDefault is on, so it needs " + webAdminName
	}
	return "it needs " + strings.Join(parts, " and ")
}

func orNothing(names []string) string {
	if len(names) == 0 {
		return "nothing"
	}
	return strings.Join(names, ", ")
}
