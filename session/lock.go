package session

import (
	"context"
	"fmt"
	"sync"
)

// locks are exclusive locks by name. Waiting ends with a context.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	gate  chan struct{}
	users int // who holds it or waits
}

// acquire waits for the lock and returns what gives it back.
func (l *locks) acquire(ctx context.Context, name string) (release func(), err error) {
	k := l.join(name)
	select {
	case k.gate <- struct{}{}:
		return func() { <-k.gate; l.part(name, k) }, nil
	case <-ctx.Done():
		l.part(name, k)
		return nil, fmt.Errorf("use shared object: another holds it: %w", context.Cause(ctx))
	}
}

// try is acquire for who cannot wait.
func (l *locks) try(name string) (release func(), ok bool) {
	k := l.join(name)
	select {
	case k.gate <- struct{}{}:
		return func() { <-k.gate; l.part(name, k) }, true
	default:
		l.part(name, k)
		return nil, false
	}
}

func (l *locks) join(name string) *lock {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.held[name]
	if k == nil {
		if l.held == nil {
			l.held = make(map[string]*lock)
		}
		k = &lock{gate: make(chan struct{}, 1)}
		l.held[name] = k
	}
	k.users++
	return k
}

func (l *locks) part(name string, k *lock) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if k.users--; k.users == 0 {
		delete(l.held, name)
	}
}
