package session

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ordago/ordago/privileges"
)

// process is one chain of calls. It numbers its promotions (S-197).
type process struct {
	turn atomic.Int64 // grows with every change of what is promoted

	mu   sync.Mutex // guards the frames too
	last int
}

// frame is what a handle knows of the function that it was made for.
type frame struct {
	process *process // nil outside of any process
	caller  *Session // the handle of the function that called this one
	lent    Lent
	lends   bool // this function or one that called it is lent something

	active []promotion // guarded by process.mu
	over   bool        // guarded by process.mu
}

type promotion struct {
	id   int
	name string
	Lent
}

// Enter begins a function call: it returns a new handle of the caller's session,
// which holds lent in addition, a context under which it is the current one, and
// what must be called when the function returns, by error and panic too. Then
// all that was promoted by the function or for it ends, also for goroutines
// that it left behind (S-200, S-318, S-319, S-323):
//
//	ctx, s, leave := session.Enter(ctx, promoted)
//	defer leave()
//
// The caller's own handle and parallel requests are not affected. Without a
// session the handle is nil. Under [Hide] the caller's session is current again.
func Enter(ctx context.Context, lent Lent) (context.Context, *Session, func()) {
	s := Caller(ctx)
	if s == nil {
		return ctx, nil, func() {}
	}
	called := s.enter(lent)
	return NewContext(ctx, called), called, called.leave
}

// Promote is [Enter] for a call whose end is the end of the use of its context:
// nothing has to be called. Without a session the results are ctx and nil.
func Promote(ctx context.Context, lent Lent) (context.Context, *Session) {
	ctx, s, _ := Enter(ctx, lent)
	return ctx, s
}

func (s *Session) enter(lent Lent) *Session {
	called := newHandle(s.state(), s.req, s.web)
	called.client = s.client
	called.frame = frame{process: s.process, caller: s, lent: lent, lends: s.lends || !lent.Set.Empty()}
	if called.process == nil {
		called.process = new(process)
	}
	return called
}

// leave ends the frame of s.
func (s *Session) leave() {
	p := s.process
	p.mu.Lock()
	defer p.mu.Unlock()
	s.over, s.active = true, nil
	p.turn.Add(1)
}

// Promote lends the function that calls it a privilege, with what it includes,
// until it returns or demotes it, and returns the positive number of the
// promotion (S-195 to S-203). Functions that it calls hold the privilege too;
// its caller, and other requests of the session, do not. [Session.HasPrivilege]
// counts it and [Session.Privileges] does not.
//
// The number is 0, without an error, when the privilege is not declared, is
// promoted already in this chain of calls, or when no function runs: through a
// desktop session's own handle outside of [Enter], after the function's end, and
// through [Manager.Lookup] and [Detach]. The errors are [ErrNoSession] and
// [ErrClientSide].
func (s *Session) Promote(name string) (int, error) {
	if err := s.changeable(); err != nil {
		return 0, err
	}
	if s.process == nil || s.Closed() {
		return 0, nil
	}
	roles := s.state().realm.current()
	names, set := roles.Grant([]string{name}, nil)
	if len(names) == 0 {
		return 0, nil
	}
	return s.process.promote(s, promotion{name: names[len(names)-1], Lent: Lent{roles, set}}), nil
}

// Demote ends the promotion with that number. A number that is not active in
// this chain of calls is ignored (S-198, S-199). The errors are [ErrNoSession]
// and [ErrClientSide].
func (s *Session) Demote(id int) error {
	if err := s.changeable(); err != nil {
		return err
	}
	if s.process != nil {
		s.process.demote(s, id)
	}
	return nil
}

func (p *process) promote(s *Session, n promotion) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.over || s.promotes(n) {
		return 0
	}
	p.last++
	n.id = p.last
	s.active = append(s.active, n)
	p.turn.Add(1)
	return n.id
}

// promotes reports whether n is in force already, by its name or because
// roles.json lends it to a function of the chain (S-196).
func (s *Session) promotes(n promotion) bool {
	for f := s; f != nil; f = f.caller {
		same := func(o promotion) bool { return o.name == n.name }
		if !f.over && (f.lent.under(n.Roles).Contains(n.Set) || slices.ContainsFunc(f.active, same)) {
			return true
		}
	}
	return false
}

func (p *process) demote(s *Session, id int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for f := s; f != nil; f = f.caller {
		f.active = slices.DeleteFunc(f.active, func(n promotion) bool { return n.id == id })
	}
	p.turn.Add(1)
}

// promoted reports whether this handle may hold more than its session.
func (s *Session) promoted() bool {
	return s.lends || s.process != nil && s.process.turn.Load() > 0
}

// promotions returns what is lent under these roles to the function of s and to
// those that called it.
func (s *Session) promotions(roles *privileges.Roles) privileges.Set {
	s.process.mu.Lock()
	defer s.process.mu.Unlock()
	var set privileges.Set
	for f := s; f != nil; f = f.caller {
		if f.over {
			continue
		}
		set = set.Union(f.lent.under(roles))
		for _, n := range f.active {
			set = set.Union(n.under(roles))
		}
	}
	return set
}
