package session

import (
	"sync"
)

// desktops are the desktop sessions that a web server knows (section 8.2). They
// live in this process, and their passcodes with them.
type desktops struct {
	records *MemoryStore

	mu     sync.RWMutex
	states map[string]*state
}

func newDesktops() *desktops {
	return &desktops{records: NewMemoryStore(), states: make(map[string]*state)}
}

func (d *desktops) add(st *state) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.states[st.id] = st
}

// get returns the state of that session, nil when it is none of these.
func (d *desktops) get(id string) *state {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.states[id]
}

// close ends the session for whoever still uses it.
func (d *desktops) close(id string) {
	d.mu.Lock()
	st := d.states[id]
	delete(d.states, id)
	d.mu.Unlock()
	if st != nil {
		st.close()
	}
}

func (d *desktops) list() []Info {
	d.mu.RLock()
	defer d.mu.RUnlock()
	var list []Info
	for _, st := range d.states {
		list = append(list, st.info())
	}
	return list
}

// homeOf returns the store that has the session, if any has.
func (m *Manager) homeOf(id string) Store {
	if m.desktops.get(id) != nil {
		return m.desktops.records
	}
	return m.realm.store
}

// stateOf returns the state of the session of r.
func (m *Manager) stateOf(r *Record) *state {
	if r.Kind == Web {
		return m.live.open(m.realm, r)
	}
	return m.desktops.get(r.ID)
}

// End ends the session now: what it held is dropped, its browser gets a new
// session and, for a remote session, [Desktop.OnEnd] disconnects the client. A
// session that has ended already is no error.
func (s *Session) End() error {
	if err := s.changeable(); err != nil {
		return err
	}
	return s.state().end()
}
