package rest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/ordago/ordago/dataclasses"
)

// written is the outcome of saving one entity of an update.
type written struct {
	body   map[string]any
	key    string // of the URL, "" when it names none
	create bool
	class  string
	row    *dataclasses.Row // as stored; nil when there is nothing to show
	err    error
}

// errUndo undoes an atomic update whose entities have told their errors themselves.
var errUndo = errors.New("atomic update undone")

// update creates and changes entities (section 6.1 to 6.4). object is the body when it was read already.
func (c *call) update(t *target, object map[string]any) error {
	if t.set != nil || len(c.req.segments) > 0 {
		return notApplicable("$method=update")
	}
	bodies, many, err := c.updateBodies(object)
	if err != nil {
		return err
	}
	if many && c.entity() {
		return malformed("an update of one entity takes one JSON object")
	}
	key, err := c.updateKey(t)
	if err != nil {
		return err
	}
	p, err := c.project(t.class, nil)
	if err != nil {
		return err
	}
	results, err := c.saveAll(t, p, bodies, key)
	if err != nil {
		return err
	}
	if many {
		c.writeResults(p, results)
		return nil
	}
	return c.writeResult(p, &results[0])
}

// updateBodies reads the forms of R-280; many says that the answer has the form of several.
func (c *call) updateBodies(object map[string]any) (bodies []map[string]any, many bool, err error) {
	var v any = object
	if object == nil {
		if v, err = c.json(); err != nil {
			return nil, false, err
		}
	}
	if object, ok := v.(map[string]any); ok {
		list, wrapped := object["__ENTITIES"]
		if !wrapped {
			return []map[string]any{object}, false, nil
		}
		v = list
	}
	list, ok := v.([]any)
	if !ok {
		return nil, false, malformed("update needs a JSON object or an array of objects")
	}
	if len(list) > maxUpdates {
		return nil, false, malformed(fmt.Sprintf("more than %d entities in one update", maxUpdates))
	}
	for i, element := range list {
		body, ok := element.(map[string]any)
		if !ok {
			return nil, false, malformed(fmt.Sprintf("entity %d of the update is not a JSON object", i+1))
		}
		bodies = append(bodies, body)
	}
	return bodies, true, nil
}

// updateKey returns the key of the entity that the URL names, nil when it names a dataclass.
func (c *call) updateKey(t *target) (dataclasses.KeyText, error) {
	if !c.entity() {
		return nil, nil
	}
	return c.key(t)
}

// saveAll saves each entity on its own, or all in one transaction.
func (c *call) saveAll(t *target, p *dataclasses.Projection, bodies []map[string]any, key dataclasses.KeyText) ([]written, error) {
	results := make([]written, len(bodies))
	if !c.atomic() {
		for i, body := range bodies {
			results[i] = c.save(c.ctx, t, p, body, key)
			if err := c.ctx.Err(); err != nil {
				return nil, err
			}
		}
		return results, nil
	}
	failed := false
	err := c.remote.Atomic(c.ctx, func(ctx context.Context) error {
		for i, body := range bodies {
			results[i] = c.save(ctx, t, p, body, key)
			failed = failed || results[i].err != nil
		}
		if failed {
			return errUndo
		}
		return nil
	})
	if err != nil && !errors.Is(err, errUndo) {
		return nil, err
	}
	if failed {
		c.undo(t, p, results)
	}
	return results, nil
}

func (c *call) atomic() bool { return c.req.params.flag("atomic") || c.req.params.flag("atonce") }

// save saves one entity and renders it as stored.
func (c *call) save(ctx context.Context, t *target, p *dataclasses.Projection, body map[string]any, key dataclasses.KeyText) written {
	w := written{body: body, key: strings.Join(key, ","), class: t.class.Name(), create: isCreate(body, key)}
	entity, err := t.class.Save(ctx, body, key)
	w.err = err
	if entity == nil {
		return w
	}
	if w.row, err = entity.Row(ctx, p); err != nil && w.err == nil {
		w.err = fmt.Errorf("render saved entity: %w", err)
	}
	return w
}

// isCreate reports whether a body means a new entity.
func isCreate(body map[string]any, key dataclasses.KeyText) bool {
	isNew, _ := body["__ISNEW"].(bool)
	return isNew || key == nil && body["__KEY"] == nil
}

// undo changes the results of an undone atomic update: what would have been saved is shown with the stamp that is still stored, and a
// new entity without the key it did not keep.
func (c *call) undo(t *target, p *dataclasses.Projection, results []written) {
	for i := range results {
		w := &results[i]
		if w.err != nil || w.row == nil {
			continue
		}
		stored, err := t.class.Get(c.ctx, splitKey(w.row.Key, len(t.class.Key())), p)
		if err != nil {
			w.row.Key, w.row.Stamp, w.row.Modified = "", 0, time.Time{}
			continue
		}
		w.row.Stamp, w.row.Modified = stored.Stamp, stored.Modified
	}
}

// writeResult answers the one-entity form.
func (c *call) writeResult(p *dataclasses.Projection, w *written) error {
	if w.err == nil {
		c.out.entity(shapeOf(p), w.row, extras{top: true, uri: true, status: &status{}})
		return nil
	}
	f := c.writeFailure(w)
	c.out.status = f.status
	c.failedEntity(shapeOf(p), w, f, true)
	return nil
}

// writeResults answers the form of several: 200, each entity tells its own outcome.
func (c *call) writeResults(p *dataclasses.Projection, results []written) {
	s := shapeOf(p)
	undone := false
	for i := range results {
		undone = undone || c.atomic() && results[i].err != nil
	}
	c.out.raw(`{"__ENTITIES":[`)
	for i := range results {
		if i > 0 {
			c.out.raw(`,`)
		}
		switch w := &results[i]; {
		case w.err != nil:
			c.failedEntity(s, w, c.writeFailure(w), false)
		case undone:
			c.out.entity(s, w.row, extras{uri: true}) // no __STATUS: it would have succeeded, but did not
		default:
			c.out.entity(s, w.row, extras{uri: true, status: &status{}})
		}
	}
	c.out.raw(`]}`)
}

// failedEntity writes an entity that could not be saved as it is stored now, without uri.
func (c *call) failedEntity(s *shape, w *written, f *failure, top bool) {
	st := dataclasses.StatusOf(w.err)
	x := extras{top: top, status: &status{number: st.Status, text: st.StatusText}, chain: f.chain}
	if w.row != nil {
		c.out.entity(s, w.row, x)
		return
	}
	c.out.raw(`{`)
	if key := w.sentKey(); key != "" {
		c.out.raw(`"__KEY":`)
		c.out.string(key)
		c.out.raw(`,`)
	}
	var members writer
	members.outcome(x)
	c.out.raw(strings.TrimPrefix(string(members.buf), ","))
	c.out.raw(`}`)
}

// sentKey is the key that the request names, the URL before the body.
func (w *written) sentKey() string {
	if w.key != "" {
		return w.key
	}
	switch key := w.body["__KEY"].(type) {
	case string:
		return key
	case fmt.Stringer:
		return key.String()
	}
	return ""
}

// writeFailure returns the error chain of a failed save, the cause first and what it means for the entity last, with the status
// of the one-entity form.
func (c *call) writeFailure(w *written) *failure {
	f := failureOf(w.err)
	if f == nil {
		c.logWrite(w.err)
		f = internalError()
	}
	if errors.Is(w.err, dataclasses.ErrNotFound) {
		return f.with(http.StatusNotFound)
	}
	chain := append([]wireError{}, f.chain...)
	switch writeKind(w.err) {
	case unknownAttribute:
		chain = chain[:1]
	case refusedWrite:
		if chain[0].code == codeUpdateRefused {
			chain[0].code = codeNoUpdateRight
		}
	case invalidWrite:
		chain = append(chain, wireError{code: codeValidation, message: "Entity failed validation"})
	case conflictingWrite:
		chain = append(chain, wireError{code: codeRecordNotSaved, message: "Record " + w.name() + " of table " + w.class + " cannot be saved"})
	}
	summary := wireError{code: codeEntityNotSaved, message: "Entity " + w.name() + " of dataclass " + w.class + " cannot be saved"}
	if w.create {
		summary = wireError{code: codeNewNotSaved, message: "New entity of dataclass " + w.class + " cannot be saved"}
	}
	return &failure{status: f.status, chain: append(chain, summary)}
}

// name is the key under which messages speak of the entity.
func (w *written) name() string {
	if w.row != nil && w.row.Key != "" {
		return w.row.Key
	}
	return w.sentKey()
}

func (c *call) logWrite(err error) {
	if !gone(c.ctx, err) {
		c.log.LogAttrs(context.WithoutCancel(c.ctx), slog.LevelError, "save failed", c.attrs(err)...)
	}
}
