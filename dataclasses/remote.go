package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// Remote is what callers from outside may reach of a datastore: exposed data and exposed functions. Nothing else can be reached
// through it. Each call checks the rights of the session in its context; without one, those of a guest.
type Remote struct {
	ds      *DataStore
	classes map[string]*RemoteClass
	list    []*RemoteClass

	singletons []*RemoteSingleton
}

// Remote returns the datastore as remote callers see it.
func (ds *DataStore) Remote() *Remote {
	r := &Remote{ds: ds, classes: map[string]*RemoteClass{}, singletons: ds.remoteSingletons()}
	for _, c := range ds.classes {
		if rc := c.remoteClass(); c.exposed || len(rc.functions) > 0 {
			r.classes[rc.Name()] = rc
			r.list = append(r.list, rc)
		}
	}
	return r
}

// Roles returns the roles in force for the datastore, nil without [Permissions].
func (r *Remote) Roles() *privileges.Source { return r.ds.Roles() }

// Classes returns the dataclasses that expose data or a function, in the order of declaration.
func (r *Remote) Classes() []*RemoteClass { return r.list }

// Class returns the dataclass of that name (case-sensitive); nil for one that is unknown or not exposed.
func (r *Remote) Class(name string) *RemoteClass { return r.classes[name] }

// Functions returns the exposed functions of the datastore.
func (r *Remote) Functions() []*RemoteFunction { return exposed(r.ds.own) }

// Function returns the datastore function of that name; nil for one that is unknown, private or local.
func (r *Remote) Function(name string) *RemoteFunction { return named(r.Functions(), name, OfStore) }

// Atomic runs fn in one transaction: an error undoes all that was written with its context.
func (r *Remote) Atomic(ctx context.Context, fn func(ctx context.Context) error) error {
	return r.ds.Transaction(remote(ctx), fn)
}

// RemoteClass is a dataclass as remote callers see it.
type RemoteClass struct {
	core      *class
	functions []*RemoteFunction
}

func (c *class) remoteClass() *RemoteClass {
	if c.outside == nil {
		return &RemoteClass{core: c, functions: exposed(c.functions)}
	}
	return c.outside
}

// Name returns the dataclass's name.
func (c *RemoteClass) Name() string { return c.core.model.Name }

// Number returns the table number of the catalog, from 1.
func (c *RemoteClass) Number() int { return c.core.model.Number }

// Exposed reports whether the data can be reached, within rights; otherwise only functions can.
func (c *RemoteClass) Exposed() bool { return c.core.exposed }

// HasStamp reports whether entities have stamps.
func (c *RemoteClass) HasStamp() bool { return c.core.model.Stamp != nil }

// Attributes returns the visible attributes in model order.
func (c *RemoteClass) Attributes() []*model.Attribute { return c.core.visible }

// Attribute returns the attribute of that name; nil for one that is unknown or hidden.
func (c *RemoteClass) Attribute(name string) *model.Attribute {
	if a := c.core.model.Attribute(name); a != nil && c.core.isVisible(a) {
		return a
	}
	return nil
}

// Key returns the primary key.
func (c *RemoteClass) Key() []*model.Attribute { return c.core.model.Key }

// Functions returns the exposed functions of all three scopes, in the order of declaration.
func (c *RemoteClass) Functions() []*RemoteFunction { return c.functions }

// ClassFunction returns an exposed function of the dataclass; nil: unknown.
func (c *RemoteClass) ClassFunction(name string) *RemoteFunction {
	return named(c.functions, name, OfClass)
}

// SelectionFunction returns an exposed function of entity selections; nil: unknown.
func (c *RemoteClass) SelectionFunction(name string) *RemoteFunction {
	return named(c.functions, name, OfSelection)
}

// EntityFunction returns an exposed function of entities; nil: unknown.
func (c *RemoteClass) EntityFunction(name string) *RemoteFunction {
	return named(c.functions, name, OfEntity)
}

// Values are what placeholders stand for.
type Values = sqlplan.Values

// RemoteSelection is a selection as remote callers see it: immutable, and nothing is read before it is used.
type RemoteSelection struct{ core *selection }

// All returns the selection of all entities.
func (c *RemoteClass) All() *RemoteSelection {
	s := c.core.all()
	s.remote = true
	return &RemoteSelection{s}
}

// FromKeys returns a fixed selection of the entities with these keys (texts of __KEY), in this order: an entity set.
// Entities that are gone keep their place.
func (c *RemoteClass) FromKeys(keys []string) *RemoteSelection {
	members := keyset.NewBuilder(c.core.keyKind(), keyset.Ordered)
	for _, text := range keys {
		if key, err := c.core.model.ParseKey(c.core.splitKey(text)); err == nil {
			_ = members.Add(key) // a number that no integer of the database can be is no key
		}
	}
	return &RemoteSelection{&selection{class: c.core, fixed: members.List(), remote: true}}
}

// Class returns the dataclass of the selection.
func (s *RemoteSelection) Class() *RemoteClass { return s.core.class.remoteClass() }

// Query narrows the selection by a $filter, whose own "order by" counts too. Errors: *[QueryError].
func (s *RemoteSelection) Query(text string, v Values) (*RemoteSelection, error) {
	core, err := s.core.query(text, query.REST, v)
	if err != nil {
		return nil, err
	}
	return &RemoteSelection{core}, nil
}

// OrderBy sorts the selection by an $orderby. Errors: *[QueryError].
func (s *RemoteSelection) OrderBy(text string) (*RemoteSelection, error) {
	core, err := s.core.orderBy(text, query.REST)
	if err != nil {
		return nil, err
	}
	return &RemoteSelection{core}, nil
}

// Ordered reports whether the selection has an order of its own.
func (s *RemoteSelection) Ordered() bool {
	return s.core.fixed != nil || s.core.ordered()
}

// Count returns the number of entities, dead members of a fixed selection included.
func (s *RemoteSelection) Count(ctx context.Context) (int, error) { return s.core.count(remote(ctx)) }

// Keys reads the keys in order as texts of __KEY; a selection of more than most is a *[LimitError].
func (s *RemoteSelection) Keys(ctx context.Context, most int) ([]string, error) {
	members, err := s.core.members(remote(ctx), most)
	if err != nil {
		return nil, err
	}
	keys := make([]string, 0, members.Len())
	for start := 0; start < members.Len(); start += keysAtOnce {
		for _, key := range members.Keys(start, min(start+keysAtOnce, members.Len())) {
			keys = append(keys, keyText(key))
		}
	}
	return keys, nil
}

// Page reads up to top rows from position skip on and counts the selection. The count costs a query only where the page does not tell it.
func (s *RemoteSelection) Page(ctx context.Context, p *Projection, skip, top int) (*Page, error) {
	ctx = s.core.class.ds.oneRead(remote(ctx))
	core, err := s.core.evaluated(ctx)
	if err != nil {
		return nil, err
	}
	if core.fixed != nil {
		return core.fixedPage(ctx, p, skip, top)
	}
	page := &Page{First: skip}
	if top > 0 {
		rows, err := p.read(ctx, core.slice(skip, skip+top), min(top, 1000))
		if err != nil {
			return nil, err
		}
		page.Rows = rows
	}
	if n := len(page.Rows); n > 0 && n < top || n == 0 && skip == 0 && top > 0 {
		page.Count = skip + n
		return page, nil
	}
	page.Count, err = core.count(ctx)
	return page, err
}

// fixedPage reads members by key, in their order; gone ones become dead rows.
func (s *selection) fixedPage(ctx context.Context, p *Projection, skip, top int) (*Page, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	page := &Page{First: skip, Count: s.fixed.Len()}
	members := s.slice(skip, skip+top).fixed
	keys := members.Keys(0, members.Len())
	alive, err := p.byKeys(ctx, s, keys)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if row := alive[identity(key)]; row != nil {
			page.Rows = append(page.Rows, *row)
			continue
		}
		page.Rows = append(page.Rows, Row{Key: keyText(key), Dead: true})
	}
	return page, nil
}

// byKeys reads the rows of fixed members, by the identity of their keys; gone ones are not among them.
func (p *Projection) byKeys(ctx context.Context, s *selection, keys [][]any) (map[string]*Row, error) {
	alive := make(map[string]*Row, len(keys))
	for chunk := range slices.Chunk(keys, keysAtOnce) {
		rows, err := p.read(ctx, s.with(s.class.keySource(chunk)), len(chunk))
		if err != nil {
			return nil, err
		}
		for i := range rows {
			alive[identity(rows[i].Values[:len(s.class.model.Key)])] = &rows[i]
		}
	}
	return alive, nil
}
