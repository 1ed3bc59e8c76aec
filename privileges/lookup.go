package privileges

// Class returns the rule of an action on a dataclass: its own list, or else the
// datastore's (S-306, S-307, S-310).
func (r *Roles) Class(a Action, class string) Rule {
	if r == nil || int(a) >= queryable {
		return Rule{}
	}
	return r.class(class).rules[a]
}

// Datastore returns the rule of an action on the datastore as a whole.
func (r *Roles) Datastore(a Action) Rule {
	if r == nil || int(a) >= queryable {
		return Rule{}
	}
	return r.datastore.rules[a]
}

// Attribute returns the rule of an action on an attribute: the one of its
// dataclass and, in addition, the attribute's own list (S-308).
//
// It knows names only. That create and update mean nothing for an alias, and
// drop nothing for an alias or a computed attribute, is for the caller to know.
func (r *Roles) Attribute(a Action, class, attribute string) Rule {
	if r == nil || int(a) >= queryable {
		return Rule{}
	}
	c := r.class(class)
	if rules := c.attributes[attribute]; rules != nil {
		return rules[a]
	}
	return c.rules[a]
}

// Function returns the rule for running a function of a dataclass, or of the
// datastore when class is "ds": the function's list, or else the dataclass's, or
// else the datastore's (S-309).
func (r *Roles) Function(class, function string) Rule {
	if r == nil {
		return Rule{}
	}
	c := r.class(class)
	if f := c.functions[function]; f != nil {
		return f.execute
	}
	return c.rules[Execute]
}

// DescribeFunction returns the rule for showing a function in the catalog.
func (r *Roles) DescribeFunction(class, function string) Rule {
	if r == nil {
		return Rule{}
	}
	c := r.class(class)
	if f := c.functions[function]; f != nil {
		return f.describe
	}
	return c.rules[Describe]
}

// SingletonFunction returns the rule for running a function of a singleton: its
// own list, or else the singleton's, or else the datastore's (S-309).
func (r *Roles) SingletonFunction(singleton, function string) Rule {
	if r == nil {
		return Rule{}
	}
	c := r.singleton(singleton)
	if f := c.functions[function]; f != nil {
		return f.execute
	}
	return c.rules[Execute]
}

// Promotes returns the privileges lent while a function of a dataclass, or of
// the datastore when class is "ds", runs, with their includes (S-318, S-320).
// Both results are empty for a function that lends nothing.
func (r *Roles) Promotes(class, function string) (Set, []string) {
	if r == nil {
		return Set{}, nil
	}
	return r.lent(r.class(class), function)
}

// SingletonPromotes is [Roles.Promotes] for a singleton: what the singleton
// lends to all its functions and what the function has of its own (S-324).
func (r *Roles) SingletonPromotes(singleton, function string) (Set, []string) {
	if r == nil {
		return Set{}, nil
	}
	return r.lent(r.singleton(singleton), function)
}

func (r *Roles) lent(c *class, function string) (Set, []string) {
	set := c.promotes
	if f := c.functions[function]; f != nil {
		set = set.Union(f.promotes)
	}
	if set.Empty() {
		return set, nil
	}
	return set, r.Names(set)
}

func (r *Roles) class(name string) *class {
	if c := r.classes[name]; c != nil {
		return c
	}
	return r.datastore
}

func (r *Roles) singleton(name string) *class {
	if c := r.singletons[name]; c != nil {
		return c
	}
	return r.datastore
}
