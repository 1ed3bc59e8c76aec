package sqlite

import (
	"encoding/json"

	"github.com/ordago/ordago/internal/dialect"
	"github.com/ordago/ordago/internal/vector"
)

// foldValue is the SQL function ordago_fold(x): [dialect.Fold] of a text.
// NULL stays NULL, and a number, which has nothing to fold, a number.
func foldValue(v any) any {
	if text, ok := textOf(v); ok {
		return dialect.Fold(text)
	}
	return nilOf(v)
}

// keywordValue is the SQL function ordago_keyword(x, word): 1 if
// [dialect.Keyword], 0 if not, NULL if either is NULL. A number is no text and
// has no keywords.
func keywordValue(v, w any) any {
	text, isText := textOf(v)
	word, isWord := textOf(w)
	switch {
	case nilOf(v) == nil || nilOf(w) == nil:
		return nil
	case isText && isWord && dialect.Keyword(text, word):
		return int64(1)
	}
	return int64(0)
}

// wordsValue is the SQL function ordago_words(x): [dialect.Words] of a text as a JSON array, for the table of a keyword index.
// What is no text has no words.
func wordsValue(v any) any {
	text, _ := textOf(v)
	words := dialect.Words(text)
	if len(words) == 0 {
		return "[]"
	}
	list, err := json.Marshal(words)
	if err != nil {
		return "[]" // strings always have a JSON form
	}
	return string(list)
}

// vectorValue is the SQL function ordago_vector(metric, x, packed): the metric of a vector written as JSON and one in
// bytes, see [vector.CompareJSON]. NULL for what cannot be compared.
func vectorValue(metric, v, packed any) any {
	m, isMetric := metric.(int64)
	text, isText := textOf(v)
	with, isBytes := packed.([]byte)
	if !isMetric || !isText || !isBytes {
		return nil
	}
	if result, ok := vector.CompareJSON(vector.Metric(m), text, with); ok {
		return result
	}
	return nil
}

func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case []byte:
		return string(v), v != nil
	}
	return "", false
}

// nilOf returns nil for SQL's NULL, which one engine passes as a nil slice.
func nilOf(v any) any {
	if b, ok := v.([]byte); ok && b == nil {
		return nil
	}
	return v
}
