package rest

import (
	"context"
	"crypto/subtle"
	"sync"
	"time"

	"github.com/ordago/ordago/session"
)

// MobileStatus says whether a sign-in holds already.
type MobileStatus string

// The states of a sign-in.
const (
	MobileAccepted MobileStatus = "accepted"
	MobilePending  MobileStatus = "pending" // until [Mobile.Verify]
)

// MobileSignIn is one app on one device that has signed in. Its JSON form has the properties of a session file of 4D and ours. It holds no
// password and no token.
type MobileSignIn struct {
	Application MobileApplication `json:"application"`
	Team        MobileTeam        `json:"team"`
	Device      MobileDevice      `json:"device"`
	Language    MobileLanguage    `json:"language"`
	Email       string            `json:"email"`
	Send        string            `json:"send,omitempty"`
	Session     MobileSession     `json:"session"` // its ID is the key of the sign-in
	Status      MobileStatus      `json:"status"`

	Token    session.Hash   `json:"token"`      // of the token; zero: none was given out yet
	At       time.Time      `json:"signedInAt"` // when the hook was asked
	UserInfo map[string]any `json:"userInfo,omitempty"`

	// What the session is given when it comes back.
	UserName   string   `json:"userName,omitempty"`
	Privileges []string `json:"privileges,omitempty"`
	SignedIn   bool     `json:"signedIn,omitempty"`
}

// userAgent tells sign-ins apart (S-082).
type userAgent struct{ application, device, team string }

func (s *MobileSignIn) agent() userAgent {
	return userAgent{s.Application.ID, s.Device.ID, s.Team.ID}
}

func (in *MobileLogin) agent() userAgent {
	return userAgent{in.Application.ID, in.Device.ID, in.Team.ID}
}

// opened reports whether a token was given out.
func (s *MobileSignIn) opened() bool { return s.Token != session.Hash{} }

// openedBy reports whether the token is that of the sign-in.
func (s *MobileSignIn) openedBy(token string) bool {
	h := session.HashSecret(token)
	return s.opened() && s.Status == MobileAccepted && subtle.ConstantTimeCompare(s.Token[:], h[:]) == 1
}

// hold remembers what the session may do.
func (s *MobileSignIn) hold(live *session.Session) {
	s.UserName, s.Privileges, s.SignedIn = live.User(), live.Privileges(), live != nil && !live.IsGuest()
}

func (s *MobileSignIn) past() session.Past {
	return session.Past{ID: s.Session.ID, UserName: s.UserName, Privileges: s.Privileges, SignedIn: s.SignedIn}
}

// MobileStore keeps sign-ins by the ID of their session. Values must not be changed once they were given to it or came from it. An error
// means that the store failed. Safe for concurrent use.
type MobileStore interface {
	// Load returns the sign-in with that ID.
	Load(ctx context.Context, id string) (MobileSignIn, bool, error)

	// Save adds or replaces the sign-in with that ID, and removes another one of the same application, device and team.
	Save(ctx context.Context, s MobileSignIn) error

	// Delete removes a sign-in; an unknown ID is no error.
	Delete(ctx context.Context, id string) error
}

// maxSignIns bounds the sign-ins of a store; one more takes the place of the oldest.
const maxSignIns = 100_000

// MobileMemory keeps sign-ins in this process. Make it with [NewMobileMemory].
type MobileMemory struct {
	mu      sync.Mutex
	byID    map[string]MobileSignIn
	byAgent map[userAgent]string
	most    int
}

// NewMobileMemory returns an empty store.
func NewMobileMemory() *MobileMemory {
	return &MobileMemory{byID: map[string]MobileSignIn{}, byAgent: map[userAgent]string{}, most: maxSignIns}
}

// Load implements [MobileStore].
func (m *MobileMemory) Load(_ context.Context, id string) (MobileSignIn, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.byID[id]
	return s, ok, nil
}

// Save implements [MobileStore].
func (m *MobileMemory) Save(_ context.Context, s MobileSignIn) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.put(s)
	return nil
}

// Delete implements [MobileStore].
func (m *MobileMemory) Delete(_ context.Context, id string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.remove(id)
	return nil
}

// put stores s and returns what had to go for it.
func (m *MobileMemory) put(s MobileSignIn) []MobileSignIn {
	var gone []MobileSignIn
	for _, id := range []string{s.Session.ID, m.byAgent[s.agent()]} {
		if old, ok := m.remove(id); ok {
			gone = append(gone, old)
		}
	}
	if len(m.byID) >= m.most {
		old, _ := m.remove(m.oldest())
		gone = append(gone, old)
	}
	m.byID[s.Session.ID], m.byAgent[s.agent()] = s, s.Session.ID
	return gone
}

func (m *MobileMemory) remove(id string) (MobileSignIn, bool) {
	s, ok := m.byID[id]
	if ok {
		delete(m.byID, id)
		delete(m.byAgent, s.agent())
	}
	return s, ok
}

func (m *MobileMemory) oldest() string {
	var id string
	for i, s := range m.byID {
		if id == "" || s.At.Before(m.byID[id].At) {
			id = i
		}
	}
	return id
}
