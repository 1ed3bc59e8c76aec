package session

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
)

// List is a shared list: like [Object], with items instead of properties. An item
// that was taken from a list is the one at that index, whatever is there later.
type List struct{ shared }

// NewList returns an empty shared list that is stored nowhere yet.
func NewList() *List {
	return &List{shared{place: place{home: &loose{data: json.RawMessage("[]")}}}}
}

// Use is [Object.Use] for a list.
func (l *List) Use(ctx context.Context, fn func(ctx context.Context, l *List) error) error {
	if l == nil {
		return ErrNoSession
	}
	return l.run(ctx, func(ctx context.Context, u *use, node any) error {
		if _, ok := node.(*array); !ok {
			return ErrGone
		}
		return fn(ctx, &List{shared{use: u, node: node}})
	})
}

// Len returns the number of items.
func (l *List) Len() (n int) {
	l.lookItems(func(items []any) { n = len(items) })
	return n
}

// At returns an item, as [Object.Get] returns properties; false when there is no
// such index.
func (l *List) At(i int) (value any, ok bool) {
	l.lookItems(func(items []any) {
		if ok = i >= 0 && i < len(items); ok {
			value = l.out(items[i], step{"", i})
		}
	})
	return value, ok
}

// Copy returns the items as an ordinary slice, see [Object.Copy].
func (l *List) Copy() []any {
	var list []any
	l.lookItems(func(items []any) { list, _ = plain(&array{items}, float).([]any) })
	return list
}

// lookItems calls fn with the items, unless the list is nil or gone.
func (l *List) lookItems(fn func(items []any)) {
	if l == nil {
		return
	}
	l.look(func(node any) {
		if a, ok := node.(*array); ok {
			fn(a.items)
		}
	})
}

// Set changes an item that exists, within a Use block only. See [Object.Set].
func (l *List) Set(i int, v any) error {
	if l == nil {
		return ErrNoSession
	}
	return l.change(func(u *use) error {
		items := l.node.(*array).items
		if i < 0 || i >= len(items) {
			return fmt.Errorf("shared list: there is no item %d among %d", i, len(items))
		}
		node, err := u.admit(v)
		if err == nil {
			items[i] = node
		}
		return err
	})
}

// Append adds items. Outside of a Use block it makes one for itself (S-256).
func (l *List) Append(ctx context.Context, values ...any) error {
	return l.edit(ctx, func(u *use, a *array) error {
		nodes, err := u.admitAll(values)
		a.items = append(a.items, nodes...)
		return err
	})
}

// Insert adds items before the one at i; i may be [List.Len]. Outside of a Use
// block it makes one for itself (S-256).
func (l *List) Insert(ctx context.Context, i int, values ...any) error {
	return l.edit(ctx, func(u *use, a *array) error {
		if i < 0 || i > len(a.items) {
			return fmt.Errorf("shared list: there is no place %d among %d items", i, len(a.items))
		}
		nodes, err := u.admitAll(values)
		a.items = slices.Insert(a.items, i, nodes...)
		return err
	})
}

// Remove removes an item; one that is missing is no error. Outside of a Use block
// it makes one for itself (S-256).
func (l *List) Remove(ctx context.Context, i int) error {
	return l.edit(ctx, func(_ *use, a *array) error {
		if i >= 0 && i < len(a.items) {
			a.items = slices.Delete(a.items, i, i+1)
		}
		return nil
	})
}

// edit runs fn on the items, in a Use block.
func (l *List) edit(ctx context.Context, fn func(u *use, a *array) error) error {
	return l.Use(ctx, func(_ context.Context, l *List) error {
		return l.change(func(u *use) error { return fn(u, l.node.(*array)) })
	})
}
