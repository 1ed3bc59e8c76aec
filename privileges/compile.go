package privileges

// class is what is known about a dataclass, a singleton or the datastore.
type class struct {
	rules      [queryable]Rule
	attributes map[string]*[queryable]Rule
	functions  map[string]*function
	promotes   Set // of a singleton: lent by each of its functions (S-324)
}

type function struct {
	execute, describe Rule
	promotes          Set
}

func newClass(rules [queryable]Rule) *class {
	return &class{
		rules:      rules,
		attributes: make(map[string]*[queryable]Rule),
		functions:  make(map[string]*function),
	}
}

// compile turns a checked document into rules. Broader resources come first,
// because the rules of narrower ones start from theirs.
func compile(doc document, p Parser) *Roles {
	r := &Roles{
		restricted: doc.restricted,
		forceLogin: doc.forceLogin,
		entries:    doc.entries,
		classes:    make(map[string]*class),
		singletons: make(map[string]*class),
	}
	r.declare(doc)
	c := compiler{roles: r, implicit: p.ImplicitActions}
	r.datastore = newClass(c.defaults())
	for res := range resourceCount {
		for _, e := range doc.entries {
			if e.resource == res {
				c.add(e)
			}
		}
	}
	if !p.ImplicitActions {
		r.warn()
	}
	return r
}

type compiler struct {
	roles    *Roles
	implicit bool
}

// defaults are the rules where no list exists at any level (S-312). Without a
// describe list everything is visible, restricted or not (S-368).
func (c compiler) defaults() [queryable]Rule {
	var rules [queryable]Rule
	for a := range rules {
		rules[a].restricted = c.roles.restricted && Action(a) != Describe
	}
	return rules
}

func (c compiler) add(e entry) {
	switch e.resource {
	case datastore:
		c.roles.datastore.rules = c.replace(c.roles.datastore.rules, e)
	case dataclass:
		cl := c.class(c.roles.classes, e.class)
		cl.rules = c.replace(cl.rules, e)
	case attribute:
		cl := c.class(c.roles.classes, e.class)
		cl.attributes[e.member] = c.narrow(cl.rules, e)
	case method:
		cl := c.class(c.roles.classes, e.class)
		cl.functions[e.member] = c.function(cl, e)
	case singleton:
		cl := c.class(c.roles.singletons, e.class)
		cl.rules = c.replace(cl.rules, e)
		cl.promotes = c.expanded(e.lists[promote])
	case singletonMethod:
		cl := c.class(c.roles.singletons, e.class)
		cl.functions[e.member] = c.function(cl, e)
	}
}

// class returns the class of that name, which starts with the datastore's rules
// (S-306). Functions of the datastore itself are functions of the class ds.
func (c compiler) class(classes map[string]*class, name string) *class {
	if classes[name] == nil {
		classes[name] = newClass(c.roles.datastore.rules)
	}
	return classes[name]
}

// replace puts the lists that e defines in place of the inherited ones, action
// by action (S-307, S-310). An empty list is no list (S-311).
func (c compiler) replace(rules [queryable]Rule, e entry) [queryable]Rule {
	for a := range rules {
		if list := c.list(e, Action(a)); !list.Empty() {
			rules[a] = Rule{first: list}
		}
	}
	if c.implicit {
		widen(&rules)
	}
	return rules
}

// narrow adds the lists of an attribute to those of its dataclass (S-308).
func (c compiler) narrow(rules [queryable]Rule, e entry) *[queryable]Rule {
	var own [queryable]Rule
	for a := range own {
		own[a].first = c.list(e, Action(a))
	}
	if c.implicit {
		widen(&own)
	}
	for a := range rules {
		if !own[a].first.Empty() {
			rules[a] = rules[a].and(own[a].first)
		}
	}
	return &rules
}

func (c compiler) function(cl *class, e entry) *function {
	rules := c.replace(cl.rules, e)
	return &function{
		execute:  rules[Execute],
		describe: rules[Describe],
		promotes: c.expanded(e.lists[promote]),
	}
}

// list returns the privileges named in a list of e, without their includes:
// whoever holds a privilege holds its includes, not the other way round.
func (c compiler) list(e entry, a Action) Set {
	if !e.resource.applies(a) {
		return Set{}
	}
	return setOf(c.bits(e.lists[a]))
}

func (c compiler) expanded(names []name) Set {
	var set Set
	for _, bit := range c.bits(names) {
		set = set.Union(c.roles.closure[bit])
	}
	return set
}

func (c compiler) bits(names []name) []int {
	list := make([]int, len(names))
	for i, n := range names {
		list[i] = c.roles.bits[fold(n.text)]
	}
	return list
}

// widen applies the implicit chain (S-298). It only ever lets more callers in:
// an action that is open, because it has no list, stays open.
func widen(rules *[queryable]Rule) {
	add := func(to Action, from ...Action) {
		if rules[to].Open() {
			return
		}
		for _, a := range from {
			rules[to].first = rules[to].first.Union(rules[a].first)
		}
	}
	add(Read, Update, Drop)
	add(Describe, Read, Update, Drop)
}
