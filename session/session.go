package session

import (
	"slices"
	"sync/atomic"
	"time"

	"github.com/ordago/ordago/privileges"
)

// MinIdle is the shortest idle timeout a web session can have, and the default
// (S-133, S-134).
const MinIdle = 60 * time.Minute

// maxIdle keeps expiry dates within what times and stores can express.
const maxIdle = 100 * 365 * 24 * time.Hour

// dateFormat is ISO 8601 in UTC with milliseconds (S-138).
const dateFormat = "2006-01-02T15:04:05.000Z"

// Session is a handle on one session, as one chain of calls sees it. All
// handles of a session show the same state; a promotion belongs to the handle
// that [Promote] made and to no other (S-195, S-319).
//
// A nil *Session is Null: questions about it answer false or empty and changes
// return [ErrNoSession]. A session that has ended answers like a guest that
// holds nothing, and changes return [ErrClosed]. Safe for concurrent use.
type Session struct {
	st   *state
	req  *request       // nil for desktop sessions and detached handles
	web  bool           // the chain of calls is a web process
	lent privileges.Set // promotions

	union atomic.Pointer[union]
}

// union remembers what a promoted handle holds, for one view of the session.
type union struct {
	of   *view
	held privileges.Set
}

// ID returns the UUID of the session, 32 upper-case hexadecimal digits (S-118).
// It names the session and opens nothing (S-120). It is empty for nil.
func (s *Session) ID() string {
	if s == nil {
		return ""
	}
	return s.st.id
}

// User returns the user name: for a web session what SetPrivileges was given,
// before that nothing (S-121).
func (s *Session) User() string {
	if s == nil {
		return ""
	}
	return s.st.view.Load().record.UserName
}

// Kind returns the type of the session; [Web] for nil, so test for nil first.
func (s *Session) Kind() Kind {
	if s == nil {
		return Web
	}
	return s.st.kind
}

// IsGuest reports whether nobody has signed in: without forceLogin, whether a
// web session holds no privilege; with it, whether SetPrivileges has not
// succeeded since the session or its last logout (S-177 to S-181). It is false
// for desktop sessions and for nil.
func (s *Session) IsGuest() bool { return s != nil && s.st.view.Load().guest }

// HasPrivilege reports whether the session holds the privilege, includes and
// the promotions of this handle counted, case ignored (S-146 to S-151).
func (s *Session) HasPrivilege(name string) bool {
	if s == nil {
		return false
	}
	return s.st.realm.roles.Has(s.Held(), name)
}

// Privileges returns a new list of the privileges that were granted, with what
// they include, included ones first. Roles, promotions and the guest privilege
// never appear in it (S-152 to S-156). It is empty, not nil, for a guest.
func (s *Session) Privileges() []string {
	names := []string{}
	if s == nil {
		return names
	}
	for _, name := range s.st.view.Load().record.Privileges {
		if s.st.realm.roles.Declared(name) {
			names = append(names, name)
		}
	}
	return names
}

// Held returns what permissions are tested against at this moment: the granted
// privileges, or the guest privilege when a web session has none, and the
// promotions of this handle (S-313, S-316, S-318). It is empty for nil.
func (s *Session) Held() privileges.Set {
	if s == nil {
		return privileges.Set{}
	}
	v := s.st.view.Load()
	if s.lent.Empty() || v.closed {
		return v.held
	}
	if u := s.union.Load(); u != nil && u.of == v {
		return u.held
	}
	u := &union{v, v.held.Union(s.lent)}
	s.union.Store(u)
	return u.held
}

// Enforced reports whether permissions apply to what this handle does: in web
// processes only (S-281). It is false for nil; see [Enforced] for code that
// has a context.
func (s *Session) Enforced() bool { return s != nil && s.web }

// Closed reports whether the session has ended, as far as this process knows.
// A nil session is not closed.
func (s *Session) Closed() bool { return s != nil && s.st.closed() }

// IdleTimeout returns the inactivity after which a web session ends; 0 for
// other kinds, which have none (S-116), and for nil.
func (s *Session) IdleTimeout() time.Duration {
	if s == nil {
		return 0
	}
	return s.st.view.Load().record.Idle
}

// SetIdleTimeout sets the idle timeout and with it the expiration. Less than
// [MinIdle] means MinIdle (S-134, S-135). Desktop sessions ignore it (S-116).
func (s *Session) SetIdleTimeout(d time.Duration) error {
	if s == nil {
		return ErrNoSession
	}
	if s.st.kind != Web {
		return nil
	}
	return s.st.update(func(r *Record) error {
		r.Idle = min(max(d, MinIdle), maxIdle)
		return nil
	})
}

// Expiration returns when a web session ends unless it is used before: its last
// activity plus the idle timeout (S-138). It is the zero time for other kinds,
// for a session that has ended and for nil.
//
// With a store that records activity ahead of time ([Store.TouchEvery]) it may
// be later by that duration, and the session lasts as long as it says.
func (s *Session) Expiration() time.Time {
	idle := s.IdleTimeout()
	if idle == 0 {
		return time.Time{}
	}
	return s.st.lastSeen().Add(idle)
}

// ExpirationDate returns [Session.Expiration] as ISO 8601 text in UTC with
// milliseconds, or empty text for the zero time (S-138, S-140).
func (s *Session) ExpirationDate() string { return formatDate(s.Expiration()) }

// ParseDate reads a date as ExpirationDate and Info write it; milliseconds may
// be missing (S-140).
func ParseDate(text string) (time.Time, error) { return time.Parse(time.RFC3339, text) }

func formatDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(dateFormat)
}

// merged returns list followed by the names it does not have yet.
func merged(list, names []string) []string {
	for _, name := range names {
		if !slices.Contains(list, name) {
			list = append(list, name)
		}
	}
	return list
}
