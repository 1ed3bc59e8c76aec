package dataclasses

import (
	"context"
	"fmt"
	"slices"

	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// Conditions and sorts that need code of the program for each entity, formulas and calculated attributes without query or sort function,
// are evaluated here (O-141, O-144, O-458): the database answers what it can, the rest is asked for the survivors, page by page.
// Of all entities only keys and sort values are in memory at once.

// maxEvaluated is how many entities one read of a remote caller may have evaluated.
const maxEvaluated = 100_000

// evaluated is a selection that SQL can read: s itself, or one with fixed members if its conditions or its sort need code.
func (s *selection) evaluated(ctx context.Context) (*selection, error) {
	if s.list() != nil || !s.class.ds.evaluates || !s.class.ds.mayNeedCode(s.source) {
		return s, nil
	}
	ctx = s.class.ds.oneRead(ctx)
	source, err := s.evaluatedParts(ctx)
	if err != nil {
		return nil, err
	}
	if source != s.source {
		s = s.with(source)
	}
	e := &evaluation{selection: s, ctx: ctx}
	if e.sorts, err = s.evaluatedSorts(ctx); err != nil {
		return nil, err
	}
	unlimited := *s.source
	unlimited.Offset, unlimited.Limit, unlimited.Backwards = 0, -1, false
	if e.sorts != nil {
		unlimited.Order = nil
	}
	lens := s.lens(ctx)
	planner := s.class.ds.plans(ctx, &unlimited, lens)
	residual, err := planner.Split(&unlimited, s.class.model.Key, lens)
	switch {
	case err != nil:
		return nil, err
	case residual != nil:
		err = e.decide(residual)
	case e.sorts != nil:
		err = e.all(planner, &unlimited, lens)
	default:
		return s, nil
	}
	if err != nil {
		return nil, err
	}
	if e.sorts != nil {
		sortMatches(e.found, e.directions())
	}
	found := e.found
	if s.source.Backwards {
		slices.Reverse(found)
	}
	return s.matched(windowed(found, s.source.Offset, s.source.Limit), s.ordered())
}

// evaluation is the evaluation of one selection.
type evaluation struct {
	*selection
	ctx   context.Context
	sorts []sortTerm // nil: the database sorts
	found []match
}

// candidate is an entity that the database could not rule out.
type candidate struct {
	key   []any
	tests []any
}

// decide evaluates what the database left open, page by page, until the window is full.
func (e *evaluation) decide(residual *sqlplan.Residual) error {
	candidates, err := e.candidates(residual.Statement(0, -1), residual.Tests())
	if err != nil {
		return err
	}
	want := -1
	if e.sorts == nil && e.source.Limit >= 0 && !e.source.Backwards {
		want = e.source.Offset + e.source.Limit
	}
	for chunk := range slices.Chunk(candidates, page) {
		if want >= 0 && len(e.found) >= want {
			return nil
		}
		if err := e.page(chunk, residual); err != nil {
			return err
		}
	}
	return nil
}

// all evaluates the sort of entities that the database alone selects.
func (e *evaluation) all(planner *sqlplan.Planner, source *sqlplan.Source, lens sqlplan.Lens) error {
	statement, err := planner.Keys(source, lens)
	if err != nil {
		return err
	}
	candidates, err := e.candidates(statement, 0)
	if err != nil {
		return err
	}
	for chunk := range slices.Chunk(candidates, page) {
		if err := e.page(chunk, nil); err != nil {
			return err
		}
	}
	return nil
}

// candidates reads keys and the answers of the database.
func (e *evaluation) candidates(statement sqlplan.Statement, tests int) ([]candidate, error) {
	var candidates []candidate
	key := e.class.model.Key
	err := scan(e.ctx, e.class.ds.reader(e.ctx), statement, len(key)+tests, func(raw []any) error {
		if e.remote && len(candidates) == maxEvaluated {
			return &LimitError{What: fmt.Sprintf("entities of %s that one query evaluates", e.class.model.Name), Max: maxEvaluated}
		}
		c := candidate{key: make([]any, len(key)), tests: slices.Clone(raw[len(key):])}
		candidates = append(candidates, c)
		return canonicalRow(key, raw[:len(key)], c.key)
	})
	return candidates, err
}

// page evaluates some candidates.
func (e *evaluation) page(candidates []candidate, residual *sqlplan.Residual) error {
	keys := make([][]any, len(candidates))
	tests := make(map[string][]any, len(candidates))
	for i, c := range candidates {
		keys[i] = c.key
		tests[identity(c.key)] = c.tests
	}
	records, err := e.class.recordsByKey(e.ctx, keys)
	if err != nil {
		return err
	}
	calls := &calls{class: e.class, ctx: e.ctx, records: records}
	var holding []*record
	for i, r := range records {
		key, err := e.class.keyOf(r.ptr)
		if err != nil {
			return err
		}
		yes := true
		if residual != nil {
			if yes, err = residual.Holds(tests[identity(key)], func(c sqlplan.Call) (bool, error) { return calls.ask(c, i) }); err != nil {
				return err
			}
		}
		if yes {
			holding = append(holding, r)
			e.found = append(e.found, match{key: key})
		}
	}
	return e.addSortValues(holding)
}

// calls are the answers of code for the entities of one page: a getter runs once for all of them.
type calls struct {
	class   *class
	ctx     context.Context
	records []*record
	values  map[*model.Attribute][]any
}

func (c *calls) ask(call sqlplan.Call, i int) (bool, error) {
	if call.Attribute == nil {
		args, _ := call.Args.(map[string]any)
		return c.class.formulas[call.Formula].holds(c.ctx, c.records[i], args)
	}
	values, known := c.values[call.Attribute]
	if !known {
		var err error
		if values, err = c.class.derived(c.ctx, c.records, call.Attribute); err != nil {
			return false, err
		}
		if c.values == nil {
			c.values = map[*model.Attribute][]any{}
		}
		c.values[call.Attribute] = values
	}
	return satisfies(values[i], call.Op, call.Value), nil
}
