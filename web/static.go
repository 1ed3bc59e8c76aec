package web

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// file is an open file of the web folder.
type file struct {
	fs.File
	name string // from the web folder, without a leading slash
	info fs.FileInfo
}

// errTooLarge is a page that is larger than Limits.Page.
var errTooLarge = errors.New("the file is larger than Limits.Page")

// file opens the file for the path of a URL, or returns nil: there is none, or it is a folder, hidden, or not a name. No path leads out
// of the folder, because fs.FS knows no "..".
func (s *Site) file(urlPath string) *file {
	name := strings.TrimPrefix(urlPath, "/")
	if name == "" {
		name = s.server.HomePage
	}
	f, err := s.openFile(name)
	if err != nil {
		return nil
	}
	return f
}

// openFile opens a file by its name from the web folder.
func (s *Site) openFile(name string) (*file, error) {
	if s.server.Root == nil || !readable(name) {
		return nil, fs.ErrNotExist
	}
	f, err := s.server.Root.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist // no listings, and nothing that blocks
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return &file{f, name, info}, nil
}

// close ends the reading; an error of it is of no consequence.
func (f *file) close() { _ = f.Close() }

// dynamic reports whether the tags of the file are evaluated when its URL is requested (section 17.1).
func (f *file) dynamic() bool {
	switch lower(path.Ext(f.name)) {
	case ".shtml", ".shtm", ".xml", ".xsl":
		return true
	}
	return false
}

// readAll returns the contents, at most limit bytes.
func (f *file) readAll(limit int64) ([]byte, error) {
	if f.info.Size() > limit {
		return nil, fmt.Errorf("%s: %w", f.name, errTooLarge)
	}
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s: %w", f.name, errTooLarge)
	}
	return data, err
}

// static answers with the file as it is.
func (x *exchange) static(f *file) (*answer, error) {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodHead {
		f.close()
		return nil, wrongVerb("GET, HEAD")
	}
	a := &answer{file: f, header: http.Header{"Content-Type": {contentType(f.name)}, "Cache-Control": {"no-cache"}}}
	if x.session != nil {
		a.header.Set("Cache-Control", "private, no-cache") // the answer may carry a cookie
	}
	if tag := f.tag(); tag != "" {
		a.header.Set("Etag", tag)
	}
	return a, nil
}

// tag returns a validator of the contents, or "" for files without a time, such as embedded ones.
func (f *file) tag() string {
	if f.info.ModTime().IsZero() {
		return ""
	}
	return fmt.Sprintf(`"%x-%x"`, f.info.ModTime().UnixNano(), f.info.Size())
}

// send writes the file, or the part or confirmation that the client asked for.
func (f *file) send(w http.ResponseWriter, r *http.Request) error {
	content, ok := f.File.(io.ReadSeeker)
	if !ok {
		data, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		content = bytes.NewReader(data)
	}
	http.ServeContent(w, r, "", f.info.ModTime(), content)
	return nil
}

// underREST reports whether a path belongs to the REST server.
func underREST(urlPath string) bool {
	return urlPath == "/rest" || strings.HasPrefix(urlPath, "/rest/")
}

// lower is strings.ToLower for ASCII words.
func lower(s string) string { return strings.ToLower(s) }
