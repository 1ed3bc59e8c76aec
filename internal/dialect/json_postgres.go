package dialect

import "strconv"

// Numbered appends $n, which may be repeated.
func (p Postgres) Numbered(b []byte, n int) []byte { return p.Placeholder(b, n) }

// JSONColumn implements [Dialect].
func (Postgres) JSONColumn(col []byte, bytes bool) JSON {
	if bytes {
		return JSON{doc: fill(nil, "NULLIF(convert_from(#, 'UTF8'), '')::jsonb", col)}
	}
	return JSON{doc: fill(nil, "#::jsonb", col)}
}

// JSONElement implements [Dialect].
func (Postgres) JSONElement(alias []byte) JSON { return JSON{doc: fill(nil, "#.value", alias)} }

// JSONAt implements [Dialect]: an arrow for each key. The path operator would take "0" for the index of an array.
func (Postgres) JSONAt(j JSON, keys []string, ph func([]byte, any) []byte) JSON {
	if len(keys) == 0 {
		return j
	}
	b := append([]byte{'('}, j.doc...)
	for _, key := range keys {
		b = append(ph(append(b, " -> "...), key), "::text"...)
	}
	return JSON{doc: append(b, ')')}
}

// jsonbText is the text of a value that is a text: the place without keys below itself.
const jsonbText = "jsonb_extract_path_text(#, VARIADIC '{}')"

// JSONExpr implements [Dialect].
func (Postgres) JSONExpr(b []byte, j JSON, kind JSONKind) []byte {
	switch kind {
	case JSONText:
		return fill(b, "CASE jsonb_typeof(#) WHEN 'string' THEN "+jsonbText+" END", j.doc)
	case JSONInstant:
		return fill(b, "CASE jsonb_typeof(#) WHEN 'string' THEN rtrim("+jsonbText+", 'Z') END", j.doc)
	case JSONNumber:
		return fill(b, "CASE jsonb_typeof(#) WHEN 'number' THEN (#)::numeric END", j.doc)
	case JSONBool:
		return fill(b, "CASE jsonb_typeof(#) WHEN 'boolean' THEN (#)::boolean END", j.doc)
	case JSONOrder:
		return fill(b, "CASE jsonb_typeof(#) WHEN 'number' THEN (#)::numeric WHEN 'boolean' THEN (#)::boolean::int::numeric END", j.doc)
	case JSONRank:
		return fill(b, "CASE jsonb_typeof(#) WHEN 'boolean' THEN 1 WHEN 'string' THEN 2 WHEN 'number' THEN 3"+
			" WHEN 'object' THEN 4 WHEN 'array' THEN 5 ELSE 0 END", j.doc)
	case JSONSource:
		return fill(b, "NULLIF((#)::text, 'null')", j.doc)
	}
	return fill(b, "NULLIF(#, 'null'::jsonb)", j.doc)
}

// JSONLength implements [Dialect].
func (p Postgres) JSONLength(b []byte, whole, member JSON, kind JSONKind) []byte {
	b = fill(b, "CASE jsonb_typeof(#) WHEN 'array' THEN ", whole.doc)
	switch kind {
	case JSONAny:
		b = fill(b, "to_jsonb(jsonb_array_length(#))", whole.doc)
	case JSONNumber, JSONOrder:
		b = fill(b, "jsonb_array_length(#)::numeric", whole.doc)
	case JSONSource:
		b = fill(b, "jsonb_array_length(#)::text", whole.doc)
	case JSONRank:
		b = strconv.AppendInt(b, rankNumber, 10)
	default:
		b = append(b, "NULL"...)
	}
	return append(p.JSONExpr(append(b, " ELSE "...), member, kind), " END"...)
}

// JSONElements implements [Dialect].
func (Postgres) JSONElements(b []byte, j JSON, alias []byte) []byte {
	b = fill(b, "jsonb_array_elements(CASE jsonb_typeof(#) WHEN 'array' THEN # END) WITH ORDINALITY ", j.doc)
	return append(append(b, alias...), "(value, n)"...)
}

// JSONPresent implements [Dialect].
func (Postgres) JSONPresent(b, alias []byte) []byte { return fill(b, "#.n IS NOT NULL", alias) }
