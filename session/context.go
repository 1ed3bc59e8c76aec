package session

import "context"

type contextKey struct{}

// binding is what a context says about sessions.
type binding struct {
	session *Session
	hidden  bool // under a local function
	web     bool // a web process, with or without a session
}

func bindingOf(ctx context.Context) binding {
	b, _ := ctx.Value(contextKey{}).(binding)
	return b
}

func with(ctx context.Context, b binding) context.Context {
	return context.WithValue(ctx, contextKey{}, b)
}

// Current is the Session command: the session on whose behalf the running code
// was called (S-015 to S-025). It is nil under a local function, in a web
// process whose server has sessions switched off, and where nobody bound a
// session; a server binds its stored procedure session to everything it starts.
//
// When the session of a running request has ended, Current returns a new guest
// session that takes its place (S-228).
func Current(ctx context.Context) *Session {
	b := bindingOf(ctx)
	if b.hidden {
		return nil
	}
	return b.session.alive(ctx)
}

// Caller returns the session on whose behalf the code runs, under a local
// function too. It is for triggers and the data layer; other code asks [Current].
func Caller(ctx context.Context) *Session { return bindingOf(ctx).session.alive(ctx) }

// Enforced reports whether permissions apply to code that runs under ctx: in
// web processes only (S-281), also in those without a session.
func Enforced(ctx context.Context) bool {
	b := bindingOf(ctx)
	return b.web || b.session.Enforced()
}

// NewContext returns a context under which s is the current session and the
// caller. With a nil s both are nil, and permissions apply if they did under ctx:
// a web process does not gain rights where [Manager.Bind] returned no session.
func NewContext(ctx context.Context, s *Session) context.Context {
	return with(ctx, binding{session: s, web: s.Enforced() || s == nil && Enforced(ctx)})
}

// Anonymous returns a context for a web process whose server has sessions
// switched off: there is no session, and permissions apply nevertheless, to a
// caller who holds nothing.
func Anonymous(ctx context.Context) context.Context { return with(ctx, binding{web: true}) }

// Hide returns a context for a local function: [Current] is nil under it, and
// [Caller] is what it was.
func Hide(ctx context.Context) context.Context {
	b := bindingOf(ctx)
	b.hidden = true
	return with(ctx, b)
}

// Detach returns a context for work that goes on after its request: it has no
// deadline, is never cancelled and carries nothing of ctx but the session,
// without promotions (S-038). In particular no database transaction comes along.
func Detach(ctx context.Context) context.Context {
	b := bindingOf(ctx)
	if s := Caller(ctx); s != nil {
		b.session = newHandle(s.state(), nil, s.web)
		b.session.client = s.client
	}
	return with(context.Background(), b)
}

// alive returns s, or the session that has taken its place in its request. A
// handle follows its request to the session that was restored, and stays with
// one that has ended.
func (s *Session) alive(ctx context.Context) *Session {
	if s == nil || s.req == nil {
		return s
	}
	st, own := s.req.state(ctx), s.state()
	switch {
	case st == own:
		return s
	case own.closed():
		return s.req.successor(st)
	default:
		s.st.Store(st)
		return s
	}
}
