package web

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// page answers with a semi-dynamic page of the web folder.
func (x *exchange) page(f *file) (*answer, error) {
	d, err := x.site.document(f.name, false)
	if err != nil {
		return nil, err
	}
	return x.render(contentType(f.name), f.name, d.nodes)
}

// render makes the answer of a parsed page.
func (x *exchange) render(contentType, name string, nodes []node) (*answer, error) {
	p := x.site.newPage(x.ctx, name)
	p.exchange = x
	text, err := p.rendered(nodes)
	if err != nil {
		return nil, err
	}
	return newAnswer(http.StatusOK, contentType, []byte(text)), nil
}

// rendered answers with text of a method: comment tags only (section 17.1).
func (x *exchange) rendered(contentType, text string) (*answer, error) {
	if !strings.Contains(text, commentOpen) {
		return newAnswer(http.StatusOK, contentType, []byte(text)), nil
	}
	nodes, err := x.site.language.parse(text, false)
	if err != nil {
		return nil, err
	}
	return x.render(contentType, "", nodes)
}

// sentFile answers with a file that a method names.
func (x *exchange) sentFile(name string) (*answer, error) {
	f, err := x.site.openFile(strings.TrimPrefix(path.Clean("/"+name), "/"))
	if err != nil {
		return nil, sentFileError(err)
	}
	switch lower(path.Ext(f.name)) {
	case ".htm", ".html", ".shtm", ".shtml":
	default:
		return &answer{file: f, header: http.Header{"Content-Type": {contentType(f.name)}, "Cache-Control": {"no-store"}}}, nil
	}
	f.close()
	d, err := x.site.documentFor(pageKey{name: f.name})
	if err != nil {
		return nil, err
	}
	return x.render(typeHTML, f.name, d.nodes)
}

func sentFileError(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return notFound()
	}
	return err
}

// ProcessTags evaluates the tags of a text, in both syntaxes, and returns the result (section 17.1). vars are variables of the page; their
// values become plain as results of a [Function] do. Session is the one of ctx, and On Web Authentication is not asked (S-059). Errors of
// tags are in the result; an error is returned when a limit was passed, the text is nested too deeply or ctx has ended.
func (s *Site) ProcessTags(ctx context.Context, text string, vars map[string]any) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, s.server.Limits.Time)
	defer cancel()
	nodes, err := s.language.parse(text, true)
	if err != nil {
		return "", err
	}
	p := s.newPage(ctx, "")
	for name, value := range vars {
		v, err := plain(value)
		if err != nil {
			return "", err
		}
		if !isName(name) || s.language.reserved(name) {
			return "", errors.New("process tags: " + name + " cannot be the name of a variable")
		}
		p.vars[name] = v
	}
	return p.rendered(nodes)
}
