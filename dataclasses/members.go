package dataclasses

import (
	"context"
	"fmt"
	"iter"

	"github.com/ordago/ordago/internal/keyset"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/privileges"
)

// Fix reads the keys of the selection and returns the selection of exactly these entities, in this order, whatever changes later (O-301).
// A fixed selection is returned as it is. Whole-number keys cost one to five bytes each. Errors: *[PermissionError], those of the query.
func (s *Selection[T]) Fix(ctx context.Context) (*Selection[T], error) {
	if s.core.list() != nil {
		return s, nil
	}
	list, err := s.core.members(ctx, -1)
	if err != nil {
		return nil, err
	}
	return &Selection[T]{core: s.core.withList(list)}, nil
}

// IsFixed reports whether the selection holds its members instead of a description of them: see [Selection].
func (s *Selection[T]) IsFixed() bool { return s.core.list() != nil }

// IsOrdered reports whether positions in the selection mean something (O-320): it was sorted, sliced from a sorted one, or made ordered.
// Any other selection is read in primary key order, except that set operations of fixed selections and unordered [DataClass.NewSelection]
// leave members whose key is no whole number in the order in which they came.
func (s *Selection[T]) IsOrdered() bool { return s.core.ordered() }

// Clean returns the selection without members that are gone (O-303), of the same order. A lazy selection has none and is returned as it is.
func (s *Selection[T]) Clean(ctx context.Context) (*Selection[T], error) {
	list := s.core.list()
	if list == nil {
		return s, nil
	}
	alive, err := s.core.with(s.core.class.listSource(list)).members(ctx, -1)
	if err != nil {
		return nil, err
	}
	return &Selection[T]{core: s.core.withList(list.Only(alive))}, nil
}

// Refresh does nothing: it discards cached values on remote datastores (O-374), and here nothing is cached.
func (s *Selection[T]) Refresh() {}

// list is the fixed members, nil for a lazy selection.
func (s *selection) list() *keyset.List {
	if s.adding != nil {
		return s.adding.List()
	}
	return s.fixed
}

func (s *selection) withList(list *keyset.List) *selection {
	return &selection{class: s.class, fixed: list, remote: s.remote, alterable: s.alterable}
}

func (s *selection) ordered() bool {
	if list := s.list(); list != nil {
		return list.Ordered()
	}
	return len(s.source.Order) > 0
}

// none is the fixed selection without members.
func (c *class) none() *selection {
	return &selection{class: c, fixed: keyset.NewBuilder(c.keyKind(), keyset.Set).List()}
}

func (c *class) keyKind() keyset.Kind {
	if len(c.model.Key) == 1 && c.model.Key[0].Type.Integer() {
		return keyset.Integers
	}
	return keyset.Values
}

// listSource makes a condition of fixed members.
func (c *class) listSource(list *keyset.List) *sqlplan.Source {
	keys := &sqlplan.Keys{}
	if numbers, ok := list.Numbers(); ok {
		keys.Numbers = numbers
	} else {
		keys.List = list.Keys(0, list.Len())
	}
	return &sqlplan.Source{Class: c.model, Conditions: []sqlplan.Condition{keys}, Limit: -1}
}

// readable is the source that aggregates read.
func (s *selection) readable() *sqlplan.Source {
	if list := s.list(); list != nil {
		return s.class.listSource(list)
	}
	return s.source
}

// members reads the keys of the selection; more than most (if not negative) is a *LimitError.
func (s *selection) members(ctx context.Context, most int) (*keyset.List, error) {
	if err := s.class.may(ctx, privileges.Read); err != nil {
		return nil, err
	}
	s, err := s.evaluated(ctx)
	if err != nil {
		return nil, err
	}
	if list := s.list(); list != nil {
		return list, nil
	}
	statement, err := s.planRead(ctx, s.source, s.class.model.Key)
	if err != nil {
		return nil, err
	}
	return s.class.readKeys(ctx, statement, most, s.ordered())
}

// readKeys reads keys, which do not repeat.
func (c *class) readKeys(ctx context.Context, statement sqlplan.Statement, most int, ordered bool) (*keyset.List, error) {
	kind, n, found := c.keyKind(), len(c.model.Key), 0
	order := keyset.Ordered
	if kind == keyset.Integers && !ordered {
		order = keyset.Set
	}
	list := keyset.NewBuilder(kind, order)
	number := make([]any, 1)
	err := scan(ctx, c.ds.reader(ctx), statement, n, func(raw []any) error {
		if found++; most >= 0 && found > most {
			return &LimitError{What: fmt.Sprintf("entities of %s in one set", c.model.Name), Max: most}
		}
		key := number
		if kind == keyset.Values {
			key = make([]any, n)
		}
		if err := canonicalRow(c.model.Key, raw, key); err != nil {
			return err
		}
		return list.Add(key)
	})
	if err != nil {
		return nil, err
	}
	if !ordered {
		return list.List().Unordered(), nil
	}
	return list.List(), nil
}

// recordsOf reads all entities of a list in its order; those that are gone are left out.
func (c *class) recordsOf(ctx context.Context, list *keyset.List) ([]*record, error) {
	records := make([]*record, 0, list.Len())
	for keys := range pages(list, keysAtOnce) {
		found, err := c.recordsByKey(ctx, keys)
		if err != nil {
			return nil, err
		}
		records = append(records, found...)
	}
	return records, nil
}

// pages splits a list.
func pages(list *keyset.List, size int) iter.Seq[[][]any] {
	return func(yield func([][]any) bool) {
		for start := 0; start < list.Len(); start += size {
			if !yield(list.Keys(start, min(start+size, list.Len()))) {
				return
			}
		}
	}
}

// recordsByKey reads entities in the order of the keys; those that are gone are left out.
func (c *class) recordsByKey(ctx context.Context, keys [][]any) ([]*record, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	statement, err := c.ds.planInside(ctx, c.keySource(keys), c.stored)
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
		members, err := s.members(ctx, -1)
		if err != nil {
			yield(nil, err)
			return
		}
		for chunk := range pages(members, page) {
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
