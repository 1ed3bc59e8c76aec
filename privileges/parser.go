package privileges

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// Parser holds the options of reading roles.json. The zero value follows the
// current rules; [Parse] and [Load] use it.
type Parser struct {
	// ImplicitActions restores the chain that older files may rely on (S-298):
	// who may read may describe, who may update or drop may read and describe.
	ImplicitActions bool
}

// Parse compiles the text of a roles.json with the default [Parser].
func Parse(data []byte) (*Roles, error) { return Parser{}.Parse(data) }

// Load compiles the file at path with the default [Parser].
func Load(path string) (*Roles, error) { return Parser{}.Load(path) }

// Open returns the roles of a server without roles.json: nothing is declared
// but WebAdmin, everything is allowed, nobody must sign in (S-285).
func Open() *Roles { return compile(document{}, Parser{}) }

// Parse compiles the text of a roles.json. The error is a [*FileError] with all
// problems at once; a file with problems is never half in force.
func (p Parser) Parse(data []byte) (*Roles, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	tree, problem := parseTree(data)
	if problem != nil {
		return nil, &FileError{
			Problems:   []Problem{*problem},
			ForceLogin: readableFlag(data, "forceLogin"),
		}
	}
	var s schema
	doc := s.document(tree)
	s.check(doc)
	if len(s.problems) > 0 {
		return nil, newFileError(s.problems, doc.forceLogin)
	}
	return compile(doc, p), nil
}

// Load compiles the file at path. A missing file is not an error and gives
// [Open] (S-285). Problems in the file are a [*FileError].
func (p Parser) Load(path string) (*Roles, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Open(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read roles: %w", err)
	}
	roles, err := p.Parse(data)
	if e, ok := errors.AsType[*FileError](err); ok {
		e.File = path
	}
	return roles, err
}

func newFileError(problems []Problem, forceLogin bool) *FileError {
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return &FileError{Problems: problems, ForceLogin: forceLogin}
}
