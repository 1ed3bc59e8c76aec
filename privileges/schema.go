package privileges

import (
	"fmt"
	"strings"
)

// document is roles.json in Go types, each part with its place in the file.
type document struct {
	place
	privileges             []group
	roles                  []group
	entries                []entry
	restricted, forceLogin bool
}

// place is where something stands in the file.
type place struct {
	path string
	line int
}

// name is a privilege mentioned in a list.
type name struct {
	place
	text string
}

// group is a privilege with its includes, or a role with its privileges.
type group struct {
	place
	name    string
	members []name
}

// entry is one element of permissions.allowed.
type entry struct {
	place
	resource      resource
	class, member string // ds for the datastore; member is empty for a whole class
	lists         [actionCount][]name
}

// applyTo returns the name of the resource as the file has it.
func (e entry) applyTo() string {
	if e.member == "" {
		return e.class
	}
	return e.class + "." + e.member
}

// schema turns a tree into a document and collects what does not fit.
type schema struct {
	problems []Problem
}

func (s *schema) report(at place, format string, args ...any) {
	s.problems = append(s.problems, Problem{Line: at.line, Path: at.path, Message: fmt.Sprintf(format, args...)})
}

func (s *schema) document(tree *node) document {
	doc := document{place: place{line: tree.line}}
	root := s.object(tree, "")
	if root == nil {
		return doc
	}
	doc.restricted = s.flag(root, "restrictedByDefault")
	doc.forceLogin = s.flag(root, "forceLogin")
	doc.privileges = s.groups(root, "privileges", "privilege", "includes")
	doc.roles = s.groups(root, "roles", "role", "privileges")
	s.require(root, "privileges")
	s.require(root, "permissions")
	if permissions := s.child(root, "permissions"); permissions != nil {
		doc.entries = s.entries(permissions)
	}
	return doc
}

// object is a node known to be an object, with its path.
type object struct {
	*node
	path string
}

func (o *object) place() place { return place{o.path, o.line} }

func (o *object) pathOf(property string) string {
	if o.path == "" {
		return property
	}
	return o.path + "." + property
}

func (s *schema) object(n *node, path string) *object {
	if !n.isObject() {
		s.report(place{path, n.line}, "must be an object, not %s", n.kind())
		return nil
	}
	return &object{n, path}
}

func (s *schema) require(o *object, property string) {
	if _, ok := o.fields[property]; !ok {
		s.report(place{o.pathOf(property), o.line}, "is missing")
	}
}

// property returns the node of a property, nil when it is absent.
func (s *schema) property(o *object, property string) (*node, place) {
	f, ok := o.fields[property]
	if !ok {
		return nil, place{}
	}
	at := place{o.pathOf(property), f.value.line}
	if f.repeated {
		s.report(at, "is written twice in one object: keep one of them")
	}
	return f.value, at
}

func (s *schema) child(o *object, property string) *object {
	n, at := s.property(o, property)
	if n == nil {
		return nil
	}
	return s.object(n, at.path)
}

func (s *schema) flag(o *object, property string) bool {
	n, at := s.property(o, property)
	if n == nil {
		return false
	}
	b, ok := n.scalar.(bool)
	if !ok {
		s.report(at, "must be true or false, not %s", n.kind())
	}
	return b
}

func (s *schema) items(o *object, property string) ([]*node, place) {
	n, at := s.property(o, property)
	if n == nil {
		return nil, at
	}
	if !n.isList {
		s.report(at, "must be a list, not %s", n.kind())
	}
	return n.items, at
}

// text returns a required, non-empty text; "" when there is none.
func (s *schema) text(o *object, property string) (string, place) {
	n, at := s.property(o, property)
	if n == nil {
		at = place{o.pathOf(property), o.line}
		s.report(at, "is missing")
		return "", at
	}
	text, ok := n.scalar.(string)
	if !ok {
		s.report(at, "must be text, not %s", n.kind())
		return "", at
	}
	if strings.TrimSpace(text) == "" {
		s.report(at, "must not be empty")
		return "", at
	}
	return text, at
}

func (s *schema) names(o *object, property string) []name {
	items, at := s.items(o, property)
	var names []name
	for i, item := range items {
		itemAt := place{fmt.Sprintf("%s[%d]", at.path, i), item.line}
		text, ok := item.scalar.(string)
		if !ok {
			s.report(itemAt, "must be the name of a privilege, not %s", item.kind())
			continue
		}
		names = append(names, name{itemAt, text})
	}
	return names
}

func (s *schema) groups(root *object, property, nameProperty, listProperty string) []group {
	items, at := s.items(root, property)
	var groups []group
	for i, item := range items {
		o := s.object(item, fmt.Sprintf("%s[%d]", at.path, i))
		if o == nil {
			continue
		}
		text, _ := s.text(o, nameProperty)
		members := s.names(o, listProperty)
		if text != "" {
			groups = append(groups, group{o.place(), text, members})
		}
	}
	return groups
}

func (s *schema) entries(permissions *object) []entry {
	items, at := s.items(permissions, "allowed")
	var entries []entry
	for i, item := range items {
		o := s.object(item, fmt.Sprintf("%s[%d]", at.path, i))
		if o == nil {
			continue
		}
		if e, ok := s.entry(o); ok {
			entries = append(entries, e)
		}
	}
	return entries
}

func (s *schema) entry(o *object) (entry, bool) {
	e := entry{place: o.place()}
	for a := range actionCount {
		e.lists[a] = s.names(o, a.String())
	}
	applyTo, applyAt := s.text(o, "applyTo")
	typeName, typeAt := s.text(o, "type")
	if applyTo == "" || typeName == "" {
		return e, false
	}
	var ok bool
	if e.resource, ok = resourceNamed(typeName); !ok {
		s.report(typeAt, "unknown type %q: write one of %s", typeName, strings.Join(resourceNames[:], ", "))
		return e, false
	}
	if e.class, e.member, ok = splitName(e.resource, applyTo); !ok {
		s.report(applyAt, "%q is no name for type %s: write %s", applyTo, e.resource, nameForm(e.resource))
	}
	return e, ok
}

// splitName takes applyTo apart according to the form of its type (S-290).
func splitName(r resource, applyTo string) (class, member string, ok bool) {
	class, member, dotted := strings.Cut(applyTo, ".")
	switch {
	case r == datastore:
		return class, member, applyTo == "ds"
	case !r.hasMember():
		return class, member, !dotted && class != ""
	default:
		return class, member, class != "" && member != "" && !strings.Contains(member, ".")
	}
}

func nameForm(r resource) string {
	switch {
	case r == datastore:
		return "ds"
	case r.hasMember():
		return "Class.name"
	default:
		return "the name of the class alone"
	}
}
