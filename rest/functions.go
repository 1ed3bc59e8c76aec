package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/ordago/ordago/dataclasses"
)

// callFunction answers a request that names a class function (section 7).
func (c *call) callFunction(t *target) error {
	switch c.req.params.method() {
	case "", "entityset", "subentityset":
	default:
		return notApplicable("$method=" + quotePlain(c.req.params.method()) + " with a function")
	}
	args, err := c.arguments(t.function, t.inline)
	if err != nil {
		return err
	}
	if err := c.checkResult(t); err != nil {
		return err
	}
	on, err := c.receiver(t)
	if err != nil {
		return err
	}
	result, err := t.function.Call(c.ctx, on, args, c.resolveSet)
	if err != nil {
		return err
	}
	return c.result(t, result)
}

// storeFunction answers POST $catalog/hello, and GET where the function allows it.
func (c *call) storeFunction(fn *dataclasses.RemoteFunction, inline bool) error {
	args, err := c.arguments(fn, inline)
	if err != nil {
		return err
	}
	t := &target{function: fn}
	if err := c.checkResult(t); err != nil {
		return err
	}
	result, err := fn.Call(c.ctx, nil, args, c.resolveSet)
	if err != nil {
		return err
	}
	return c.result(t, result)
}

// checkResult finds mistakes in what the answer shall show before the function runs: afterwards its work is done, and an error would lie.
func (c *call) checkResult(t *target) error {
	name, isSelection := strings.CutSuffix(t.function.Result(), "Selection")
	class := c.remote.Class(strings.TrimSuffix(name, "Entity"))
	if class == nil {
		return nil
	}
	if _, err := c.project(class, t.projection); err != nil || !isSelection || t.function.Scope() == dataclasses.OfSelection {
		return err
	}
	_, err := c.sort(class.All())
	return err
}

// arguments reads the arguments of a call: the body of a POST, $params of a GET.
func (c *call) arguments(fn *dataclasses.RemoteFunction, inline bool) ([]json.RawMessage, error) {
	if inline || c.reading() && !fn.OnGet() {
		return nil, fail(500, codeCalledWithGet, "Function "+fn.Name()+" cannot be called with GET")
	}
	if c.reading() {
		return argumentList([]byte(c.req.params.text("params")), "$params")
	}
	if c.r.Method != http.MethodPost {
		return nil, fail(http.StatusMethodNotAllowed, codeNotApplicable, "Functions are called with POST")
	}
	data, err := c.body()
	if err != nil {
		return nil, err
	}
	return argumentList(data, "body")
}

// argumentList takes the list out of the forms of R-357. what names the text in errors.
func argumentList(data []byte, what string) ([]json.RawMessage, error) {
	data = bytes.Trim(data, jsonSpace)
	if len(data) == 0 {
		return nil, nil
	}
	if err := checkJSON(data, what); err != nil {
		return nil, err
	}
	if data[0] == '{' {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, malformed(what + " is not valid JSON")
		}
		inner, wrapped := object["params"]
		if !wrapped && len(object) > 0 {
			return nil, malformed("parameters must be a JSON array")
		}
		data = inner
	}
	var args []json.RawMessage
	if len(data) > 0 && json.Unmarshal(data, &args) != nil {
		return nil, malformed("parameters must be a JSON array")
	}
	if len(args) > maxArguments {
		return nil, malformed(fmt.Sprintf("more than %d parameters", maxArguments))
	}
	return args, nil
}

// receiver returns what the function is called on.
func (c *call) receiver(t *target) (any, error) {
	switch t.function.Scope() {
	case dataclasses.OfEntity:
		if c.req.head == headAttribute {
			e, err := t.class.EntityBy(c.ctx, c.req.attribute, c.req.value)
			return e, c.pathError(err, []string{c.req.attribute})
		}
		return t.class.Entity(c.ctx, c.req.key)
	case dataclasses.OfSelection:
		if t.relation != nil {
			return c.related(t)
		}
		return c.selection(t)
	default:
		return nil, nil
	}
}

// resolveSet finds the entity set that an argument names.
func (c *call) resolveSet(_ context.Context, ref string) (*dataclasses.RemoteSelection, error) {
	set, err := c.loadSet(setIDOf(ref))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", dataclasses.ErrNoSet, err)
	}
	class := c.remote.Class(set.Class)
	if class == nil {
		return nil, fmt.Errorf("%w: %w", dataclasses.ErrNoSet, noSet(set.ID))
	}
	return class.FromKeys(set.Keys), nil
}

// result writes what a function returned.
func (c *call) result(t *target, r dataclasses.Result) error {
	switch {
	case r.Kind == dataclasses.NoResult:
		c.out.raw(`{}`)
		return nil
	case r.Kind == dataclasses.EntityResult && r.Entity != nil:
		return c.entityResult(t, r.Entity)
	case r.Kind == dataclasses.SelectionResult && r.Selection != nil:
		return c.selectionResult(t, r.Selection)
	case r.Kind != dataclasses.ValueResult:
		r.Value = nil
	}
	c.out.raw(`{"result":`)
	if err := c.out.value(r.Value); err != nil {
		return fmt.Errorf("encode result of function %s: %w", t.function.Name(), err)
	}
	c.out.raw(`}`)
	return nil
}

func (c *call) entityResult(t *target, e *dataclasses.RemoteEntity) error {
	p, err := c.project(e.Class(), t.projection)
	if err != nil {
		return err
	}
	row, err := e.Row(c.ctx, p)
	if err != nil {
		return err
	}
	c.out.entity(shapeOf(p), row, extras{top: true})
	return nil
}

// selectionResult answers the first page and always makes an entity set, which clients use as the address of the result.
func (c *call) selectionResult(t *target, sel *dataclasses.RemoteSelection) error {
	p, err := c.project(sel.Class(), t.projection)
	if err != nil {
		return err
	}
	if t.function.Scope() != dataclasses.OfSelection { // there $orderby has sorted what the function was called on
		if sel, err = c.sort(sel); err != nil {
			return err
		}
	}
	sel, set, err := c.storeSet(sel)
	if err != nil {
		return err
	}
	return c.writePage(sel, p, set, explanation{})
}
