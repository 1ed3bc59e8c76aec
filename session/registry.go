package session

import (
	"runtime"
	"sync"
	"weak"
)

// registry finds the one state that all requests of a session share. A state
// in use is kept, one without requests for a while is let go: it then takes
// memory in the store only. The weak pointer makes that safe: as long as a
// handle, however detached, can reach a state, the registry finds it.
type registry struct {
	shards [shardCount]registryShard
}

type registryShard struct {
	mu     sync.RWMutex
	states map[string]registered
}

type registered struct {
	state weak.Pointer[state]
	keep  *state // nil when let go
}

func newRegistry() *registry {
	g := &registry{}
	for i := range g.shards {
		g.shards[i].states = make(map[string]registered)
	}
	return g
}

func (g *registry) shard(id string) *registryShard { return &g.shards[shardOf(id)] }

// open returns the state of the session of r, up to date with r.
func (g *registry) open(rl *realm, r *Record) *state {
	s := g.shard(r.ID)
	s.mu.RLock()
	st := s.states[r.ID].keep
	s.mu.RUnlock()
	if st == nil {
		st = s.add(rl, r)
	}
	if !st.used.Load() {
		st.used.Store(true)
	}
	st.publish(r)
	st.saw(r.Seen)
	return st
}

// add keeps the state of r, made new if no handle holds one.
func (s *registryShard) add(rl *realm, r *Record) *state {
	s.mu.Lock()
	defer s.mu.Unlock()
	st := s.states[r.ID].state.Value()
	if st == nil {
		st = newState(rl, *r)
		runtime.AddCleanup(st, s.forget, r.ID)
	}
	s.states[r.ID] = registered{weak.Make(st), st}
	return st
}

// forget removes the entry of a state that was collected, unless the session
// has got another one meanwhile.
func (s *registryShard) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.states[id].state.Value() == nil {
		delete(s.states, id)
	}
}

// close ends the session for whoever still uses it in this process.
func (g *registry) close(id string) {
	s := g.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	entry := s.states[id]
	st := entry.state.Value()
	if st == nil {
		return
	}
	st.close()
	entry.keep = nil
	s.states[id] = entry
}

// bury forgets the state of a session that has ended, so that another one with its
// ID can begin. Who holds the old one keeps seeing an ended session.
func (g *registry) bury(id string) {
	s := g.shard(id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if st := s.states[id].state.Value(); st != nil && st.closed() {
		delete(s.states, id)
	}
}

// keep keeps a state to which something was attached, until its session ends.
func (g *registry) keep(st *state) {
	s := g.shard(st.id)
	s.mu.Lock()
	defer s.mu.Unlock()
	if entry := s.states[st.id]; entry.state.Value() == st && !st.closed() {
		entry.keep = st
		s.states[st.id] = entry
	}
}

// rest lets the states go that were not used since the last rest and have
// nothing attached. It returns those that are kept though they look expired: when
// another process has ended them, nobody tells this one.
func (g *registry) rest() []*state {
	var expired []*state
	for i := range g.shards {
		expired = g.shards[i].rest(expired)
	}
	return expired
}

func (s *registryShard) rest(expired []*state) []*state {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, entry := range s.states {
		switch st := entry.keep; {
		case st == nil || st.used.Swap(false):
		case !st.busy():
			entry.keep = nil
			s.states[id] = entry
		case st.idle():
			expired = append(expired, st)
		}
	}
	return expired
}
