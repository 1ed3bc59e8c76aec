package server

import (
	"context"
	"errors"
)

// BackupHooks are called before and after every backup (S-101, S-102). Nil ones allow it and hear nothing (S-104). They run under the
// context of the backup, so with its session.
type BackupHooks struct {
	// Startup allows the backup with 0 and no error. Any other code, or an error, cancels it, which is a [*BackupError].
	Startup func(ctx context.Context) (code int, err error)
	// Shutdown receives 0 for success, the code with which Startup refused, or [BackupHookFailed], [BackupInterrupted], [BackupFailed].
	// Its context goes on when that of the backup has ended.
	Shutdown func(ctx context.Context, code int)
}

// around runs a backup between the hooks. Shutdown is called whatever happens in between, a panic too.
func (h BackupHooks) around(ctx context.Context, run func() error) error {
	code := BackupHookFailed
	defer func() {
		if h.Shutdown != nil {
			h.Shutdown(context.WithoutCancel(ctx), code)
		}
	}()
	if err := h.ask(ctx); err != nil {
		code = err.Code
		return err
	}
	code = BackupFailed
	err := run()
	code = backupCode(ctx, err)
	return err
}

// ask calls the hook that may refuse; nil allows the backup.
func (h BackupHooks) ask(ctx context.Context) *BackupError {
	if h.Startup == nil {
		return nil
	}
	code, err := h.Startup(ctx)
	switch {
	case code != 0:
		return &BackupError{Code: code, Refused: true, Err: err}
	case err != nil:
		return &BackupError{Code: BackupHookFailed, Refused: true, Err: err}
	}
	return nil
}

func backupCode(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return 0
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return BackupInterrupted
	}
	return BackupFailed
}
