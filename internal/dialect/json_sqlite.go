package dialect

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Numbered appends the place of the n-th bound value in a form that may be repeated.
func (SQLite) Numbered(b []byte, n int) []byte {
	return strconv.AppendInt(append(b, '?'), int64(n), 10)
}

// JSONColumn implements [Dialect]. Bytes would be taken for SQLite's binary JSON.
func (SQLite) JSONColumn(col []byte, bytes bool) JSON {
	if bytes {
		return JSON{doc: fill(nil, "NULLIF(CAST(# AS TEXT), '')", col)}
	}
	return JSON{doc: append([]byte(nil), col...)}
}

// JSONElement implements [Dialect].
func (SQLite) JSONElement(alias []byte) JSON {
	return JSON{doc: fill(nil, "#.value", alias), element: append([]byte(nil), alias...)}
}

// JSONAt implements [Dialect]: the keys are bound as one path. The value of an element is JSON only if it is an object
// or an array; a text would be taken for malformed JSON.
func (SQLite) JSONAt(j JSON, keys []string, ph func([]byte, any) []byte) JSON {
	if len(keys) == 0 {
		return j
	}
	doc := j.doc
	if j.element != nil {
		doc = fill(nil, "CASE WHEN #.type IN ('object','array') THEN #.value END", j.element)
	}
	return JSON{doc: doc, path: ph(nil, sqlitePath(keys))}
}

// sqlitePath quotes every key, as JSON does, so that none of them is taken for more than a key.
func sqlitePath(keys []string) string {
	var path strings.Builder
	path.WriteByte('$')
	for _, key := range keys {
		path.WriteByte('.')
		quoted, err := json.Marshal(key)
		if err != nil {
			continue // a string has no error
		}
		path.Write(unescapeHTML(quoted))
	}
	return path.String()
}

var htmlEscapes = strings.NewReplacer(`\u003c`, "<", `\u003e`, ">", `\u0026`, "&")

func unescapeHTML(quoted []byte) []byte {
	return []byte(htmlEscapes.Replace(string(quoted)))
}

func (j JSON) sqliteType(b []byte) []byte {
	if j.element != nil {
		return fill(b, "#.type", j.element)
	}
	return j.sqliteCall(b, "json_type(")
}

func (j JSON) sqliteValue(b []byte) []byte {
	if j.element != nil {
		return append(b, j.doc...)
	}
	if j.path == nil {
		return append(append(append(b, "json_extract("...), j.doc...), ", '$')"...)
	}
	return j.sqliteCall(b, "json_extract(")
}

func (j JSON) sqliteCall(b []byte, function string) []byte {
	b = append(append(b, function...), j.doc...)
	if j.path != nil {
		b = append(append(b, ", "...), j.path...)
	}
	return append(b, ')')
}

// JSONExpr implements [Dialect].
func (SQLite) JSONExpr(b []byte, j JSON, kind JSONKind) []byte {
	t, v := j.sqliteType(nil), j.sqliteValue(nil)
	switch kind {
	case JSONText:
		return fill(fill(b, "CASE # WHEN 'text' THEN ", t), "# END", v)
	case JSONInstant:
		return fill(fill(b, "CASE # WHEN 'text' THEN ", t), "rtrim(#, 'Z') END", v)
	case JSONNumber:
		return fill(fill(b, "CASE WHEN # IN ('integer','real') THEN ", t), "# END", v)
	case JSONBool:
		return fill(b, "CASE # WHEN 'true' THEN 1 WHEN 'false' THEN 0 END", t)
	case JSONOrder:
		return fill(fill(b, "CASE WHEN # IN ('true','false','integer','real') THEN ", t), "# END", v)
	case JSONRank:
		return fill(b, "CASE # WHEN 'true' THEN 1 WHEN 'false' THEN 1 WHEN 'text' THEN 2 WHEN 'integer' THEN 3 WHEN 'real' THEN 3"+
			" WHEN 'object' THEN 4 WHEN 'array' THEN 5 ELSE 0 END", t)
	case JSONSource:
		path := j.path
		if path == nil {
			path = []byte("'$'")
		}
		return fill(fill(b, "NULLIF(# -> ", j.doc), "#, 'null')", path)
	}
	return append(b, v...)
}

// JSONLength implements [Dialect].
func (d SQLite) JSONLength(b []byte, whole, member JSON, kind JSONKind) []byte {
	b = fill(b, "CASE # WHEN 'array' THEN ", whole.sqliteType(nil))
	switch kind {
	case JSONAny, JSONNumber, JSONOrder:
		b = whole.sqliteCall(b, "json_array_length(")
	case JSONSource:
		b = append(whole.sqliteCall(append(b, "CAST("...), "json_array_length("), " AS TEXT)"...)
	case JSONRank:
		b = strconv.AppendInt(b, rankNumber, 10)
	default:
		b = append(b, "NULL"...)
	}
	return append(d.JSONExpr(append(b, " ELSE "...), member, kind), " END"...)
}

// JSONElements implements [Dialect].
func (SQLite) JSONElements(b []byte, j JSON, alias []byte) []byte {
	b = fill(b, "json_each(CASE # WHEN 'array' THEN ", j.sqliteType(nil))
	b = append(j.sqliteValue(b), " END) "...)
	return append(b, alias...)
}

// JSONPresent implements [Dialect].
func (SQLite) JSONPresent(b, alias []byte) []byte { return fill(b, "#.id IS NOT NULL", alias) }
