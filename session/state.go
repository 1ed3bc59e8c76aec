package session

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ordago/ordago/privileges"
)

// storeTimeout bounds a change of a session. Changes do not follow the context
// of a request: a sign-in must not be lost because the browser went away.
const storeTimeout = 5 * time.Second

// realm is what all sessions of one manager have in common.
type realm struct {
	store      Store
	roles      privileges.Provider // ask with current, once for each question
	maxStorage int
	now        func() time.Time
	profile    Profile
	component  bool
	entitySets func(id string) int // nil: nobody counts
	ended      func(id string)     // called when a session was removed by End
	granted    func(id string)     // called when a sign-in changed; nil: nobody asks
	dropped    func(id string)     // called when End is asked for; nil: nobody asks
	keep       func(*state)        // called when a state must not be let go; nil: none ever is
}

// state is one live session in this process. All requests of a session share
// it, so that a change made by one is seen by the others at once (S-165).
type state struct {
	id    string
	kind  Kind
	realm *realm
	view  atomic.Pointer[view]
	seen  atomic.Int64 // microseconds; Seen of the view may be older
	used  atomic.Bool  // by a request since the registry last rested
	// gate lets changes of this process queue up, instead of colliding in the
	// store. A channel, because waiting for it has to end.
	gate  chan struct{}
	locks locks // of what is stored

	mu       sync.Mutex
	tokens   []time.Time // when the passcodes made here expire
	peer     peer
	attached map[any]any
	onEnd    func()
}

// view is an immutable picture of a session.
type view struct {
	record Record
	closed bool

	last  atomic.Pointer[rights] // those that were asked for last
	first rights                 // here to save an allocation
}

func newState(rl *realm, r Record) *state {
	st := &state{id: r.ID, kind: r.Kind, realm: rl, gate: make(chan struct{}, 1)}
	st.view.Store(rl.viewOf(r, false))
	st.seen.Store(r.Seen.UnixMicro())
	return st
}

// viewOf makes the picture of r, with its rights under the roles in force.
func (rl *realm) viewOf(r Record, closed bool) *view {
	v := &view{record: r, closed: closed}
	v.first = *rightsOf(&v.record, rl.current())
	v.last.Store(&v.first)
	return v
}

func (st *state) closed() bool { return st.view.Load().closed }

// publish makes r visible to every handle, unless something newer is already.
func (st *state) publish(r *Record) {
	for {
		now := st.view.Load()
		if now.closed || r.Version <= now.record.Version {
			return
		}
		if st.view.CompareAndSwap(now, st.realm.viewOf(*r, false)) {
			return
		}
	}
}

// close empties the session for all who still hold it (S-230).
func (st *state) close() {
	empty := Record{ID: st.id, Kind: st.kind, Created: st.view.Load().record.Created}
	was := st.view.Swap(st.realm.viewOf(empty, true))
	st.detachAll()
	if !was.closed && st.onEnd != nil {
		st.onEnd()
	}
}

// refresh looks for a newer version in the store.
func (st *state) refresh(ctx context.Context) error {
	r, found, err := st.realm.store.LoadID(ctx, st.id)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	if !found {
		st.close()
		return ErrClosed
	}
	st.publish(&r)
	st.saw(r.Seen)
	return nil
}

// saw records activity that the store has been told of.
func (st *state) saw(at time.Time) {
	for last := st.seen.Load(); last < at.UnixMicro(); last = st.seen.Load() {
		if st.seen.CompareAndSwap(last, at.UnixMicro()) {
			return
		}
	}
}

func (st *state) lastSeen() time.Time { return time.UnixMicro(st.seen.Load()).UTC() }

// update changes the record in the store and publishes the result.
func (st *state) update(fn func(*Record) error) error {
	if st.closed() {
		return ErrClosed
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeTimeout)
	defer cancel()
	select {
	case st.gate <- struct{}{}:
		defer func() { <-st.gate }()
	case <-ctx.Done():
		return ErrBusy
	}
	was := st.view.Load()
	r, found, err := st.realm.store.Update(ctx, st.id, fn)
	if err != nil {
		return err
	}
	if !found {
		st.close()
		return ErrClosed
	}
	st.publish(&r)
	st.realm.regranted(&was.record, &r)
	return nil
}
