package triggers

import "fmt"

// Code is the number a trigger refuses with. Applications use -32000 to -15000; numbers above -15000 belong to the engine (O-564).
// A caller sees it as the error code of a save or drop with status 4 (O-566).
type Code int

// Refused is the code of a refusal that was given none. It is the last of the application's codes.
const Refused Code = -15000

// RejectedError is a trigger's refusal of one write: nothing of that write is kept (S-106).
// Its message is meant for the person who saves, and is the one text of a trigger that a remote client sees.
type RejectedError struct {
	Code    Code
	Message string
}

// Error returns the message and the code.
func (e *RejectedError) Error() string {
	return fmt.Sprintf("%s (code %d)", e.Message, int(e.Code))
}

// Rejectf returns the error with which a hook refuses the write it runs for: a [*RejectedError] with that code and the formatted message.
// Code 0 would mean that the write is granted (O-564), so it becomes [Refused]. Other codes are kept as they are, also those outside
// the range for applications: they reach the caller, who may take them for one of the engine's.
func Rejectf(code Code, format string, args ...any) error {
	if code == 0 {
		code = Refused
	}
	return &RejectedError{Code: code, Message: fmt.Sprintf(format, args...)}
}
