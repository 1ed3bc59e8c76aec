package triggers

import (
	"context"

	"gorm.io/gorm"
)

// scope is what a context knows about the write it belongs to. A scope does not change once it is in a context.
type scope struct {
	pool   gorm.ConnPool // the transaction, nil outside any
	frame  *frame        // the innermost running trigger, nil outside any
	old    any           // pointer given to WithOld for the next write of this level
	force  bool          // WithForce for the next write of this level
	bypass string        // reason given to Bypass
	whole  bool          // Within was given the pool: its owner undoes what fails
}

type scopeKey struct{}

func scopeOf(ctx context.Context) scope {
	s, _ := ctx.Value(scopeKey{}).(scope)
	return s
}

func (s scope) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// enter returns the scope inside trigger f: what was said about the write itself does not hold for the writes the trigger makes.
func (s scope) enter(f *frame, pool gorm.ConnPool) scope {
	return scope{pool: pool, frame: f, bypass: s.bypass}
}

// Within returns a context that belongs to the transaction pool: a statement with this context on any other pool is refused
// with [ErrOuterHandle]. Whoever calls it undoes the whole transaction when a write in it fails. A nil pool is ignored.
func Within(ctx context.Context, pool gorm.ConnPool) context.Context {
	if pool == nil {
		return ctx
	}
	s := scopeOf(ctx)
	s.pool, s.whole = pool, true
	return s.in(ctx)
}

// Outside returns ctx without the transaction and the trigger it belongs to. The session stays.
// Use it for work that must not be part of the transaction: another database, or a goroutine that outlives it.
// A write to the same SQLite database waits for the transaction to end, so never wait for such a write inside a trigger.
func Outside(ctx context.Context) context.Context {
	return scope{}.in(ctx)
}

// Pool returns the transaction ctx belongs to, from [Within] or from the trigger that is running; false outside any.
func Pool(ctx context.Context) (gorm.ConnPool, bool) {
	pool := scopeOf(ctx).pool
	return pool, pool != nil
}

// InHook reports whether ctx is that of a running trigger: level 1 or more (O-569).
func InHook(ctx context.Context) bool {
	return scopeOf(ctx).frame != nil
}

// WithOld hands the next write of ctx the row as it was before: [Old] returns a copy of *oldPtr and reads nothing.
// It is used only if oldPtr is a pointer to the written model and has the same primary key, and not for writes that triggers make.
func WithOld(ctx context.Context, oldPtr any) context.Context {
	s := scopeOf(ctx)
	s.old = oldPtr
	return s.in(ctx)
}

// WithForce lets the next delete of ctx ignore the stamp. It does not hold for deletes that triggers make.
func WithForce(ctx context.Context) context.Context {
	s := scopeOf(ctx)
	s.force = true
	return s.in(ctx)
}

// Bypass lets everything that is done with ctx write past triggers. It is for operators: migrations, repairs, imports that were checked before.
// Each call that would have been refused is logged with its model and the reason. An empty reason bypasses nothing.
// Stamps are still raised where GORM builds the statement; raw SQL must raise them itself.
func Bypass(ctx context.Context, reason string) context.Context {
	s := scopeOf(ctx)
	s.bypass = reason
	return s.in(ctx)
}
