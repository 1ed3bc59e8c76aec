package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/ordago/ordago/dataclasses"
	"github.com/ordago/ordago/session"
)

// Hooks are what the application calls in the course of its life, 4D's database methods; nil ones are not called. Each call is a process of
// its own in [Server.Session] (S-057, S-058). A panic is logged.
type Hooks struct {
	// ServerStartup is called once by [Server.Run], before anything is served: connections wait until it returns (S-098). An error ends
	// Run. A standalone application does not call it: what begins and ends it is ordinary code around Run.
	ServerStartup func(ctx context.Context, s *session.Session) error
	// ServerShutdown is called once when Run ends, after the last request and with the schedule stopped; procedures still run (S-099). It
	// can delay the end by [Config.Grace]; then ctx is cancelled. A standalone application does not call it.
	ServerShutdown func(ctx context.Context, s *session.Session)
	// BackupStartup is called before every backup. A code other than 0, or an error, cancels the backup (S-101, S-104).
	BackupStartup func(ctx context.Context, s *session.Session) (code int, err error)
	// BackupShutdown is called after every backup, with 0 for success, what BackupStartup returned when that refused, or else the
	// code of the failure (S-102).
	BackupShutdown func(ctx context.Context, s *session.Session, code int)
	// SystemEvent is called when the application goes to the background or comes back (S-103). See [Server.SystemEvent].
	SystemEvent func(ctx context.Context, s *session.Session, event SystemEvent)
}

// The names of the hooks as processes.
const (
	onServerStartup  = "On Server Startup"
	onServerShutdown = "On Server Shutdown"
	onBackupStartup  = "On Backup Startup"
	onBackupShutdown = "On Backup Shutdown"
	onSystemEvent    = "On System Event"
)

// hook runs one hook as a process and waits for it. The process ends with ctx and has nothing else of it. A panic is logged and returned.
func (s *Server) hook(ctx context.Context, name string, run work) error {
	p, _, err := s.processes.begin(ctx, launch{name: name, method: name, hook: true})
	if err != nil {
		return err
	}
	defer s.processes.end(p)
	err = s.guarded(p.ctx, name, run)
	if panicked(err) {
		s.logFailure("hook failed", err, "hook", name)
	}
	return err
}

func panicked(err error) bool {
	_, ok := errors.AsType[*dataclasses.PanicError](err)
	return ok
}

// catch turns a panic into an error; defer it.
func catch(where string, err *error) {
	if p := recover(); p != nil {
		*err = &dataclasses.PanicError{Where: where, Value: p, Stack: debug.Stack()}
	}
}

// guarded runs code of the application and turns a panic into an error. The code has a handle of its own: what it promotes ends with it.
func (s *Server) guarded(ctx context.Context, where string, run work) (err error) {
	defer catch(where, &err)
	ctx, own, leave := session.Enter(s.Context(ctx), session.Lent{})
	defer leave()
	return run(ctx, own)
}

// logFailure logs an error of the application's code, a panic with its stack.
func (s *Server) logFailure(message string, err error, attrs ...any) {
	attrs = append(attrs, "error", err)
	if p, ok := errors.AsType[*dataclasses.PanicError](err); ok {
		attrs = append(attrs, "panic", p.Value, slog.String("stack", string(p.Stack)))
	}
	s.log.Error(message, attrs...)
}

// startUp calls the startup hook (S-098).
func (s *Server) startUp(ctx context.Context) error {
	run := s.config.Hooks.ServerStartup
	if run == nil || s.config.Standalone {
		return nil
	}
	if err := s.hook(ctx, onServerStartup, run); err != nil {
		return fmt.Errorf("on server startup: %w", err)
	}
	return nil
}

// shutDown calls the shutdown hook, which can delay the end and not refuse it (S-099).
func (s *Server) shutDown(ctx context.Context) {
	run := s.config.Hooks.ServerShutdown
	if run == nil || s.config.Standalone {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.Grace)
	defer cancel()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.hook(ctx, onServerShutdown, withoutError(run)) // it returns nothing, and a panic is logged
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.log.Warn("the shutdown hook takes too long and is told to stop", "grace", s.config.Grace)
	}
}

func withoutError(run func(context.Context, *session.Session)) work {
	return func(ctx context.Context, s *session.Session) error {
		run(ctx, s)
		return nil
	}
}
