package web

import (
	"strings"
	"sync"
	"time"
)

// maxDocuments is how many parsed pages are kept.
const maxDocuments = 1000

// document is a parsed file, with what tells whether the file has changed since.
type document struct {
	nodes []node
	time  time.Time
	size  int64
}

// pageCache keeps parsed pages. Safe for concurrent use.
type pageCache struct {
	mu   sync.Mutex
	kept map[pageKey]*document
}

// pageKey names one reading of a file: included pages are cut to their body.
type pageKey struct {
	name     string
	included bool
	dollar   bool
}

func newPageCache() *pageCache { return &pageCache{kept: make(map[pageKey]*document)} }

// get returns the document of a file as it is now, or nil.
func (c *pageCache) get(key pageKey, f *file) *document {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.kept[key]
	if d == nil || !d.time.Equal(f.info.ModTime()) || d.size != f.info.Size() {
		return nil
	}
	return d
}

// put keeps a document. When there are too many, any other goes.
func (c *pageCache) put(key pageKey, d *document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for other := range c.kept {
		if len(c.kept) < maxDocuments {
			break
		}
		delete(c.kept, other)
	}
	c.kept[key] = d
}

// document returns the parsed page of a file, in both syntaxes. Of an included page it is the body alone, if it has one.
func (s *Site) document(name string, included bool) (*document, error) {
	return s.documentFor(pageKey{name, included, true})
}

func (s *Site) documentFor(key pageKey) (*document, error) {
	f, err := s.openFile(key.name)
	if err != nil {
		return nil, err
	}
	defer f.close()
	if d := s.pages.get(key, f); d != nil {
		return d, nil
	}
	data, err := f.readAll(s.server.Limits.Page)
	if err != nil {
		return nil, err
	}
	text := string(data)
	if key.included {
		text = bodyOf(text)
	}
	nodes, err := s.language.parse(text, key.dollar)
	if err != nil {
		return nil, err
	}
	d := &document{nodes, f.info.ModTime(), f.info.Size()}
	s.pages.put(key, d)
	return d, nil
}

// bodyOf returns what is between the body tags of a page, or all of it.
func bodyOf(text string) string {
	low := asciiLower(text)
	start := strings.Index(low, "<body")
	if start < 0 {
		return text
	}
	open := strings.IndexByte(low[start:], '>')
	if open < 0 {
		return text
	}
	rest := text[start+open+1:]
	if end := strings.LastIndex(low[start+open+1:], "</body"); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// asciiLower keeps the length, which strings.ToLower may not.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + ('a' - 'A')
		}
	}
	return string(b)
}
