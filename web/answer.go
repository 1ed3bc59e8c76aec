package web

import (
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"strconv"
)

// answer is what a request gets: a body, or a file that is open.
type answer struct {
	status int
	header http.Header
	body   []byte
	file   *file
}

const (
	typeHTML = "text/html; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
)

// newAnswer returns a generated answer, which no cache may keep: it belongs to one session.
func newAnswer(status int, contentType string, body []byte) *answer {
	return &answer{status, http.Header{"Content-Type": {contentType}, "Cache-Control": {"no-store"}}, body, nil}
}

// send writes the answer. Cookies are added to those that are there, never put in their place.
func (a *answer) send(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	for name, values := range a.header {
		if name == "Set-Cookie" {
			h[name] = append(h[name], values...)
			continue
		}
		h[name] = values
	}
	if a.file != nil {
		defer a.file.close()
		return a.file.send(w, r)
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(a.body)
	return err
}

// errorAnswer is the page for an error: 404.html, else 4xx.html of the web folder, else the words of the status (S-074).
func (s *Site) errorAnswer(f *statusError) *answer {
	a := newAnswer(f.status, typeText, []byte(http.StatusText(f.status)+"\n"))
	if page := s.errorPage(f.status); page != nil {
		a.body = page
		a.header.Set("Content-Type", typeHTML)
	}
	maps.Copy(a.header, f.header)
	return a
}

func (s *Site) errorPage(status int) []byte {
	for _, name := range []string{fmt.Sprintf("%d.html", status), fmt.Sprintf("%dxx.html", status/100)} {
		f := s.file("/" + name)
		if f == nil {
			continue
		}
		data, err := f.readAll(s.server.Limits.Page)
		f.close()
		if err == nil {
			return data
		}
	}
	return nil
}

// contentType returns the type of a file by its name. The table of the machine is not asked: it differs from one to the next.
func contentType(name string) string {
	switch path.Ext(lower(name)) {
	case ".html", ".htm", ".shtml", ".shtm":
		return typeHTML
	case ".xml", ".xsl":
		return "text/xml; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js", ".mjs":
		return "text/javascript; charset=utf-8"
	case ".json", ".map":
		return "application/json"
	case ".txt", ".md":
		return typeText
	case ".csv":
		return "text/csv; charset=utf-8"
	}
	return binaryType(path.Ext(lower(name)))
}

func binaryType(ext string) string {
	switch ext {
	case ".svg":
		return "image/svg+xml"
	case ".png", ".gif", ".webp", ".avif", ".bmp":
		return "image/" + ext[1:]
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".ico":
		return "image/vnd.microsoft.icon"
	case ".woff", ".woff2", ".ttf", ".otf":
		return "font/" + ext[1:]
	case ".mp3":
		return "audio/mpeg"
	case ".mp4", ".webm":
		return "video/" + ext[1:]
	case ".pdf", ".zip", ".wasm":
		return "application/" + ext[1:]
	case ".gz":
		return "application/gzip"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		return "application/octet-stream"
	}
}

// readable reports whether name is a file that may be served at all: a path inside the folder, without hidden parts and without what
// Windows reads as another file.
func readable(name string) bool {
	if !fs.ValidPath(name) || name == "." {
		return false
	}
	start := true
	for i := range len(name) {
		switch c := name[i]; {
		case c == '\\' || c == ':' || c < ' ', start && c == '.':
			return false
		case c == '/' && (name[i-1] == '.' || name[i-1] == ' '):
			return false
		default:
			start = c == '/'
		}
	}
	last := name[len(name)-1]
	return last != '.' && last != ' '
}
