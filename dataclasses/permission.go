package dataclasses

import (
	"context"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// This file is the one place where rights are checked: every path to data and functions passes it.

// classRules are the permissions of a dataclass, compiled once.
type classRules struct {
	class      [privileges.Drop + 1]privileges.Rule
	attributes map[*model.Attribute]*[privileges.Drop + 1]privileges.Rule // only those that have one of their own
}

// checked are the actions on data.
var checked = [...]privileges.Action{privileges.Read, privileges.Create, privileges.Update, privileges.Drop}

func compileRules(roles *privileges.Roles, m *model.Class) *classRules {
	rules := &classRules{attributes: map[*model.Attribute]*[privileges.Drop + 1]privileges.Rule{}}
	for _, action := range checked {
		rules.class[action] = roles.Class(action, m.Name)
	}
	for _, a := range m.Attributes {
		var own [privileges.Drop + 1]privileges.Rule
		differs := false
		for _, action := range checked {
			own[action] = roles.Attribute(action, m.Name, a.Name)
			differs = differs || !own[action].Equal(rules.class[action])
		}
		if differs {
			rules.attributes[a] = &own
		}
	}
	return rules
}

// authority is what the code that runs now may do.
type authority struct {
	held     privileges.Set
	enforced bool
}

// remoteKey marks a context as one of a remote request, where permissions are enforced even without a session (null case 1).
type remoteKey struct{}

func remote(ctx context.Context) context.Context {
	if session.Enforced(ctx) || ctx.Value(remoteKey{}) != nil {
		return ctx
	}
	return context.WithValue(ctx, remoteKey{}, true)
}

// authority finds out whether permissions are enforced for this context (S-281) and with which privileges.
// Triggers act for the database, not for the caller: rights are checked on what the caller sends.
func (ds *DataStore) authority(ctx context.Context) authority {
	if ds.roles == nil || triggers.InHook(ctx) {
		return authority{}
	}
	if s := session.Caller(ctx); s != nil {
		return authority{held: s.Held(), enforced: session.Enforced(ctx)}
	}
	return authority{held: ds.roles.Guest(), enforced: session.Enforced(ctx) || ctx.Value(remoteKey{}) != nil}
}

// may checks an action on the dataclass as a whole.
func (c *class) may(ctx context.Context, action privileges.Action) error {
	a := c.ds.authority(ctx)
	if !a.enforced || c.rules.class[action].Allows(a.held) {
		return nil
	}
	return &PermissionError{Action: action, Class: c.model.Name}
}

// mayAttribute checks an action on one attribute; the dataclass's rule is part of it (S-308).
func (c *class) mayAttribute(a authority, action privileges.Action, attribute *model.Attribute) error {
	if !a.enforced {
		return nil
	}
	rules := &c.rules.class
	if own := c.rules.attributes[attribute]; own != nil {
		rules = own
	}
	if rules[action].Allows(a.held) {
		return nil
	}
	return &PermissionError{Action: action, Class: c.model.Name, Attribute: attribute.Name}
}

// lens is what a query of this caller may use (S-327).
func (c *class) lens(ctx context.Context, isRemote bool) sqlplan.Lens {
	l := c.ds.inside(ctx)
	if isRemote {
		l.Visible = func(a *model.Attribute) bool { return c.ds.ofModel(a.Class).isVisible(a) }
	}
	if a := c.ds.authority(ctx); a.enforced {
		l.Use = func(attribute *model.Attribute) error {
			return c.ds.ofModel(attribute.Class).mayAttribute(a, privileges.Read, attribute)
		}
	}
	return l
}

// maySave checks what the caller changed, before any event runs.
func (r *record) maySave(ctx context.Context) error {
	a := r.class.ds.authority(ctx)
	if !a.enforced {
		return nil
	}
	action := privileges.Update
	if r.isNew {
		action = privileges.Create
	}
	if !r.class.rules.class[action].Allows(a.held) {
		return &PermissionError{Action: action, Class: r.class.model.Name}
	}
	for attribute := range r.class.rules.attributes {
		if !r.byCaller(attribute) {
			continue
		}
		if err := r.class.mayAttribute(a, action, attribute); err != nil {
			return err
		}
	}
	return nil
}

// mayDrop checks the dataclass and the attributes that are not null (S-293, S-295).
func (r *record) mayDrop(ctx context.Context) error {
	a := r.class.ds.authority(ctx)
	if !a.enforced {
		return nil
	}
	if !r.class.rules.class[privileges.Drop].Allows(a.held) {
		return &PermissionError{Action: privileges.Drop, Class: r.class.model.Name}
	}
	for attribute := range r.class.rules.attributes {
		if attribute.Kind != model.Storage {
			continue
		}
		if v, err := attribute.Value(r.before()); err == nil && v == nil {
			continue
		}
		if err := r.class.mayAttribute(a, privileges.Drop, attribute); err != nil {
			return err
		}
	}
	return nil
}

// rolesModel lets roles.json be checked against what exists.
type rolesModel struct{ ds *DataStore }

func (m rolesModel) HasClass(name string) bool { return m.ds.byName[name] != nil }

func (m rolesModel) HasAttribute(class, attribute string) bool {
	c := m.ds.byName[class]
	return c != nil && c.model.Attribute(attribute) != nil
}

func (m rolesModel) HasFunction(class, function string) bool {
	bound := m.ds.own
	if class != "ds" {
		c := m.ds.byName[class]
		if c == nil {
			return false
		}
		bound = c.functions
	}
	for _, b := range bound {
		if b.fn.name == function {
			return true
		}
	}
	return false
}

// HasSingleton is false: there are no singletons.
func (rolesModel) HasSingleton(string) bool { return false }

// HasSingletonFunction is false: there are no singletons.
func (rolesModel) HasSingletonFunction(string, string) bool { return false }
