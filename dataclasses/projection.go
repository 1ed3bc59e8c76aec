package dataclasses

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// ProjectionSpec says what an answer shows, in the words of the protocol (rest.md 3.5).
type ProjectionSpec struct {
	Attributes []string // paths such as "name", "customer.name", "lines.*", "*"; empty: all
	Expand     []string // relation paths whose entities are shown with all their attributes
}

// Projection is a resolved [ProjectionSpec]: what to read and where to find it in a [Row].
type Projection struct {
	Class  *RemoteClass
	Fields []Field

	columns  []*model.Attribute // read from the row: key, stamp, time of change, then the rest
	slots    int                // expanded relations
	computes bool               // a column is an alias of a calculated attribute
	width    int                // values of a row, calculated ones included
	link     int                // of an expanded relation: where its rows have the value they are matched by
	byKey    string             // SQL that reads one entity; "" when entities must be loaded

	prepare  sync.Once
	prepared any
}

// Prepare returns what mk returned for this projection the first time: a place for what a protocol derives from it, so that a request
// follows a plan. Projections are shared by requests.
func (p *Projection) Prepare(mk func() any) any {
	p.prepare.Do(func() { p.prepared = mk() })
	return p.prepared
}

// Field is one member of an answer.
type Field struct {
	Attribute *model.Attribute
	Value     int         // index into Row.Values; of a deferred relatedEntity: of its linked value; -1: nothing to show but a reference
	Nested    *Projection // of an expanded relation
	Slot      int         // index into Row.One or Row.Many of an expanded relation
	SubPaths  [][]string  // steps inside an object that were asked for; none: the whole object
}

// maxDepth is how deep expansions go.
const maxDepth = 8

// maxFields is how many members the answer to one request may have, over all its levels.
const maxFields = 2000

// tree is a spec by first steps, in the order of mention.
type tree struct {
	names []string
	next  map[string]*tree
	all   bool // "*"
}

func (t *tree) child(name string) *tree {
	if t.next == nil {
		t.next = map[string]*tree{}
	}
	c := t.next[name]
	if c == nil {
		c = &tree{}
		t.next[name] = c
		t.names = append(t.names, name)
	}
	return c
}

// add files a dotted path; whole says that what it ends on is shown with all its attributes.
func (t *tree) add(path string, whole bool) {
	for step := range strings.SplitSeq(path, ".") {
		if step = strings.TrimSpace(step); step == "*" {
			t.all = true
			return
		}
		t = t.child(step)
	}
	t.all = t.all || whole
}

// Project resolves what an answer shows. What the caller may not read is left out (S-326).
// Errors: *[AttributeError] for what does not exist, *[PermissionError] for an expansion into a dataclass the caller may not read,
// *[LimitError] when it is too deep or too wide.
func (c *RemoteClass) Project(ctx context.Context, spec ProjectionSpec) (*Projection, error) {
	ctx = remote(ctx)
	var room [256]byte
	a := c.core.ds.authority(ctx)
	key := spec.appendKey(room[:0], a)
	cache := &a.rights.class(c.core).projections
	if p := cache.get(key); p != nil {
		return p, nil
	}
	p, err := c.project(a, spec)
	if err != nil {
		return nil, err
	}
	cache.put(key, p)
	return p, nil
}

func (c *RemoteClass) project(a authority, spec ProjectionSpec) (*Projection, error) {
	root := &tree{all: len(spec.Attributes) == 0}
	for _, path := range spec.Attributes {
		root.add(path, false)
	}
	p := &projector{authority: a, left: maxFields}
	if err := p.checkExpand(c.core, spec.Expand); err != nil {
		return nil, err
	}
	for _, path := range spec.Expand {
		root.add(path, true)
	}
	return p.project(c.core, root, nil, 0)
}

type projector struct {
	authority authority // one for the whole: the result is kept for all who have it
	left      int       // fields that may still be added
	inside    bool      // for Go code: see names in tocollection.go
}

// checkExpand finds paths of an expand list that are no relations: their error has a code of its own.
func (p *projector) checkExpand(c *class, paths []string) error {
	for _, path := range paths {
		at := c
		for step := range strings.SplitSeq(path, ".") {
			a := at.model.Attribute(strings.TrimSpace(step))
			switch {
			case a == nil || !at.isVisible(a):
				return &AttributeError{Class: at.model.Name, Attribute: step, Expand: true}
			case a.Target != nil:
				at = at.ds.ofModel(a.Target)
			case a.Type != model.Image && a.Type != model.Blob: // media stay as they are
				return &AttributeError{Class: at.model.Name, Attribute: step, Expand: true}
			}
		}
	}
	return nil
}

// project resolves one level; link is the attribute by which the rows of an expanded relation are matched, nil at the top.
func (p *projector) project(c *class, t *tree, link *model.Attribute, depth int) (*Projection, error) {
	if depth > maxDepth {
		return nil, &LimitError{What: "levels of expanded relations", Max: maxDepth}
	}
	if err := c.allows(p.authority, privileges.Read); err != nil {
		return nil, err
	}
	out := &Projection{Class: c.remoteClass()}
	out.columns = c.systemColumns()
	if link != nil {
		out.link = out.column(link)
	}
	names, err := p.names(c, t)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		a := c.model.Attribute(name)
		if c.mayAttribute(p.authority, privileges.Read, a) != nil {
			continue
		}
		if err := p.field(c, out, a, t.next[name], depth); err != nil {
			return nil, err
		}
	}
	out.finish()
	return out, out.planKey()
}

// names lists the attributes that a level shows: all visible ones in model order, or those asked for in order of mention.
func (p *projector) names(c *class, t *tree) ([]string, error) {
	for _, name := range t.names {
		if a := c.model.Attribute(name); a == nil || !p.inside && !c.isVisible(a) {
			return nil, &AttributeError{Class: c.model.Name, Attribute: name}
		}
	}
	names := t.names
	if t.all {
		names = p.all(c, t)
	}
	if p.left -= len(names); p.left < 0 {
		return nil, &LimitError{What: "attributes in one answer", Max: maxFields}
	}
	return names, nil
}

func (p *projector) field(c *class, out *Projection, a *model.Attribute, t *tree, depth int) error {
	f := Field{Attribute: a, Value: -1}
	below := t != nil && (t.all || len(t.names) > 0)
	switch {
	case a.Target != nil && below:
		nested, err := p.project(c.ds.ofModel(a.Target), t, targetLink(a), depth+1)
		if err != nil {
			return err
		}
		f.Nested, f.Slot = nested, out.slots
		if a.Kind != model.Calculated {
			f.Value = out.column(ownLink(a))
		}
		out.slots++
	case a.Kind == model.Calculated:
	case a.ToOne():
		f.Value = out.column(a.ForeignKey)
	case a.Target != nil:
	default:
		f.Value = out.column(a)
	}
	if a.Target == nil && below && !(a.Type.Binary() && len(t.names) == 0) {
		if a.Type != model.Object {
			return &AttributeError{Class: c.model.Name, Attribute: a.Name + "." + firstName(t)}
		}
		f.SubPaths = subPaths(t, nil)
	}
	out.Fields = append(out.Fields, f)
	return nil
}

func firstName(t *tree) string {
	if len(t.names) > 0 {
		return t.names[0]
	}
	return "*"
}

// subPaths lists the paths inside an object in order of mention.
func subPaths(t *tree, prefix []string) [][]string {
	var out [][]string
	for _, name := range t.names {
		path := append(slices.Clone(prefix), name)
		if next := t.next[name]; len(next.names) > 0 {
			out = append(out, subPaths(next, path)...)
			continue
		}
		out = append(out, path)
	}
	return out
}

// column is the place of an attribute among those read from the row.
func (p *Projection) column(a *model.Attribute) int {
	if i := slices.Index(p.columns, a); i >= 0 {
		return i
	}
	p.columns = append(p.columns, a)
	return len(p.columns) - 1
}

// finish gives calculated attributes places after the columns.
func (p *Projection) finish() {
	p.width = len(p.columns)
	for _, a := range p.columns {
		if a.Kind == model.Alias && a.Path[len(a.Path)-1].Kind == model.Calculated {
			p.computes = true
		}
	}
	for i, f := range p.Fields {
		if f.Attribute.Kind == model.Calculated {
			p.Fields[i].Value = p.width
			p.width++
		}
	}
}

// needsEntities reports whether Go code must see the row: a calculated attribute is asked for, or the model has an AfterFind hook.
func (p *Projection) needsEntities() bool {
	return p.computes || p.width > len(p.columns) || p.Class.core.model.Hooks.AfterFind
}

// systemColumns are what every row is read with.
func (c *class) systemColumns() []*model.Attribute {
	columns := slices.Clone(c.model.Key)
	if c.model.Stamp != nil {
		columns = append(columns, c.model.Stamp)
	}
	if c.model.Modified != nil {
		columns = append(columns, c.model.Modified)
	}
	return columns
}
