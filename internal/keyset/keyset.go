// Package keyset keeps the primary keys of a fixed selection in little memory: whole numbers as a bitmap when they are a set and as
// differences when they have an order, all other keys as canonical values. It knows no database.
//
//	b := keyset.NewBuilder(keyset.Integers, keyset.Set)
//	b.Add([]any{int64(7)})
//	both := b.List().And(other)
package keyset

import (
	"strconv"
	"strings"

	"github.com/RoaringBitmap/roaring/v2/roaring64"

	"github.com/ordago/ordago/model"
)

// Kind says what the keys are.
type Kind uint8

// The kinds.
const (
	Values   Kind = iota // canonical values of any type, in any number of parts
	Integers             // one int64
)

// Order says whether positions mean something.
type Order uint8

// The orders.
const (
	Set     Order = iota // every key once; whole numbers ascend, other keys stay as they were added
	Ordered              // keys as they were added, possibly several times
)

// List is an immutable list of keys. It is safe for concurrent use.
type List struct {
	kind  Kind
	order Order

	set    *roaring64.Bitmap // of a Set of Integers
	seq    sequence          // of Ordered Integers: the part from start on, length numbers
	start  int
	length int
	keys   [][]any // of Values
}

// Len returns the number of keys, repeated ones included.
func (l *List) Len() int {
	switch {
	case l.set != nil:
		return int(l.set.GetCardinality())
	case l.kind == Integers:
		return l.length
	}
	return len(l.keys)
}

// Ordered reports whether positions mean something.
func (l *List) Ordered() bool { return l.order == Ordered }

// Unordered returns the list as a Set; its keys must not repeat.
func (l *List) Unordered() *List {
	set := *l
	set.order = Set
	return &set
}

// Slice returns the keys from position start up to end; both are within 0 and Len.
func (l *List) Slice(start, end int) *List {
	switch {
	case l.set != nil:
		b := NewBuilder(Integers, Set)
		l.eachInteger(start, end, func(n int64) bool {
			b.addInteger(n)
			return true
		})
		return b.List()
	case l.kind == Integers:
		return &List{kind: Integers, order: l.order, seq: l.seq, start: l.start + start, length: max(end-start, 0)}
	}
	return &List{order: l.order, keys: l.keys[start:max(start, end):max(start, end)]}
}

// Keys returns the keys from position start up to end as canonical values: for pages.
func (l *List) Keys(start, end int) [][]any {
	if l.kind == Values {
		return l.keys[start:end]
	}
	keys := make([][]any, 0, max(end-start, 0))
	l.eachInteger(start, end, func(n int64) bool {
		keys = append(keys, []any{n})
		return true
	})
	return keys
}

// Numbers returns all keys of a list of Integers; ok is false for another one.
func (l *List) Numbers() (numbers []int64, ok bool) {
	if l.kind != Integers {
		return nil, false
	}
	numbers = make([]int64, 0, l.Len())
	l.eachInteger(0, l.Len(), func(n int64) bool {
		numbers = append(numbers, n)
		return true
	})
	return numbers, true
}

// Contains reports whether the key is in the list. It looks at all keys, except in a Set of Integers.
func (l *List) Contains(key []any) bool {
	if l.set != nil {
		n, ok := integer(key)
		return ok && l.set.Contains(toBit(n))
	}
	found, id := false, Identity(key)
	l.each(func(k []any) bool {
		found = Identity(k) == id
		return !found
	})
	return found
}

// each hands all keys to yield, which must not keep them, until it returns false.
func (l *List) each(yield func(key []any) bool) {
	if l.kind == Integers {
		key := make([]any, 1)
		l.eachInteger(0, l.Len(), func(n int64) bool {
			key[0] = n
			return yield(key)
		})
		return
	}
	for _, key := range l.keys {
		if !yield(key) {
			return
		}
	}
}

func (l *List) eachInteger(start, end int, yield func(int64) bool) {
	if l.set == nil {
		l.seq.each(l.start+start, l.start+end, yield)
		return
	}
	if start >= end {
		return
	}
	first, err := l.set.Select(uint64(start))
	if err != nil {
		return // there are fewer
	}
	bits := l.set.Iterator()
	bits.AdvanceIfNeeded(first)
	for left := end - start; left > 0 && bits.HasNext(); left-- {
		if !yield(fromBit(bits.Next())) {
			return
		}
	}
}

// toBit keeps the order of numbers, negative ones included.
func toBit(n int64) uint64 { return uint64(n) ^ 1<<63 }

func fromBit(bit uint64) int64 { return int64(bit ^ 1<<63) }

func integer(key []any) (int64, bool) {
	if len(key) != 1 {
		return 0, false
	}
	n, ok := key[0].(int64)
	return n, ok
}

// Identity is a text that is different for different keys of one dataclass.
func Identity(key []any) string {
	if len(key) == 1 {
		return model.KeyText(key[0])
	}
	var text strings.Builder
	for _, k := range key {
		text.WriteString(strconv.Quote(model.KeyText(k)))
	}
	return text.String()
}
