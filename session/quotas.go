package session

import (
	"fmt"
	"maps"
	"slices"
)

// defaultEntitySetTimeout is what the quota of that name starts with, in seconds.
const defaultEntitySetTimeout = 7200

// QuotaValues are the limits that were set for a session; 0 stands for unset.
type QuotaValues struct {
	EntitySets     int `json:"nbEntitySets,omitzero"`
	DefaultTimeout int `json:"defaultEntitySetTimeout,omitzero"` // seconds
	MaxTimeout     int `json:"maxEntitySetTimeout,omitzero"`     // seconds
}

// Quotas are the limits of one session's entity sets (section 6.16).
type Quotas struct {
	// EntitySets is how many entity sets the session may hold; unset, and
	// without a limit, at first.
	EntitySets Quota
	// DefaultTimeout is the life of an entity set that asks for none, in
	// seconds: 7200 at first, and never more than MaxTimeout. A change applies to
	// entity sets made afterwards (S-206).
	DefaultTimeout Quota
	// MaxTimeout is the longest life of an entity set, in seconds; unset at first.
	MaxTimeout Quota

	s *Session
}

// Quota is one limit. Its zero value is unset and cannot be changed.
type Quota struct {
	s     *Session
	name  string
	field func(*QuotaValues) *int
}

// Quotas returns the limits of the session in profile R4 (S-204). In others and
// for nil they are unset and cannot be changed.
func (s *Session) Quotas() Quotas {
	if s == nil || !s.state().realm.profile.has(R4) {
		return Quotas{}
	}
	return Quotas{
		EntitySets:     Quota{s, "nbEntitySets", func(v *QuotaValues) *int { return &v.EntitySets }},
		DefaultTimeout: Quota{s, "defaultEntitySetTimeout", func(v *QuotaValues) *int { return &v.DefaultTimeout }},
		MaxTimeout:     Quota{s, "maxEntitySetTimeout", func(v *QuotaValues) *int { return &v.MaxTimeout }},
		s:              s,
	}
}

// Current returns how many entity sets the session holds, as
// [Manager.CountEntitySets] tells; 0 without it.
func (q Quotas) Current() int {
	if q.s == nil {
		return 0
	}
	count := q.s.state().realm.entitySets
	if count == nil {
		return 0 // no manager
	}
	return count(q.s.ID())
}

// Admit returns [ErrQuota] when the session, which holds that many entity sets,
// must not make another (S-205).
func (q Quotas) Admit(held int) error {
	if limit := q.EntitySets.Value(); limit > 0 && held >= limit {
		return fmt.Errorf("%w: it holds %d of %d entity sets", ErrQuota, held, limit)
	}
	return nil
}

// Value returns the limit, 0 when it is unset.
func (q Quota) Value() int {
	if q.s == nil {
		return 0
	}
	v := q.s.state().view.Load().record.Quotas
	if v.DefaultTimeout == 0 {
		v.DefaultTimeout = defaultEntitySetTimeout
	}
	if v.MaxTimeout > 0 {
		v.DefaultTimeout = min(v.DefaultTimeout, v.MaxTimeout)
	}
	return *q.field(&v)
}

// Set sets the limit. Less than 1 is an error, and nothing changes (S-207). So
// is another profile than R4, as [ErrNoQuotas].
func (q Quota) Set(limit int) error {
	if limit <= 0 {
		return fmt.Errorf("quota %s: %d is less than 1: use Reset to take the limit away", q.name, limit)
	}
	return q.set(limit)
}

// Reset makes the limit what it was at first (S-207).
func (q Quota) Reset() error { return q.set(0) }

func (q Quota) set(limit int) error {
	if q.s == nil {
		return ErrNoQuotas
	}
	return q.s.change(func(r *Record, _ int) error {
		v := q.field(&r.Quotas)
		*v = limit
		if r.Quotas.MaxTimeout > 0 {
			r.Quotas.DefaultTimeout = min(r.Quotas.DefaultTimeout, r.Quotas.MaxTimeout)
		}
		return nil
	})
}

// CountEntitySets tells the manager how to count the entity sets that a session
// has in store, for [Quotas.Current]. Those of several stores add up; a store that
// is given twice counts once. It must be a value that can be compared, such as a
// pointer.
func (m *Manager) CountEntitySets(store any, count func(id string) int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.entitySets == nil {
		m.entitySets = map[any]func(string) int{}
	}
	m.entitySets[store] = count
}

func (m *Manager) countEntitySets(id string) int {
	m.mu.Lock()
	counts := slices.Collect(maps.Values(m.entitySets))
	m.mu.Unlock()
	total := 0
	for _, count := range counts {
		total += count(id)
	}
	return total
}
