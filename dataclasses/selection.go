package dataclasses

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
	"github.com/ordago/ordago/privileges"
)

// Selection references entities of one dataclass (O-300). It is immutable, safe for concurrent use, and lazy:
// it reads the database when it is counted or iterated, not when it is made.
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

// Slice returns the entities from position start up to but not including end, in the selection's order (O-345).
// Both are 0 or more; an end before start gives an empty selection, one beyond the end what there is.
func (s *Selection[T]) Slice(start, end int) *Selection[T] {
	return &Selection[T]{core: s.core.slice(start, end)}
}

// Count returns the number of entities.
func (s *Selection[T]) Count(ctx context.Context) (int, error) { return s.core.count(ctx) }

// First returns the first entity, or nil when the selection is empty (O-307).
func (s *Selection[T]) First(ctx context.Context) (*Entity[T], error) {
	records, err := s.core.slice(0, 1).records(ctx)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return entityOf[T](records[0]), nil
}

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
			v.Indexed, v.Named, v.Paths, v.Args = values[:n-1], s.Parameters, s.Attributes, s.Args
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

// selection is a selection without its type parameter: a source for SQL, or a list of keys in order.
type selection struct {
	class  *class
	source *sqlplan.Source
	keys   [][]any // fixed members in order, dead ones included; nil: the source decides
	remote bool    // made for a remote caller: what is hidden from it is unknown
}

func (s *selection) with(source *sqlplan.Source) *selection {
	return &selection{class: s.class, source: source, remote: s.remote}
}

func (s *selection) query(text string, d query.Dialect, v sqlplan.Values) (*selection, error) {
	q, err := query.Parse(text, d)
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
	lens := sqlplan.Lens{}
	if s.remote {
		lens = s.class.lens(context.Background(), true)
		lens.Use, lens.Restriction = nil, nil
	}
	if err := s.checkSource(s.class.ds.checker(), source, lens); err != nil {
		return nil, err
	}
	return s.with(source), nil
}

func (s *selection) slice(start, end int) *selection {
	start, end = max(start, 0), max(end, 0)
	end = max(end, start)
	if s.keys != nil {
		n := len(s.keys)
		return &selection{class: s.class, keys: s.keys[min(start, n):min(end, n)], remote: s.remote}
	}
	source := *s.source
	source.Offset = s.source.Offset + start
	source.Limit = end - start
	if s.source.Limit >= 0 {
		source.Limit = max(0, min(source.Limit, s.source.Limit-start))
	}
	return s.with(&source)
}

// relatedTo is the selection of entities whose attribute has one of the values.
func (c *class) relatedTo(a *model.Attribute, values []any) *selection {
	condition := &sqlplan.Related{Attribute: a, Values: values}
	return &selection{class: c, source: &sqlplan.Source{Class: c.model, Conditions: []sqlplan.Condition{condition}, Limit: -1}}
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
	if s.keys != nil {
		return len(s.keys), nil
	}
	statement, err := s.class.ds.plans(ctx).Count(s.source, s.lens(ctx))
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
	if s.keys != nil {
		return s.class.recordsByKey(ctx, s.keys)
	}
	statement, err := s.class.ds.plans(ctx).Select(s.source, s.class.stored, s.lens(ctx))
	if err != nil {
		return nil, err
	}
	return s.class.query(ctx, s.class.ds.reader(ctx), statement)
}

// recordsByKey reads entities in the order of the keys; those that are gone are left out.
func (c *class) recordsByKey(ctx context.Context, keys [][]any) ([]*record, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	statement, err := c.ds.planner.Select(c.keySource(keys), c.stored, c.ds.inside(ctx))
	if err != nil {
		return nil, err
	}
	found, err := c.query(ctx, c.ds.reader(ctx), statement)
	if err != nil {
		return nil, err
	}
	byKey := make(map[string]*record, len(found))
	for _, r := range found {
		key, err := c.keyOf(r.ptr)
		if err != nil {
			return nil, err
		}
		byKey[identity(key)] = r
	}
	records := make([]*record, 0, len(keys))
	for _, key := range keys {
		if r := byKey[identity(key)]; r != nil {
			records = append(records, r)
		}
	}
	return records, nil
}

// page is how many entities are read at once.
const page = 200

func (s *selection) each(ctx context.Context) iter.Seq2[*record, error] {
	return func(yield func(*record, error) bool) {
		ctx := s.class.ds.oneRead(ctx)
		keys, err := s.members(ctx, -1)
		if err != nil {
			yield(nil, err)
			return
		}
		for chunk := range slices.Chunk(keys, page) {
			records, err := s.class.recordsByKey(ctx, chunk)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range records {
				if !yield(r, nil) {
					return
				}
			}
		}
	}
}

// members reads the keys of the selection in order; more than most (if not negative) is a *LimitError.
func (s *selection) members(ctx context.Context, most int) ([][]any, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	s, err := s.evaluated(ctx)
	if err != nil {
		return nil, err
	}
	if s.keys != nil {
		return s.keys, nil
	}
	statement, err := s.class.ds.plans(ctx).Keys(s.source, s.lens(ctx))
	if err != nil {
		return nil, err
	}
	keys := [][]any{}
	n := len(s.class.model.Key)
	err = scan(ctx, s.class.ds.reader(ctx), statement, n, func(raw []any) error {
		if most >= 0 && len(keys) == most {
			return &LimitError{What: fmt.Sprintf("entities of %s in one set", s.class.model.Name), Max: most}
		}
		key := make([]any, n)
		keys = append(keys, key)
		return canonicalRow(s.class.model.Key, raw, key)
	})
	return keys, err
}
