package server

import (
	"context"
	"errors"
	"slices"

	"github.com/ordago/ordago/session"
)

// ErrNotAdministrator is returned by [Server.Activity] in a web process without WebAdmin.
var ErrNotAdministrator = errors.New("the activity of the server is for sessions with the privilege WebAdmin")

// ActivityPart chooses what [Server.Activity] returns.
type ActivityPart int

// The parts, with the numbers of 4D.
const (
	ProcessesAndSessions ActivityPart = 0
	ProcessesOnly        ActivityPart = 1
	SessionsOnly         ActivityPart = 2
)

// Activity is a snapshot of what runs. Its JSON form is that of 4D's Process activity (S-273); a list that was not asked for is left out.
type Activity struct {
	Processes []ProcessInfo  `json:"processes,omitzero"` // oldest first
	Sessions  []session.Info `json:"sessions,omitzero"`  // oldest first

	// WebRequests is how many web requests run. They are counted and not listed: a list would cost each of them a lock. Whose they can be is
	// in Sessions.
	WebRequests int `json:"webRequests"`
}

// ProcessInfo describes a process: a procedure or a hook that runs.
type ProcessInfo struct {
	Name             string        `json:"name"`
	SessionID        string        `json:"sessionID"`
	Number           int           `json:"number"`
	Method           string        `json:"method"` // the procedure or the hook
	State            ProcessState  `json:"state"`
	CreationDateTime string        `json:"creationDateTime"`  // ISO 8601, UTC, milliseconds
	Session          *session.Info `json:"session,omitempty"` // nil where only processes were asked for (S-275)
}

// ProcessState says what a process does, with the numbers of 4D.
type ProcessState int

// The states.
const (
	Executing ProcessState = 0
	Aborted   ProcessState = -1 // told to stop, and not yet ended
)

// Activity is the command Process activity: what runs, and for whom. With a session ID it tells of that session and its processes only, and
// is nil when no such session lives (S-274). A standalone application ignores both arguments and lists its processes. In profile
// P20 the sessions of browsers are left out, those of REST clients are not (S-276).
//
// It is for code inside the server and for sessions with WebAdmin; others get [ErrNotAdministrator].
func (s *Server) Activity(ctx context.Context, part ActivityPart, sessionID string) (*Activity, error) {
	if !session.MayAdminister(ctx) {
		return nil, ErrNotAdministrator
	}
	a := &Activity{WebRequests: int(s.requests.Load())}
	if s.config.Standalone {
		a.Processes = s.processInfos(nil)
		return a, nil
	}
	sessions, err := s.sessionInfos(ctx, sessionID)
	if err != nil {
		return nil, err
	}
	if sessionID != "" && len(sessions) == 0 {
		return nil, nil
	}
	if part != ProcessesOnly {
		a.Sessions = sessions
	}
	if part != SessionsOnly {
		a.Processes = s.processesOf(part, sessionID)
	}
	return a, nil
}

// sessionInfos lists the living sessions, or the one with that ID.
func (s *Server) sessionInfos(ctx context.Context, id string) ([]session.Info, error) {
	list, err := s.sessions.List(ctx)
	if err != nil {
		return nil, err
	}
	hidden := func(i session.Info) bool {
		browser := i.Kind == session.Web && i.Type != "rest"
		return id != "" && i.ID != id || browser && s.config.Profile&session.P20 != 0
	}
	return slices.DeleteFunc(list, hidden), nil
}

// processesOf lists the processes of a session, or of all for "". They all run in the session of the application.
func (s *Server) processesOf(part ActivityPart, sessionID string) []ProcessInfo {
	if sessionID != "" && sessionID != s.Session().ID() {
		return []ProcessInfo{}
	}
	if part == ProcessesOnly {
		return s.processInfos(nil)
	}
	info := s.Session().Info()
	return s.processInfos(&info)
}

func (s *Server) processInfos(info *session.Info) []ProcessInfo {
	list := []ProcessInfo{}
	for _, p := range s.processes.list() {
		state := Executing
		if p.ctx.Err() != nil {
			state = Aborted
		}
		list = append(list, ProcessInfo{
			Name: p.name, SessionID: s.Session().ID(), Number: p.number, Method: p.method, State: state,
			CreationDateTime: p.started.UTC().Format("2006-01-02T15:04:05.000Z"), Session: info,
		})
	}
	return list
}
