package dataclasses

import (
	"context"
	"fmt"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// DataClass stands for one table as a dataclass. Get it with [Of]; it is safe for concurrent use.
type DataClass[T any] struct{ core *class }

func (c *DataClass[T]) scope() Scope { return OfClass }

func (c *DataClass[T]) store() *DataStore {
	if c == nil {
		return nil
	}
	return c.core.ds
}

// Name returns the dataclass's name.
func (c *DataClass[T]) Name() string { return c.core.model.Name }

// DataStore returns the datastore the dataclass belongs to (O-060).
func (c *DataClass[T]) DataStore() *DataStore { return c.core.ds }

// New returns a blank entity, in memory only: stamp 0, IsNew true (O-065). Constructors declared with [Init] run.
func (c *DataClass[T]) New() *Entity[T] { return entityOf[T](c.core.create()) }

// Get returns the entity with that primary key (O-056): one value per part of the key, of the attribute's type or convertible to it.
// Errors: [ErrNotFound] when no entity has it, *[PermissionError].
func (c *DataClass[T]) Get(ctx context.Context, key ...any) (*Entity[T], error) {
	canonical, err := c.core.canonicalKey(key)
	if err != nil {
		return nil, err
	}
	r, err := c.core.load(ctx, canonical)
	if err != nil {
		return nil, err
	}
	return entityOf[T](r), nil
}

// All returns the selection of all entities, in primary key order (O-055).
func (c *DataClass[T]) All() *Selection[T] { return &Selection[T]{core: c.core.all()} }

// Query returns the selection of the entities that match the query string (orda.md section 3): values for :1, :2 … follow;
// a last argument of type [Settings] gives named placeholders. Nothing is read before the selection is used.
// Errors: *[QueryError], with the offset of what is wrong.
func (c *DataClass[T]) Query(text string, values ...any) (*Selection[T], error) {
	return c.All().Query(text, values...)
}

// Count returns the number of entities (O-058), inside a transaction those created in it included.
func (c *DataClass[T]) Count(ctx context.Context) (int, error) { return c.core.all().count(ctx) }

// class is a dataclass without its type parameter.
type class struct {
	ds         *DataStore
	model      *model.Class
	spec       *classSpec
	exposed    bool
	functions  []*boundFunction
	calculated map[*model.Attribute]*calculation
	index      int // among the classes of the datastore
	formulas   map[string]*declaredFormula

	stored  []*model.Attribute // every column, the stamp's included: what an entity is loaded from
	visible []*model.Attribute // what remote callers see
	byKey   string             // SQL of load
	outside *RemoteClass       // what remote callers see
}

func newClassOf(ds *DataStore, m *model.Class, spec *classSpec, index int) *class {
	return &class{index: index, ds: ds, model: m, spec: spec, exposed: spec.exposed, calculated: map[*model.Attribute]*calculation{}}
}

// prepare lists attributes once all of them are known.
func (c *class) prepare() {
	for _, a := range c.model.Attributes {
		if a.Kind == model.Storage {
			c.stored = append(c.stored, a)
		}
		if c.isVisible(a) {
			c.visible = append(c.visible, a)
		}
	}
	for _, a := range []*model.Attribute{c.model.Stamp, c.model.Created, c.model.Modified} {
		if a != nil {
			c.stored = append(c.stored, a)
		}
	}
}

// isVisible reports whether the attribute exists for remote callers (O-017): a relation only with an exposed target.
func (c *class) isVisible(a *model.Attribute) bool {
	if a.Hidden {
		return false
	}
	return a.Target == nil || c.ds.ofModel(a.Target).exposed
}

// create makes a new entity in memory.
func (c *class) create() *record {
	r := c.spec.types.newEntity(c)
	r.isNew = true
	for _, init := range c.spec.events.init {
		init(r)
	}
	return r
}

func (c *class) all() *selection {
	return &selection{class: c, source: &sqlplan.Source{Class: c.model, Limit: -1}, alterable: c.ds.alterable}
}

// canonicalKey converts a key given in Go code.
func (c *class) canonicalKey(key []any) ([]any, error) {
	if len(key) != len(c.model.Key) {
		return nil, fmt.Errorf("%s: the primary key has %d parts, not %d", c.model.Name, len(c.model.Key), len(key))
	}
	canonical := make([]any, len(key))
	for i, a := range c.model.Key {
		v, err := fromJSON(a, key[i])
		if err != nil || !canBeKey(v) {
			return nil, fmt.Errorf("%s: the key is no %s: %w", c.model.Name, a.Type, ErrNotFound)
		}
		canonical[i] = v
	}
	return canonical, nil
}

// orderItems parses a sort list.
func orderItems(text string, d query.Dialect) ([]query.OrderItem, error) {
	items, err := query.ParseOrder(text, d)
	if err != nil {
		return nil, queryError(err)
	}
	return items, nil
}
