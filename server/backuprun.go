package server

import (
	"context"
	"errors"

	"github.com/ordago/ordago/session"
)

// runner runs one hook in a session and turns its panic into an error.
type runner func(ctx context.Context, name string, hook work) error

// runHook is the runner of a program that makes a backup and has no application running: its hooks have a session of their own, of the
// kind that the application would have (S-057, S-058).
func (c Config) runHook() runner {
	s := session.New(c.desktop(), session.Desktop{UserName: c.UserName, Profile: c.Profile})
	return func(ctx context.Context, name string, hook work) (err error) {
		defer catch(name, &err)
		return hook(session.NewContext(ctx, s), s)
	}
}

// aroundBackup makes a backup between its hooks: every way to a backup goes through it. On Backup Shutdown is called whatever happens in
// between, a panic too (S-101, S-102).
func (h Hooks) aroundBackup(ctx context.Context, run runner, backup func() error) error {
	code := BackupFailed
	defer func() { h.tellBackup(context.WithoutCancel(ctx), run, code) }()
	if refused := h.askForBackup(ctx, run); refused != nil {
		code = refused.Code
		return refused
	}
	err := backup()
	code = backupCode(ctx, err)
	return err
}

// askForBackup calls the hook that may refuse; nil allows the backup (S-104).
func (h Hooks) askForBackup(ctx context.Context, run runner) *BackupError {
	if h.BackupStartup == nil {
		return nil
	}
	code := 0
	err := run(ctx, onBackupStartup, func(ctx context.Context, s *session.Session) (err error) {
		code, err = h.BackupStartup(ctx, s)
		return err
	})
	switch {
	case code != 0:
		return &BackupError{Code: code, Refused: true, Err: err}
	case err != nil:
		return &BackupError{Code: BackupHookFailed, Refused: true, Err: err}
	}
	return nil
}

// tellBackup calls the hook that hears how it went.
func (h Hooks) tellBackup(ctx context.Context, run runner, code int) {
	if h.BackupShutdown == nil {
		return
	}
	_ = run(ctx, onBackupShutdown, func(ctx context.Context, s *session.Session) error { // a panic is logged
		h.BackupShutdown(ctx, s, code)
		return nil
	})
}

func backupCode(ctx context.Context, err error) int {
	chosen, ok := errors.AsType[*BackupError](err)
	switch {
	case err == nil:
		return 0
	case ok && chosen.Code != 0:
		return chosen.Code
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return BackupInterrupted
	}
	return BackupFailed
}
