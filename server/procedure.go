package server

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"runtime"

	"github.com/ordago/ordago/session"
)

// maxParameters is the size in bytes that the parameters of a procedure may have as JSON.
const maxParameters = 1 << 20

// ErrNoApplication is returned where a procedure is started under a context that no application made.
var ErrNoApplication = errors.New("the context belongs to no application: use one that a server made, or Server.Context")

// Procedure is what [NewProcedure] makes, whatever its parameters are. No other type implements it.
type Procedure interface {
	// Name is what tools and the schedule call the procedure.
	Name() string

	// prepare reads a copy of the parameters and returns what is to run.
	prepare(args json.RawMessage) (work, error)
	declaration() (position string, complete bool)
}

// work is a procedure with its parameters, or a hook.
type work func(ctx context.Context, s *session.Session) error

// Proc is a procedure of the server: code that can run in a process of its own, 4D's stored procedure. In is the struct of its
// parameters, [dataclasses.None] for none; they travel as JSON, so unexported fields do not.
type Proc[In any] struct {
	name     string
	position string // file:line of the declaration
	fn       func(ctx context.Context, s *session.Session, in In) error
}

// NewProcedure declares a procedure; [Config.Procedures] makes it known to the application. fn gets the session of the process: see
// [Proc.Execute] and [Proc.Call]. It must return soon after ctx is cancelled, which happens when the application stops.
func NewProcedure[In any](name string, fn func(ctx context.Context, s *session.Session, in In) error) *Proc[In] {
	_, file, line, _ := runtime.Caller(1)
	return &Proc[In]{name, fmt.Sprintf("%s:%d", filepath.Base(file), line), fn}
}

// Name implements [Procedure].
func (p *Proc[In]) Name() string { return p.name }

// Execute is the command `Execute on server` (S-109): it starts the procedure in a new process of the application that ctx belongs to
// and returns at once with its number, which is positive. The process runs in [Server.Session], whoever starts it (S-037, S-114,
// S-115), with a copy of in (S-112), goes on when ctx ends, and does not wait for a transaction of ctx. An error that it returns is logged.
//
// Failure is 0 and an error (S-110): [ErrNoApplication], [ErrTooManyProcesses], parameters without [ProcessName] (S-113), an unknown
// procedure, or a server that is closed.
func (p *Proc[In]) Execute(ctx context.Context, in In, opts ...ProcessOption) (int, error) {
	s, args, err := p.call(ctx, in)
	if err != nil {
		return 0, err
	}
	return s.Execute(ctx, p.name, args, opts...)
}

// Call is the attribute Execute on Server: it runs the procedure in the process of the caller and in its session, and waits for the result
// (S-036, S-052, S-114). On the server, where all Go code runs, that is an ordinary call with a copy of in.
func (p *Proc[In]) Call(ctx context.Context, in In) error {
	s, args, err := p.call(ctx, in)
	if err != nil {
		return err
	}
	return s.Call(ctx, p.name, args)
}

// call finds the application and writes the parameters.
func (p *Proc[In]) call(ctx context.Context, in In) (*Server, json.RawMessage, error) {
	s, ok := FromContext(ctx)
	if !ok {
		return nil, nil, fmt.Errorf("procedure %s: %w", p.name, ErrNoApplication)
	}
	if s.procedures[p.name] != Procedure(p) {
		return nil, nil, fmt.Errorf("procedure %s is not one of this application: add it to Config.Procedures", p.name)
	}
	args, err := json.Marshal(in)
	if err != nil {
		return nil, nil, fmt.Errorf("procedure %s: parameters: %w", p.name, err)
	}
	return s, args, nil
}

func (p *Proc[In]) declaration() (position string, complete bool) {
	if p == nil {
		return "", false
	}
	return p.position, p.fn != nil
}

func (p *Proc[In]) prepare(args json.RawMessage) (work, error) {
	var in In
	if err := readParameters(args, &in); err != nil {
		return nil, fmt.Errorf("procedure %s: parameters: %w", p.name, err)
	}
	return func(ctx context.Context, s *session.Session) error { return p.fn(ctx, s, in) }, nil
}

// readParameters decodes one JSON value, strictly; nothing at all leaves in as it is.
func readParameters(args json.RawMessage, in any) error {
	if len(args) > maxParameters {
		return fmt.Errorf("%d bytes are more than the limit of %d", len(args), maxParameters)
	}
	if !hasParameters(args) {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(args))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("there is more than one JSON value")
	}
	return nil
}

// hasParameters reports whether parameters were given: JSON that is not null and not an empty object.
func hasParameters(args json.RawMessage) bool {
	switch string(bytes.TrimSpace(args)) {
	case "", "null", "{}":
		return false
	}
	return true
}

// complete reports whether a declaration has all it needs.
func complete(p Procedure) bool {
	if p == nil {
		return false
	}
	_, ok := p.declaration()
	return ok
}

// checkProcedures reports all mistakes in procedures and schedule.
func (c Config) checkProcedures() error {
	var errs []error
	declared := make(map[string]string, len(c.Procedures))
	for i, p := range c.Procedures {
		if !complete(p) {
			errs = append(errs, fmt.Errorf("procedure %d has no function: make it with NewProcedure", i+1))
			continue
		}
		at, _ := p.declaration()
		if name := p.Name(); name == "" || len(name) > maxProcessName {
			errs = append(errs, fmt.Errorf("%s: a procedure needs a name of 1 to %d bytes, not %q", at, maxProcessName, name))
		} else if other, taken := declared[name]; taken {
			errs = append(errs, fmt.Errorf("%s: procedure %s is declared at %s already", at, name, other))
		}
		declared[p.Name()] = at
	}
	for _, e := range c.Schedule {
		if err := e.check(c.Procedures); err != nil {
			errs = append(errs, fmt.Errorf("schedule of procedure %q: %w", e.Procedure, err))
		}
	}
	return errors.Join(errs...)
}
