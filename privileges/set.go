package privileges

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

const wordSize = 64

// Set is a set of privileges, closed under includes when it comes from
// [Roles.Grant], [Roles.SetOf] or [Roles.Promotes].
//
// The zero value is the empty set. A Set is immutable and safe to share between
// goroutines. It has a meaning only together with the Roles that made it.
type Set struct {
	words []uint64 // never ends in a zero word
}

// Empty reports whether s holds no privilege.
func (s Set) Empty() bool { return len(s.words) == 0 }

// Intersects reports whether s and o have a privilege in common.
func (s Set) Intersects(o Set) bool {
	n := min(len(s.words), len(o.words))
	for i := range n {
		if s.words[i]&o.words[i] != 0 {
			return true
		}
	}
	return false
}

// Contains reports whether every privilege of o is in s.
// Every set contains the empty one.
func (s Set) Contains(o Set) bool {
	if len(o.words) > len(s.words) {
		return false
	}
	for i, w := range o.words {
		if w&^s.words[i] != 0 {
			return false
		}
	}
	return true
}

// Union returns the privileges that are in s, in o or in both.
// It allocates only when neither contains the other.
func (s Set) Union(o Set) Set {
	if s.Contains(o) {
		return s
	}
	if o.Contains(s) {
		return o
	}
	long, short := s.words, o.words
	if len(short) > len(long) {
		long, short = short, long
	}
	words := slices.Clone(long)
	for i, w := range short {
		words[i] |= w
	}
	return Set{words}
}

// Equal reports whether s and o hold the same privileges.
func (s Set) Equal(o Set) bool { return slices.Equal(s.words, o.words) }

func (s Set) has(bit int) bool {
	i := bit / wordSize
	return i < len(s.words) && s.words[i]&(1<<(bit%wordSize)) != 0
}

// members returns the bits of s in increasing order.
func (s Set) members() []int {
	var list []int
	for i, w := range s.words {
		for ; w != 0; w &= w - 1 {
			list = append(list, i*wordSize+bits.TrailingZeros64(w))
		}
	}
	return list
}

func setOf(list []int) Set {
	if len(list) == 0 {
		return Set{}
	}
	words := make([]uint64, slices.Max(list)/wordSize+1)
	for _, bit := range list {
		words[bit/wordSize] |= 1 << (bit % wordSize)
	}
	return Set{words}
}

// AppendKey appends bytes that are equal for equal sets of one [Roles] only: a key for caches.
func (s Set) AppendKey(b []byte) []byte {
	for _, w := range s.words {
		b = binary.LittleEndian.AppendUint64(b, w)
	}
	return b
}
