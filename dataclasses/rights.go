package dataclasses

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
)

// rights are what one value of roles.json means for this datastore. They are compiled once, never change, and are exchanged as a whole:
// whoever loads them has rules, promotions and the roles that made both.
type rights struct {
	number    uint64            // other for each exchange, see lensKey
	roles     *privileges.Roles // nil: everything is allowed
	classes   []classRights     // by class.index
	functions []functionRights  // by boundFunction.index
}

// actionRules are the rules of the four actions on data.
type actionRules [privileges.Drop + 1]privileges.Rule

// classRights are the permissions of a dataclass.
type classRights struct {
	own         actionRules
	attributes  map[*model.Attribute]*actionRules // only those that have one of their own
	projections projectionCache
}

// functionRights are the permissions of a function.
type functionRights struct {
	execute privileges.Rule
	lent    session.Lent
}

func (r *rights) class(c *class) *classRights { return &r.classes[c.index] }

func (r *rights) function(b *boundFunction) *functionRights { return &r.functions[b.index] }

// of returns the rules of an attribute, in which those of its dataclass are contained.
func (c *classRights) of(a *model.Attribute) *actionRules {
	if own := c.attributes[a]; own != nil {
		return own
	}
	return &c.own
}

// checked are the actions on data.
var checked = [...]privileges.Action{privileges.Read, privileges.Create, privileges.Update, privileges.Drop}

// compileRights makes the rights that follow those in force; one call at a time.
func (ds *DataStore) compileRights(roles *privileges.Roles) *rights {
	r := &rights{roles: roles, classes: make([]classRights, len(ds.classes)), functions: make([]functionRights, len(ds.functions))}
	if before := ds.permission.rights.Load(); before != nil {
		r.number = before.number + 1
	}
	if roles == nil {
		return r
	}
	for i, c := range ds.classes {
		r.classes[i].compile(roles, c.model)
	}
	for _, b := range ds.functions {
		r.functions[b.index] = b.rightsUnder(roles)
	}
	return r
}

func (c *classRights) compile(roles *privileges.Roles, m *model.Class) {
	c.attributes = map[*model.Attribute]*actionRules{}
	for _, action := range checked {
		c.own[action] = roles.Class(action, m.Name)
	}
	for _, a := range m.Attributes {
		var own actionRules
		differs := false
		for _, action := range checked {
			own[action] = roles.Attribute(action, m.Name, a.Name)
			differs = differs || !own[action].Equal(c.own[action])
		}
		if differs {
			c.attributes[a] = &own
		}
	}
}

// rightsUnder compiles the permissions of a function.
func (b *boundFunction) rightsUnder(roles *privileges.Roles) functionRights {
	if b.singleton != nil {
		lent, _ := roles.SingletonPromotes(b.name(), b.fn.name)
		return functionRights{roles.SingletonFunction(b.name(), b.fn.name), session.Lent{Roles: roles, Set: lent}}
	}
	lent, _ := roles.Promotes(b.name(), b.fn.name)
	return functionRights{roles.Function(b.name(), b.fn.name), session.Lent{Roles: roles, Set: lent}}
}

// permissionState is what of a datastore can change.
type permissionState struct {
	rights atomic.Pointer[rights]
	source *privileges.Source // nil without roles

	mu  sync.Mutex // one exchange at a time
	set func(*privileges.Roles)
}

// open puts the first roles in force; nil: there are none. Errors: *[privileges.FileError].
func (p *permissionState) open(ds *DataStore, roles *privileges.Roles) error {
	if roles != nil {
		p.source, p.set = privileges.NewSource(roles)
	}
	if err := roles.CheckModel(rolesModel{ds}); err != nil {
		return err
	}
	p.rights.Store(ds.compileRights(roles))
	return nil
}

// Roles returns the roles in force, which [DataStore.SetRoles] exchanges; nil without [Permissions]. Give them to the session manager,
// so that sessions follow: session.Manager{Roles: ds.Roles()}.
func (ds *DataStore) Roles() *privileges.Source { return ds.permission.source }

// SetRoles puts other roles in force, at once and for everybody: the next access of every running request is decided by them, and no
// access by a mixture of both (S-284 is relaxed by it). Sessions keep the names of their privileges: what the new roles do not declare
// is lost, and comes back when it is declared again. ForceLogin stays as it was in Open, whatever the new roles say (S-335).
//
// Roles that do not fit the model are a *[privileges.FileError], as in [Open], and those before stay in force. It is an error to set nil,
// or to set roles where Open had no [Permissions]: privileges.Open() opens everything on purpose.
func (ds *DataStore) SetRoles(roles *privileges.Roles) error {
	p := &ds.permission
	switch {
	case p.source == nil:
		return errors.New("set roles: the datastore was opened without permissions: give dataclasses.Permissions to Open")
	case roles == nil:
		return errors.New("set roles: there are none: give privileges.Open() to allow everything")
	}
	if err := roles.CheckModel(rolesModel{ds}); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	roles = roles.WithForceLogin(p.source.Current().ForceLogin())
	p.rights.Store(ds.compileRights(roles))
	p.set(roles)
	return nil
}
