package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"unicode/utf8"
)

// jsonSpace is the white space of JSON, less than that of Unicode.
const jsonSpace = " \t\r\n"

// readBody returns the body of the request without a leading BOM, at most max bytes.
func readBody(w http.ResponseWriter, r *http.Request, most int64) ([]byte, error) {
	if r.Body == nil {
		return nil, nil
	}
	if r.ContentLength > most {
		return nil, &http.MaxBytesError{Limit: most}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	if err != nil {
		if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
			return nil, tooLarge
		}
		return nil, fmt.Errorf("%w: read body: %w", errGone, err)
	}
	return bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")), nil
}

// decodeJSON reads one JSON value with exact numbers ([json.Number]). what names the text in errors. An empty text is no value: nil.
func decodeJSON(data []byte, what string) (any, error) {
	data = bytes.Trim(data, jsonSpace)
	if len(data) == 0 {
		return nil, nil
	}
	if err := checkJSON(data, what); err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, malformed(what + " is not valid JSON: " + jsonReason(err))
	}
	return v, nil
}

// checkJSON refuses a text that is not exactly one JSON value, or a too large one, before anything is allocated for it.
func checkJSON(data []byte, what string) error {
	if err := checkSize(data); err != nil {
		return malformed(what + " " + err.Error())
	}
	if !utf8.Valid(data) { // the decoder would replace what is wrong without a word
		return malformed(what + " is not valid UTF-8")
	}
	if json.Valid(data) {
		return nil
	}
	var v json.RawMessage
	return malformed(what + " is not valid JSON: " + jsonReason(json.Unmarshal(data, &v)))
}

// jsonReason tells where JSON is wrong without repeating the text.
func jsonReason(err error) string {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return syntax.Error() + " at offset " + strconv.FormatInt(syntax.Offset, 10)
	}
	return "it ends too early"
}

// checkSize refuses JSON that is nested too deeply or has too many values.
func checkSize(data []byte) error {
	depth, tokens, quoted := 0, 0, false
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
			tokens++
		case c == '}' || c == ']':
			depth--
		case c == ',' || c == ':':
			tokens++
		}
		if depth > maxDepth {
			return fmt.Errorf("is nested deeper than %d levels", maxDepth)
		}
		if tokens > maxTokens {
			return fmt.Errorf("has more than %d values", maxTokens)
		}
	}
	return nil
}
