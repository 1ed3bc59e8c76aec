package web

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// check looks for all mistakes of a server and prepares what the site needs.
func (s *Site) check() error {
	errs := []error{s.checkSettings(), s.checkMethods(), s.checkHandlers(), s.checkEnvironment(), s.checkOrigins()}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	s.language = newLanguage(s.server.Tags)
	return nil
}

func (s *Site) checkSettings() error {
	var errs []error
	c := &s.server
	if c.Manager == nil {
		errs = append(errs, errors.New("no session manager: set Manager, with its Disabled for a server without sessions"))
	}
	if !readable(c.HomePage) {
		errs = append(errs, fmt.Errorf("home page %q does not name a file of the web folder", c.HomePage))
	}
	if c.Mode > Digest {
		errs = append(errs, fmt.Errorf("mode %d is none of Custom, Basic, Digest", c.Mode))
	}
	if c.Users != nil && c.Mode != Basic {
		errs = append(errs, errors.New("a user table is consulted in mode Basic only: set Mode, or leave Users out"))
	}
	if c.IncludeUsers && c.Users == nil {
		errs = append(errs, errors.New("field IncludeUsers needs Users"))
	}
	if strings.ContainsFunc(c.Realm, func(r rune) bool { return r < ' ' || r > '~' }) {
		errs = append(errs, fmt.Errorf("realm %q: use printable ASCII", c.Realm))
	}
	return errors.Join(errs...)
}

func (s *Site) checkMethods() error {
	s.methods = make(map[string]*Method, len(s.server.Methods))
	var errs []error
	for _, m := range s.server.Methods {
		switch {
		case m == nil:
			errs = append(errs, errors.New("nil in Methods: use NewMethod"))
			continue
		case m.fn == nil:
			errs = append(errs, fmt.Errorf("%s: method %q has no Go function", m.position, m.name))
		case m.name == "" || strings.ContainsAny(m.name, "/?#%"):
			errs = append(errs, fmt.Errorf("%s: %q cannot be the name of a method in a URL", m.position, m.name))
		case s.methods[m.name] != nil:
			errs = append(errs, fmt.Errorf("%s: method %q is declared at %s too", m.position, m.name, s.methods[m.name].position))
		}
		s.methods[m.name] = m
	}
	return errors.Join(errs...)
}

// checkHandlers compiles the handlers. Those of components, and of servers without sessions, are ignored (S-370).
func (s *Site) checkHandlers() error {
	if len(s.server.Handlers) > 0 && (s.server.Component || s.server.Manager != nil && s.server.Manager.Disabled) {
		s.server.Log.Warn("request handlers are ignored: they exist on the host's web server with sessions only", "server", s.server.Name)
		return nil
	}
	var errs []error
	for _, h := range s.server.Handlers {
		m, err := newMatcher(h)
		if err != nil {
			errs = append(errs, err)
		}
		s.handlers = append(s.handlers, m)
	}
	return errors.Join(errs...)
}

func (s *Site) checkEnvironment() error {
	seen := make(map[string]string)
	var errs []error
	declare := func(kind, name, position string, missing bool) {
		switch {
		case missing:
			errs = append(errs, fmt.Errorf("%s: %s %q has no Go function", position, kind, name))
		case !isName(name):
			errs = append(errs, fmt.Errorf("%s: %q cannot be the name of a %s: use letters, digits and _", position, name, kind))
		case isWord(name):
			errs = append(errs, fmt.Errorf("%s: %s %q: the language of pages has this word already", position, kind, name))
		case seen[name] != "":
			errs = append(errs, fmt.Errorf("%s: %s %q is declared at %s too", position, kind, name, seen[name]))
		}
		seen[name] = position
	}
	for _, f := range s.server.Tags.Functions {
		if f == nil {
			errs = append(errs, errors.New("nil in Tags.Functions: use Function0 to Function3"))
			continue
		}
		declare("function", f.name, f.position, f.missing)
	}
	for _, v := range s.server.Tags.Variables {
		if v == nil {
			errs = append(errs, errors.New("nil in Tags.Variables: use NewVariable"))
			continue
		}
		declare("variable", v.name, v.position, v.missing)
	}
	return errors.Join(errs...)
}

// words are what the language of pages reserves besides its builtins.
var words = [...]string{
	"true", "false", "nil", "not", "and", "or", "in", "matches", "contains", "startsWith", "endsWith", "let", "if", "else",
	"all", "none", "any", "one", "filter", "map", "count", "sum", "find", "findIndex", "findLast", "findLastIndex", "groupBy", "sortBy",
	"reduce", sessionName, loopVariable, nameText,
}

// isWord reports whether a name belongs to the language.
func isWord(name string) bool {
	return slices.Contains(words[:], name) || slices.Contains(builtins[:], name)
}

func (s *Site) checkOrigins() error {
	var errs []error
	for _, origin := range s.server.TrustedOrigins {
		if err := s.origins.AddTrustedOrigin(origin); err != nil {
			errs = append(errs, fmt.Errorf("trusted origin %q: %w", origin, err))
		}
	}
	return errors.Join(errs...)
}
