//go:build unix

package main

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/ordago/ordago/server"
)

// reloadOnHangup makes SIGHUP read the roles file again until the result is called. Without a roles file the signal keeps its meaning.
func (a *app) reloadOnHangup(s *server.Server) (stop func()) {
	if a.settings.roles == "" {
		return func() {}
	}
	hangups, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(hangups, syscall.SIGHUP)
	go func() {
		for {
			select {
			case <-hangups:
				_ = s.ReloadRoles() // which logs what went wrong
			case <-done:
				return
			}
		}
	}()
	return func() {
		signal.Stop(hangups)
		close(done)
	}
}
