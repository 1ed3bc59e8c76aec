package session

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
)

// loose is a shared object or list that is not stored in another: a group of its
// own, until it joins one.
type loose struct {
	locks locks

	mu      sync.Mutex
	data    json.RawMessage
	joining func() // gives the lock back when the block that stored it has ended
	moved   *place // where it is now
}

func (l *loose) lock(ctx context.Context, group string) (func(), error) {
	return l.locks.acquire(ctx, group)
}

func (l *loose) begin(context.Context, string, bool) (any, any, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	root, err := decodeNode(l.data)
	return root, l.data, err
}

func (l *loose) commit(_ string, root, base any) (bool, error) {
	data, err := encodeNode(root)
	if err != nil {
		return false, err
	}
	if len(data) > DefaultMaxStorage {
		return false, &StorageFullError{Size: len(data), Limit: DefaultMaxStorage}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !bytes.Equal(l.data, base.(json.RawMessage)) {
		return false, nil
	}
	l.data = data
	return true, nil
}

func (l *loose) read(string) any {
	l.mu.Lock()
	defer l.mu.Unlock()
	root, _ := decodeNode(l.data) // written by commit
	return root
}

func (l *loose) placeOf(group string, path []step) place { return place{l, group, path} }

// adopt begins to store l in another object and returns its contents; false when
// it is stored already or used by somebody. It stays locked until settle.
func (l *loose) adopt() (json.RawMessage, bool) {
	release, ok := l.locks.try("")
	if !ok {
		return nil, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.moved != nil {
		release()
		return nil, false
	}
	l.joining = release
	return l.data, true
}

// settle ends what adopt began: l is at p now, or free again for nil.
func (l *loose) settle(p *place) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.moved = p
	l.joining()
}

// now returns where what was at p is.
func (p place) now() place {
	for {
		l, ok := p.home.(*loose)
		if !ok {
			return p
		}
		l.mu.Lock()
		moved := l.moved
		l.mu.Unlock()
		if moved == nil {
			return p
		}
		path := append(moved.path[:len(moved.path):len(moved.path)], p.path...)
		p = place{moved.home, moved.group, path}
	}
}
