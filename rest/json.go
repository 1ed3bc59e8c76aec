package rest

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/ordago/ordago/model"
)

// writer appends JSON to a buffer: members in the order they are written, without reflection, always valid.
type writer struct {
	buf    []byte
	base   string // base path of the request, for URIs
	suffix string // of selection type names, R-044
	most   int    // bytes from which no more entities are written; 0: no limit
	full   bool   // entities were left out
}

// keptBuffer is the largest buffer that goes back to the pool: one huge answer must not hold memory for ever.
const keptBuffer = 1 << 20

// buffers recycles the byte slices of answers.
type buffers struct{ pool sync.Pool }

func (b *buffers) get() []byte {
	if p, ok := b.pool.Get().(*[]byte); ok {
		return (*p)[:0]
	}
	return make([]byte, 0, 4096)
}

func (b *buffers) put(buf []byte) {
	if cap(buf) <= keptBuffer {
		b.pool.Put(&buf)
	}
}

func (w *writer) raw(s string)    { w.buf = append(w.buf, s...) }
func (w *writer) int(n int64)     { w.buf = strconv.AppendInt(w.buf, n, 10) }
func (w *writer) string(s string) { w.buf = appendString(w.buf, s) }
func (w *writer) null()           { w.raw("null") }

func (w *writer) bool(v bool) { w.buf = strconv.AppendBool(w.buf, v) }

// appendString appends s as a JSON string. Bytes that are not UTF-8 become U+FFFD; the line separators that older JavaScript does not
// take in a string are escaped.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			b = append(b, s[start:i]...)
			b = appendControl(b, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b = append(append(b, s[start:i]...), "\uFFFD"...)
			start = i + size
		} else if r == '\u2028' || r == '\u2029' {
			b = append(append(b, s[start:i]...), `\u202`...)
			b = append(b, '8'+byte(r-'\u2028'))
			start = i + size
		}
		i += size
	}
	return append(append(b, s[start:]...), '"')
}

// appendControl escapes a quote, a backslash or a control character.
func appendControl(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	const digits = "0123456789abcdef"
	return append(b, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}

// float appends a number as JavaScript writes it; what JSON cannot say is null.
func (w *writer) float(f float64) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		w.null()
		return
	}
	abs := math.Abs(f)
	format := byte('f')
	if abs != 0 && (abs < 1e-6 || abs >= 1e21) {
		format = 'e'
	}
	w.buf = strconv.AppendFloat(w.buf, f, format, -1, 64)
}

// instant appends a time as UTC with exactly three digits of milliseconds.
func (w *writer) instant(t time.Time) {
	w.raw(`"`)
	w.buf = t.UTC().AppendFormat(w.buf, "2006-01-02T15:04:05.000Z")
	w.raw(`"`)
}

// day appends a simple date: d!m!yyyy without leading zeros; the null date is null.
func (w *writer) day(d model.Day) {
	if d.IsZero() {
		w.null()
		return
	}
	w.raw(`"`)
	w.buf = d.AppendWire(w.buf)
	w.raw(`"`)
}

// object appends stored JSON. Anything else than JSON would break the whole answer, so it is checked and null if it is not.
func (w *writer) object(data json.RawMessage) {
	if !json.Valid(data) {
		w.null()
		return
	}
	w.buf = append(w.buf, bytes.Trim(data, jsonSpace)...)
}

// wireUUID returns the wire form of a stored UUID, 32 upper-case digits; text that is none stays as it is.
func wireUUID(s string) string {
	var digits [32]byte
	n := 0
	for i := range len(s) {
		if s[i] == '-' {
			continue
		}
		if _, ok := hexDigit(s[i]); !ok || n == len(digits) {
			return s
		}
		digits[n] = upperHex(s[i])
		n++
	}
	if n != len(digits) {
		return s
	}
	return string(digits[:])
}

// isNativeUUID reports whether the attribute's UUIDs have one stored form, so that the wire can have its own. Those that a model keeps as
// text are shown as they are stored.
func isNativeUUID(a *model.Attribute) bool { return a.Type == model.UUID && a.NativeUUID() }

func upperHex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 'A'
	}
	return c
}

// scalar appends a canonical value of an attribute (model/class.go lists the Go types), R-111 to R-116.
func (w *writer) scalar(a *model.Attribute, v any) {
	switch v := v.(type) {
	case nil:
		w.null()
	case string:
		if isNativeUUID(a) {
			v = wireUUID(v)
		}
		w.string(v)
	case bool:
		w.bool(v)
	case int64:
		w.int(v)
	case uint64:
		w.buf = strconv.AppendUint(w.buf, v, 10)
	case float64:
		w.float(v)
	case model.Day:
		w.day(v)
	case time.Time:
		w.instant(v)
	case time.Duration:
		w.int(v.Milliseconds())
	case json.RawMessage:
		w.object(v)
	default:
		w.null()
	}
}

// value appends a value that a function returned. Times are written as the protocol does; other types as encoding/json does.
func (w *writer) value(v any) error {
	switch v := v.(type) {
	case nil:
		w.null()
	case time.Time:
		w.instant(v)
	case float64:
		w.float(v)
	case string:
		w.string(v)
	case bool:
		w.bool(v)
	default:
		return w.marshal(v)
	}
	return nil
}

func (w *writer) marshal(v any) error {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return err
	}
	w.buf = append(w.buf, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
	return nil
}
