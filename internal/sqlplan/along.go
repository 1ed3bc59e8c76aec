package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/model"
)

// Along holds for entities that a path of relations leads to, the last to the source's class: from rows of the first step's class
// whose own link is one of the canonical values.
type Along struct {
	Path   []*model.Attribute // relations, aliases replaced
	Values []any
}

func (*Along) condition() {}

// along asks for the rows before the last step and for those before them, each in the list of the next. Every class on the way is
// restricted like the end.
func (r *resolver) along(c *Along) (*node, error) {
	if len(c.Path) == 0 || c.Path[len(c.Path)-1].Target != r.root.class {
		return nil, fmt.Errorf("no path of relations leads to %s", r.root.class.Name)
	}
	last := c.Path[len(c.Path)-1]
	here, there := last.LinkedKey, last.ForeignKey
	if last.Kind == model.RelatedEntities {
		here, there = there, here
	}
	if len(c.Path) == 1 {
		return r.oneOf(here, c.Values)
	}
	outer := r.root
	r.root = &ref{class: last.Class}
	source := &Source{Class: last.Class, Conditions: []Condition{&Along{Path: c.Path[:len(c.Path)-1], Values: c.Values}}, Limit: -1}
	inner, err := r.selection(source, false)
	r.root = outer
	if err != nil {
		return nil, err
	}
	return &node{at: outer, attr: here, test: amongTest, within: inner, column: there}, nil
}
