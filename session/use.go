package session

import (
	"context"
	"slices"
	"sync"
)

// home keeps groups of shared objects: one that is locked is locked as a whole
// (S-254). The storage of a session is a home with a group for its own scalar
// values and one for each object in it (S-255); an object that is stored nowhere
// yet is a home with one group.
type home interface {
	// lock waits until nobody else in this process holds the group.
	lock(ctx context.Context, group string) (release func(), err error)
	// begin returns a working copy of the group, nil when it is gone, and what
	// it was made from.
	begin(ctx context.Context, group string, again bool) (root, base any, err error)
	// commit stores the working copy unless the group has changed since begin,
	// and reports whether it did.
	commit(group string, root, base any) (bool, error)
	// read returns a copy of the group to look at.
	read(group string) any
	// placeOf returns where a node is that was found in the group by path.
	placeOf(group string, path []step) place
}

// step leads from an object to a property or from a list to an item.
type step struct {
	name  string
	index int // or one of those below
}

const (
	property = -1
	nowhere  = -2
)

// place is where a shared object is stored.
type place struct {
	home  home
	group string
	path  []step
}

// find follows path from root; nil when it leads nowhere.
func find(root any, path []step) any {
	node := root
	for _, s := range path {
		switch at := node.(type) {
		case *dict:
			if s.index != property {
				return nil
			}
			node = at.values[s.name]
		case *array:
			if s.index < 0 || s.index >= len(at.items) {
				return nil
			}
			node = at.items[s.index]
		default:
			return nil
		}
	}
	return node
}

// search returns the path from root to node.
func search(root, node any) ([]step, bool) {
	if root == node {
		return nil, true
	}
	try := func(s step, child any) ([]step, bool) {
		path, ok := search(child, node)
		return append([]step{s}, path...), ok
	}
	switch at := root.(type) {
	case *dict:
		for name, value := range at.values {
			if path, ok := try(step{name, property}, value); ok {
				return path, true
			}
		}
	case *array:
		for i, item := range at.items {
			if path, ok := try(step{"", i}, item); ok {
				return path, true
			}
		}
	}
	return nil, false
}

// use is one Use block that runs, with its working copy of a group.
type use struct {
	home  home
	group string
	outer *use // of the same chain of calls
	root  any
	base  any

	mu    sync.Mutex // guards the working copy
	over  bool
	joins []join
}

// join is an object that was stored by a block that has not ended.
type join struct {
	loose *loose
	node  any
}

type useKey struct{}

// storing returns the block of this chain of calls that has stored what is at p,
// and its node in the working copy.
func storing(ctx context.Context, p place) (*use, any) {
	u, _ := ctx.Value(useKey{}).(*use)
	for ; u != nil; u = u.outer {
		if node := u.joined(p); node != nil {
			return u, node
		}
	}
	return nil, nil
}

func (u *use) joined(p place) any {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, j := range u.joins {
		if p.home == home(j.loose) {
			return find(j.node, p.path)
		}
	}
	return nil
}

// running returns the block of this chain of calls that holds the group.
func running(ctx context.Context, h home, group string) *use {
	u, _ := ctx.Value(useKey{}).(*use)
	for ; u != nil; u = u.outer {
		if u.home == h && u.group == group {
			return u
		}
	}
	return nil
}

// work is what runs in a Use block, with the node that the block is for.
type work func(ctx context.Context, u *use, node any) error

// transact runs fn as a Use block on p, again when another process has changed
// the group meanwhile.
func transact(ctx context.Context, p place, fn work) error {
	p, release, err := locked(ctx, p)
	if err != nil {
		return err
	}
	defer release()
	for try := 0; ; try++ {
		done, err := attempt(ctx, p, fn, try > 0)
		if done || err != nil {
			return err
		}
		if !pause(ctx, try) {
			return ErrBusy
		}
	}
}

// locked waits for the group of p, which may have become another one meanwhile.
func locked(ctx context.Context, p place) (place, func(), error) {
	for {
		release, err := p.home.lock(ctx, p.group)
		if err != nil {
			return p, nil, err
		}
		moved := p.now()
		if moved.home == p.home {
			return p, release, nil
		}
		release()
		p = moved
	}
}

func attempt(ctx context.Context, p place, fn work, again bool) (done bool, err error) {
	u := &use{home: p.home, group: p.group}
	u.outer, _ = ctx.Value(useKey{}).(*use)
	if u.root, u.base, err = p.home.begin(ctx, p.group, again); err != nil {
		return false, err
	}
	node := find(u.root, p.path)
	if node == nil {
		return false, ErrGone
	}
	defer func() { u.end(done) }()
	if err := fn(context.WithValue(ctx, useKey{}, u), u, node); err != nil {
		return false, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.home.commit(u.group, u.root, u.base)
}

// end closes the block: what it stored belongs to the group now, or, when
// nothing was committed, to nobody.
func (u *use) end(committed bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.over = true
	for _, j := range u.joins {
		path, ok := search(u.root, j.node)
		switch {
		case !committed:
			j.loose.settle(nil)
		case ok:
			p := u.home.placeOf(u.group, path)
			j.loose.settle(&p)
		default: // stored and removed again: a member of the group for ever
			j.loose.settle(&place{home: u.home, group: u.group, path: []step{{"", nowhere}}})
		}
	}
}

// admit returns the node for a value that is to be stored (S-249, S-254).
func (u *use) admit(v any) (any, error) {
	switch v := v.(type) {
	case *Object:
		if v != nil {
			return u.adopt(&v.shared)
		}
	case *List:
		if v != nil {
			return u.adopt(&v.shared)
		}
	}
	node, ok := scalar(v)
	if !ok {
		return nil, &NotSharedError{Value: v}
	}
	return node, nil
}

func (u *use) admitAll(values []any) ([]any, error) {
	nodes := make([]any, 0, len(values))
	for _, v := range values {
		node, err := u.admit(v)
		if err != nil {
			return nil, err
		}
		nodes = append(nodes, node)
	}
	return nodes, nil
}

// adopt makes an object that is stored nowhere a member of the group.
func (u *use) adopt(s *shared) (any, error) {
	l, ok := s.place.home.(*loose)
	if !ok || s.use != nil || len(s.place.path) > 0 || u.home == home(l) {
		return nil, ErrStored
	}
	data, ok := l.adopt()
	if !ok {
		return nil, ErrStored
	}
	node, err := decodeNode(data)
	if err != nil {
		return nil, err
	}
	u.joins = append(u.joins, join{l, node})
	return node, nil
}

// clonePath lets a path grow without changing the one it began as.
func clonePath(path []step, s step) []step { return append(slices.Clip(path), s) }
