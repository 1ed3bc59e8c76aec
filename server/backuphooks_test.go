package server_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/ordago/ordago/server"
	"github.com/ordago/ordago/session"
)

// S-101, S-102, S-104, T-44
func TestBackupHooksOfServer(t *testing.T) {
	t.Parallel()
	full := errors.New("disk full")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	for name, test := range map[string]struct {
		ctx     context.Context
		startup func(context.Context, *session.Session) (int, error)
		backup  error
		ran     bool
		code    int
		want    string
	}{
		"success":        {t.Context(), func(context.Context, *session.Session) (int, error) { return 0, nil }, nil, true, 0, ""},
		"no hook":        {t.Context(), nil, nil, true, 0, ""},
		"refused":        {t.Context(), func(context.Context, *session.Session) (int, error) { return 5, nil }, nil, false, 5, "backup refused by the application: code 5"},
		"refused, why":   {t.Context(), func(context.Context, *session.Session) (int, error) { return 5, full }, nil, false, 5, "backup refused by the application: code 5: disk full"},
		"error, no code": {t.Context(), func(context.Context, *session.Session) (int, error) { return 0, full }, nil, false, server.BackupHookFailed, "backup refused by the application: code -1: disk full"},
		"panic":          {t.Context(), func(context.Context, *session.Session) (int, error) { panic("oh no") }, nil, false, server.BackupHookFailed, "backup refused by the application: code -1: panic in On Backup Startup"},
		"failure":        {t.Context(), nil, full, true, server.BackupFailed, "disk full"},
		"own code":       {t.Context(), nil, &server.BackupError{Code: 28, Err: full}, true, 28, "backup failed: code 28: disk full"},
		"interruption":   {gone, nil, context.Canceled, true, server.BackupInterrupted, "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newOffice().config(t)
			var codes []int
			c.Hooks.BackupStartup = test.startup
			c.Hooks.BackupShutdown = func(ctx context.Context, s *session.Session, code int) {
				codes = append(codes, code)
				if seen := look(ctx, s); seen.Kind != session.StoredProcedure || ctx.Err() != nil {
					t.Errorf("the hook sees %+v, %v", seen, ctx.Err())
				}
			}
			s, ran := open(t, c), false
			err := server.WithBackupHooks(test.ctx, s, func(context.Context) error { ran = true; return test.backup })
			if got := text(err); got != test.want || ran != test.ran || !slices.Equal(codes, []int{test.code}) {
				t.Errorf("backup: %q, ran %v, codes %v; want %q, %v, %d", got, ran, codes, test.want, test.ran, test.code)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
