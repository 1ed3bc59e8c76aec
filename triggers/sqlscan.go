package triggers

import "strings"

// token is a word, something quoted, or one other character of SQL text. Comments are left out.
// Strings count as quoted names: SQLite takes 'name' for a table where only a table can stand, MySQL "name" in one of its modes.
type token struct {
	text   string // a word in lower case, what is quoted in lower case without its quotes, or the character
	quoted bool
	depth  int // open parentheses around it
}

// word reports whether t is that unquoted word, which must be in lower case.
func (t token) word(text string) bool { return !t.quoted && t.text == text }

// name reports whether t can be part of a name.
func (t token) name() bool { return t.quoted || t.text != "" && isWord(t.text[0]) }

// scanner splits SQL text into tokens. It knows the three databases' quoting and is tolerant: what is unfinished ends with the text.
type scanner struct {
	sql   string
	at    int
	depth int
	mysql bool // backslash escapes in strings, # comments
}

// tokens returns the tokens of sql in order. The dialect is GORM's name of it.
func tokens(dialect, sql string) []token {
	s := &scanner{sql: sql, mysql: dialect == "mysql"}
	var all []token
	for s.at < len(s.sql) {
		if t, ok := s.next(); ok {
			all = append(all, t)
		}
	}
	return all
}

// next reads one thing; ok is false for spaces and comments.
func (s *scanner) next() (token, bool) {
	rest := s.sql[s.at:]
	c := rest[0]
	switch {
	case strings.HasPrefix(rest, "--"), c == '#' && s.mysql:
		s.skipLine()
	case strings.HasPrefix(rest, "/*"):
		s.skipComment()
	case c == '\'', c == '"':
		return s.quoted(c, s.mysql || s.escaped()), true
	case c == '`':
		return s.quoted(c, false), true
	case c == '[' && s.bracketed():
		return s.quoted(']', false), true
	case c == '$' && s.skipDollar():
	case isWord(c):
		return s.word(), true
	default:
		return s.punctuation(c)
	}
	return token{}, false
}

func (s *scanner) punctuation(c byte) (token, bool) {
	s.at++
	if c == ')' {
		s.depth--
	}
	t := token{text: string(c), depth: s.depth}
	if c == '(' {
		s.depth++
	}
	return t, c > ' '
}

func (s *scanner) word() token {
	start := s.at
	for s.at < len(s.sql) && isWord(s.sql[s.at]) {
		s.at++
	}
	return token{text: strings.ToLower(s.sql[start:s.at]), depth: s.depth}
}

// quoted reads up to the closing quote; a doubled one is a character, and so is one after a backslash where that escapes.
func (s *scanner) quoted(end byte, backslash bool) token {
	var b strings.Builder
	s.at++
	for s.at < len(s.sql) {
		c := s.sql[s.at]
		s.at++
		switch {
		case c == '\\' && backslash && s.at < len(s.sql):
			c = s.sql[s.at]
			s.at++
		case c == end && s.at < len(s.sql) && s.sql[s.at] == end:
			s.at++
		case c == end:
			return token{text: strings.ToLower(b.String()), quoted: true, depth: s.depth}
		}
		b.WriteByte(c)
	}
	return token{text: strings.ToLower(b.String()), quoted: true, depth: s.depth}
}

// escaped reports whether the string that begins here is PostgreSQL's E'…'.
func (s *scanner) escaped() bool {
	return s.at > 0 && s.sql[s.at-1]|0x20 == 'e' && (s.at == 1 || !isWord(s.sql[s.at-2]))
}

// bracketed reports whether [ begins a name, as SQLite allows, and not an array's index.
func (s *scanner) bracketed() bool {
	return s.at == 0 || !isWord(s.sql[s.at-1]) && s.sql[s.at-1] != ']'
}

func (s *scanner) skipLine() {
	if i := strings.IndexByte(s.sql[s.at:], '\n'); i >= 0 {
		s.at += i + 1
		return
	}
	s.at = len(s.sql)
}

// skipComment skips a comment. MySQL runs what is in /*! … */, so only the opening is skipped there.
func (s *scanner) skipComment() {
	rest := s.sql[s.at:]
	if s.mysql && (strings.HasPrefix(rest, "/*!") || strings.HasPrefix(rest, "/*M!")) {
		s.at += strings.IndexByte(rest, '!') + 1
		for s.at < len(s.sql) && s.sql[s.at] >= '0' && s.sql[s.at] <= '9' {
			s.at++
		}
		return
	}
	if i := strings.Index(rest[2:], "*/"); i >= 0 {
		s.at += i + 4
		return
	}
	s.at = len(s.sql)
}

// skipDollar skips PostgreSQL's $tag$ … $tag$; it is false for a parameter like $1.
func (s *scanner) skipDollar() bool {
	rest := s.sql[s.at:]
	i := strings.IndexByte(rest[1:], '$')
	if i < 0 || i > 0 && rest[1] <= '9' || strings.ContainsFunc(rest[1:i+1], func(r rune) bool { return r < 0x80 && !isWord(byte(r)) }) {
		return false
	}
	tag := rest[:i+2]
	s.at += len(tag)
	if end := strings.Index(s.sql[s.at:], tag); end >= 0 {
		s.at += end + len(tag)
		return true
	}
	s.at = len(s.sql)
	return true
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}
