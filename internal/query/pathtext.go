package query

// ParsePath reads one path, such as "info.coll[a].val", as it stands in a query in code. Its steps have the offsets of the
// text. The error is always an *[Error]; a placeholder is one.
func ParsePath(text string) (Path, error) {
	p, err := newParser(text, ORDA)
	if err != nil {
		return Path{}, err
	}
	if p.tok.kind != tokenWord {
		return Path{}, p.errorf(p.tok.start, "an attribute name is missing before %s", p.describe(p.tok))
	}
	path, err := p.path()
	if err == nil && p.tok.kind != tokenEnd {
		err = p.errorf(p.tok.start, "unexpected %s behind the path", p.describe(p.tok))
	}
	if err != nil {
		return Path{}, err
	}
	return path, nil
}
