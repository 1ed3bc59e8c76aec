package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/ordago/ordago/session"
)

// RequestHandler is a custom HTTP request handler: it takes over all URLs of a pattern, and no hook is called for them (section 15).
type RequestHandler struct {
	// Pattern is a path prefix of whole segments: "start" matches /start, /start/ and all below (S-372).
	Pattern string
	// Regexp is a regular expression for the decoded path, used as written; with it Pattern does not count (S-372).
	Regexp string
	// Verbs is a comma-separated list of HTTP methods in any letter case; "": all (S-374).
	Verbs string
	// Handle answers. A nil response is an empty 200; an error is logged and answered 500.
	Handle HandlerFunc
}

// HandlerFunc is the function of a [RequestHandler].
type HandlerFunc func(ctx context.Context, s *session.Session, r *HandlerRequest) (*HandlerResponse, error)

// HandlerRequest is the request object of a handler (S-377).
type HandlerRequest struct {
	Request
	Path  string // decoded
	Query url.Values
	Body  []byte
}

// HandlerResponse is the response object of a handler (S-377).
type HandlerResponse struct {
	Status int // 0: 200
	Header http.Header
	Body   []byte
}

// forbiddenPaths must not be matched by any handler (S-375).
var forbiddenPaths = [...]string{"/4DACTION", "/rest", "/$lib/renderer", "/$shared"}

// matcher is a handler that is ready to match.
type matcher struct {
	*RequestHandler
	regexp *regexp.Regexp
	prefix string // "/start"
	verbs  []string
}

// newMatcher checks a handler and compiles it.
func newMatcher(h RequestHandler) (matcher, error) {
	m := matcher{RequestHandler: &h, prefix: "/" + strings.Trim(h.Pattern, "/")}
	if h.Handle == nil {
		return m, fmt.Errorf("handler %s: Handle is nil", m.label())
	}
	if h.Regexp == "" && h.Pattern == "" {
		return m, fmt.Errorf("handler without pattern: set Pattern or Regexp")
	}
	if h.Regexp != "" {
		var err error
		if m.regexp, err = regexp.Compile(h.Regexp); err != nil {
			return m, fmt.Errorf("handler %s: %w", m.label(), err)
		}
	}
	for verb := range strings.SplitSeq(h.Verbs, ",") {
		if verb = strings.ToUpper(strings.TrimSpace(verb)); verb != "" {
			m.verbs = append(m.verbs, verb)
		}
	}
	return m, m.checkForbidden()
}

func (m matcher) checkForbidden() error {
	for _, path := range forbiddenPaths {
		if m.matches(path) || m.matches(strings.ToLower(path)) || m.matches(path+"/") || m.prefixBelow(path) {
			return fmt.Errorf("handler %s matches %s: choose another pattern", m.label(), path)
		}
	}
	return nil
}

// prefixBelow reports whether the pattern names something below path, which belongs to others as well.
func (m matcher) prefixBelow(path string) bool {
	return m.regexp == nil && len(m.prefix) > len(path) && m.prefix[len(path)] == '/' && strings.EqualFold(m.prefix[:len(path)], path)
}

func (m matcher) label() string {
	if m.Regexp != "" {
		return fmt.Sprintf("%q", m.Regexp)
	}
	return fmt.Sprintf("%q", m.Pattern)
}

func (m matcher) matches(path string) bool {
	if m.regexp != nil {
		return m.regexp.MatchString(path)
	}
	rest, ok := strings.CutPrefix(path, m.prefix)
	return ok && (rest == "" || rest[0] == '/' || m.prefix == "/")
}

// handlerFor returns the first handler for path and verb (S-373), nil when the path is nobody's, and an error when only the verb is
// refused (S-374).
func (s *Site) handlerFor(r *http.Request) (*RequestHandler, error) {
	var allowed []string
	for _, m := range s.handlers {
		if !m.matches(r.URL.Path) || reserved(r.URL.Path) {
			continue
		}
		if m.verbs == nil || slices.Contains(m.verbs, r.Method) {
			return m.RequestHandler, nil
		}
		allowed = append(allowed, m.verbs...)
	}
	if allowed == nil {
		return nil, nil
	}
	return nil, wrongVerb(strings.Join(allowed, ", "))
}

// reserved reports whether a path is one that no handler may take, whatever its regular expression matches.
func reserved(path string) bool {
	for _, p := range forbiddenPaths {
		if len(path) >= len(p) && strings.EqualFold(path[:len(p)], p) && (len(path) == len(p) || path[len(p)] == '/') {
			return true
		}
	}
	return false
}

// handle runs a handler; no other hook is called (S-377).
func (x *exchange) handle(h *RequestHandler) (*answer, error) {
	if err := x.readBody(); err != nil {
		return nil, err
	}
	query := x.r.URL.Query()
	delete(query, reservedParameter)
	in := &HandlerRequest{Request: x.call.Request, Path: x.r.URL.Path, Query: query, Body: x.body}
	out, err := h.Handle(x.ctx, session.Current(x.ctx), in)
	if err != nil {
		return nil, err
	}
	return out.answer()
}

func (r *HandlerResponse) answer() (*answer, error) {
	if r == nil {
		return newAnswer(http.StatusOK, typeText, nil), nil
	}
	status := r.Status
	if status == 0 {
		status = http.StatusOK
	}
	if status < 200 || status > 599 {
		return nil, fmt.Errorf("handler returned status %d: must be from 200 to 599", status)
	}
	a := newAnswer(status, typeText, r.Body)
	for name, values := range r.Header {
		a.header[http.CanonicalHeaderKey(name)] = values
	}
	return a, nil
}
