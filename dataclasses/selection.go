package dataclasses

import (
	"context"
	"errors"
	"iter"
	"slices"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// Selection references entities of one dataclass (O-300). It is either lazy or fixed:
//
//   - A lazy one, as [DataClass.All] and [Selection.Query] return it, is a description that is read when it is used, each time again and
//     with the rights of who uses it. It costs no memory, and what is built on it becomes one SQL statement.
//   - A fixed one holds the keys of its members (O-301): [Selection.Fix] makes it of a lazy one, and set operations with a fixed one,
//     [DataClass.NewSelection], [DataClass.FromCollection] and [Selection.Drop] return it. Entities that are deleted keep their place (O-303).
//
// A selection is immutable and safe for concurrent use, with one exception: an alterable one (O-313) can be extended by [Selection.Add]
// and belongs to one goroutine at a time.
type Selection[T any] struct{ core *selection }

func (s *Selection[T]) scope() Scope { return OfSelection }

func (s *Selection[T]) store() *DataStore {
	if s == nil {
		return nil
	}
	return s.core.class.ds
}

func (s *Selection[T]) selectionCore() *selection {
	if s == nil {
		return nil
	}
	return s.core
}

// MarshalJSON refuses, as [Entity.MarshalJSON] does.
func (s *Selection[T]) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a selection has no JSON form of its own: return it alone from a function, or a list of your own")
}

// Settings are the named values of a query (orda.md 3.11); give them as its last argument.
type Settings struct {
	Parameters map[string]any // values of :name
	Args       map[string]any // what formulas get beside the entity (O-143)
	Attributes map[string]any // paths of :name before a comparator: a string or a []string of steps
	NoFormulas bool           // a formula in the query is an error (O-146): for texts that come from elsewhere
}

// DataClass returns the dataclass of the selection (O-308).
func (s *Selection[T]) DataClass() *DataClass[T] { return &DataClass[T]{core: s.core.class} }

// Query returns the entities of the selection that match the query string: see [DataClass.Query].
func (s *Selection[T]) Query(text string, values ...any) (*Selection[T], error) {
	core, err := s.core.query(text, query.ORDA, placeholderValues(values))
	if err != nil {
		return nil, err
	}
	return &Selection[T]{core: core}, nil
}

// OrderBy returns the selection sorted by paths such as "date desc, customer.name" (O-338).
// Unlike ORDA's, which gives an empty selection, it returns a *[QueryError] for a list that is wrong.
func (s *Selection[T]) OrderBy(paths string) (*Selection[T], error) {
	core, err := s.core.orderBy(paths, query.ORDA)
	if err != nil {
		return nil, err
	}
	return &Selection[T]{core: core}, nil
}

// Count returns the number of entities.
func (s *Selection[T]) Count(ctx context.Context) (int, error) { return s.core.count(ctx) }

// Entities iterates over the selection in its order. The keys are read at the start, the entities in pages of 200:
// no cursor stays open meanwhile, and entities that disappear meanwhile are passed over. An error ends the iteration.
func (s *Selection[T]) Entities(ctx context.Context) iter.Seq2[*Entity[T], error] {
	return func(yield func(*Entity[T], error) bool) {
		for r, err := range s.core.each(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(entityOf[T](r), nil) {
				return
			}
		}
	}
}

// Collect reads all entities at once: for selections known to be small.
func (s *Selection[T]) Collect(ctx context.Context) ([]*Entity[T], error) {
	records, err := s.core.records(ctx)
	entities := make([]*Entity[T], len(records))
	for i, r := range records {
		entities[i] = entityOf[T](r)
	}
	return entities, err
}

// placeholderValues splits the values of a query from its settings.
func placeholderValues(values []any) sqlplan.Values {
	v := sqlplan.Values{Indexed: values}
	if n := len(values); n > 0 {
		if s, ok := values[n-1].(Settings); ok {
			v = sqlplan.Values{Indexed: values[:n-1], Named: s.Parameters, Paths: s.Attributes, Args: s.Args, NoFormulas: s.NoFormulas}
		}
	}
	v.Indexed = keysOfEntities(v.Indexed)
	plannedFormulas(v.Indexed)
	return v
}

// keysOfEntities lets an entity stand for its key.
func keysOfEntities(values []any) []any {
	values = slices.Clone(values)
	for i, v := range values {
		e, ok := v.(entityValue)
		if !ok {
			continue
		}
		values[i] = nil
		if r := recordOf(e); r != nil && len(r.class.model.Key) == 1 {
			values[i], _ = r.class.model.Key[0].Value(r.ptr)
		}
	}
	return values
}

// selection is a selection without its type parameter: a source for SQL, or a list of keys.
type selection struct {
	class  *class
	source *sqlplan.Source
	fixed  *keyset.List // members, dead ones included; nil: the source decides
	remote bool         // made for a remote caller: what is hidden from it is unknown

	alterable bool
	adding    *keyset.Builder // members of an alterable selection that was added to, instead of fixed
}

func (s *selection) with(source *sqlplan.Source) *selection {
	return &selection{class: s.class, source: source, remote: s.remote, alterable: s.alterable}
}

func (s *selection) query(text string, d query.Dialect, v sqlplan.Values) (*selection, error) {
	q, err := s.class.ds.planner.Parse(text, d)
	if err != nil {
		return nil, queryError(err)
	}
	source := s.narrowed()
	source.Conditions = append(source.Conditions, &sqlplan.Query{Query: q, Values: v})
	if len(q.Order) > 0 {
		source.Order = q.Order
	}
	return s.checked(source)
}

func (s *selection) orderBy(paths string, d query.Dialect) (*selection, error) {
	items, err := orderItems(paths, d)
	if err != nil {
		return nil, err
	}
	source := s.narrowed()
	source.Order = items
	return s.checked(source)
}

// checked finds mistakes in a query when it is made, rights aside: they depend on who reads.
func (s *selection) checked(source *sqlplan.Source) (*selection, error) {
	if err := s.checkSource(source, s.class.ds.exists(s.remote)); err != nil {
		return nil, err
	}
	return s.with(source), nil
}

// relatedTo is the selection of entities whose attribute has one of the values.
func (c *class) relatedTo(a *model.Attribute, values []any) *selection {
	condition := &sqlplan.Related{Attribute: a, Values: values}
	s := c.all()
	s.source.Conditions = append(s.source.Conditions, condition)
	return s
}

func (s *selection) lens(ctx context.Context) sqlplan.Lens {
	return s.class.lens(ctx, s.remote)
}

func (s *selection) count(ctx context.Context) (int, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return 0, err
	}
	s, err := s.evaluated(ctx)
	if err != nil {
		return 0, err
	}
	if list := s.list(); list != nil {
		return list.Len(), nil
	}
	lens := s.lens(ctx)
	statement, err := s.class.ds.plans(ctx, s.source, lens).Count(s.source, lens)
	if err != nil {
		return 0, err
	}
	return s.class.countRows(ctx, statement)
}

// records reads all entities of the selection.
func (s *selection) records(ctx context.Context) ([]*record, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	s, err := s.evaluated(ctx)
	if err != nil {
		return nil, err
	}
	if list := s.list(); list != nil {
		return s.class.recordsOf(ctx, list)
	}
	statement, err := s.planRead(ctx, s.source, s.class.stored)
	if err != nil {
		return nil, err
	}
	return s.class.query(ctx, s.class.ds.reader(ctx), statement)
}
