package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"
)

// OnClose registers fn to be told the ID of each session that this manager ends:
// one that expired, was dropped, or went down with the manager's own memory
// store. fn is called after the session is gone, must not block, and must be
// registered before the first use.
//
// With a store shared by several servers, only the server whose sweep removed a
// session is told.
func (m *Manager) OnClose(fn func(id string)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.onClose = append(m.onClose, fn)
}

// ended tells everyone that a session is gone.
func (m *Manager) ended(id string) {
	m.live.close(id)
	m.desktops.close(id)
	m.mu.Lock()
	listeners := m.onClose
	m.mu.Unlock()
	for _, fn := range listeners {
		fn(id)
	}
}

// adminPrivilege is the privilege of administrators; always declared (S-164).
const adminPrivilege = "WebAdmin"

// MayAdminister reports whether the code that runs under ctx may list and drop
// sessions: a web process needs WebAdmin, other code nothing (S-418).
func MayAdminister(ctx context.Context) bool {
	return !Enforced(ctx) || Caller(ctx).HasPrivilege(adminPrivilege)
}

// List returns the living sessions, oldest first (S-415): those of browsers, and
// the desktop sessions that were made with this [Desktop.Manager]. Who may see
// them is for the caller to decide, see [MayAdminister].
func (m *Manager) List(ctx context.Context) ([]Info, error) {
	if err := m.start(); err != nil {
		return nil, err
	}
	records, err := m.realm.store.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	now := m.realm.now()
	list := m.desktops.list()
	for _, r := range records {
		if !r.Expired(now) {
			list = append(list, m.realm.info(r))
		}
	}
	slices.SortStableFunc(list, func(a, b Info) int { return a.Created.Compare(b.Created) })
	return list, nil
}

// Lookup returns a handle on the living session with that ID, nil when there is
// none (S-268). It is the real session: its storage can be read and changed. It
// does not count as activity (S-271), belongs to no request, and a guest cannot
// sign in through it.
func (m *Manager) Lookup(ctx context.Context, id string) (*Session, error) {
	if err := m.start(); err != nil {
		return nil, err
	}
	r, ok, err := m.homeOf(id).LoadID(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("look up session: %w", err)
	}
	if !ok || r.Expired(m.realm.now()) {
		return nil, nil
	}
	st := m.stateOf(&r)
	if st == nil || st.closed() {
		return nil, nil
	}
	return newHandle(st, nil, r.Kind == Web), nil
}

// StorageOf returns the storage of the living session with that ID: the real
// one, without counting as activity (S-268 to S-271). It is nil when there is no
// such session or the store failed.
func (m *Manager) StorageOf(ctx context.Context, id string) *Object {
	s, err := m.Lookup(ctx, id)
	if err != nil {
		return nil
	}
	return s.Storage()
}

// InfoOf returns the info of the living session with that ID, false when there
// is none or the store failed (S-272), and for web sessions in profile P20.
func (m *Manager) InfoOf(ctx context.Context, id string) (Info, bool) {
	s, err := m.Lookup(ctx, id)
	if s == nil || err != nil {
		return Info{}, false
	}
	info := s.Info()
	return info, info.ID != ""
}

// Count returns the number of sessions in the store; desktop sessions are not there.
func (m *Manager) Count(ctx context.Context) (int, error) {
	if err := m.start(); err != nil {
		return 0, err
	}
	return m.realm.store.Count(ctx)
}

// Drop ends a session: the next request of its browser gets a new one (S-232),
// and [Desktop.OnEnd] disconnects its client (S-417). An unknown ID is no error.
// The application's own session is refused with [ErrApplication].
func (m *Manager) Drop(ctx context.Context, id string) error {
	if err := m.start(); err != nil {
		return err
	}
	if st := m.desktops.get(id); st != nil && st.kind != Remote {
		return ErrApplication
	}
	m.dropped(id)
	existed, err := m.homeOf(id).Delete(ctx, id)
	if existed {
		m.ended(id)
	}
	if err != nil {
		return fmt.Errorf("drop session: %w", err)
	}
	return nil
}

// Sweep removes expired sessions now. The manager does it by itself once a minute.
func (m *Manager) Sweep(ctx context.Context) error {
	if err := m.start(); err != nil {
		return err
	}
	return m.tidy(ctx)
}

func (m *Manager) sweep(ctx context.Context) error {
	ids, err := m.realm.store.Expire(ctx, m.realm.now())
	for _, id := range ids {
		m.ended(id)
	}
	if err != nil {
		return fmt.Errorf("sweep sessions: %w", err)
	}
	return nil
}

func (m *Manager) sweepUntil(ctx context.Context) {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if err := m.tidy(ctx); err != nil && ctx.Err() == nil {
			m.logger().Error("session sweep", "error", err)
		}
	}
}

// tidy removes expired sessions, and what this process keeps for sessions that others have ended.
func (m *Manager) tidy(ctx context.Context) error {
	expired := m.live.rest()
	errs := []error{m.sweep(ctx)}
	for _, st := range expired {
		if err := st.refresh(ctx); err != nil && !errors.Is(err, ErrClosed) {
			errs = append(errs, err)
		}
		if st.closed() {
			m.live.close(st.id)
		}
	}
	return errors.Join(errs...)
}

func (m *Manager) logger() *slog.Logger {
	if m.Log != nil {
		return m.Log
	}
	return slog.Default()
}

// Close stops the sweep and refuses further requests. Sessions in the manager's
// own memory store end (S-226); those in a store that was given to it live on,
// for other servers or the next start. A second call does nothing.
func (m *Manager) Close() error {
	if errors.Is(m.start(), ErrManagerClosed) {
		return nil
	}
	m.mu.Lock()
	if m.closed {
		m.mu.Unlock()
		return nil
	}
	m.closed = true
	m.mu.Unlock()
	m.stop()
	m.sweeper.Wait()
	if m.Store != nil {
		return nil
	}
	return m.endAll(context.Background())
}

func (m *Manager) endAll(ctx context.Context) error {
	records, err := m.realm.store.List(ctx)
	for _, r := range records {
		if ok, _ := m.realm.store.Delete(ctx, r.ID); ok {
			m.ended(r.ID)
		}
	}
	return err
}
