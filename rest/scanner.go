package rest

// scanner reads an escaped URL path one decoded byte at a time.
//
// Quotes, parentheses, commas and colons mean the same whether they are percent-encoded or not, because clients differ; a slash
// separates segments only when it is not encoded.
type scanner struct {
	raw string
	pos int
}

// end reports whether all has been read.
func (s *scanner) end() bool { return s.pos >= len(s.raw) }

// at returns the decoded byte that begins at raw offset i and the offset behind it. An invalid escape is a literal "%".
func (s *scanner) at(i int) (c byte, next int) {
	if i >= len(s.raw) {
		return 0, i
	}
	if s.raw[i] == '%' && i+2 < len(s.raw) {
		if c, ok := unhex(s.raw[i+1], s.raw[i+2]); ok {
			return c, i + 3
		}
	}
	return s.raw[i], i + 1
}

// slash reports whether an unencoded slash stands at raw offset i.
func (s *scanner) slash(i int) bool { return i < len(s.raw) && s.raw[i] == '/' }

// boundary reports whether a segment ends at raw offset i.
func (s *scanner) boundary(i int) bool { return i >= len(s.raw) || s.raw[i] == '/' }

// skipSlashes moves to the next segment; empty segments do not count.
func (s *scanner) skipSlashes() {
	for s.slash(s.pos) {
		s.pos++
	}
}

// until reads decoded bytes up to the end of the segment or, unread, one of stops.
func (s *scanner) until(stops string) string {
	start, plain := s.pos, true
	var b []byte
	for !s.boundary(s.pos) {
		c, next := s.at(s.pos)
		if contains(stops, c) {
			break
		}
		if plain && next != s.pos+1 {
			plain = false
			b = append(b, s.raw[start:s.pos]...)
		}
		if !plain {
			b = append(b, c)
		}
		s.pos = next
	}
	if plain {
		return s.raw[start:s.pos]
	}
	return string(b)
}

// closes reports whether the decoded byte at offset i is the closing bracket c and ends the segment: the last one counts.
func (s *scanner) closes(i int, c byte) bool {
	got, next := s.at(i)
	return got == c && i < len(s.raw) && s.boundary(next)
}

func contains(set string, c byte) bool {
	for i := range len(set) {
		if set[i] == c {
			return true
		}
	}
	return false
}

// unhex decodes the two hexadecimal digits of a percent escape.
func unhex(hi, lo byte) (byte, bool) {
	h, ok1 := hexDigit(hi)
	l, ok2 := hexDigit(lo)
	return h<<4 | l, ok1 && ok2
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
