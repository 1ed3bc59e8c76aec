//go:build unix

package server

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// watchSystemEvents turns the signals of job control into system events until ctx ends. Without a hook they keep their usual effect.
func (s *Server) watchSystemEvents(ctx context.Context) {
	if s.config.Hooks.SystemEvent == nil {
		return
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTSTP, syscall.SIGCONT)
	go func() {
		defer signal.Stop(signals)
		suspended := false
		for {
			select {
			case <-ctx.Done():
				return
			case sig := <-signals:
				suspended = s.jobControl(ctx, sig, suspended)
			}
		}
	}()
}

// jobControl handles one signal and returns whether the program is suspended, or was and did not hear yet that it goes on. SIGCONT alone
// means nothing: the program never was in the background.
func (s *Server) jobControl(ctx context.Context, sig os.Signal, suspended bool) bool {
	event := Foreground
	if sig == syscall.SIGTSTP {
		event = Background
	} else if !suspended {
		return false
	}
	if err := s.SystemEvent(ctx, event); err != nil {
		s.log.Warn("system event", "error", err)
	}
	if event == Foreground {
		return false
	}
	// Who catches SIGTSTP is not suspended by it.
	if err := syscall.Kill(os.Getpid(), syscall.SIGSTOP); err != nil {
		s.log.Error("suspend the program", "error", err)
		return false
	}
	return true
}
