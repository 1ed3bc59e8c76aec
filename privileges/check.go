package privileges

import (
	"slices"
	"strings"
)

// fold makes names of privileges and roles comparable (S-286).
func fold(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// check reports what is well-formed and still makes no sense (S-303).
func (s *schema) check(doc document) {
	declared := s.declared(doc.privileges, "privilege")
	s.declared(doc.roles, "role")
	declared[fold(webAdminName)] = true
	for _, g := range slices.Concat(doc.privileges, doc.roles) {
		s.checkNames(g.members, declared)
	}
	s.checkCycles(doc.privileges)
	seen := make(map[string]int)
	for _, e := range doc.entries {
		s.checkEntry(e, declared)
		s.checkRepeated(e, seen)
	}
}

func (s *schema) declared(groups []group, what string) map[string]bool {
	declared := make(map[string]bool, len(groups))
	for _, g := range groups {
		if declared[fold(g.name)] {
			s.report(g.place, "%s %q is declared twice; case is ignored", what, g.name)
		}
		declared[fold(g.name)] = true
	}
	return declared
}

func (s *schema) checkNames(names []name, declared map[string]bool) {
	for _, n := range names {
		if !declared[fold(n.text)] {
			s.report(n.place, "privilege %q is not declared: add it to privileges or correct the name", n.text)
		}
	}
}

func (s *schema) checkEntry(e entry, declared map[string]bool) {
	for a, names := range e.lists {
		s.checkNames(names, declared)
		action := Action(a)
		if len(names) > 0 && !e.resource.applies(action) && !e.resource.tolerates(action) {
			s.report(place{e.path + "." + action.String(), names[0].line},
				"%s has no meaning for type %s: remove the list", action, e.resource)
		}
	}
}

func (s *schema) checkRepeated(e entry, seen map[string]int) {
	key := e.resource.String() + " " + e.applyTo()
	if line, ok := seen[key]; ok {
		s.report(e.place, "%s %s has an entry already, on line %d: merge the two", e.resource, e.applyTo(), line)
		return
	}
	seen[key] = e.line
}

// checkCycles reports every circle of includes once, at its first privilege.
func (s *schema) checkCycles(privileges []group) {
	byName := make(map[string]group, len(privileges))
	for _, g := range privileges {
		byName[fold(g.name)] = g
	}
	done := make(map[string]bool)
	for _, g := range privileges {
		s.follow(g, byName, done, nil)
	}
}

func (s *schema) follow(g group, byName map[string]group, done map[string]bool, path []string) {
	if done[fold(g.name)] {
		return
	}
	path = append(path, g.name)
	for _, n := range g.members {
		start := slices.IndexFunc(path, func(p string) bool { return fold(p) == fold(n.text) })
		if start >= 0 {
			circle := strings.Join(append(slices.Clone(path[start:]), path[start]), " > ")
			s.report(n.place, "includes run in a circle: %s", circle)
			continue
		}
		if next, ok := byName[fold(n.text)]; ok {
			s.follow(next, byName, done, path)
		}
	}
	done[fold(g.name)] = true
}
