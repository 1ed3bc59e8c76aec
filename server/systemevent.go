package server

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/session"
)

// SystemEvent is what happened to the application as a whole (S-103).
type SystemEvent int

// The events.
const (
	Background SystemEvent = 1 // it was moved to the background
	Foreground SystemEvent = 2 // it is back
)

// SystemEvent calls the hook for system events, as a desktop shell does; without a hook it does nothing. On Unix [Server.Run] calls it
// itself: when the program is to be suspended (SIGTSTP, Ctrl-Z), before it is, and when it goes on (SIGCONT).
// The errors are an unknown event and a server that is closed; a panic of the hook is logged.
func (s *Server) SystemEvent(ctx context.Context, event SystemEvent) error {
	if event != Background && event != Foreground {
		return fmt.Errorf("system event %d is unknown: 1 is background, 2 is foreground", event)
	}
	run := s.config.Hooks.SystemEvent
	if run == nil {
		return nil
	}
	err := s.hook(ctx, onSystemEvent, func(ctx context.Context, session *session.Session) error {
		run(ctx, session, event)
		return nil
	})
	if panicked(err) {
		return nil
	}
	return err
}
