package session

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// PeerState says what the client of a remote session does (info.state).
type PeerState uint8

// The states. A session that is not remote is always Active.
const (
	Active    PeerState = iota
	Postponed           // connected, and its connection is suspended
	Sleeping            // its machine sleeps
)

var peerStates = [...]string{"active", "postponed", "sleeping"}

// String returns the word used as info.state.
func (p PeerState) String() string {
	if int(p) >= len(peerStates) {
		return "unknown"
	}
	return peerStates[p]
}

// peer is what a server knows of the other end of a remote session.
type peer struct {
	connections int
	state       PeerState
	lost        time.Time // when it became unreachable; zero while it is reachable
}

// Connect counts a connection process of a remote client (S-093). The result
// ends it: with the last one the session ends (S-097, S-265). Calling it again
// does nothing. Only remote sessions have connections; for others the error says
// so. The others are [ErrNoSession], [ErrClientSide] and [ErrClosed].
func (s *Session) Connect() (disconnect func() error, err error) {
	if err := s.changeable(); err != nil {
		return nil, err
	}
	st := s.state()
	if st.kind != Remote {
		return nil, fmt.Errorf("connect: a %s session has no connections, only a remote one has", st.kind)
	}
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.closed() {
		return nil, ErrClosed
	}
	st.peer.connections++
	return sync.OnceValue(st.disconnect), nil
}

func (st *state) disconnect() error {
	st.mu.Lock()
	st.peer.connections--
	last := st.peer.connections == 0
	st.mu.Unlock()
	if !last {
		return nil
	}
	return st.end()
}

// SetPeer records what the client of a remote session does, and since when it
// has been unreachable: the zero time means that it is reachable. Other kinds
// ignore it.
func (s *Session) SetPeer(state PeerState, unreachableSince time.Time) {
	if s.changeable() != nil || s.Kind() != Remote {
		return
	}
	st := s.state()
	st.mu.Lock()
	defer st.mu.Unlock()
	st.peer.state, st.peer.lost = state, unreachableSince
}

// end removes the session from its store and tells everyone.
func (st *state) end() error {
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	if st.realm.dropped != nil {
		st.realm.dropped(st.id)
	}
	existed, err := st.realm.store.Delete(ctx, st.id)
	if existed {
		st.realm.ended(st.id)
		st.close()
	}
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	return nil
}
