package server

import "fmt"

// Codes that [Hooks] BackupShutdown gets where nobody chose one: negative, so that they differ from those of an application.
const (
	BackupHookFailed  = -1 // BackupStartup returned an error without a code, or panicked
	BackupInterrupted = -2 // the context of the backup ended
	BackupFailed      = -3 // any other failure
)

// BackupError is a backup that was refused or failed, with the code that [Hooks] BackupShutdown got. A function that
// makes a backup may return one to choose the code.
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
