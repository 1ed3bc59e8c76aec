package keyset

import "encoding/binary"

// blockSize is how many numbers are encoded together: reading one of them means decoding up to this many.
const blockSize = 128

// sequence holds whole numbers in order, as differences: about one byte for each where they ascend closely, three in random order.
// Appending leaves earlier copies of a sequence as they are, as long as only one of them is appended to.
type sequence struct {
	blocks []block
	tail   []int64 // fewer than blockSize
}

type block struct {
	first int64
	rest  []byte // differences from number to number, as signed varints
}

func (s *sequence) append(n int64) {
	if s.tail == nil {
		s.tail = make([]int64, 0, 8)
	}
	if s.tail = append(s.tail, n); len(s.tail) == blockSize {
		s.blocks = append(s.blocks, encode(s.tail))
		s.tail = nil // a copy of the sequence may still read it
	}
}

// each hands the numbers from position start up to end to yield until it returns false.
func (s *sequence) each(start, end int, yield func(int64) bool) {
	var room [blockSize]int64
	for at := start; at < end; {
		numbers := s.tail
		if i := at / blockSize; i < len(s.blocks) {
			numbers = s.blocks[i].decode(&room)
		}
		for ; at < end; at++ {
			if !yield(numbers[at%blockSize]) {
				return
			}
			if at%blockSize == blockSize-1 {
				at++
				break
			}
		}
	}
}

func encode(numbers []int64) block {
	b := block{first: numbers[0]}
	var room [blockSize * binary.MaxVarintLen64]byte
	bytes := room[:0]
	for i, n := range numbers[1:] {
		bytes = binary.AppendVarint(bytes, n-numbers[i]) // wraps around for distant numbers, and back in decode
	}
	b.rest = append(make([]byte, 0, len(bytes)), bytes...)
	return b
}

func (b block) decode(into *[blockSize]int64) []int64 {
	n, rest := b.first, b.rest
	into[0] = n
	for i := 1; i < blockSize; i++ {
		d, size := binary.Varint(rest)
		n, rest = n+d, rest[size:]
		into[i] = n
	}
	return into[:]
}
