package rest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/ordago/ordago/dataclasses"
)

// delete answers $method=delete and HTTP DELETE (section 6.5).
func (c *call) delete(t *target) error {
	if len(t.projection) > 0 {
		return notApplicable("$method=delete")
	}
	if t.relation != nil && t.relation.ToMany() {
		sel, err := c.related(t)
		if err != nil {
			return err
		}
		return c.dropAll(sel)
	}
	if t.relation != nil {
		return notApplicable("$method=delete")
	}
	if c.entity() {
		return c.dropOne(t)
	}
	if t.set == nil && strings.TrimSpace(c.req.params.text("filter")) == "" && !c.allowDeleteAll {
		return notApplicable("$method=delete without $filter")
	}
	sel, err := c.selection(t)
	if err != nil {
		return err
	}
	return c.dropAll(sel)
}

// dropOne deletes the entity that the path names; a stamp in the body is checked.
func (c *call) dropOne(t *target) error {
	stamp, err := c.sentStamp()
	if err != nil {
		return err
	}
	key, err := c.key(t)
	if err != nil {
		return err
	}
	if err := t.class.Drop(c.ctx, key, stamp); err != nil {
		return c.dropFailure(t.class.Name(), strings.Join(key, ","), err)
	}
	c.out.raw(`{"ok":true}`)
	return nil
}

// sentStamp returns the __STAMP of the body, nil when there is none.
func (c *call) sentStamp() (*int64, error) {
	v, err := c.json()
	if err != nil {
		return nil, err
	}
	object, _ := v.(map[string]any)
	sent, ok := object["__STAMP"]
	if !ok || sent == nil {
		return nil, nil
	}
	n, _ := sent.(json.Number)
	stamp, err := n.Int64()
	if err != nil {
		return nil, malformed("__STAMP must be a whole number")
	}
	return &stamp, nil
}

// dropFailure adds what an error means for the entity; missing rights and missing entities say it themselves.
func (c *call) dropFailure(class, key string, err error) error {
	f := failureOf(err)
	if f == nil || f.status == http.StatusUnauthorized || f.status == http.StatusNotFound {
		return err
	}
	chain := append([]wireError{}, f.chain...)
	return &failure{status: f.status, chain: append(chain, wireError{
		code: codeRecordNotSaved, message: "Record " + key + " of table " + class + " cannot be deleted",
	})}
}

// dropAll deletes a selection; with $atomic all or nothing.
func (c *call) dropAll(sel *dataclasses.RemoteSelection) error {
	var failures []dataclasses.DropFailure
	drop := func(ctx context.Context) (err error) {
		failures, err = sel.Drop(ctx)
		if err == nil && len(failures) > 0 {
			err = errUndo
		}
		return err
	}
	var err error
	if c.atomic() {
		err = c.remote.Atomic(c.ctx, drop)
	} else {
		err = drop(c.ctx)
	}
	if err != nil && !errors.Is(err, errUndo) {
		return err
	}
	if len(failures) > 0 {
		return c.dropFailures(sel.Class().Name(), failures)
	}
	c.out.raw(`{"ok":true}`)
	return nil
}

// dropFailures answers with one chain for each entity that stayed.
func (c *call) dropFailures(class string, failures []dataclasses.DropFailure) error {
	all := &failure{status: http.StatusInternalServerError}
	for _, d := range failures {
		f, ok := errors.AsType[*failure](c.dropFailure(class, d.Key, d.Err))
		if !ok {
			f = failureOf(d.Err)
		}
		if f == nil {
			c.logWrite(fmt.Errorf("delete: %w", d.Err))
			f = internalError()
		}
		all.chain = append(all.chain, f.chain...)
	}
	return all
}
