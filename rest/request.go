package rest

import (
	"slices"
	"strconv"
	"strings"
)

// resource is what the first path segment of a request names.
type resource uint8

const (
	resUnknown      resource = iota // the base alone, or a "$name" that does not exist
	resCatalog                      // $catalog…
	resClass                        // a dataclass, and everything below it
	resSet                          // $entityset/ID without a dataclass
	resInfo                         // $info…
	resDirectory                    // $directory/verb
	resSingleton                    // $singleton/class/function
	resUpload                       // $upload
	resLogout                       // $logout
	resAuthenticate                 // $authenticate, of mobile apps
	resAction                       // $action/name, of mobile apps
)

// head says which entities of a dataclass the first segment means.
type head uint8

const (
	headAll       head = iota // Book
	headKey                   // Book(3)
	headAttribute             // Book:isbn(978-1)
)

// request is one parsed request target. It says what was asked, not whether it exists: nothing is checked against a model.
type request struct {
	resource  resource
	class     string   // resClass: the dataclass
	head      head     // resClass
	key       []string // headKey: one text per key part, unquoted
	attribute string   // headAttribute
	value     string   // headAttribute
	segments  []segment
	params    params
}

// segment is one path segment after the head.
type segment struct {
	names  []string // attribute paths, or one name of an attribute or a function; nil for an entity set
	set    string   // ID of an entity set
	index  int      // 1-based position in "$entityset/ID[n]", R-026; 0: none
	inline bool     // name(…), arguments in the path: refused, R-356
}

// one returns the only name of the segment, or "".
func (s segment) one() string {
	if len(s.names) != 1 {
		return ""
	}
	return s.names[0]
}

// setID returns the entity set that the path names, or "".
func (r *request) setID() string {
	for _, s := range r.segments {
		if s.set != "" {
			return s.set
		}
	}
	return ""
}

// part returns the only name of segment i, or "".
func (r *request) part(i int) string {
	if i >= len(r.segments) {
		return ""
	}
	return r.segments[i].one()
}

// specialNames are the first segments that do not name a dataclass.
func specialNames() map[string]resource {
	return map[string]resource{
		"$catalog":   resCatalog,
		"$entityset": resSet,
		"$info":      resInfo,
		"$directory": resDirectory,
		"$singleton": resSingleton,
		"$upload":    resUpload,
		"$logout":    resLogout,

		"$authenticate": resAuthenticate,
		"$action":       resAction,
	}
}

// resourceOf returns what a decoded first segment names.
func resourceOf(name string) resource {
	if !strings.HasPrefix(name, "$") {
		return resClass
	}
	return specialNames()[name]
}

// target returns the canonical form of the request below base: it parses to the same request.
func (r *request) target(base string) string {
	b := []byte(base)
	b = append(b, '/')
	b = append(b, r.headTarget()...)
	for _, s := range r.segments {
		b = append(b, '/')
		b = s.appendTarget(b, r.resource)
	}
	return string(r.params.appendTarget(b))
}

func (r *request) headTarget() string {
	if r.resource != resClass {
		for name, res := range specialNames() {
			if res == r.resource {
				return name
			}
		}
		return pathEscape(r.class)
	}
	switch r.head {
	case headKey:
		return pathEscape(r.class) + "(" + keyTarget(r.key) + ")"
	case headAttribute:
		return pathEscape(r.class) + ":" + pathEscape(r.attribute) + "(" + keyTarget([]string{r.value}) + ")"
	default:
		return pathEscape(r.class)
	}
}

func (s segment) appendTarget(b []byte, res resource) []byte {
	if s.set != "" {
		if res != resSet {
			b = append(b, "$entityset/"...)
		}
		b = append(b, pathEscape(s.set)...)
		if s.index > 0 {
			b = append(b, '[')
			b = strconv.AppendInt(b, int64(s.index), 10)
			b = append(b, ']')
		}
		return b
	}
	for i, name := range s.names {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, pathEscape(name)...)
	}
	if s.inline {
		b = append(b, "()"...)
	}
	return b
}

// keyTarget writes key texts as they stand between the parentheses of a URL.
func keyTarget(key []string) string {
	quoted := make([]string, len(key))
	for i, k := range key {
		quoted[i] = keyPart(k)
	}
	return strings.Join(quoted, ",")
}

// keyPart writes one key text: bare when it is plain, else in double quotes, a quote doubled.
func keyPart(k string) string {
	if isPlainKey(k) {
		return k
	}
	return "%22" + pathEscape(strings.ReplaceAll(k, `"`, `""`)) + "%22"
}

func isPlainKey(k string) bool {
	plain := func(c byte) bool { return isAlnum(c) || c == '_' || c == '-' }
	return k != "" && !slices.ContainsFunc([]byte(k), func(c byte) bool { return !plain(c) })
}

func isAlnum(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// pathEscape percent-encodes all but letters, digits and "-._~", so that the result stands anywhere in a path or a query.
func pathEscape(s string) string {
	const upper = "0123456789ABCDEF"
	b := make([]byte, 0, len(s)+8)
	for _, c := range []byte(s) {
		if isAlnum(c) || strings.IndexByte("-._~", c) >= 0 {
			b = append(b, c)
			continue
		}
		b = append(b, '%', upper[c>>4], upper[c&15])
	}
	return string(b)
}
