package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/ordago/ordago/session"
)

// Attribute is a property of a method or function.
type Attribute uint8

// TagsAndURLs lets tags of pages, and for a [Method] the URL /4DACTION/name, run it: "available through 4D tags and URLs". It is off
// unless it is written (S-380, S-399).
const TagsAndURLs Attribute = 1

// Method is a project method that answers requests to /4DACTION/name; see [NewMethod].
type Method struct {
	name     string
	position string
	allowed  bool
	fn       func(context.Context, *session.Session, *Call) error
}

// NewMethod declares a method. It is reached by /4DACTION/name and /4DACTION/name/parameter when it has the attribute [TagsAndURLs]
// (S-379). An error is logged and answered with status 500, unless an answer was sent that says otherwise: nothing of it is shown (S-332).
func NewMethod(name string, fn func(ctx context.Context, s *session.Session, c *Call) error, attributes ...Attribute) *Method {
	return &Method{name, callerPosition(), slices.Contains(attributes, TagsAndURLs), fn}
}

// callerPosition returns file and line of the declaration, for errors of [New].
func callerPosition() string { return positionAbove(3) }

// declaredAt is callerPosition for constructors that share one.
func declaredAt() string { return positionAbove(4) }

func positionAbove(frames int) string {
	_, file, line, ok := runtime.Caller(frames)
	if !ok {
		return "unknown position"
	}
	return fmt.Sprintf("%s:%d", filepath.Base(file), line)
}

const actionPrefix = "/4daction/"

// actionOf splits the path of a 4DACTION URL, the prefix in any letter case (S-382, S-383).
func actionOf(escapedPath string) (name, param string, ok bool) {
	if len(escapedPath) < len(actionPrefix) || !strings.EqualFold(escapedPath[:len(actionPrefix)], actionPrefix) {
		return "", "", false
	}
	name, param, _ = strings.Cut(escapedPath[len(actionPrefix):], "/")
	return unescaped(name), unescaped(param), true
}

// unescaped decodes a part of a path. The path was decoded once before, so it has no bad escapes.
func unescaped(s string) string {
	text, err := url.PathUnescape(s)
	if err != nil {
		return s
	}
	return text
}

// action runs a method: authentication first, then the attribute, then the method (S-381).
func (x *exchange) action(name, param string) (*answer, error) {
	if err := x.readForm(); err != nil {
		return nil, err
	}
	if !x.authenticated() {
		return nil, x.site.refusal(x)
	}
	m := x.site.methods[name]
	switch {
	case m == nil:
		return nil, notFound()
	case !m.allowed && x.site.server.HideMethods:
		return nil, notFound()
	case !m.allowed:
		return nil, &statusError{status: http.StatusForbidden}
	}
	x.call.param = param
	return x.run(m.fn)
}
