package rest

import (
	"math"
	"strconv"
	"strings"
)

// params are the query parameters of a request: names in lower case without "$", values decoded, the first of equal names.
type params struct {
	list []param
}

type param struct{ name, value string }

// get returns the value of a parameter and whether it was sent.
func (p params) get(name string) (string, bool) {
	for _, q := range p.list {
		if q.name == name {
			return q.value, true
		}
	}
	return "", false
}

// text returns the value of a parameter, "" when it is absent.
func (p params) text(name string) string {
	v, _ := p.get(name)
	return v
}

// has reports whether a parameter was sent with a value.
func (p params) has(name string) bool { return p.text(name) != "" }

// flag returns the value of a boolean parameter; its form was checked by the parser.
func (p params) flag(name string) bool { return strings.EqualFold(p.text(name), "true") }

// number returns the value of an integer parameter; its form was checked by the parser. Numbers beyond int are the largest int.
func (p params) number(name string) (int, bool) {
	v, ok := p.get(name)
	if !ok {
		return 0, false
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		return math.MaxInt, true
	}
	return n, true
}

// names returns the comma list of a parameter without blanks and empty names.
func (p params) names(name string) []string { return splitNames(p.text(name)) }

// method returns $method in lower case, "" when it is absent.
func (p params) method() string { return strings.ToLower(p.text("method")) }

// paramKind says how a parameter's value is read.
type paramKind uint8

const (
	unknownParam paramKind = iota
	plainParam             // as it is
	textParam              // expression: outer quotes and \u0022 escapes go
	jsonParam              // JSON: outer quotes go, the JSON parser does the rest
	boolParam
	intParam
)

// kindOf returns the kind of a parameter by its name in lower case.
func kindOf(name string) paramKind {
	switch name {
	case "filter", "savedfilter", "orderby", "savedorderby", "attributes", "expand", "suborderby":
		return textParam
	case "params", "addtoset":
		return jsonParam
	case "top", "limit", "skip", "timeout":
		return intParam
	case "asarray", "distinct", "atomic", "atonce", "clean", "lock", "queryplan", "querypath", "refresh", "extendedattributes":
		return boolParam
	case "method", "compute", "format", "imageformat", "version", "binary", "rawpict", "logicoperator", "othercollection", "emmethod",
		"metadata", "progressinfo", "removefromset", "removerefonly", "fromsel", "keepsel", "findkey", "subexpand":
		return plainParam
	}
	return unknownParam
}

// parseParams splits a raw query leniently and checks the form of each value it knows.
func parseParams(query string, strict bool) (params, error) {
	var p params
	if query == "" {
		return p, nil
	}
	for pair := range strings.SplitSeq(query, "&") {
		raw, value, _ := strings.Cut(pair, "=")
		name, ok := paramName(queryUnescape(raw))
		if !ok {
			continue
		}
		if _, dup := p.get(name); dup {
			continue
		}
		if len(p.list) == maxParams {
			return p, malformed("query has more than " + strconv.Itoa(maxParams) + " parameters")
		}
		value, err := paramValue(name, queryUnescape(value), strict)
		if err != nil {
			return p, err
		}
		p.list = append(p.list, param{name, value})
	}
	return p, nil
}

// paramName returns the name without "$" in lower case. Only three names work without it; others are not ours.
func paramName(name string) (string, bool) {
	lower := strings.ToLower(name)
	if rest, ok := strings.CutPrefix(lower, "$"); ok {
		return rest, rest != ""
	}
	return lower, lower == "filter" || lower == "querypath" || lower == "queryplan"
}

func paramValue(name, value string, strict bool) (string, error) {
	switch kindOf(name) {
	case textParam:
		value, err := unquote(value)
		return decodeEscapes(value), err
	case jsonParam:
		return unquote(value) // a bare JSON string cannot stand there, so nothing is lost
	case boolParam:
		if !strings.EqualFold(value, "true") && !strings.EqualFold(value, "false") {
			return "", malformed("$" + name + " must be true or false")
		}
	case intParam:
		if !isDigits(value) {
			return "", malformed("$" + name + " must be a whole number from 0")
		}
	case unknownParam:
		if strict {
			return "", fail(500, codeUnknownParam, "unknown parameter $"+name)
		}
	}
	return value, nil
}

// unquote removes one pair of matching outer quotes. An opening quote without its closing one is an error only when the text holds no
// other of its kind: 'a' = 'b' begins with a quoted literal of its own.
func unquote(s string) (string, error) {
	if s == "" || s[0] != '"' && s[0] != '\'' {
		return s, nil
	}
	if len(s) >= 2 && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1], nil
	}
	if strings.Count(s, s[:1]) == 1 {
		return "", missingQuote(s[0])
	}
	return s, nil
}

// decodeEscapes decodes the escapes that clients write into expressions; others stay.
func decodeEscapes(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	return strings.NewReplacer(`\u0022`, `"`, `\u0027`, `'`, `\\`, `\`).Replace(s)
}

// queryUnescape decodes percent escapes and "+"; an invalid escape stays as it is.
func queryUnescape(s string) string {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	sc := scanner{raw: s}
	for !sc.end() {
		if s[sc.pos] == '+' {
			b = append(b, ' ')
			sc.pos++
			continue
		}
		c, next := sc.at(sc.pos)
		b = append(b, c)
		sc.pos = next
	}
	return string(b)
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// appendTarget writes the parameters in canonical form.
func (p params) appendTarget(b []byte) []byte {
	sep := byte('?')
	for _, q := range p.list {
		b = append(b, sep, '$')
		b = append(b, pathEscape(q.name)...)
		b = append(b, '=')
		b = append(b, pathEscape(canonicalValue(q))...)
		sep = '&'
	}
	return b
}

// canonicalValue writes a value so that it is read back unchanged.
func canonicalValue(q param) string {
	switch kindOf(q.name) {
	case textParam:
		return `"` + strings.ReplaceAll(q.value, `\`, `\\`) + `"`
	case jsonParam:
		return `'` + q.value + `'`
	}
	return q.value
}
