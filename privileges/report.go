package privileges

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// Problem is one mistake in roles.json.
type Problem struct {
	Line    int    `json:"line"` // from 1
	Path    string `json:"path"` // such as permissions.allowed[2].read; empty for the file as a whole
	Message string `json:"message"`
}

// String returns "line 7: permissions.allowed[2].read: message".
func (p Problem) String() string {
	if p.Path == "" {
		return fmt.Sprintf("line %d: %s", p.Line, p.Message)
	}
	return fmt.Sprintf("line %d: %s: %s", p.Line, p.Path, p.Message)
}

// FileError lists everything that is wrong with one roles.json, in the order of
// the lines. Its JSON form is the error report of S-304.
type FileError struct {
	// File is the path that was read; empty after [Parse].
	File string `json:"-"`
	// Problems has at least one entry.
	Problems []Problem `json:"errors"`
	// ForceLogin is the value of the property of that name, false when it could
	// not be read. See [FileError.Open].
	ForceLogin bool `json:"-"`
}

// Error returns one line for each problem.
func (e *FileError) Error() string {
	name := e.File
	if name == "" {
		name = "roles.json"
	}
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = name + ": " + p.String()
	}
	return strings.Join(lines, "\n")
}

// Open returns the roles of a server that was told to start in spite of the
// error: all access protection is off, but forceLogin stays on when the file
// says so (S-299, S-301). Whoever calls it should log the error loudly.
func (e *FileError) Open() *Roles {
	r := Open()
	r.forceLogin = e.ForceLogin
	return r
}

// WriteReport writes the problems in err to the error report at path, and
// deletes the report when err is nil (S-299, S-300). An error that is not a
// [*FileError] becomes a report with that single message.
func WriteReport(path string, err error) error {
	if err == nil {
		return removeReport(path)
	}
	fileErr, ok := errors.AsType[*FileError](err)
	if !ok {
		fileErr = &FileError{Problems: []Problem{{Line: 1, Message: err.Error()}}}
	}
	data, err := json.MarshalIndent(fileErr, "", "  ")
	if err != nil {
		return fmt.Errorf("encode roles report: %w", err)
	}
	if err := os.WriteFile(path, append(data, '\n'), 0o644); err != nil {
		return fmt.Errorf("write roles report: %w", err)
	}
	return nil
}

func removeReport(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove roles report: %w", err)
	}
	return nil
}
