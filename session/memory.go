package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// shardCount spreads sessions over locks; a power of two.
const shardCount = 64

// MemoryStore keeps sessions in this process: they are lost when it ends
// (S-145, S-229). Make one with [NewMemoryStore].
type MemoryStore struct {
	byID     [shardCount]shard[string]
	bySecret [shardCount]shard[Hash]
	count    atomic.Int64
	otps     otpTable
}

type shard[K comparable] struct {
	mu      sync.RWMutex
	entries map[K]*memoryEntry
}

// memoryEntry is one session. Records are replaced as a whole, so that readers
// need no lock beyond the one of the shard.
type memoryEntry struct {
	writing sync.Mutex
	record  atomic.Pointer[Record] // nil once deleted
	seen    atomic.Int64           // microseconds
}

// NewMemoryStore returns an empty store.
func NewMemoryStore() *MemoryStore {
	s := &MemoryStore{}
	for i := range shardCount {
		s.byID[i].entries = make(map[string]*memoryEntry)
		s.bySecret[i].entries = make(map[Hash]*memoryEntry)
	}
	return s
}

// shardOf spreads IDs evenly (FNV-1a).
func shardOf(id string) uint32 {
	sum := uint32(2166136261)
	for i := range len(id) {
		sum = (sum ^ uint32(id[i])) * 16777619
	}
	return sum % shardCount
}

func (s *MemoryStore) idShard(id string) *shard[string] { return &s.byID[shardOf(id)] }

func (s *MemoryStore) secretShard(h Hash) *shard[Hash] { return &s.bySecret[h[0]%shardCount] }

func (s *shard[K]) get(key K) *memoryEntry {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.entries[key]
}

// put adds e and reports whether key was free.
func (s *shard[K]) put(key K, e *memoryEntry) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, taken := s.entries[key]; taken {
		return false
	}
	s.entries[key] = e
	return true
}

func (s *shard[K]) remove(key K) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.entries, key)
}

// current returns the record of e with its last activity; false when deleted.
func (e *memoryEntry) current() (Record, bool) {
	if e == nil {
		return Record{}, false
	}
	r := e.record.Load()
	if r == nil {
		return Record{}, false
	}
	return e.withSeen(r), true
}

func (e *memoryEntry) withSeen(r *Record) Record {
	record := *r
	record.Seen = time.UnixMicro(e.seen.Load()).UTC()
	return record
}

// Create implements [Store].
func (s *MemoryStore) Create(_ context.Context, r Record) error {
	r = r.Clone()
	r.Version = 1
	e := &memoryEntry{}
	e.record.Store(&r)
	e.seen.Store(r.Seen.UnixMicro())
	if !s.idShard(r.ID).put(r.ID, e) {
		return fmt.Errorf("create session %s: id exists", r.ID)
	}
	if !s.secretShard(r.Secret).put(r.Secret, e) {
		s.idShard(r.ID).remove(r.ID)
		return fmt.Errorf("create session %s: secret exists", r.ID)
	}
	s.count.Add(1)
	return nil
}

// Load implements [Store].
func (s *MemoryStore) Load(_ context.Context, secret Hash) (Record, bool, error) {
	r, ok := s.secretShard(secret).get(secret).current()
	if !ok || r.Secret != secret {
		return Record{}, false, nil
	}
	return r, true, nil
}

// LoadID implements [Store].
func (s *MemoryStore) LoadID(_ context.Context, id string) (Record, bool, error) {
	r, ok := s.idShard(id).get(id).current()
	return r, ok, nil
}

// Update implements [Store].
func (s *MemoryStore) Update(ctx context.Context, id string, fn func(*Record) error) (Record, bool, error) {
	e := s.idShard(id).get(id)
	if e == nil {
		return Record{}, false, nil
	}
	for {
		old := e.record.Load()
		if old == nil {
			return Record{}, false, nil
		}
		next, err := changed(e.withSeen(old), fn)
		if err != nil {
			return Record{}, true, err
		}
		if done, err := s.replace(e, old, &next); done || err != nil {
			return e.withSeen(&next), true, err
		}
		if ctx.Err() != nil {
			return Record{}, true, ErrBusy
		}
	}
}

// changed returns what fn makes of r, without what it may not change.
func changed(r Record, fn func(*Record) error) (Record, error) {
	next := r.Clone()
	if err := fn(&next); err != nil {
		return Record{}, err
	}
	next.ID, next.Created, next.Seen = r.ID, r.Created, r.Seen
	next.Version = r.Version + 1
	return next, nil
}

// replace puts next in the place of old, and reports whether old was still there.
func (s *MemoryStore) replace(e *memoryEntry, old, next *Record) (bool, error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	if e.record.Load() != old {
		return false, nil
	}
	if next.Secret != old.Secret && !s.secretShard(next.Secret).put(next.Secret, e) {
		return false, fmt.Errorf("update session %s: secret exists", next.ID)
	}
	e.record.Store(next)
	if next.Secret != old.Secret {
		s.secretShard(old.Secret).remove(old.Secret)
	}
	return true, nil
}

// Touch implements [Store].
func (s *MemoryStore) Touch(_ context.Context, id string, seen time.Time) (bool, error) {
	e := s.idShard(id).get(id)
	if e == nil {
		return false, nil
	}
	at := seen.UnixMicro()
	for last := e.seen.Load(); last < at; last = e.seen.Load() {
		if e.seen.CompareAndSwap(last, at) {
			break
		}
	}
	return e.record.Load() != nil, nil
}

// TouchEvery implements [Store]: a touch costs nothing here.
func (s *MemoryStore) TouchEvery() time.Duration { return 0 }

// Delete implements [Store].
func (s *MemoryStore) Delete(_ context.Context, id string) (bool, error) {
	e := s.idShard(id).get(id)
	if e == nil {
		return false, nil
	}
	return s.remove(e, func(Record) bool { return true }), nil
}

// remove deletes e if it is still there and fits the condition.
func (s *MemoryStore) remove(e *memoryEntry, condition func(Record) bool) bool {
	e.writing.Lock()
	defer e.writing.Unlock()
	r, ok := e.current()
	if !ok || !condition(r) {
		return false
	}
	e.record.Store(nil)
	s.secretShard(r.Secret).remove(r.Secret)
	s.idShard(r.ID).remove(r.ID)
	s.count.Add(-1)
	s.otps.drop(r.ID)
	return true
}

func (s *MemoryStore) entries() []*memoryEntry {
	var all []*memoryEntry
	for i := range s.byID {
		sh := &s.byID[i]
		sh.mu.RLock()
		for _, e := range sh.entries {
			all = append(all, e)
		}
		sh.mu.RUnlock()
	}
	return all
}

// List implements [Store].
func (s *MemoryStore) List(context.Context) ([]Record, error) {
	var records []Record
	for _, e := range s.entries() {
		if r, ok := e.current(); ok {
			records = append(records, r)
		}
	}
	slices.SortFunc(records, func(a, b Record) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return records, nil
}

// Expire implements [Store].
func (s *MemoryStore) Expire(_ context.Context, now time.Time) ([]string, error) {
	expired := func(r Record) bool { return r.Expired(now) }
	s.otps.expire(now)
	var ids []string
	for _, e := range s.entries() {
		if r, ok := e.current(); ok && r.Expired(now) && s.remove(e, expired) {
			ids = append(ids, r.ID)
		}
	}
	return ids, nil
}

// Count implements [Store].
func (s *MemoryStore) Count(context.Context) (int, error) { return int(s.count.Load()), nil }
