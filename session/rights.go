package session

import "github.com/ordago/ordago/privileges"

// rights are what a session holds under one value of roles.json. A set of privileges means nothing without the roles that made it, so
// the two stay together, and a session keeps names: when the roles are exchanged its rights are made anew from those. A name that the
// new roles do not declare is lost for as long as it is not declared (S-159).
type rights struct {
	of    *privileges.Roles
	held  privileges.Set // granted, or the guest privilege when there is none (S-313)
	guest bool
}

func rightsOf(r *Record, roles *privileges.Roles) *rights {
	held := roles.SetOf(r.Privileges)
	own := &rights{of: roles, held: held, guest: isGuest(r, roles)}
	if r.Kind == Web && held.Empty() {
		own.held = roles.Guest()
	}
	return own
}

// isGuest implements S-177 to S-179.
func isGuest(r *Record, roles *privileges.Roles) bool {
	switch {
	case r.Kind != Web:
		return false
	case roles.ForceLogin():
		return !r.SignedIn
	default:
		return roles.SetOf(r.Privileges).Empty()
	}
}

// under returns the rights under these roles.
func (v *view) under(roles *privileges.Roles) *rights {
	if own := v.last.Load(); own.of == roles {
		return own
	}
	own := rightsOf(&v.record, roles)
	v.last.Store(own)
	return own
}

// current returns the roles in force.
func (rl *realm) current() *privileges.Roles {
	if rl.roles == nil {
		return nil
	}
	return rl.roles.Current()
}

// Lent are privileges that a function is lent while it runs, with the roles that made the set. The zero value lends nothing.
type Lent struct {
	Roles *privileges.Roles
	Set   privileges.Set
}

// under returns what is lent under other roles: the privileges of the same names.
func (l Lent) under(roles *privileges.Roles) privileges.Set { return roles.Translate(l.Set, l.Roles) }
