package privileges

// webAdmin is the bit of the one privilege that is always declared (S-164).
const webAdmin = 0

// webAdminName is its name.
const webAdminName = "WebAdmin"

// Rule says who may perform one action on one resource: it holds the effective
// lists of that action. The zero value allows everyone.
type Rule struct {
	first, second Set  // a caller needs one privilege of each list that is not empty
	restricted    bool // what no list at all means: WebAdmin only
}

// Allows reports whether a caller who holds held passes the rule
// (section 11.1). It does not allocate.
//
// held is what the session holds, with the guest privilege when it holds none
// (S-313) and the promotions of the running function (S-318).
func (r Rule) Allows(held Set) bool {
	if r.first.Empty() && r.second.Empty() {
		return !r.restricted || held.has(webAdmin)
	}
	return (r.first.Empty() || r.first.Intersects(held)) &&
		(r.second.Empty() || r.second.Intersects(held))
}

// Open reports whether everyone is allowed, so that the privileges of the
// caller need not be looked at.
func (r Rule) Open() bool {
	return r.first.Empty() && r.second.Empty() && !r.restricted
}

// and adds the list of an attribute to the rule of its dataclass (S-308).
func (r Rule) and(list Set) Rule {
	if r.first.Empty() {
		r.first = list
		return r
	}
	r.second = list
	return r
}

// Equal reports whether r and o decide alike.
func (r Rule) Equal(o Rule) bool {
	return r.restricted == o.restricted && r.first.Equal(o.first) && r.second.Equal(o.second)
}
