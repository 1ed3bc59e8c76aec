package privileges

// Action is something a caller can do to a resource.
type Action uint8

// The actions of roles.json. Describe comes from older files and decides only
// whether a resource appears in the catalog (S-369).
const (
	Read Action = iota
	Create
	Update
	Drop
	Execute
	Describe

	promote // a list of an entry, but nothing that a caller asks for
	actionCount
)

// queryable is the number of actions that have rules.
const queryable = int(promote)

var actionNames = [actionCount]string{"read", "create", "update", "drop", "execute", "describe", "promote"}

// String returns the word used in roles.json and in permission errors.
func (a Action) String() string {
	if a >= actionCount {
		return "unknown"
	}
	return actionNames[a]
}

// resource is the type of an entry's resource (S-290).
type resource uint8

const (
	datastore resource = iota
	dataclass
	attribute
	method
	singleton
	singletonMethod
	resourceCount
)

var resourceNames = [resourceCount]string{
	"datastore", "dataclass", "attribute", "method", "singleton", "singletonMethod",
}

func (r resource) String() string { return resourceNames[r] }

func resourceNamed(name string) (resource, bool) {
	for i, n := range resourceNames {
		if n == name {
			return resource(i), true
		}
	}
	return 0, false
}

// hasMember reports whether names of r have the form Class.member.
func (r resource) hasMember() bool {
	return r == attribute || r == method || r == singletonMethod
}

// applies reports whether action a means anything for r (section 10.5).
func (r resource) applies(a Action) bool {
	switch r {
	case datastore, dataclass:
		return a != promote
	case attribute:
		return a != promote && a != Execute
	default:
		return a == Execute || a == promote || a == Describe
	}
}

// tolerates reports whether list a may stand in an entry of r without effect:
// the files made by 4D 20 R6 list "promote" on the datastore (S-289).
func (r resource) tolerates(a Action) bool {
	return a == promote && (r == datastore || r == dataclass)
}
