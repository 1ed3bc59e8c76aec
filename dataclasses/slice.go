package dataclasses

import (
	"context"
	"math"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
)

// End is the end of a [Selection.Slice] that has none.
const End = math.MaxInt

// Slice returns the entities from position start up to but not including end, in the selection's order (O-345). Negative positions count
// from the end of the selection. An end before start gives an empty selection, one beyond the end what there is. Members that are gone
// keep their place.
func (s *Selection[T]) Slice(start, end int) *Selection[T] {
	return &Selection[T]{core: s.core.slice(start, end)}
}

// At returns the entity at position i, read now; negative positions count from the end, -1 is the last (O-306).
// It is nil when there is no such position or the member is gone.
func (s *Selection[T]) At(ctx context.Context, i int) (*Entity[T], error) {
	records, err := s.core.at(i).records(ctx)
	if err != nil || len(records) == 0 {
		return nil, err
	}
	return entityOf[T](records[0]), nil
}

// First returns the first entity, or nil when the selection is empty (O-307).
func (s *Selection[T]) First(ctx context.Context) (*Entity[T], error) { return s.At(ctx, 0) }

// Last returns the last entity, or nil when the selection is empty (O-307).
func (s *Selection[T]) Last(ctx context.Context) (*Entity[T], error) { return s.At(ctx, -1) }

// at is the selection of the entity at one position, empty if there is none.
func (s *selection) at(i int) *selection {
	list := s.list()
	switch {
	case i >= 0:
		return s.slice(i, i+1)
	case list == nil:
		return s.backwards(-(i + 1), 1)
	case i < -list.Len():
		return s.slice(0, 0)
	}
	i += list.Len()
	return s.slice(i, i+1)
}

func (s *selection) slice(start, end int) *selection {
	start, end = max(start, -math.MaxInt), max(end, -math.MaxInt)
	if list := s.list(); list != nil {
		return s.withList(list.Slice(within(start, end, list.Len())))
	}
	switch {
	case start >= 0 && end >= 0:
		return s.window(start, max(end, start))
	case end < 0 && start < 0:
		return s.backwards(-end, max(0, end-start))
	case end < 0:
		return s.backwards(-end, -1).window(start, End)
	}
	tail := s.backwards(0, -start)
	tail.source.Conditions = append(tail.source.Conditions, &sqlplan.Within{Source: s.window(0, end).source})
	return tail
}

// within brings positions between 0 and n.
func within(start, end, n int) (int, int) {
	if start < 0 {
		start = max(start+n, 0)
	}
	if end < 0 {
		end = max(end+n, 0)
	}
	start, end = min(start, n), min(end, n)
	return start, max(start, end)
}

// window is the part of a lazy selection from start up to end, both counted from its beginning.
func (s *selection) window(start, end int) *selection {
	source := *s.source
	source.Offset = s.source.Offset + min(start, math.MaxInt-s.source.Offset)
	if end < End {
		source.Limit = end - start
	}
	if s.source.Limit >= 0 {
		left := max(0, s.source.Limit-start)
		if source.Limit = min(source.Limit, left); end == End {
			source.Limit = left
		}
	}
	return s.with(&source)
}

// backwards is a part of a lazy selection, counted from its end: skip the last ones, then take most (all if negative). It has the
// selection's order.
func (s *selection) backwards(skip, most int) *selection {
	part := s.narrowed()
	part.Backwards, part.Offset, part.Limit = true, skip, most
	source := s.with(part).narrowed()
	source.Backwards = false
	source.Conditions = slices.Clip(source.Conditions)
	return s.with(source)
}
