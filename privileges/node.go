package privileges

import (
	"bytes"
	"encoding/json"
	"errors"
)

// node is a JSON value that remembers its line.
type node struct {
	line   int
	scalar any              // nil, bool, string or json.Number when it is neither of the following
	items  []*node          // of a list
	fields map[string]field // of an object
	isList bool
}

type field struct {
	value    *node
	repeated bool
}

func (n *node) isObject() bool { return n.fields != nil }

// kind returns the word for the JSON type of n in error messages.
func (n *node) kind() string {
	switch {
	case n.isObject():
		return "an object"
	case n.isList:
		return "a list"
	}
	switch n.scalar.(type) {
	case string:
		return "text"
	case bool:
		return "a boolean"
	case nil:
		return "null"
	default:
		return "a number"
	}
}

// parseTree returns the tree of data, or the one problem that makes it invalid.
func parseTree(data []byte) (*node, *Problem) {
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, syntaxProblem(data, err)
	}
	tree, err := newReader(data).value()
	if err != nil {
		return nil, syntaxProblem(data, err)
	}
	return tree, nil
}

func syntaxProblem(data []byte, err error) *Problem {
	at := len(data)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		at = min(int(e.Offset), at)
	}
	return &Problem{
		Line:    1 + bytes.Count(data[:at], []byte("\n")),
		Message: "invalid JSON: " + err.Error(),
	}
}

// reader reads tokens and keeps count of lines. A token never contains a line
// end, so the line after a token is the line of the token.
type reader struct {
	data []byte
	dec  *json.Decoder
	at   int64
	line int
}

func newReader(data []byte) *reader {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	return &reader{data: data, dec: dec, line: 1}
}

func (r *reader) token() (json.Token, error) {
	tok, err := r.dec.Token()
	end := r.dec.InputOffset()
	r.line += bytes.Count(r.data[r.at:end], []byte("\n"))
	r.at = end
	return tok, err
}

func (r *reader) value() (*node, error) {
	tok, err := r.token()
	if err != nil {
		return nil, err
	}
	n := &node{line: r.line}
	switch tok {
	case json.Delim('{'):
		return n, r.object(n)
	case json.Delim('['):
		return n, r.list(n)
	}
	n.scalar = tok
	return n, nil
}

func (r *reader) object(n *node) error {
	n.fields = make(map[string]field)
	for r.dec.More() {
		name, err := r.token()
		if err != nil {
			return err
		}
		value, err := r.value()
		if err != nil {
			return err
		}
		key, _ := name.(string)
		_, repeated := n.fields[key]
		n.fields[key] = field{value, repeated}
	}
	_, err := r.token()
	return err
}

func (r *reader) list(n *node) error {
	n.isList = true
	for r.dec.More() {
		item, err := r.value()
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.token()
	return err
}

// readableFlag returns the last boolean called name at the top level of data,
// as far as data can be read: the file may be broken further down.
func readableFlag(data []byte, name string) bool {
	r := newReader(data)
	if tok, err := r.token(); err != nil || tok != json.Delim('{') {
		return false
	}
	flag := false
	for r.dec.More() {
		key, err := r.token()
		if err != nil {
			break
		}
		value, err := r.value()
		if err != nil {
			break
		}
		if b, ok := value.scalar.(bool); ok && key == name {
			flag = b
		}
	}
	return flag
}
