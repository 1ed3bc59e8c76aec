package dataclasses

import (
	"errors"
	"fmt"

	"github.com/ordago/ordago/privileges"
	"github.com/ordago/ordago/triggers"
)

// Errors that say a bare fact. Match them with errors.Is.
var (
	ErrNotFound = errors.New("not found")                       // no entity with that key, or its row is gone (status 5)
	ErrConflict = errors.New("stamp has changed")               // somebody else saved the entity meanwhile (status 2)
	ErrNoSet    = errors.New("entity set not found")            // an entity set that is unknown or has expired
	ErrReadOnly = errors.New("the database is read-only")       // nothing can be written
	ErrBusy     = errors.New("the database is busy, try again") // another writer held the database for too long
)

// ConflictError is an [ErrConflict] with its details.
type ConflictError struct {
	Class, Key   string
	Sent, Stored int64
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("%s(%s): stamp has changed: sent %d, stored %d", e.Class, e.Key, e.Sent, e.Stored)
}

// Is makes it an ErrConflict.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// ConstraintError says which rule of the database a write would break: a duplicate key, a missing related entity, a null.
type ConstraintError struct {
	Class, Key string
	Kind       ConstraintKind
}

// ConstraintKind is a kind of database rule.
type ConstraintKind uint8

// The rules.
const (
	Duplicate ConstraintKind = iota
	ForeignKey
	NotNull
	Check
)

func (e *ConstraintError) Error() string {
	return e.Class + ": " + [...]string{
		Duplicate:  "another entity has the same value in a unique attribute",
		ForeignKey: "a related entity does not exist, or other entities still refer to this one",
		NotNull:    "an attribute that must have a value is null",
		Check:      "a value breaks a rule of the database",
	}[e.Kind]
}

// PermissionError is a missing right (S-325, S-330).
type PermissionError struct {
	Action    privileges.Action
	Class     string // "" for a function of the datastore
	Attribute string // "" when the class as a whole is meant
	Function  string // of Execute
	Singleton bool   // Class is a singleton
}

func (e *PermissionError) Error() string {
	switch {
	case e.Function != "" && e.Class == "":
		return fmt.Sprintf("No permission to execute method %s in dataStore", e.Function)
	case e.Singleton:
		return fmt.Sprintf("No permission to execute method %s in singleton %s", e.Function, e.Class)
	case e.Function != "":
		return fmt.Sprintf("No permission to execute method %s in dataClass %s", e.Function, e.Class)
	case e.Attribute != "":
		return fmt.Sprintf("No permission to %s for the %s.%s attribute", e.Action, e.Class, e.Attribute)
	}
	return fmt.Sprintf("No permission to %s for the %s dataclass", e.Action, e.Class)
}

// SetClassError says that an entity set belongs to another dataclass than the one that is needed.
type SetClassError struct{ Class string }

func (e *SetClassError) Error() string {
	return "the entity set belongs to another dataclass than " + e.Class
}

// AttributeError is a name that is no attribute of a dataclass.
type AttributeError struct {
	Class, Attribute string
	Expand           bool // it was named in an expand list
}

func (e *AttributeError) Error() string {
	return fmt.Sprintf("attribute %q not found in dataclass %s", e.Attribute, e.Class)
}

// ValueError is a value that an attribute does not take.
type ValueError struct{ Class, Attribute, Msg string }

func (e *ValueError) Error() string { return fmt.Sprintf("%s.%s %s", e.Class, e.Attribute, e.Msg) }

// ArgumentError is a wrong, missing or surplus argument of a function.
type ArgumentError struct {
	Function string
	Index    int    // from 1
	Name     string // of the parameter; "" for a surplus argument
	Msg      string
}

func (e *ArgumentError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("function %s: argument %d %s", e.Function, e.Index, e.Msg)
	}
	return fmt.Sprintf("function %s: argument %d (%s) %s", e.Function, e.Index, e.Name, e.Msg)
}

// ValidationError stops a save or drop; events return it (O-528). Its text reaches remote callers.
type ValidationError struct {
	Code    int
	Message string
	Serious bool           // of validate events: status 8 instead of 7
	Extra   map[string]any // extraDescription
}

func (e *ValidationError) Error() string { return e.Message }

// Invalid makes a mild [ValidationError].
func Invalid(code int, format string, args ...any) error {
	return &ValidationError{Code: code, Message: fmt.Sprintf(format, args...)}
}

// stoppedError is an error by which an event or a trigger stopped a save or drop. Its status is that of the event (O-529, O-530, O-566),
// whatever it wraps: a nested save or a Get may have failed for an entity of its own.
type stoppedError struct {
	validate bool
	err      error
}

func (e *stoppedError) Error() string { return e.err.Error() }

// Unwrap hides facts about another entity: callers would take them for facts about the one they save.
func (e *stoppedError) Unwrap() error {
	if aboutEntity(e.err) {
		return nil
	}
	return e.err
}

func aboutEntity(err error) bool {
	return errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) || errors.Is(err, triggers.ErrStale)
}

// status is the status of O-529.
func (e *stoppedError) status() int {
	if !e.validate {
		return StatusSerious
	}
	if v, ok := errors.AsType[*ValidationError](e.err); ok && !v.Serious {
		return StatusValidation
	}
	return StatusSeriousValidation
}

// ofTrigger marks what a write of a row can only have from its triggers.
func ofTrigger(err error) error {
	_, invalid := errors.AsType[*ValidationError](err)
	_, denied := errors.AsType[*PermissionError](err)
	if invalid || denied || errors.Is(err, ErrNotFound) || errors.Is(err, ErrConflict) {
		return &stoppedError{err: err}
	}
	return err
}

// UserError is an error whose text is meant for the remote caller. Make it with [Errorf].
type UserError struct {
	Code    int
	Message string
	Status  int // HTTP status; 0: 500
}

func (e *UserError) Error() string { return e.Message }

// Errorf makes an error whose code and text reach the remote caller. Any other error of a function is "internal error" to them.
func Errorf(code int, format string, args ...any) error {
	return &UserError{Code: code, Message: fmt.Sprintf(format, args...)}
}

// LimitError says that a request asks for more than is allowed.
type LimitError struct {
	What string
	Max  int
}

func (e *LimitError) Error() string { return fmt.Sprintf("%s: at most %d", e.What, e.Max) }

// PanicError is a panic in a function or event of the application. Value and stack are for the log only.
type PanicError struct {
	Where string
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return "panic in " + e.Where }
