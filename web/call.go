package web

import (
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Call is one request as methods and hooks see it: what the browser sent, and the ways to answer. An answer is sent when the method has
// returned without an error; a method that sends nothing answers with an empty page (S-387). A Call is used by one goroutine, and not
// after the method returned.
type Call struct {
	Request
	param  string
	form   form
	header http.Header
	open   bool // a method runs
	send   func(*exchange) (*answer, error)
}

func newCall(x *exchange) *Call { return &Call{Request: Request{x}, header: http.Header{}} }

var (
	errAnswered = errors.New("this request has its answer already: send once")
	errNotOpen  = errors.New("an answer can be sent only by the method or hook of the request, while it runs")
	errRedirect = errors.New("redirect: the target must be a path or an http or https URL")
)

// Parameter returns what follows the method's name in the URL, percent-decoded, without the separating slash; "" when absent (S-383).
func (c *Call) Parameter() string { return c.param }

// Variables returns names and values of the form and of the query, in the order sent, query first (S-385). A name may occur more than once.
func (c *Call) Variables() (names, values []string) {
	return slices.Clone(c.form.names), slices.Clone(c.form.values)
}

// Value returns the first variable called name, and whether there is one.
func (c *Call) Value(name string) (string, bool) {
	i := slices.Index(c.form.names, name)
	if i < 0 {
		return "", false
	}
	return c.form.values[i], true
}

// Field returns the first field called name of the form that was posted, and whether there is one. Unlike [Call.Value] it does not look into
// the URL: use it for passwords and other secrets, which must not stand where histories and logs keep them.
func (c *Call) Field(name string) (string, bool) {
	for i := c.form.query; i < len(c.form.names); i++ {
		if c.form.names[i] == name {
			return c.form.values[i], true
		}
	}
	return "", false
}

// Uploads returns the files of a multipart form.
func (c *Call) Uploads() []Upload { return c.form.files }

// SetHeader sets a header of the answer.
func (c *Call) SetHeader(name, value string) { c.header.Set(name, value) }

// SendText answers with HTML whose tags are evaluated first (S-388). Text of a user must be escaped ([html.EscapeString]) before it
// becomes a part of it.
func (c *Call) SendText(text string) error { return c.SendTextAs(typeHTML, text) }

// SendTextAs is SendText with another content type; tags are evaluated whatever it is.
func (c *Call) SendTextAs(contentType, text string) error {
	return c.answerWith(func(x *exchange) (*answer, error) { return x.rendered(contentType, text) })
}

// SendBytes answers with data. Tags are evaluated when the content type is text/html, and in no other (section 17.1).
func (c *Call) SendBytes(contentType string, data []byte) error {
	if isHTML(contentType) {
		return c.SendTextAs(contentType, string(data))
	}
	return c.answerWith(func(*exchange) (*answer, error) { return newAnswer(http.StatusOK, contentType, data), nil })
}

// SendFile answers with a file of the web folder. The tags of .htm, .html, .shtm and .shtml files are evaluated (section 17.1). A file
// that does not exist is answered 404.
func (c *Call) SendFile(name string) error {
	return c.answerWith(func(x *exchange) (*answer, error) { return x.sentFile(name) })
}

// Redirect sends the browser to a path of this server or to an http or https URL, with status 302. Where the target comes from the user,
// check it first.
func (c *Call) Redirect(target string) error {
	u, err := url.Parse(target)
	if err != nil || target == "" || u.Scheme != "" && u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(target, "\\\r\n") {
		return errRedirect
	}
	return c.answerWith(func(*exchange) (*answer, error) {
		a := newAnswer(http.StatusFound, typeText, nil)
		a.header.Set("Location", u.String())
		return a, nil
	})
}

// SendStatus answers with an error status (400 to 599) and its page.
func (c *Call) SendStatus(status int) error {
	if status < 400 || status > 599 {
		return errors.New("send status: must be from 400 to 599")
	}
	return c.answerWith(func(*exchange) (*answer, error) { return nil, &statusError{status: status} })
}

func (c *Call) answerWith(send func(*exchange) (*answer, error)) error {
	switch {
	case !c.open:
		return errNotOpen
	case c.send != nil:
		return errAnswered
	}
	c.send = send
	return nil
}

// outcome makes the answer when the method has returned.
func (c *Call) outcome() (*answer, error) {
	if c.send == nil {
		return newAnswer(http.StatusOK, typeHTML, nil), nil
	}
	a, err := c.send(c.exchange)
	if err != nil {
		return nil, err
	}
	maps.Copy(a.header, c.header)
	return a, nil
}

func isHTML(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "text/html")
}
