package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// Question asks whether somebody may do something, see [DataStore.Explain].
type Question struct {
	// Action is read, create, update, drop or execute; "": execute for a function, read for anything else.
	Action string
	// Resource is what it is done to: ds, Invoice, Invoice(3), Invoice.total, Invoice(3).total, Invoice.approve, ds.whoAmI, or a function of
	// a singleton, Pricing.quote. Parts of a composite key are separated by commas.
	Resource string
	// Caller is who does it: what a session was granted. The zero value is a guest.
	Caller privileges.Caller
}

// Explanation is the answer to a [Question], for administrators: it tells of permissions, names and keys that remote callers must not
// see. String makes it text.
type Explanation struct {
	privileges.Why
	// Denied are attributes that the caller may not read, or not write, although the dataclass as a whole is allowed; of a drop those
	// that stand in its way (S-295).
	Denied []privileges.Why
	// Notes are facts besides permissions: an entity that does not exist, a function that is not exposed.
	Notes []string
}

// String explains in a few lines.
func (e *Explanation) String() string {
	var b strings.Builder
	b.WriteString(e.Why.String())
	for _, d := range e.Denied {
		fmt.Fprintf(&b, "  not %s", strings.TrimPrefix(d.Resource, "attribute "))
		if n := len(d.Lists); n > 0 { // the last list is the attribute's own
			fmt.Fprintf(&b, ", which needs one of %s too: line %d (%s)", strings.Join(d.Lists[n-1].Privileges, ", "), d.Lists[n-1].Line, d.Lists[n-1].Path)
		}
		b.WriteByte('\n')
	}
	for _, n := range e.Notes {
		fmt.Fprintf(&b, "  note: %s\n", n)
	}
	return b.String()
}

// Explain says whether a caller of a web process may do something and which lines of roles.json decide about it, without doing it: the
// answer to "why was I refused". It asks the permissions in force, for nobody's session: promotions of a calling function do not count.
//
// It reads the entity that the question names, in the name of the program, and must not be offered to remote callers. Errors: a question
// that makes no sense, such as a resource that does not exist, and failures of the database.
func (ds *DataStore) Explain(ctx context.Context, q Question) (*Explanation, error) {
	r, err := ds.resourceNamed(q.Resource)
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", q.Resource, err)
	}
	action, err := r.action(q.Action)
	if err != nil {
		return nil, fmt.Errorf("explain %s: %w", q.Resource, err)
	}
	x := &explainer{ds: ds, roles: ds.permission.rights.Load().roles, caller: q.Caller, action: action, r: r}
	if err := x.explain(ctx); err != nil {
		return nil, fmt.Errorf("explain %s: %w", q.Resource, err)
	}
	return &x.out, nil
}

// explained is the resource of a question.
type explained struct {
	class     *class
	key       string
	hasKey    bool
	attribute *model.Attribute
	function  *boundFunction
}

var resourceForm = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)(\((.*)\))?(?:\.([A-Za-z_][A-Za-z0-9_]*))?$`)

func (ds *DataStore) resourceNamed(text string) (*explained, error) {
	parts := resourceForm.FindStringSubmatch(text)
	if parts == nil {
		return nil, errors.New("write a dataclass, Class(key), Class.attribute, Class.function or ds.function")
	}
	name, member := parts[1], parts[4]
	r := &explained{class: ds.byName[name], key: parts[3], hasKey: parts[2] != ""}
	s := ds.singletonNamed(name)
	functions := ds.own
	switch {
	case r.class != nil:
		functions = r.class.functions
	case s != nil:
		functions = s.functions
	case name != "ds":
		return nil, fmt.Errorf("there is no dataclass and no singleton %s", name)
	}
	if r.class == nil && r.hasKey {
		return nil, fmt.Errorf("%s is no dataclass: it has no keys", name)
	}
	if member == "" {
		if s != nil {
			return nil, fmt.Errorf("name a function of the singleton: %s.function", name)
		}
		return r, nil
	}
	return r, r.member(functions, name, member)
}

// member finds the attribute or the function; one entry of roles.json applies to all functions of a name (S-291).
func (r *explained) member(functions []*boundFunction, name, member string) error {
	if r.class != nil {
		r.attribute = r.class.model.Attribute(member)
	}
	for _, b := range functions {
		if b.fn.name == member && (r.function == nil || b.fn.exposed) {
			r.function = b
		}
	}
	if r.attribute == nil && r.function == nil {
		return fmt.Errorf("%s has no attribute or function %s", name, member)
	}
	return nil
}

// action finds the action of a question and whether it has a meaning for the resource (S-294).
func (r *explained) action(word string) (privileges.Action, error) {
	if word == "" {
		if r.function != nil {
			return privileges.Execute, nil
		}
		return privileges.Read, nil
	}
	for _, a := range append(checked[:], privileges.Execute) {
		if a.String() != strings.ToLower(word) {
			continue
		}
		onData := r.function == nil && a != privileges.Execute
		onFunctions := a == privileges.Execute && r.attribute == nil && (r.function != nil || !r.hasKey)
		if !onData && !onFunctions {
			return 0, fmt.Errorf("%s has no meaning for it", a)
		}
		return a, nil
	}
	return 0, fmt.Errorf("action %q is unknown: write read, create, update, drop or execute", word)
}

type explainer struct {
	ds     *DataStore
	roles  *privileges.Roles
	caller privileges.Caller
	action privileges.Action
	r      *explained
	out    Explanation
}

func (x *explainer) note(format string, args ...any) {
	x.out.Notes = append(x.out.Notes, fmt.Sprintf(format, args...))
}

func (x *explainer) explain(ctx context.Context) error {
	if x.roles == nil {
		x.note("the datastore has no permissions: everything that is exposed is open")
	}
	switch r := x.r; {
	case r.function != nil:
		x.function(r.function)
	case r.attribute != nil:
		x.out.Why = x.roles.WhyAttribute(x.action, r.class.model.Name, r.attribute.Name, x.caller)
		x.attributeNotes(r.attribute)
	case r.class != nil:
		x.out.Why = x.roles.WhyClass(x.action, r.class.model.Name, x.caller)
	default:
		x.out.Why = x.roles.WhyDatastore(x.action, x.caller)
	}
	if x.roles.ForceLogin() && len(x.caller.Privileges)+len(x.caller.Roles) == 0 {
		x.note("forceLogin is on: over REST a guest may only read the catalog and call ds.authentify")
	}
	if x.r.class == nil {
		return nil
	}
	return x.data(ctx)
}

func (x *explainer) function(b *boundFunction) {
	if b.singleton != nil {
		x.out.Why = x.roles.WhySingletonFunction(b.name(), b.fn.name, x.caller)
	} else {
		x.out.Why = x.roles.WhyFunction(b.name(), b.fn.name, x.caller)
	}
	if !b.fn.exposed {
		x.note("the function is not exposed: to remote callers it does not exist, whatever the permissions say")
	}
	if b.alwaysOpen(x.roles) && !x.out.Allowed {
		x.out.Allowed = true
		x.note("with forceLogin everybody may call authentify, whatever the permissions say")
	}
}

func (x *explainer) attributeNotes(a *model.Attribute) {
	if !x.r.class.isVisible(a) {
		x.note("the attribute is hidden: to remote callers it does not exist, whatever the permissions say")
	}
	if a.Kind == model.Alias && x.action != privileges.Read {
		x.note("an alias is read only: permissions to write it have no effect")
	}
}

// data adds what there is to say about the entity and its attributes.
func (x *explainer) data(ctx context.Context) error {
	c := x.r.class
	if x.r.function == nil && !c.exposed {
		x.note("the data of %s is not exposed: to remote callers it does not exist, whatever the permissions say", c.model.Name)
	}
	entity, err := x.entity(ctx)
	if err != nil || x.action == privileges.Execute {
		return err
	}
	x.unread()
	if x.r.attribute != nil || !x.out.Allowed {
		return nil
	}
	for _, a := range c.model.Attributes {
		if err := x.attribute(a, entity); err != nil {
			return err
		}
	}
	return nil
}

// unread adds that what may be changed may not be read, which is rarely meant (S-297).
func (x *explainer) unread() {
	read := x.roles.WhyClass(privileges.Read, x.r.class.model.Name, x.caller)
	if (x.action == privileges.Update || x.action == privileges.Drop) && x.out.Allowed && !read.Allowed {
		x.note("the caller may not read %s, and over REST what is changed is read first", x.r.class.model.Name)
	}
}

// entity reads the entity that the question names; nil when it names none or there is none.
func (x *explainer) entity(ctx context.Context) (*record, error) {
	if !x.r.hasKey {
		return nil, nil
	}
	c := x.r.class
	key, err := c.parse(ctx, c.splitKey(x.r.key))
	if err == nil {
		var found *record
		if found, err = c.read(ctx, key); err == nil {
			x.note("%s(%s) exists", c.model.Name, x.r.key)
			return found, nil
		}
	}
	if errors.Is(err, ErrNotFound) {
		x.note("there is no %s with the key %s", c.model.Name, x.r.key)
		return nil, nil
	}
	return nil, err
}

// attribute adds an attribute that stands in the way. A drop is refused by an attribute that is not null (S-295); the other actions go
// without it, or are refused when the caller sends it.
func (x *explainer) attribute(a *model.Attribute, entity *record) error {
	if !x.r.class.isVisible(a) || x.action != privileges.Read && a.Kind != model.Storage {
		return nil
	}
	w := x.roles.WhyAttribute(x.action, x.r.class.model.Name, a.Name, x.caller)
	if w.Allowed || x.action == privileges.Drop && entity == nil {
		return nil
	}
	if x.action == privileges.Drop {
		v, err := a.Value(entity.ptr)
		if err != nil || v == nil {
			return err
		}
		x.out.Allowed = false
		x.note("the entity cannot be dropped because %s is not null", a.Name)
	}
	x.out.Denied = append(x.out.Denied, w)
	return nil
}
