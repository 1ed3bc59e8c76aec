package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ordago/ordago/session"
)

// maxProcessName is how many bytes the name of a process may have.
const maxProcessName = 255

// ProcessOption refines how a process is started.
type ProcessOption struct {
	name   string
	unique bool
}

// ProcessName names a process; it is required where parameters are passed. Several processes may have the same name. On a server it must
// not begin with $, which 4D keeps for processes of clients (S-113).
func ProcessName(name string) ProcessOption { return ProcessOption{name: name} }

// Unique starts no process when one of that name is running, and returns the number of that one (S-111). It needs [ProcessName].
func Unique() ProcessOption { return ProcessOption{unique: true} }

// Procedures returns the names of the declared procedures, sorted.
func (s *Server) Procedures() []string {
	names := make([]string, 0, len(s.procedures))
	for name := range s.procedures {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Execute is [Proc.Execute] by name, for tools: args is the parameter struct as a JSON object, nil for none. Names of fields that the
// struct does not have are errors.
func (s *Server) Execute(_ context.Context, name string, args json.RawMessage, opts ...ProcessOption) (int, error) {
	run, err := s.workOf(name, args)
	if err != nil {
		return 0, err
	}
	var o ProcessOption
	for _, opt := range opts {
		o = ProcessOption{cmp.Or(opt.name, o.name), opt.unique || o.unique}
	}
	if err := s.checkOptions(o, hasParameters(args)); err != nil {
		return 0, fmt.Errorf("procedure %s: %w", name, err)
	}
	number, _, err := s.launch(launch{name: o.name, method: name, unique: o.unique}, run)
	return number, err
}

// Call is [Proc.Call] by name: the procedure runs in the caller's process and session, and has ended when Call returns.
func (s *Server) Call(ctx context.Context, name string, args json.RawMessage) error {
	run, err := s.workOf(name, args)
	if err != nil {
		return err
	}
	return run(s.within(ctx), session.Current(ctx))
}

func (s *Server) workOf(name string, args json.RawMessage) (work, error) {
	p, ok := s.procedures[name]
	if !ok {
		return nil, fmt.Errorf("there is no procedure %q: this application has %s", name, listOf(s.Procedures()))
	}
	return p.prepare(args)
}

func listOf(names []string) string { return cmp.Or(strings.Join(names, ", "), "none") }

func (s *Server) checkOptions(o ProcessOption, parameters bool) error {
	switch {
	case parameters && o.name == "":
		return errors.New("a process with parameters needs a name: add ProcessName")
	case o.unique && o.name == "":
		return errors.New("a unique process needs a name: add ProcessName")
	case strings.HasPrefix(o.name, "$") && !s.config.Standalone:
		return fmt.Errorf("the name of a process on a server cannot begin with $: %q", o.name)
	case len(o.name) > maxProcessName:
		return fmt.Errorf("the name of a process has %d bytes, more than %d", len(o.name), maxProcessName)
	}
	return nil
}

// launch starts a process in the session of the application; started is false when one of that name runs already. Errors and panics of
// the process are logged: nobody waits for them.
func (s *Server) launch(l launch, run work) (number int, started bool, err error) {
	p, isNew, err := s.processes.begin(context.Background(), l)
	if err != nil || !isNew {
		return p.numberOr0(), false, err
	}
	go func() {
		defer s.processes.end(p)
		s.logEnd(p, s.guarded(p.ctx, l.method, run))
	}()
	return p.number, true, nil
}

// logEnd logs a process that did not do its work; one that was told to stop did nothing wrong.
func (s *Server) logEnd(p *process, err error) {
	attrs := []any{"process", p.number, "name", p.name, "procedure", p.method}
	switch {
	case err == nil:
	case p.ctx.Err() != nil && errors.Is(err, context.Canceled):
		s.log.Info("process was aborted", attrs...)
	default:
		s.logFailure("process failed", err, attrs...)
	}
}
