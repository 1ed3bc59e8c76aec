package rest

import "github.com/ordago/ordago/dataclasses"

// explanation says how a selection is decided and what that took; nil: not asked for.
type explanation struct {
	plan *dataclasses.QueryPlan
	path *dataclasses.QueryPath
}

// explain makes what $queryplan and $querypath ask for. The path costs one more statement, which is what it measures.
func (c *call) explain(sel *dataclasses.RemoteSelection) (how explanation, err error) {
	if c.req.params.flag("queryplan") {
		plan, err := sel.QueryPlan(c.ctx)
		if err != nil {
			return how, err
		}
		how.plan = &plan
	}
	if c.req.params.flag("querypath") {
		path, err := sel.QueryPath(c.ctx)
		if err != nil {
			return how, err
		}
		how.path = &path
	}
	return how, nil
}

// explanation writes the members of a collection that the request asked for.
func (w *writer) explanation(how explanation) error {
	if how.plan != nil {
		w.raw(`,"__queryPlan":`)
		if err := w.marshal(how.plan); err != nil {
			return err
		}
	}
	if how.path == nil {
		return nil
	}
	w.raw(`,"__queryPath":`)
	return w.marshal(how.path)
}
