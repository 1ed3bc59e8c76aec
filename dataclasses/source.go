package dataclasses

import (
	"context"
	"slices"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
)

// narrowed is the source to build on: fixed members become a condition, and so does a selection with a window.
func (s *selection) narrowed() *sqlplan.Source {
	if list := s.list(); list != nil {
		return s.class.listSource(list)
	}
	copied := *s.source
	if s.source.Offset == 0 && s.source.Limit < 0 {
		copied.Conditions = slices.Clone(copied.Conditions)
		return &copied
	}
	copied.Conditions, copied.Offset, copied.Limit, copied.Backwards = []sqlplan.Condition{&sqlplan.Within{Source: s.source}}, 0, -1, false
	if q := sorting(s.source); q != nil {
		copied.Conditions = append(copied.Conditions, &sqlplan.Query{Query: &query.Query{Order: q.Query.Order, Text: q.Query.Text, Dialect: q.Query.Dialect}, Values: q.Values, Trusted: q.Trusted})
	}
	return &copied
}

// sorting is the query that a source took its order from, nil if it did not.
func sorting(s *sqlplan.Source) *sqlplan.Query {
	for _, c := range s.Conditions {
		if q, ok := c.(*sqlplan.Query); ok && len(s.Order) > 0 && len(q.Query.Order) > 0 && &q.Query.Order[0] == &s.Order[0] {
			return q
		}
	}
	return nil
}

// ofApplication is the selection of a function for a remote caller: what its conditions use is the application's choice and not
// checked against the caller's rights; what the caller adds, and what is shown, is.
func (s *selection) ofApplication() *selection {
	if list := s.list(); list != nil {
		return &selection{class: s.class, fixed: list, remote: true}
	}
	return &selection{class: s.class, source: trusted(s.source), remote: true}
}

func trusted(s *sqlplan.Source) *sqlplan.Source {
	copied := *s
	copied.Conditions = make([]sqlplan.Condition, len(s.Conditions), len(s.Conditions)+1)
	for i, c := range s.Conditions {
		copied.Conditions[i] = trustedCondition(c)
	}
	if len(s.Order) > 0 && sorting(s) == nil {
		copied.Conditions = append(copied.Conditions, &sqlplan.Query{Query: &query.Query{Order: s.Order}, Trusted: true})
	}
	return &copied
}

func trustedCondition(c sqlplan.Condition) sqlplan.Condition {
	switch c := c.(type) {
	case *sqlplan.Query:
		q := *c
		q.Trusted = true
		return &q
	case *sqlplan.Within:
		return &sqlplan.Within{Source: trusted(c.Source)}
	case *sqlplan.Reached:
		return &sqlplan.Reached{Relation: c.Relation, From: trusted(c.From)}
	case *sqlplan.Except:
		return &sqlplan.Except{Source: trusted(c.Source)}
	case *sqlplan.Union:
		sources := make([]*sqlplan.Source, len(c.Sources))
		for i, s := range c.Sources {
			sources[i] = trusted(s)
		}
		return &sqlplan.Union{Sources: sources}
	}
	return c
}

// forFunction is the selection of a remote caller for a function that it is handed to: the function may use what is hidden from the caller.
func (s *selection) forFunction() *selection {
	inside := *s
	inside.remote = false
	return &inside
}

// mayUse checks the right to read what the selection's conditions use.
func (s *selection) mayUse(ctx context.Context) error {
	if s.list() != nil {
		return nil
	}
	lens := s.lens(ctx)
	lens.Restriction = nil // nothing is read
	return s.checkSource(s.source, lens)
}
