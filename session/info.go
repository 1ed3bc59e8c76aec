package session

import (
	"runtime"
	"time"
)

// Info is a snapshot of a session (section 6.4). Its JSON form has exactly the
// properties of 4D; what a kind does not have is left out (S-132).
type Info struct {
	Type             string `json:"type"`
	UserName         string `json:"userName"`
	MachineName      string `json:"machineName,omitempty"`
	SystemUserName   string `json:"systemUserName,omitempty"`
	IPAddress        string `json:"IPAddress,omitempty"`
	HostType         string `json:"hostType"`
	CreationDateTime string `json:"creationDateTime"`
	State            string `json:"state"`
	ID               string `json:"ID"`
	// UnreachableSince is for how many seconds the client of a remote session has
	// been unreachable: in profile R4, and nil while it is reachable.
	UnreachableSince *int `json:"unreachableSince,omitempty"`

	// What follows is for administration (S-415) and not part of the JSON form.

	Kind        Kind          `json:"-"`
	Guest       bool          `json:"-"`
	Privileges  []string      `json:"-"`
	IdleTimeout time.Duration `json:"-"`
	Created     time.Time     `json:"-"`
	LastSeen    time.Time     `json:"-"` // up to Store.TouchEvery ahead

	Expiration time.Time `json:"-"` // zero for desktop sessions
	UserAgent  string    `json:"-"`

	Unreachable bool `json:"-"` // the client of a remote session, in any profile
}

// Origin returns where the session comes from: "client" for a remote session,
// "server" for the other desktop sessions, and for a web session what
// [Manager.Bind] was told, such as "web", "rest" or "soap" (S-415).
func (i Info) Origin() string {
	switch i.Kind {
	case Web:
		return i.Type
	case Remote:
		return "client"
	default:
		return "server"
	}
}

// Status returns "online", and for remote sessions also "sleeping" or
// "unreachable" (S-415).
func (i Info) Status() string {
	switch {
	case i.Unreachable:
		return "unreachable"
	case i.State == Sleeping.String():
		return "sleeping"
	default:
		return "online"
	}
}

// Info returns a fresh snapshot; changing it changes nothing (S-126). It is the
// zero Info for nil, and for web sessions in profile P20 (S-130).
func (s *Session) Info() Info {
	if s == nil || s.state().kind == Web && s.state().realm.profile.p20() {
		return Info{}
	}
	return s.state().info()
}

func (st *state) info() Info {
	r := st.view.Load().record
	r.Seen = st.lastSeen()
	info := st.realm.info(r)
	st.mu.Lock()
	defer st.mu.Unlock()
	info.State = st.peer.state.String()
	if !st.peer.lost.IsZero() && st.realm.profile.has(R4) {
		info.UnreachableSince = new(int(st.realm.now().Sub(st.peer.lost) / time.Second))
	}
	info.Unreachable = !st.peer.lost.IsZero()
	return info
}

func (rl *realm) info(r Record) Info {
	info := Info{
		Type:             r.Type,
		UserName:         r.UserName,
		MachineName:      r.Machine,
		SystemUserName:   r.System,
		IPAddress:        r.Address,
		HostType:         hostType(r.Kind),
		CreationDateTime: formatDate(r.Created),
		State:            Active.String(),
		ID:               r.ID,
		Kind:             r.Kind,
		Guest:            isGuest(&r, rl.current()),
		IdleTimeout:      r.Idle,
		Created:          r.Created,
		LastSeen:         r.Seen,
		Expiration:       r.Expires(),
		UserAgent:        r.UserAgent,
	}
	info.Privileges = append(info.Privileges, r.Privileges...)
	return info
}

// hostType returns the word for the machine at the other end (S-131).
func hostType(k Kind) string {
	switch {
	case k == Web:
		return "browser"
	case runtime.GOOS == "darwin":
		return "mac"
	default:
		return runtime.GOOS
	}
}
