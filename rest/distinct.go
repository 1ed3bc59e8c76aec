package rest

import (
	"errors"
	"strings"

	"github.com/ordago/ordago/dataclasses"
)

// distinctFits reports whether $distinct can be answered: on what reads several entities, and makes nothing of them.
func (c *call) distinctFits(t *target) bool {
	return t.function == nil && c.reading() && c.req.params.method() == "" && (!c.entity() || t.relation != nil && t.relation.ToMany())
}

// distinct answers the different values of one attribute, in ascending order and without null. They are no entities: the default
// size of a page does not apply to them.
func (c *call) distinct(sel *dataclasses.RemoteSelection, t *target) error {
	if len(t.projection) != 1 || t.projection[0] == "*" {
		return fail(500, codeEmptyList, "$distinct needs one attribute in the path")
	}
	name := t.projection[0]
	a := sel.Class().Attribute(name)
	switch {
	case a == nil && strings.Contains(name, "."):
		return notApplicable("$distinct of a path")
	case a == nil:
		return unknownMember(sel.Class().Name(), name)
	}
	values, err := sel.Distinct(c.ctx, a)
	if _, ok := errors.AsType[*dataclasses.AttributeError](err); ok {
		return notApplicable("$distinct of " + name) // neither stored nor an alias of what is
	}
	if err != nil {
		return err
	}
	skip, top, limited := c.part()
	values = values[min(skip, len(values)):]
	if limited {
		values = values[:min(top, len(values))]
	}
	c.out.raw(`[`)
	for i, v := range values {
		if i > 0 {
			c.out.raw(`,`)
		}
		c.out.scalar(a, v)
	}
	c.out.raw(`]`)
	return nil
}
