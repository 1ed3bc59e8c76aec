package web

import (
	"errors"
	"path"
	"strings"
)

// resetBase is the folder name that ends the effect of 4DBASE.
const resetBase = "WEBFOLDER"

// cannotOpen is the error text of 4DINCLUDE (S-406).
const cannotOpen = ":The document cannot be opened"

// includeNode is 4DINCLUDE path.
type includeNode struct{ token }

func (n *includeNode) render(p *page) error {
	if err := p.spend(); err != nil {
		return err
	}
	name, err := p.resolve(unquoted(n.body))
	if err == nil && (p.included || name == p.name) {
		err = errors.New("includes go one level deep")
	}
	if err != nil {
		return p.show(n.raw+cannotOpen, err)
	}
	d, err := p.site.document(name, true)
	if err != nil {
		return p.show(n.raw+cannotOpen, err)
	}
	return p.include(name, d)
}

// include renders an included document; a 4DBASE in it ends with it.
func (p *page) include(name string, d *document) error {
	outer, base := p.name, p.base
	p.name, p.base, p.included = name, "", true
	err := p.all(d.nodes)
	p.name, p.base, p.included = outer, base, false
	return err
}

// resolve returns the name of a file that the page calls by a path, relative to its folder or to that of 4DBASE.
func (p *page) resolve(name string) (string, error) {
	if strings.HasPrefix(name, "/") {
		name = name[1:]
	} else {
		name = path.Join(p.folder(), name)
	}
	if name = path.Clean(name); !readable(name) {
		return name, errors.New("the path does not name a file of the web folder")
	}
	return name, nil
}

func unquoted(text string) string {
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		return text[1 : len(text)-1]
	}
	return text
}

// baseNode is 4DBASE folder/. It shows nothing; a folder outside of the web folder changes nothing.
type baseNode struct{ token }

func (n *baseNode) render(p *page) error {
	if err := p.spend(); err != nil {
		return err
	}
	folder := unquoted(n.body)
	if folder == resetBase {
		p.base = ""
		return nil
	}
	if name, err := p.resolve(folder); err == nil || name == "." {
		p.base = name
	}
	return nil
}
