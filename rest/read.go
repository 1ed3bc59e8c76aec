package rest

import (
	"errors"
	"slices"
	"strings"

	"github.com/ordago/ordago/dataclasses"
)

// maxSkip bounds $skip so that positions can be added without overflow.
const maxSkip = 1 << 40

// read answers entities: one, a page of a selection, or what a relation leads to.
func (c *call) read(t *target) error {
	switch {
	case t.relation != nil && isMedia(t.relation):
		return c.media(t)
	case t.relation != nil && t.relation.ToOne():
		return c.relatedEntity(t)
	case t.relation != nil:
		return c.relatedSelection(t)
	case c.entity():
		return c.oneEntity(t)
	}
	sel, err := c.selection(t)
	if err != nil {
		return err
	}
	return c.page(sel, t, "")
}

// oneEntity answers Book(3) and Book:isbn(978-1).
func (c *call) oneEntity(t *target) error {
	if c.req.params.method() != "" {
		return notApplicable("$method=" + c.req.params.method())
	}
	p, err := c.project(t.class, t.projection)
	if err != nil {
		return err
	}
	row, err := c.row(t, p)
	if err != nil {
		return err
	}
	c.out.entity(shapeOf(p), row, extras{top: true})
	return nil
}

// row reads the entity that the path names.
func (c *call) row(t *target, p *dataclasses.Projection) (*dataclasses.Row, error) {
	if c.req.head == headAttribute {
		row, err := t.class.GetBy(c.ctx, c.req.attribute, c.req.value, p)
		return row, c.pathError(err, []string{c.req.attribute})
	}
	return t.class.Get(c.ctx, c.req.key, p)
}

// key returns the key of the entity that the path names.
func (c *call) key(t *target) (dataclasses.KeyText, error) {
	if c.req.head == headKey {
		return c.req.key, nil
	}
	p, err := t.class.Project(c.ctx, dataclasses.ProjectionSpec{Attributes: []string{t.class.Key()[0].Name}})
	if err != nil {
		return nil, err
	}
	row, err := c.row(t, p)
	if err != nil {
		return nil, err
	}
	return splitKey(row.Key, len(t.class.Key())), nil
}

// relatedEntity answers the target of an N to 1 relation; there being none is "not found".
func (c *call) relatedEntity(t *target) error {
	key, err := c.key(t)
	if err != nil {
		return err
	}
	class, err := c.relatedClass(t)
	if err != nil {
		return err
	}
	p, err := c.project(class, nil)
	if err != nil {
		return err
	}
	row, err := t.class.RelatedEntity(c.ctx, key, t.relation, p)
	if err != nil {
		return err
	}
	if row == nil {
		return notFound("Entity not found")
	}
	c.out.entity(shapeOf(p), row, extras{top: true})
	return nil
}

// relatedSelection answers a page of a 1 to N relation.
func (c *call) relatedSelection(t *target) error {
	sel, err := c.related(t)
	if err != nil {
		return err
	}
	return c.page(sel, t, "")
}

// related returns the selection that a 1 to N relation leads to, filtered and sorted.
func (c *call) related(t *target) (*dataclasses.RemoteSelection, error) {
	key, err := c.key(t)
	if err != nil {
		return nil, err
	}
	if _, err := c.relatedClass(t); err != nil {
		return nil, err
	}
	sel, err := t.class.RelatedEntities(c.ctx, key, t.relation)
	if err != nil {
		return nil, err
	}
	return c.narrow(sel)
}

func (c *call) relatedClass(t *target) (*dataclasses.RemoteClass, error) {
	class := c.remote.Class(t.relation.Target.Name)
	if class == nil || !class.Exposed() {
		return nil, unknownMember(t.class.Name(), t.relation.Name)
	}
	return class, nil
}

// selection returns what the request selects: all entities or a set, filtered and sorted.
func (c *call) selection(t *target) (*dataclasses.RemoteSelection, error) {
	if t.set != nil {
		return c.narrow(t.class.FromKeys(t.set.Keys))
	}
	return c.narrow(t.class.All())
}

// narrow applies $filter, then $orderby.
func (c *call) narrow(sel *dataclasses.RemoteSelection) (*dataclasses.RemoteSelection, error) {
	if filter := c.req.params.text("filter"); strings.TrimSpace(filter) != "" {
		values, err := c.values()
		if err != nil {
			return nil, err
		}
		if sel, err = sel.Query(filter, values); err != nil {
			return nil, err
		}
	}
	return c.sort(sel)
}

// sort applies $orderby; $subOrderby is its name for relations.
func (c *call) sort(sel *dataclasses.RemoteSelection) (*dataclasses.RemoteSelection, error) {
	order := c.req.params.text("orderby")
	if order == "" {
		order = c.req.params.text("suborderby")
	}
	if strings.TrimSpace(order) == "" {
		return sel, nil
	}
	sorted, err := sel.OrderBy(order)
	if e, ok := errors.AsType[*dataclasses.QueryError](err); ok {
		return nil, fail(500, codeBadOrder, "Sort list not valid: "+e.Error())
	}
	return sorted, err
}

// values reads $params.
func (c *call) values() (dataclasses.Values, error) {
	v, err := decodeJSON([]byte(c.req.params.text("params")), "$params")
	if err != nil {
		return dataclasses.Values{}, err
	}
	switch v := v.(type) {
	case nil:
		return dataclasses.Values{}, nil
	case []any:
		return dataclasses.Values{Indexed: v}, nil
	case map[string]any:
		return dataclasses.Values{Named: v}, nil
	}
	return dataclasses.Values{}, malformed("$params must be a JSON array or object")
}

// page writes a page of a selection. set is the ID of the entity set that the selection is, if the client must be told of it; a new
// set is made when the request asks for one.
func (c *call) page(sel *dataclasses.RemoteSelection, t *target, set string) error {
	if c.req.params.flag("distinct") {
		return c.distinct(sel, t)
	}
	p, err := c.project(sel.Class(), t.projection)
	if err != nil {
		return err
	}
	how, err := c.explain(sel)
	if err != nil {
		return err
	}
	if set == "" && c.wantsSet() {
		if sel, set, err = c.makeSet(sel, t); err != nil {
			return err
		}
	}
	return c.writePage(sel, p, set, how)
}

func (c *call) writePage(sel *dataclasses.RemoteSelection, p *dataclasses.Projection, set string, how explanation) error {
	skip, top := c.window()
	page, err := sel.Page(c.ctx, p, skip, top)
	if err != nil {
		return err
	}
	page.First, _ = c.req.params.number("skip")
	return c.out.collection(shapeOf(p), page, set, how)
}

// window returns $skip and $top; $top wins over $limit and is lowered to the largest page.
func (c *call) window() (skip, top int) {
	skip, top, limited := c.part()
	if !limited {
		top = c.top
	}
	return skip, min(top, c.maxTop)
}

// part returns $skip and $top, and whether there is a $top.
func (c *call) part() (skip, top int, limited bool) {
	skip, _ = c.req.params.number("skip")
	top, limited = c.req.params.number("top")
	if !limited {
		top, limited = c.req.params.number("limit")
	}
	return min(skip, maxSkip), top, limited
}

// project resolves what the answer shows of class: the path's names, $attributes and $expand.
func (c *call) project(class *dataclasses.RemoteClass, path []string) (*dataclasses.Projection, error) {
	spec := dataclasses.ProjectionSpec{
		Attributes: append(slices.Clone(path), c.paths(class, "attributes")...),
		Expand:     c.paths(class, "expand"),
	}
	spec.Expand = slices.DeleteFunc(spec.Expand, func(name string) bool {
		a := class.Attribute(name)
		return a != nil && isMedia(a) // media stay references
	})
	p, err := class.Project(c.ctx, spec)
	if e, ok := errors.AsType[*dataclasses.LimitError](err); ok {
		return nil, fail(500, codeBadAttributes, e.Error())
	}
	return p, c.pathError(err, path)
}

// paths returns the paths of $attributes or $expand for class. After a navigation they may begin with the relation that led there.
func (c *call) paths(class *dataclasses.RemoteClass, param string) []string {
	names := c.req.params.names(param)
	if !c.navigated(class) {
		return names
	}
	relation := c.req.part(0)
	var out []string
	for _, name := range names {
		rest, under := strings.CutPrefix(name, relation+".")
		switch {
		case under:
			out = append(out, rest)
		case name != relation:
			out = append(out, name)
		}
	}
	return out
}

// navigated reports whether the answer is of class because the path led there from another entity.
func (c *call) navigated(class *dataclasses.RemoteClass) bool {
	if !c.entity() || len(c.req.segments) == 0 || c.req.part(0) == "" {
		return false
	}
	from := c.remote.Class(c.req.class)
	if from == nil {
		return false
	}
	a := from.Attribute(c.req.part(0))
	return a != nil && a.Target != nil && a.Target.Name == class.Name() && slices.Contains(c.req.params.names("expand"), a.Name)
}

// pathError gives an unknown attribute that stands in the path the status 404; elsewhere it is 500.
func (c *call) pathError(err error, path []string) error {
	e, ok := errors.AsType[*dataclasses.AttributeError](err)
	if !ok || e.Expand {
		return err
	}
	for _, p := range path {
		if p == e.Attribute || slices.Contains(strings.Split(p, "."), e.Attribute) {
			return unknownMember(e.Class, e.Attribute)
		}
	}
	return err
}
