package rest

import (
	"fmt"
	"strings"

	"github.com/ordago/ordago/dataclasses"
)

// wantsSet reports whether the request asks for an entity set.
func (c *call) wantsSet() bool {
	m := c.req.params.method()
	return m == "entityset" || m == "subentityset"
}

// makeSet stores the selection as an entity set and returns the fixed selection that it is, so that the page and the set agree.
// Paging through an existing set while asking for one keeps that set.
func (c *call) makeSet(sel *dataclasses.RemoteSelection, t *target) (*dataclasses.RemoteSelection, string, error) {
	if t.set != nil && !c.changesSelection() {
		return sel, t.set.ID, nil
	}
	return c.storeSet(sel)
}

// changesSelection reports whether the request selects or sorts anew.
func (c *call) changesSelection() bool {
	p := c.req.params
	return p.has("filter") || p.has("orderby") || p.has("suborderby")
}

// storeSet keeps the keys of a selection.
func (c *call) storeSet(sel *dataclasses.RemoteSelection) (*dataclasses.RemoteSelection, string, error) {
	keys, err := sel.Keys(c.ctx, c.setMembers)
	if err != nil {
		return nil, "", err
	}
	set := EntitySet{
		ID: newSetID(), Class: sel.Class().Name(), Keys: keys, Ordered: sel.Ordered(),
		Session: c.sessionID(), Guest: c.guest(), Timeout: c.newTimeout(), Used: c.now(),
	}
	if err := c.sets.Create(c.ctx, set, c.mostSets()); err != nil {
		c.retryAfter(err)
		return nil, "", fmt.Errorf("store entity set: %w", err)
	}
	return sel.Class().FromKeys(keys), set.ID, nil
}

// loadSet returns a set that the session may use, and counts the use.
func (c *call) loadSet(id string) (*EntitySet, error) {
	now := c.now()
	set, ok, err := c.sets.Load(c.ctx, id, now)
	if err != nil {
		return nil, fmt.Errorf("load entity set: %w", err)
	}
	if !ok || !c.mayUse(set) {
		return nil, noSet(id)
	}
	if _, err := c.sets.Touch(c.ctx, id, now, c.askedTimeout()); err != nil {
		return nil, fmt.Errorf("use entity set: %w", err)
	}
	return &set, nil
}

// mayUse reports whether the set is the session's own, or one of a guest for a guest. Rights on the dataclass are checked again by the
// data layer at each access.
func (c *call) mayUse(set EntitySet) bool {
	own := set.Session != "" && set.Session == c.sessionID()
	return own || set.Guest && c.guest()
}

// loadTargetSet loads the set that the path names, which must be of the path's dataclass.
func (c *call) loadTargetSet(t *target) error {
	id := c.req.setID()
	if id == "" {
		return nil
	}
	set, err := c.loadSet(id)
	if err != nil {
		return err
	}
	if set.Class != t.class.Name() {
		return fail(404, codeWrongSet, fmt.Sprintf("Entity set %q belongs to another dataclass", id))
	}
	t.set = set
	return nil
}

// checkSavedFilter refuses what would need a set to be rebuilt. While the set exists the parameters are ignored anyway.
func (c *call) checkSavedFilter() error {
	if !c.req.params.has("savedfilter") && !c.req.params.has("savedorderby") {
		return nil
	}
	if id := c.req.setID(); id != "" {
		if _, err := c.loadSet(id); err == nil {
			return nil
		}
	}
	return notApplicable("$savedfilter")
}

// subEntitySet answers a relation as an entity set. On a set's own URI it means entityset.
func (c *call) subEntitySet(t *target) error {
	if t.set != nil || t.relation != nil && t.relation.ToMany() {
		return c.read(t)
	}
	return fail(500, codeNotRelation, "subentityset needs a relation")
}

// release removes an entity set.
func (c *call) release(t *target) error {
	if t.set == nil {
		return notApplicable("$method=release")
	}
	ok, err := c.sets.Release(c.ctx, t.set.ID)
	if err != nil {
		return fmt.Errorf("release entity set: %w", err)
	}
	if !ok {
		return noSet(t.set.ID)
	}
	c.out.raw(`{"ok":true}`)
	return nil
}

// setIDOf takes the ID out of an entity set's URI; an ID stays as it is.
func setIDOf(ref string) string {
	if i := strings.LastIndex(ref, "$entityset/"); i >= 0 {
		ref = ref[i+len("$entityset/"):]
	}
	id, _, _ := strings.Cut(ref, "?")
	return strings.TrimSuffix(id, "/")
}
