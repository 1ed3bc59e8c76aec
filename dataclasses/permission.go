package dataclasses

import (
	"context"
	"encoding/binary"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/session"
	"github.com/ordago/ordago/triggers"
)

// This file is the one place where rights are checked: every path to data and functions passes it.

// authority is what the code that runs now may do: what it holds, and the rules that this is compared with. Both are of the same roles;
// rules are reached through it only, so that a set of privileges never meets the rules of other roles (see rights.go).
type authority struct {
	rights   *rights
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
	r := ds.permission.rights.Load()
	if r.roles == nil || triggers.InHook(ctx) {
		return authority{rights: r}
	}
	if s := session.Caller(ctx); s != nil {
		return authority{rights: r, held: s.Held(r.roles), enforced: session.Enforced(ctx)}
	}
	return authority{rights: r, held: r.roles.Guest(), enforced: session.Enforced(ctx) || ctx.Value(remoteKey{}) != nil}
}

// may checks an action on the dataclass as a whole.
func (c *class) may(ctx context.Context, action privileges.Action) error {
	return c.allows(c.ds.authority(ctx), action)
}

func (c *class) allows(a authority, action privileges.Action) error {
	if !a.enforced || a.rights.class(c).own[action].Allows(a.held) {
		return nil
	}
	return &PermissionError{Action: action, Class: c.model.Name}
}

// mayAttribute checks an action on one attribute; the dataclass's rule is part of it (S-308).
func (c *class) mayAttribute(a authority, action privileges.Action, attribute *model.Attribute) error {
	if !a.enforced {
		return nil
	}
	if a.rights.class(c).of(attribute)[action].Allows(a.held) {
		return nil
	}
	return &PermissionError{Action: action, Class: c.model.Name, Attribute: attribute.Name}
}

// lens is what a query of this caller may use (S-327).
func (c *class) lens(ctx context.Context, isRemote bool) sqlplan.Lens {
	l := c.ds.exists(isRemote)
	l.Restriction = c.ds.restriction(ctx)
	if a := c.ds.authority(ctx); a.enforced {
		l.Key = a.lensKey(isRemote)
		l.Use = func(attribute *model.Attribute) error {
			return c.ds.ofModel(attribute.Class).mayAttribute(a, privileges.Read, attribute)
		}
	}
	return l
}

// exists is the lens of what there is for remote callers or for Go code, rights and restrictions aside.
func (ds *DataStore) exists(isRemote bool) sqlplan.Lens {
	if !isRemote {
		return sqlplan.Lens{}
	}
	return sqlplan.Lens{Visible: ds.isVisible, Key: []byte{remoteLens}}
}

func (ds *DataStore) isVisible(a *model.Attribute) bool { return ds.ofModel(a.Class).isVisible(a) }

// Keys of lenses begin with whom they are for.
const (
	remoteLens         = 'r' // and that is all: rights are not asked
	enforcedLens       = 'e'
	enforcedRemoteLens = 'E'
)

// lensKey is the same for lenses that answer the same: of the same rights and the same privileges. Whether an attribute is visible
// does not change after Open.
func (a authority) lensKey(isRemote bool) []byte {
	key := append(make([]byte, 0, 24), enforcedLens)
	if isRemote {
		key[0] = enforcedRemoteLens
	}
	return a.held.AppendKey(binary.AppendUvarint(key, a.rights.number))
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
	if err := r.class.allows(a, action); err != nil {
		return err
	}
	for attribute := range a.rights.class(r.class).attributes {
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
	if err := r.class.allows(a, privileges.Drop); err != nil {
		return err
	}
	for attribute := range a.rights.class(r.class).attributes {
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
