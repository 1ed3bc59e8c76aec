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

	// What follows is for administration (S-415) and not part of the JSON form.

	Kind        Kind          `json:"-"`
	Guest       bool          `json:"-"`
	Privileges  []string      `json:"-"`
	IdleTimeout time.Duration `json:"-"`
	Created     time.Time     `json:"-"`
	LastSeen    time.Time     `json:"-"` // up to Store.TouchEvery ahead

	Expiration time.Time `json:"-"` // zero for desktop sessions
	UserAgent  string    `json:"-"`
}

// Info returns a fresh snapshot; changing it changes nothing (S-126). It is the
// zero Info for nil.
func (s *Session) Info() Info {
	if s == nil {
		return Info{}
	}
	r := s.st.view.Load().record
	r.Seen = s.st.lastSeen()
	return s.st.realm.info(r)
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
		State:            "active",
		ID:               r.ID,
		Kind:             r.Kind,
		Guest:            rl.isGuest(r),
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
