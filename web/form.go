package web

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// reservedParameter is the parameter for one-time passcodes; the application never sees it (S-240, S-385).
const reservedParameter = "$4DSID"

// form is what a browser sent along: query values, then fields of the body, in their order.
type form struct {
	names, values []string
	query         int // how many of them come from the URL
	files         []Upload
}

// Upload is a file of a form. Name is what the browser says; never use it as a path.
type Upload struct {
	Field string
	Name  string
	Type  string
	Data  []byte
}

// readForm checks the HTTP method, and reads the body and what is in it.
func (x *exchange) readForm() error {
	switch x.r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost:
	default:
		return wrongVerb("GET, HEAD, POST")
	}
	if err := x.readBody(); err != nil {
		return err
	}
	f := &x.call.form
	if err := f.addQuery(x.r.URL.RawQuery, x.site.server.Limits.Fields); err != nil {
		return err
	}
	f.query = len(f.names)
	if x.r.Method != http.MethodPost {
		return nil
	}
	return f.addBody(x.r.Header.Get("Content-Type"), x.body, x.site.server.Limits.Fields)
}

func (f *form) add(name, value string) {
	if name == reservedParameter {
		return
	}
	f.names, f.values = append(f.names, name), append(f.values, value)
}

// errTooManyFields answers forms that pass Limits.Fields.
var errTooManyFields = &statusError{status: http.StatusRequestEntityTooLarge}

// addQuery adds the pairs of a query string, in their order.
func (f *form) addQuery(query string, limit int) error {
	if strings.Count(query, "&") >= limit-len(f.names) {
		return errTooManyFields
	}
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err1 := url.QueryUnescape(name)
		value, err2 := url.QueryUnescape(value)
		if err1 != nil || err2 != nil {
			return &statusError{status: http.StatusBadRequest}
		}
		f.add(name, value)
	}
	return nil
}

// addBody adds the fields of a form that was posted; other bodies have none.
func (f *form) addBody(contentType string, body []byte, limit int) error {
	kind, params, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return nil
	case kind == "application/x-www-form-urlencoded":
		return f.addQuery(string(body), limit)
	case kind == "multipart/form-data":
		return f.addParts(multipart.NewReader(bytes.NewReader(body), params["boundary"]), limit)
	}
	return nil
}

func (f *form) addParts(parts *multipart.Reader, limit int) error {
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return &statusError{status: http.StatusBadRequest}
		}
		if len(f.names)+len(f.files) >= limit {
			return errTooManyFields
		}
		if err := f.addPart(part); err != nil {
			return err
		}
	}
}

func (f *form) addPart(part *multipart.Part) error {
	data, err := io.ReadAll(part) // the body is in memory and limited
	if err != nil {
		return &statusError{status: http.StatusBadRequest}
	}
	if part.FileName() == "" {
		f.add(part.FormName(), string(data))
		return nil
	}
	f.files = append(f.files, Upload{part.FormName(), part.FileName(), part.Header.Get("Content-Type"), data})
	return nil
}
