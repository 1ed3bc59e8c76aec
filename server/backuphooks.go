package server

import (
	"context"
	"errors"
	"fmt"
)

// What [BackupHooks.Shutdown] receives for a backup that its hook did not refuse (S-102). A hook that refuses should return a positive
// number, so that the two cannot be confused.
const (
	BackupDone        = 0
	BackupFailed      = -1 // an error
	BackupInterrupted = -2 // its context ended
	BackupHookFailed  = -3 // Startup returned an error
	BackupPanicked    = -4 // Startup or Progress panicked
)

// BackupHooks are called before and after every backup (S-101, S-102). Nil ones allow the backup and hear nothing (S-104).
type BackupHooks struct {
	// Startup allows the backup with 0 and no error. Any other code cancels it with a [*BackupRefusedError]; an error cancels it too,
	// under the code it comes with or [BackupHookFailed].
	Startup func(ctx context.Context) (code int, err error)
	// Shutdown receives [BackupDone], the code with which Startup refused, or one of the codes above. Its context does not end with the
	// one of the backup.
	Shutdown func(ctx context.Context, code int)
}

// around runs a backup between the hooks. Shutdown is called whatever happens in between, a panic too.
func (h BackupHooks) around(ctx context.Context, run func() error) (err error) {
	code := BackupPanicked
	defer func() {
		if h.Shutdown != nil {
			h.Shutdown(context.WithoutCancel(ctx), code)
		}
	}()
	refused, err := h.startup(ctx)
	if err != nil {
		code = refused
		return err
	}
	err = run()
	code = backupCode(ctx, err)
	return err
}

// startup returns the code for Shutdown and an error when the backup must not run.
func (h BackupHooks) startup(ctx context.Context) (int, error) {
	if h.Startup == nil {
		return BackupDone, nil
	}
	code, err := h.Startup(ctx)
	switch {
	case err != nil && code == 0:
		return BackupHookFailed, fmt.Errorf("on backup startup: %w", err)
	case err != nil:
		return code, fmt.Errorf("on backup startup: %w", errors.Join(&BackupRefusedError{code}, err))
	case code != 0:
		return code, &BackupRefusedError{code}
	}
	return BackupDone, nil
}

func backupCode(ctx context.Context, err error) int {
	switch {
	case err == nil:
		return BackupDone
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return BackupInterrupted
	}
	return BackupFailed
}
