package session

// Attached returns what belongs to the session under that key: the result of mk, which is called the first time only, and must be
// quick and not call the session. It lives in the memory of this process and ends with the session, in the process that ends it at once,
// in others that share its store at the latest when they find that it has been idle for too long. Nothing of it is stored.
//
// Keys are compared with ==; use values of unexported types. What is attached is never replaced, so there is at most one value a key.
// The errors are [ErrNoSession] and [ErrClosed].
func (s *Session) Attached(key any, mk func() any) (any, error) {
	if s == nil {
		return nil, ErrNoSession
	}
	st := s.state()
	v, first, err := st.attach(key, mk)
	if first && st.realm.keep != nil {
		st.realm.keep(st)
	}
	return v, err
}

// attach reports also whether it is the first that is attached to the session.
func (st *state) attach(key any, mk func() any) (v any, first bool, err error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed() {
		return nil, false, ErrClosed
	}
	if v, ok := st.attached[key]; ok {
		return v, false, nil
	}
	if first = st.attached == nil; first {
		st.attached = make(map[any]any)
	}
	v = mk()
	st.attached[key] = v
	return v, first, nil
}

func (st *state) detachAll() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.attached = nil
}

// busy reports whether something is attached, so that the state must not be let go.
func (st *state) busy() bool {
	st.mu.Lock()
	defer st.mu.Unlock()
	return st.attached != nil
}

// idle reports whether the session has ended as far as this process knows: another one may have seen activity.
func (st *state) idle() bool {
	r := st.view.Load().record
	r.Seen = st.lastSeen()
	return r.Expired(st.realm.now())
}
