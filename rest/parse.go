package rest

import (
	"net/url"
	"strconv"
	"strings"
)

// Limits of a request target: more is refused as malformed, never cut.
const (
	maxTarget   = 16 << 10 // bytes of path and query
	maxSegments = 16
	maxNames    = 512 // names in one segment
	maxParams   = 64
	maxKeyParts = 16
)

// parseURL reads the target of a request below the base path ("/rest"), R-001 to R-020.
// Its errors are answers: [failure] values with status and code.
func parseURL(u *url.URL, base string, strict bool) (*request, error) {
	return parseTarget(escapedPath(u), u.RawQuery, base, strict)
}

// escapedPath returns the path as the client sent it. [url.URL.EscapedPath] would re-encode paths that hold quotes, and in doing so
// decode "%2F", which must not separate segments.
func escapedPath(u *url.URL) string {
	if u.RawPath != "" {
		if p, err := url.PathUnescape(u.RawPath); err == nil && p == u.Path {
			return u.RawPath
		}
	}
	return u.EscapedPath()
}

func parseTarget(path, query, base string, strict bool) (*request, error) {
	if len(path)+len(query) > maxTarget {
		return nil, malformed("request target is longer than " + strconv.Itoa(maxTarget) + " bytes; send long filters as placeholders in $params")
	}
	p := &parser{scanner: scanner{raw: path}, strict: strict}
	if !p.skipBase(base) {
		return nil, notFound("path is not below " + base)
	}
	req, err := p.resource()
	if err != nil {
		return nil, err
	}
	if p.lenient != "" && query != "" {
		query = p.lenient + "&" + query
	} else if p.lenient != "" {
		query = p.lenient
	}
	req.params, err = parseParams(query, strict)
	return req, err
}

// parser reads the path of one request.
type parser struct {
	scanner
	strict  bool
	lenient string // query that began in the path
}

// skipBase moves behind the base path.
func (p *parser) skipBase(base string) bool {
	for i := range len(base) {
		c, next := p.at(p.pos)
		if c != base[i] || p.end() {
			return false
		}
		p.pos = next
	}
	return p.boundary(p.pos)
}

// resource reads everything below the base path.
func (p *parser) resource() (*request, error) {
	req := &request{}
	if more, err := p.next(); !more {
		return req, err
	}
	if err := p.head(req); err != nil {
		return nil, err
	}
	for {
		more, err := p.next()
		if err != nil {
			return nil, err
		}
		if !more {
			return req, nil
		}
		if len(req.segments) == maxSegments {
			return nil, malformed("path has more than " + strconv.Itoa(maxSegments) + " segments")
		}
		if err := p.segment(req); err != nil {
			return nil, err
		}
	}
}

// next moves to the next segment. It is false at the end, which may be the start of a query without "?".
func (p *parser) next() (bool, error) {
	p.skipSlashes()
	if p.end() {
		return false, nil
	}
	if !p.startsQuery() {
		return true, nil
	}
	if p.strict {
		return false, fail(500, codeNoQuestionMark, "query must start with ?")
	}
	p.lenient = p.raw[p.pos:]
	p.pos = len(p.raw)
	return false, nil
}

// startsQuery reports whether the segment at the position is "$name=…".
func (p *parser) startsQuery() bool {
	rest := p.raw[p.pos:]
	if rest[0] != '$' {
		return false
	}
	stop := strings.IndexAny(rest, "/=")
	return stop >= 0 && rest[stop] == '='
}

// head reads the first segment: a special name, or a dataclass with an optional key.
func (p *parser) head(req *request) error {
	name := p.until("([:")
	req.resource = resourceOf(name)
	if req.resource != resClass {
		if !p.boundary(p.pos) {
			return malformed("unexpected text after " + strconv.Quote(name))
		}
		if req.resource == resUnknown {
			req.class = name
		}
		return nil
	}
	req.class = name
	if name == "" {
		return malformed("path has no dataclass name")
	}
	if p.boundary(p.pos) {
		return p.detachedKey(req)
	}
	if c, next := p.at(p.pos); c == ':' {
		p.pos = next
		return p.byAttribute(req)
	}
	return p.byKey(req)
}

// detachedKey reads the key of "Book/(3)".
func (p *parser) detachedKey(req *request) error {
	at := p.pos
	p.skipSlashes()
	if c, _ := p.at(p.pos); c == '(' && !p.end() {
		return p.byKey(req)
	}
	p.pos = at
	return nil
}

func (p *parser) byKey(req *request) (err error) {
	req.head = headKey
	req.key, err = p.keys()
	return err
}

func (p *parser) byAttribute(req *request) (err error) {
	req.head = headAttribute
	req.attribute = p.until("([")
	if req.attribute == "" || p.boundary(p.pos) {
		return malformed("attribute access needs the form " + req.class + ":attribute(value)")
	}
	req.value, err = p.value()
	return err
}

// segment reads one segment after the head.
func (p *parser) segment(req *request) error {
	if req.resource == resSet && req.setID() == "" {
		return p.set(req)
	}
	seg := segment{}
	text := p.until("(")
	if !p.boundary(p.pos) {
		seg.inline = true
		p.skipInline()
	}
	if text == "$entityset" && !seg.inline && req.resource == resClass {
		return p.set(req)
	}
	seg.names = splitNames(text)
	if len(seg.names) == 0 && seg.inline {
		return malformed("arguments without a function name")
	}
	if len(seg.names) == 0 {
		return fail(500, codeEmptyList, "attribute list is empty")
	}
	if len(seg.names) > maxNames {
		return malformed("path segment has more than " + strconv.Itoa(maxNames) + " names")
	}
	req.segments = append(req.segments, seg)
	return nil
}

// skipInline moves behind "(…)", whose content is not looked at.
func (p *parser) skipInline() {
	for !p.end() && !p.closes(p.pos, ')') {
		_, p.pos = p.at(p.pos)
	}
	_, p.pos = p.at(p.pos)
}

// set reads the ID behind "$entityset/"; an empty one is ignored.
func (p *parser) set(req *request) error {
	if more, err := p.next(); !more {
		return err
	}
	seg := segment{set: p.until("[")}
	if seg.set == "" {
		return malformed("entity set has no ID")
	}
	if !p.boundary(p.pos) {
		key, err := p.keys()
		if err != nil {
			return err
		}
		if seg.index, err = strconv.Atoi(key[0]); err != nil || seg.index < 1 || len(key) != 1 {
			return malformed("position in an entity set must be a number from 1")
		}
	}
	if req.setID() != "" {
		return malformed("path names two entity sets; combine them with $logicOperator and $otherCollection")
	}
	req.segments = append(req.segments, seg)
	return nil
}

// splitNames splits a comma list and drops empty and blank names.
func splitNames(list string) []string {
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}
