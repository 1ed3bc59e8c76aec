package session

import (
	"context"
	"fmt"
	"net/http"
	"slices"
)

// Past is what is known of a web session that may have ended: enough to bring it
// back as it was signed in.
type Past struct {
	ID         string   // of the session
	UserName   string   // "" for none
	Privileges []string // expanded, as [Session.Privileges] gives them
	SignedIn   bool     // with forceLogin: no guest
}

// Resume is [Manager.Bind] for a request that proves by other means than a cookie
// to belong to a session, such as the token of a mobile app. It binds the living
// session with that ID as it is. When that has ended, also with its server, it
// brings the session back with ID, user name and privileges; storage, expiration
// and idle timeout start afresh (S-086), and the answer gets a cookie.
//
// The ID opens nothing by itself: the caller has checked the proof, and vouches
// for past. typ, the errors and the nil session are those of Bind.
func (m *Manager) Resume(w http.ResponseWriter, r *http.Request, typ string, past Past) (*Session, error) {
	if m.off(typ) {
		return nil, nil
	}
	if err := m.start(); err != nil {
		return nil, err
	}
	if len(past.ID) != idLength {
		return nil, fmt.Errorf("resume session: %q is not the ID of a session", past.ID)
	}
	q := &request{manager: m, client: m.clientOf(r, typ)}
	st, err := m.living(r.Context(), past.ID)
	if err != nil {
		return nil, err
	}
	if st == nil {
		if st, q.cookie, err = m.revive(r.Context(), q.client, past); err != nil {
			return nil, err
		}
	}
	m.sendCookie(w, q)
	return q.bind(st), nil
}

// off reports whether a request of that type has no session (S-023, S-027).
func (m *Manager) off(typ string) bool {
	return m.Disabled && !(typ == restType && m.Profile.has(R4))
}

// living returns the state of the living session with that ID and records the
// activity; nil when there is none.
func (m *Manager) living(ctx context.Context, id string) (*state, error) {
	r, ok, err := m.homeOf(id).LoadID(ctx, id)
	return m.enter(ctx, r, ok, err)
}

// revive makes a session that has ended anew, with its ID. Of several requests at
// once one does, and the others enter what it made.
func (m *Manager) revive(ctx context.Context, c client, past Past) (*state, string, error) {
	if err := m.bury(ctx, past.ID); err != nil {
		return nil, "", err
	}
	st, secret, err := m.createAs(ctx, c, Record{
		ID: past.ID, UserName: past.UserName, Privileges: slices.Clone(past.Privileges), SignedIn: past.SignedIn,
	})
	if err == nil {
		return st, secret, nil
	}
	if st, lookup := m.living(ctx, past.ID); st != nil && lookup == nil {
		return st, "", nil
	}
	return nil, "", err
}

// bury removes what is left of an expired session: its record, if the sweep did
// not come yet, and the state that those who still hold a handle see as ended.
func (m *Manager) bury(ctx context.Context, id string) error {
	r, ok, err := m.realm.store.LoadID(ctx, id)
	if err != nil {
		return fmt.Errorf("load session: %w", err)
	}
	if ok && r.Expired(m.realm.now()) {
		if ok, err = m.realm.store.Delete(ctx, id); err != nil {
			return fmt.Errorf("remove expired session: %w", err)
		}
		if ok {
			m.ended(id)
		}
	}
	m.live.bury(id)
	return nil
}

// OnGrant registers fn to be told the ID of each web session of this server whose
// privileges or sign-in were changed, after the change: by SetPrivileges,
// ClearPrivileges or Logout. fn may look the session up, must not change it and
// must not block, and must be registered before the first use.
func (m *Manager) OnGrant(fn func(id string)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.onGrant = append(m.onGrant, fn)
}

// OnDrop registers fn to be told the ID of each session that [Manager.Drop] or
// [Session.End] is asked to end, whether it lives or not: what could bring it back
// must forget it.
// fn must not block, and must be registered before the first use.
func (m *Manager) OnDrop(fn func(id string)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.onDrop = append(m.onDrop, fn)
}

func (m *Manager) granted(id string) { m.tell(id, func() []func(string) { return m.onGrant }) }

func (m *Manager) dropped(id string) { m.tell(id, func() []func(string) { return m.onDrop }) }

func (m *Manager) tell(id string, list func() []func(string)) {
	m.mu.Lock()
	listeners := list()
	m.mu.Unlock()
	for _, fn := range listeners {
		fn(id)
	}
}

// regranted tells who asked when a change of a web session concerned its sign-in.
func (rl *realm) regranted(was, is *Record) {
	if rl.granted == nil || is.Kind != Web {
		return
	}
	if was.SignedIn != is.SignedIn || was.UserName != is.UserName || !slices.Equal(was.Privileges, is.Privileges) {
		rl.granted(is.ID)
	}
}
