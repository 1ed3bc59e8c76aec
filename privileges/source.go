package privileges

import "sync/atomic"

// Provider says which roles are in force now: a [Roles] that stays in force, or a [Source] whose roles can be exchanged.
type Provider interface {
	// Current returns the roles in force; nil declares only WebAdmin and allows everything.
	Current() *Roles
}

var (
	_ Provider = (*Roles)(nil)
	_ Provider = (*Source)(nil)
)

// Current implements [Provider]: r stays in force.
func (r *Roles) Current() *Roles { return r }

// Source holds the roles in force. Everybody may look at them, and only who made the source can exchange them, see [NewSource].
// A nil Source has no roles. Safe for concurrent use.
//
// Whoever asks more than one question must ask them of one value of Current: sets and rules of different roles have nothing in common.
type Source struct{ current atomic.Pointer[Roles] }

// NewSource returns a source in which r is in force, and the function that puts others in their place.
func NewSource(r *Roles) (s *Source, set func(*Roles)) {
	s = new(Source)
	s.current.Store(r)
	return s, s.current.Store
}

// Current implements [Provider].
func (s *Source) Current() *Roles {
	if s == nil {
		return nil
	}
	return s.current.Load()
}

// Translate returns the privileges of set, which from made, under r: those of the same names. What r does not declare is lost, and
// what a privilege includes is not added again. It is set itself when from is r.
func (r *Roles) Translate(set Set, from *Roles) Set {
	if from == r || set.Empty() {
		return set
	}
	return r.SetOf(from.Names(set))
}

// WithForceLogin returns r with another value of forceLogin, which needs a restart to change (S-335). It is r itself when the value is
// the same.
func (r *Roles) WithForceLogin(on bool) *Roles {
	if r.ForceLogin() == on {
		return r
	}
	changed := *r.orOpen()
	changed.forceLogin = on
	return &changed
}
