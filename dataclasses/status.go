package dataclasses

import (
	"errors"

	"github.com/ordago/ordago/triggers"
)

// Status is ORDA's status object of save and drop (O-245), made from an error by [StatusOf].
type Status struct {
	Success    bool          `json:"success"`
	Status     int           `json:"status,omitempty"`
	StatusText string        `json:"statusText,omitempty"`
	Errors     []StatusError `json:"errors,omitempty"`
}

// StatusError is one stacked error (O-003).
type StatusError struct {
	Code      int            `json:"errCode"`
	Message   string         `json:"message"`
	Signature string         `json:"componentSignature"`
	Extra     map[string]any `json:"extraDescription,omitempty"`
}

// The status values (O-246).
const (
	StatusPermission        = 1
	StatusStampChanged      = 2
	StatusLocked            = 3
	StatusSerious           = 4
	StatusGone              = 5
	StatusValidation        = 7
	StatusSeriousValidation = 8
)

// StatusOf makes the status object of the error that Save or Drop returned; nil is success.
func StatusOf(err error) Status {
	if err == nil {
		return Status{Success: true}
	}
	s := statusFor(statusCode(err))
	if v, ok := errors.AsType[*ValidationError](err); ok {
		s.Errors = []StatusError{{Code: v.Code, Message: v.Message, Signature: "DBEV", Extra: v.Extra}}
	}
	if r, ok := errors.AsType[*triggers.RejectedError](err); ok {
		s.Errors = []StatusError{{Code: int(r.Code), Message: r.Message, Signature: "dbmg"}}
	}
	return s
}

func statusCode(err error) int {
	if stopped, ok := errors.AsType[*stoppedError](err); ok {
		return stopped.status()
	}
	if v, ok := errors.AsType[*ValidationError](err); ok {
		return (&stoppedError{validate: true, err: v}).status()
	}
	if _, ok := errors.AsType[*PermissionError](err); ok {
		return StatusPermission
	}
	switch {
	case errors.Is(err, ErrConflict):
		return StatusStampChanged
	case errors.Is(err, ErrNotFound):
		return StatusGone
	}
	return StatusSerious
}

func statusFor(code int) Status {
	texts := map[int]string{
		StatusPermission: "Permission Error", StatusStampChanged: "Stamp has changed", StatusLocked: "Already locked",
		StatusSerious: "Other error", StatusGone: "Entity does not exist anymore",
		StatusValidation: "Mild Validation Error", StatusSeriousValidation: "Serious Validation Error",
	}
	return Status{Status: code, StatusText: texts[code]}
}
