package rest

import (
	"maps"
	"net/http"
	"strconv"
)

// answer is a whole response. It is buffered so that the session's cookie can still change while a request runs, and so that a request
// that fails half-way sends nothing but its error.
type answer struct {
	writer
	status      int
	contentType string
	header      http.Header // more members; nil: none
}

const jsonType = "application/json; charset=UTF-8"

// set adds a member to the header.
func (a *answer) set(name, value string) {
	if a.header == nil {
		a.header = http.Header{}
	}
	a.header.Set(name, value)
}

// reset drops what was written so far.
func (a *answer) reset() {
	a.buf = a.buf[:0]
	a.status = http.StatusOK
	a.contentType = jsonType
	a.header = nil
}

// fail replaces the answer by an error.
func (a *answer) fail(f *failure) {
	a.reset()
	a.status = f.status
	a.raw(`{"__ERROR":`)
	a.errors(f.chain)
	a.raw(`}`)
}

// send writes the answer. A HEAD request gets the header only.
func (a *answer) send(w http.ResponseWriter, method string) error {
	h := w.Header()
	h.Set("Cache-Control", "no-store")
	maps.Copy(h, a.header)
	if a.status != http.StatusNoContent {
		h.Set("Content-Type", a.contentType)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Length", strconv.Itoa(len(a.buf)))
	}
	w.WriteHeader(a.status)
	if method == http.MethodHead || a.status == http.StatusNoContent {
		return nil
	}
	_, err := w.Write(a.buf)
	return err
}
