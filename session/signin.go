package session

import "strings"

// Grant is what [Session.SetPrivileges] adds to a session. The zero value adds
// nothing and still counts as a sign-in (S-166, S-168).
type Grant struct {
	Privileges []string
	Roles      []string
	UserName   string // empty: the name stays as it is (S-125)
}

// SetPrivileges adds privileges, and those of roles, to what the session holds
// (S-158 to S-166). Undeclared names are ignored. The effect is immediate for
// every request of the session. Desktop sessions ignore the user name (S-124).
//
// When a guest signs in, the cookie of a web session gets a new secret and the
// old one stops working at once, so that a cookie planted before the sign-in
// opens nothing after it. [Manager.Commit] sends the new cookie; after that a
// sign-in returns [ErrAnswerSent].
func (s *Session) SetPrivileges(g Grant) error {
	if err := s.changeable(); err != nil {
		return err
	}
	if s.constant() {
		return ErrNoEffect
	}
	if s.state().kind != Web {
		g.UserName = ""
		return s.state().update(func(r *Record) error { s.state().realm.grant(r, g); return nil })
	}
	if s.req == nil {
		return s.state().update(func(r *Record) error {
			if s.state().realm.grant(r, g) {
				return ErrAnswerSent
			}
			return nil
		})
	}
	return s.req.signIn(s.state(), g)
}

// grant applies g to r and reports whether a guest signed in by it.
func (rl *realm) grant(r *Record, g Grant) bool {
	roles := rl.current()
	wasGuest, wasSignedIn := isGuest(r, roles), r.SignedIn
	names, _ := roles.Grant(g.Privileges, g.Roles)
	r.Privileges = merged(r.Privileges, names)
	r.SignedIn = true
	if g.UserName != "" {
		r.UserName = g.UserName
	}
	return wasGuest && (!wasSignedIn || !isGuest(r, roles))
}

// SetPrivilegesJSON is SetPrivileges for an argument decoded from JSON; see
// [ParseGrant]. It reports whether the call succeeded: false means that the
// argument has a wrong type, or that SetPrivileges returned an error, and that
// nothing was changed (S-158, S-167).
func (s *Session) SetPrivilegesJSON(arg any) bool {
	g, ok := ParseGrant(arg)
	return ok && s.SetPrivileges(g) == nil
}

// ParseGrant reads the three forms of the argument of setPrivileges: text with
// names separated by commas, a list of names, or an object with the properties
// privileges, roles (each text or list) and userName (S-162, S-167). It reports
// false for any other type.
func ParseGrant(arg any) (Grant, bool) {
	object, ok := arg.(map[string]any)
	if !ok {
		names, ok := parseNames(arg)
		return Grant{Privileges: names}, ok
	}
	var g Grant
	for property, target := range map[string]*[]string{"privileges": &g.Privileges, "roles": &g.Roles} {
		value, present := object[property]
		if !present {
			continue
		}
		names, ok := parseNames(value)
		if !ok {
			return Grant{}, false
		}
		*target = names
	}
	if value, present := object["userName"]; present {
		if g.UserName, ok = value.(string); !ok {
			return Grant{}, false
		}
	}
	return g, true
}

func parseNames(arg any) ([]string, bool) {
	switch list := arg.(type) {
	case string:
		return splitNames(list), true
	case []string:
		return list, true
	case []any:
		var names []string
		for _, item := range list {
			name, ok := item.(string)
			if !ok {
				return nil, false
			}
			names = append(names, name)
		}
		return names, true
	default:
		return nil, false
	}
}

func splitNames(text string) []string {
	var names []string
	for name := range strings.SplitSeq(text, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// ClearPrivileges takes away every privilege that was granted. Promotions in
// force, the name, the storage, the cookie and the idle timeout stay. Without
// forceLogin a web session is a guest again, with it it is not (S-171 to S-175).
//
// In profile P20 it does nothing to a desktop session (S-176).
func (s *Session) ClearPrivileges() error {
	if err := s.changeable(); err != nil {
		return err
	}
	if s.constant() {
		return nil
	}
	return s.state().update(func(r *Record) error {
		r.Privileges = nil
		return nil
	})
}

// Logout ends the sign-in. With forceLogin a web session loses its privileges
// and its user name and is a guest again; id, cookie, storage and idle timeout
// stay (S-233, S-235). Otherwise it is ClearPrivileges (S-237).
func (s *Session) Logout() error {
	if s == nil || s.state().kind != Web || !s.state().realm.current().ForceLogin() {
		return s.ClearPrivileges()
	}
	return s.state().update(func(r *Record) error {
		r.Privileges, r.UserName, r.SignedIn = nil, "", false
		return nil
	})
}
