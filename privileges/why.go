package privileges

import (
	"fmt"
	"slices"
	"strings"
)

// Caller is somebody as far as permissions are concerned: what was granted. The zero value is a guest.
type Caller struct{ Privileges, Roles []string }

// Why says how a decision about an action on a resource comes about, for administrators (see [Roles.Explain] for one line of text).
type Why struct {
	Action   Action
	Resource string // type and name, such as "attribute Invoice.total"
	Allowed  bool
	// Lists decide: a caller needs one privilege of each; none: no list decides. What [Parser.ImplicitActions] adds is not among them.
	Lists []List
	// Restricted says what no list at all means: that it takes WebAdmin, because restrictedByDefault is on.
	Restricted bool
	Lent       []string  // by the function while it runs; that does not count for running it (S-322)
	Holds      []Holding // what the caller holds, included privileges before including ones
	Undeclared []string  // names of the caller that the file does not declare: they are ignored (S-159)
}

// List is a list of roles.json that decides about an action.
type List struct {
	Resource   string // of the entry: "datastore ds" where it is inherited
	Path       string // such as permissions.allowed[2].update
	Line       int    // of the list's first name, from 1
	Privileges []string
}

// Holding is a privilege that a caller holds, and why.
type Holding struct {
	Privilege string
	Path      []string // from what was granted: "role clerk", "CreateInvoices", "ReadData"
}

// WhyDatastore explains an action on the datastore as a whole.
func (r *Roles) WhyDatastore(a Action, c Caller) Why {
	return r.why(a, "datastore ds", r.Datastore(a), c, r.deciding(a, datastore, "ds", ""))
}

// WhyClass explains an action on a dataclass (S-306, S-307, S-310).
func (r *Roles) WhyClass(a Action, class string, c Caller) Why {
	return r.why(a, "dataclass "+class, r.Class(a, class), c, r.deciding(a, dataclass, class, ""))
}

// WhyAttribute explains an action on an attribute, to which the lists of its dataclass apply too (S-308).
func (r *Roles) WhyAttribute(a Action, class, name string, c Caller) Why {
	lists := append(r.deciding(a, dataclass, class, ""), r.listOf(a, attribute, class, name)...)
	return r.why(a, "attribute "+class+"."+name, r.Attribute(a, class, name), c, lists)
}

// WhyFunction explains whether a function of a dataclass, or of the datastore when class is "ds", may run (S-309).
func (r *Roles) WhyFunction(class, name string, c Caller) Why {
	w := r.why(Execute, "method "+class+"."+name, r.Function(class, name), c, r.deciding(Execute, method, class, name))
	_, w.Lent = r.Promotes(class, name)
	return w
}

// WhySingletonFunction explains whether a function of a singleton may run (S-309).
func (r *Roles) WhySingletonFunction(class, name string, c Caller) Why {
	w := r.why(Execute, "singletonMethod "+class+"."+name, r.SingletonFunction(class, name), c,
		r.deciding(Execute, singletonMethod, class, name))
	_, w.Lent = r.SingletonPromotes(class, name)
	return w
}

func (r *Roles) why(a Action, resource string, rule Rule, c Caller, lists []List) Why {
	w := Why{Action: a, Resource: resource, Lists: lists, Restricted: rule.restricted}
	w.Holds, w.Undeclared = r.orOpen().holdings(c)
	names := make([]string, len(w.Holds))
	for i, h := range w.Holds {
		names[i] = h.Privilege
	}
	w.Allowed = rule.Allows(r.SetOf(names))
	return w
}

// broader is where the list of an action comes from when a resource has none of its own.
var broader = map[resource]resource{
	method: dataclass, singletonMethod: singleton, dataclass: datastore, singleton: datastore,
}

// deciding returns the list of the narrowest resource that has one; attributes are not its business.
func (r *Roles) deciding(a Action, res resource, class, member string) []List {
	for {
		if lists := r.listOf(a, res, class, member); lists != nil {
			return lists
		}
		next, ok := broader[res]
		if !ok {
			return nil
		}
		if res, member = next, ""; res == datastore {
			class = "ds"
		}
	}
}

// listOf returns the list that the file has for exactly this resource (S-311: an empty one is none).
func (r *Roles) listOf(a Action, res resource, class, member string) []List {
	if r == nil {
		return nil
	}
	for _, e := range r.entries {
		if e.resource != res || e.class != class || e.member != member || len(e.lists[a]) == 0 {
			continue
		}
		list := List{Resource: e.resource.String() + " " + e.applyTo(), Path: e.path + "." + a.String(), Line: e.lists[a][0].line}
		for _, bit := range r.bitsOf(e.lists[a]) {
			list.Privileges = append(list.Privileges, r.names[bit])
		}
		return []List{list}
	}
	return nil
}

// holdings lists what a caller holds, each privilege with the first way to it, and what is not declared.
func (r *Roles) holdings(c Caller) (held []Holding, undeclared []string) {
	for _, name := range c.Roles {
		bits, ok := r.roles[fold(name)]
		if !ok {
			undeclared = append(undeclared, "role "+name)
		}
		for _, bit := range bits {
			held = r.hold(held, bit, []string{"role " + name})
		}
	}
	for _, name := range c.Privileges {
		bit, ok := r.bits[fold(name)]
		if !ok {
			undeclared = append(undeclared, name)
			continue
		}
		held = r.hold(held, bit, nil)
	}
	if bit, ok := r.bits["guest"]; ok && len(held) == 0 {
		held = r.hold(held, bit, []string{"a guest"})
	}
	return held, undeclared
}

func (r *Roles) hold(held []Holding, bit int, path []string) []Holding {
	name := r.names[bit]
	if slices.ContainsFunc(held, func(h Holding) bool { return h.Privilege == name }) {
		return held
	}
	path = append(slices.Clone(path), name)
	for _, included := range r.includes[bit] {
		held = r.hold(held, included, path)
	}
	return append(held, Holding{name, path})
}

// String explains in a few lines.
func (w Why) String() string {
	var b strings.Builder
	verdict := "REFUSED"
	if w.Allowed {
		verdict = "allowed"
	}
	fmt.Fprintf(&b, "%s: %s %s\n", verdict, w.Action, w.Resource)
	for _, l := range w.Lists {
		fmt.Fprintf(&b, "  needs one of %s: %s, line %d (%s)\n", strings.Join(l.Privileges, ", "), l.Resource, l.Line, l.Path)
	}
	switch {
	case len(w.Lists) > 0:
	case w.Restricted:
		fmt.Fprintf(&b, "  no list of roles.json decides, and restrictedByDefault is on: it takes %s\n", webAdminName)
	default:
		b.WriteString("  no list of roles.json decides, and restrictedByDefault is off: everybody may\n")
	}
	for _, h := range w.Holds {
		fmt.Fprintf(&b, "  holds %s: %s\n", h.Privilege, strings.Join(h.Path, " > "))
	}
	if len(w.Holds) == 0 {
		b.WriteString("  holds nothing\n")
	}
	if len(w.Undeclared) > 0 {
		fmt.Fprintf(&b, "  not declared in roles.json, and ignored: %s\n", strings.Join(w.Undeclared, ", "))
	}
	if len(w.Lent) > 0 {
		fmt.Fprintf(&b, "  while it runs it lends %s; that does not count for running it\n", strings.Join(w.Lent, ", "))
	}
	return b.String()
}
