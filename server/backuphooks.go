package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/ordago/ordago/session"
)

// Codes that [Hooks] BackupShutdown gets where nobody chose one: negative, so that they differ from those of an application.
const (
	BackupHookFailed  = -1 // BackupStartup returned an error without a code, or panicked
	BackupInterrupted = -2 // the context of the backup ended
	BackupFailed      = -3 // any other failure
)

// BackupError is a backup that was refused or failed, with the code that [Hooks] BackupShutdown got. What makes backups may return one to
// choose the code.
type BackupError struct {
	Code    int  // never 0
	Refused bool // by BackupStartup: no backup was begun
	Err     error
}

// Error says why there is no backup.
func (e *BackupError) Error() string {
	what := "backup failed"
	if e.Refused {
		what = "backup refused by the application"
	}
	if e.Err == nil {
		return fmt.Sprintf("%s: code %d", what, e.Code)
	}
	return fmt.Sprintf("%s: code %d: %v", what, e.Code, e.Err)
}

// Unwrap returns the cause, nil when a code is all there is.
func (e *BackupError) Unwrap() error { return e.Err }

// withBackupHooks makes a backup between its hooks (S-101, S-102): every way to a backup goes through it. The error is a [*BackupError].
func (s *Server) withBackupHooks(ctx context.Context, backup func(ctx context.Context) error) error {
	err := s.askForBackup(ctx)
	if err == nil {
		err = s.backupErrorOf(ctx, backup(ctx))
	}
	code := 0
	if err != nil {
		code = err.Code
	}
	s.tellBackup(context.WithoutCancel(ctx), code)
	if err == nil {
		return nil
	}
	return err
}

// askForBackup calls the hook that may refuse.
func (s *Server) askForBackup(ctx context.Context) *BackupError {
	run := s.config.Hooks.BackupStartup
	if run == nil {
		return nil
	}
	code := 0
	err := s.hook(ctx, onBackupStartup, func(ctx context.Context, session *session.Session) (err error) {
		code, err = run(ctx, session)
		return err
	})
	if err == nil && code == 0 {
		return nil
	}
	if code == 0 {
		code = BackupHookFailed
	}
	refused := &BackupError{Code: code, Refused: true, Err: err}
	s.log.Error("backup refused by the application", "code", code, "error", err)
	return refused
}

// tellBackup calls the hook that hears how it went.
func (s *Server) tellBackup(ctx context.Context, code int) {
	run := s.config.Hooks.BackupShutdown
	if run == nil {
		return
	}
	_ = s.hook(ctx, onBackupShutdown, func(ctx context.Context, session *session.Session) error { // a panic is logged
		run(ctx, session, code)
		return nil
	})
}

// backupErrorOf gives a failure its code.
func (s *Server) backupErrorOf(ctx context.Context, err error) *BackupError {
	if err == nil {
		return nil
	}
	if b, ok := errors.AsType[*BackupError](err); ok && b.Code != 0 {
		return b
	}
	if ctx.Err() != nil {
		return &BackupError{Code: BackupInterrupted, Err: err}
	}
	return &BackupError{Code: BackupFailed, Err: err}
}
