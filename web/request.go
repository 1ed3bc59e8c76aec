package web

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
)

// maxContent is how much of headers and body [Request.Content] shows.
const maxContent = 32 << 10

// Request is what the hooks learn about a request: the six inputs of section 5.2. It is valid while the hook runs.
type Request struct{ exchange *exchange }

// URL returns path and query as received, without host, beginning with a slash (S-069).
func (r Request) URL() string {
	u := r.exchange.r.URL
	text := u.EscapedPath()
	if text == "" {
		text = "/"
	}
	if u.RawQuery != "" {
		text += "?" + u.RawQuery
	}
	return text
}

// Verb returns the HTTP method.
func (r Request) Verb() string { return r.exchange.r.Method }

// Header returns a header of the request, "" when it is absent.
func (r Request) Header(name string) string { return r.exchange.r.Header.Get(name) }

// Content returns request line, headers and body, cut at 32 KB. It holds the cookies and credentials of the user: do not log it.
func (r Request) Content() string {
	var b bytes.Buffer
	q := r.exchange.r
	fmt.Fprintf(&b, "%s %s HTTP/%d.%d\r\nHost: %s\r\n", q.Method, r.URL(), q.ProtoMajor, q.ProtoMinor, q.Host)
	_ = q.Header.Write(&b) // a buffer takes everything
	b.WriteString("\r\n")
	b.Write(r.exchange.body[:min(len(r.exchange.body), maxContent)])
	return string(b.Bytes()[:min(b.Len(), maxContent)])
}

// ClientIP returns the address of the browser, IPv4 in IPv6 notation ("::ffff:192.0.2.1", S-068). It is what the front of the server says
// ([Mount]), else what the session manager says, else the address of the connection.
func (r Request) ClientIP() string {
	q := r.exchange.r
	if a, ok := q.Context().Value(addressKey{}).(string); ok {
		return mapped(a)
	}
	if m := r.exchange.site.server.Manager; m.Address != nil {
		return mapped(m.Address(q))
	}
	return mapped(hostOf(q.RemoteAddr))
}

// ServerIP returns the address that the browser connected to, in the same notation; "" when it is not known.
func (r Request) ServerIP() string {
	a, ok := r.exchange.r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return ""
	}
	return mapped(hostOf(a.String()))
}

// addressKey is the context key of the client's address.
type addressKey struct{}

func withAddress(r *http.Request, address string) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), addressKey{}, address))
}

func hostOf(address string) string {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return address
	}
	return host
}

func mapped(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	if a.Is4() {
		return "::ffff:" + a.String()
	}
	return a.String()
}

// readBody reads the body into memory, at most Limits.Body bytes.
func (x *exchange) readBody() error {
	if x.r.Body == nil || x.r.Body == http.NoBody {
		return nil
	}
	data, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, x.site.server.Limits.Body))
	if _, tooLarge := err.(*http.MaxBytesError); err != nil && !tooLarge {
		return &statusError{status: http.StatusBadRequest} // the client stopped sending
	}
	x.body = data
	return err
}
