package keyset

import (
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2/roaring64"
)

// Builder makes a [List]. It is used by one goroutine at a time.
type Builder struct {
	list   List
	seen   map[string]bool // keys of a Set of Values
	shared bool            // the bitmap belongs to a List too
}

// NewBuilder returns a builder of an empty list.
func NewBuilder(k Kind, o Order) *Builder {
	b := &Builder{list: List{kind: k, order: o}}
	switch {
	case o != Set:
	case k == Integers:
		b.list.set = roaring64.New()
	default:
		b.seen = map[string]bool{}
	}
	return b
}

// Extend returns a builder that begins with the keys of l, in that order; l stays as it is.
func Extend(l *List, o Order) *Builder {
	if l.set != nil && o == Set {
		return &Builder{list: List{kind: Integers, set: l.set}, shared: true}
	}
	b := NewBuilder(l.kind, o)
	b.append(l)
	return b
}

// Add appends a key, or adds it to a Set. The key is kept. An error means that it is not of the builder's kind.
func (b *Builder) Add(key []any) error {
	if b.list.kind == Values {
		b.addValues(key)
		return nil
	}
	n, ok := integer(key)
	if !ok {
		return fmt.Errorf("key %v is no whole number of 64 bits", key)
	}
	b.addInteger(n)
	return nil
}

// Append adds all keys of a list of the same kind.
func (b *Builder) Append(l *List) error {
	if l.kind != b.list.kind {
		return fmt.Errorf("keys of one kind cannot be added to those of another")
	}
	b.append(l)
	return nil
}

func (b *Builder) append(l *List) {
	if l.kind == Integers {
		l.eachInteger(0, l.Len(), func(n int64) bool {
			b.addInteger(n)
			return true
		})
		return
	}
	for _, key := range l.keys {
		b.addValues(key)
	}
}

func (b *Builder) addInteger(n int64) {
	if b.list.set == nil {
		b.list.seq.append(n)
		b.list.length++
		return
	}
	if b.shared {
		b.list.set, b.shared = b.list.set.Clone(), false
	}
	b.list.set.Add(toBit(n))
}

func (b *Builder) addValues(key []any) {
	if b.seen != nil {
		id := Identity(key)
		if b.seen[id] {
			return
		}
		b.seen[id] = true
	}
	b.list.keys = append(b.list.keys, key)
}

// Len returns how many keys there are so far.
func (b *Builder) Len() int { return b.list.Len() }

// Ordered reports whether the list will be ordered.
func (b *Builder) Ordered() bool { return b.list.Ordered() }

// List returns what was added so far; the builder can go on.
func (b *Builder) List() *List {
	l := b.list
	l.keys = slices.Clip(l.keys)
	b.shared = l.set != nil
	return &l
}
