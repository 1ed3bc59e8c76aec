package rest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"time"
)

// maxAllMembers bounds the members of all sets in memory together; beyond it the sets that were not used for longest go.
const maxAllMembers = 20_000_000

// sweepEvery is how often creating a set looks for expired ones.
const sweepEvery = time.Minute

// MemoryEntitySets keeps entity sets in this process. Make it with [NewMemoryEntitySets].
type MemoryEntitySets struct {
	mu        sync.Mutex
	sets      map[string]*EntitySet
	bySession map[string]map[string]*EntitySet
	members   int
	most      int // members
	swept     time.Time
}

// NewMemoryEntitySets returns an empty store. Expired sets are removed while new ones are made; there is nothing to close.
func NewMemoryEntitySets() *MemoryEntitySets {
	return &MemoryEntitySets{sets: map[string]*EntitySet{}, bySession: map[string]map[string]*EntitySet{}, most: maxAllMembers}
}

// Create implements [EntitySets].
func (m *MemoryEntitySets) Create(_ context.Context, set EntitySet, quota int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweep(set.Used)
	own := m.bySession[set.Session]
	m.expire(own, set.Used)
	if quota > 0 && len(own) >= quota {
		return &TooManySetsError{Until: firstToEnd(own)}
	}
	if quota == 0 && len(own) >= DefaultSets {
		m.remove(oldest(own))
	}
	for m.members+len(set.Keys) > m.most && len(m.sets) > 0 {
		m.remove(oldest(m.sets))
	}
	m.add(&set)
	return nil
}

func (m *MemoryEntitySets) add(set *EntitySet) {
	m.sets[set.ID] = set
	if m.bySession[set.Session] == nil {
		m.bySession[set.Session] = map[string]*EntitySet{}
	}
	m.bySession[set.Session][set.ID] = set
	m.members += len(set.Keys)
}

func (m *MemoryEntitySets) remove(set *EntitySet) {
	delete(m.sets, set.ID)
	delete(m.bySession[set.Session], set.ID)
	if len(m.bySession[set.Session]) == 0 {
		delete(m.bySession, set.Session)
	}
	m.members -= len(set.Keys)
}

// oldest returns the set that was not used for longest.
func oldest(sets map[string]*EntitySet) *EntitySet {
	var found *EntitySet
	for _, s := range sets {
		if found == nil || s.Used.Before(found.Used) {
			found = s
		}
	}
	return found
}

// firstToEnd returns when the first of the sets expires.
func firstToEnd(sets map[string]*EntitySet) time.Time {
	var first time.Time
	for _, s := range sets {
		if end := s.Expires(); first.IsZero() || end.Before(first) {
			first = end
		}
	}
	return first
}

// sweep removes expired sets, at most once in [sweepEvery].
func (m *MemoryEntitySets) sweep(now time.Time) {
	if now.Sub(m.swept) < sweepEvery {
		return
	}
	m.swept = now
	m.expire(m.sets, now)
}

func (m *MemoryEntitySets) expire(sets map[string]*EntitySet, now time.Time) {
	for _, s := range sets {
		if s.Expired(now) {
			m.remove(s)
		}
	}
}

// Load implements [EntitySets].
func (m *MemoryEntitySets) Load(_ context.Context, id string, now time.Time) (EntitySet, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	set := m.sets[id]
	if set == nil || set.Expired(now) {
		return EntitySet{}, false, nil
	}
	return *set, true, nil
}

// Touch implements [EntitySets].
func (m *MemoryEntitySets) Touch(_ context.Context, id string, now time.Time, timeout time.Duration) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	set := m.sets[id]
	if set == nil {
		return false, nil
	}
	set.Used = now
	if timeout > 0 {
		set.Timeout = timeout
	}
	return true, nil
}

// Release implements [EntitySets].
func (m *MemoryEntitySets) Release(_ context.Context, id string) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	set := m.sets[id]
	if set != nil {
		m.remove(set)
	}
	return set != nil, nil
}

// ReleaseSession implements [EntitySets].
func (m *MemoryEntitySets) ReleaseSession(_ context.Context, session string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, set := range m.bySession[session] {
		m.remove(set)
	}
	return nil
}

// List implements [EntitySets].
func (m *MemoryEntitySets) List(_ context.Context, now time.Time) ([]EntitySetInfo, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []EntitySetInfo
	for _, s := range m.sets {
		if s.Expired(now) {
			continue
		}
		info := EntitySetInfo{EntitySet: *s, Size: len(s.Keys)}
		info.Keys = nil
		list = append(list, info)
	}
	slices.SortFunc(list, func(a, b EntitySetInfo) int {
		return cmp.Or(a.Used.Compare(b.Used), cmp.Compare(a.ID, b.ID))
	})
	return list, nil
}
