package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Singletons are the functions that an HTTPHandlers.json may name: class, then function.
type Singletons map[string]map[string]HandlerFunc

// handlerEntry is one object of HTTPHandlers.json (S-371).
type handlerEntry struct {
	Class        string `json:"class"`
	Method       string `json:"method"`
	Pattern      string `json:"pattern"`
	RegexPattern string `json:"regexPattern"`
	Verbs        string `json:"verbs"`
}

// ParseHandlers reads the contents of an HTTPHandlers.json. Names that singletons does not have are errors (S-376); all of them are
// reported together. Patterns are checked by [New].
func ParseHandlers(data []byte, singletons Singletons) ([]RequestHandler, error) {
	var entries []handlerEntry
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&entries); err != nil {
		return nil, fmt.Errorf("HTTPHandlers.json: %w", err)
	}
	var handlers []RequestHandler
	var errs []error
	for i, e := range entries {
		fn, err := singletons.find(i+1, e)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		handlers = append(handlers, RequestHandler{e.Pattern, e.RegexPattern, e.Verbs, fn})
	}
	return handlers, errors.Join(errs...)
}

func (s Singletons) find(entry int, e handlerEntry) (HandlerFunc, error) {
	functions, ok := s[e.Class]
	if !ok {
		return nil, fmt.Errorf("HTTPHandlers.json, entry %d: Cannot find singleton %q", entry, e.Class)
	}
	fn := functions[e.Method]
	if fn == nil {
		return nil, fmt.Errorf("HTTPHandlers.json, entry %d: Cannot find singleton function %q of %q", entry, e.Method, e.Class)
	}
	return fn, nil
}
