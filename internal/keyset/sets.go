package keyset

import "github.com/RoaringBitmap/roaring/v2/roaring64"

// Range is positions from Start to End, both included.
type Range struct{ Start, End int }

// And returns the set of the keys that are in both lists, which are of one kind.
func (l *List) And(o *List) *List {
	if l.kind == Integers {
		return bits(roaring64.And(l.bitmap(), o.bitmap()))
	}
	in := o.index()
	return l.those(func(id string) bool { return in[id] })
}

// Or returns the set of the keys of both lists.
func (l *List) Or(o *List) *List {
	if l.kind == Integers {
		return bits(roaring64.Or(l.bitmap(), o.bitmap()))
	}
	b := Extend(l, Set)
	b.append(o)
	return b.List()
}

// Minus returns the set of the keys of l that are not in o.
func (l *List) Minus(o *List) *List {
	if l.kind == Integers {
		return bits(roaring64.AndNot(l.bitmap(), o.bitmap()))
	}
	in := o.index()
	return l.those(func(id string) bool { return !in[id] })
}

// Without returns l in its order without any key of o.
func (l *List) Without(o *List) *List { return l.filter(o, false) }

// Only returns l in its order without the keys that are not in o.
func (l *List) Only(o *List) *List { return l.filter(o, true) }

func (l *List) filter(o *List, keep bool) *List {
	switch {
	case l.set != nil && keep:
		return l.And(o)
	case l.set != nil:
		return l.Minus(o)
	}
	b := NewBuilder(l.kind, l.order)
	in := o.member()
	l.each(func(key []any) bool {
		if in(key) == keep {
			b.take(key)
		}
		return true
	})
	return b.List()
}

// take adds a key that belongs to a list that is being walked.
func (b *Builder) take(key []any) {
	if n, ok := integer(key); ok && b.list.kind == Integers {
		b.addInteger(n)
		return
	}
	b.addValues(key)
}

// Ranges returns where in l the keys of o are, neighbours merged.
func (l *List) Ranges(o *List) []Range {
	ranges := []Range{}
	in := o.member()
	i := 0
	l.each(func(key []any) bool {
		if in(key) {
			if n := len(ranges); n > 0 && ranges[n-1].End == i-1 {
				ranges[n-1].End = i
			} else {
				ranges = append(ranges, Range{i, i})
			}
		}
		i++
		return true
	})
	return ranges
}

// member returns a question about single keys that is answered without walking the list each time.
func (l *List) member() func(key []any) bool {
	if l.kind == Integers {
		set := l.bitmap()
		return func(key []any) bool {
			n, ok := integer(key)
			return ok && set.Contains(toBit(n))
		}
	}
	in := l.index()
	return func(key []any) bool { return in[Identity(key)] }
}

// bitmap is the keys of a list of Integers as a set, not to be changed.
func (l *List) bitmap() *roaring64.Bitmap {
	if l.set != nil {
		return l.set
	}
	set := roaring64.New()
	var room [1024]uint64
	chunk := room[:0]
	l.eachInteger(0, l.Len(), func(n int64) bool {
		if chunk = append(chunk, toBit(n)); len(chunk) == len(room) {
			set.AddMany(chunk)
			chunk = chunk[:0]
		}
		return true
	})
	set.AddMany(chunk)
	return set
}

func bits(set *roaring64.Bitmap) *List {
	set.RunOptimize()
	return &List{kind: Integers, set: set}
}

func (l *List) index() map[string]bool {
	in := make(map[string]bool, len(l.keys))
	for _, key := range l.keys {
		in[Identity(key)] = true
	}
	return in
}

// those is the set of the keys of a list of Values that are wanted.
func (l *List) those(wanted func(id string) bool) *List {
	b := NewBuilder(Values, Set)
	for _, key := range l.keys {
		if wanted(Identity(key)) {
			b.addValues(key)
		}
	}
	return b.List()
}
