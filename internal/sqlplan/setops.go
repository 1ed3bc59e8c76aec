package sqlplan

import (
	"fmt"

	"github.com/ordago/ordago/model"
)

// Reached holds for entities that a relation leads to from the entities of another source (O-355).
type Reached struct {
	Relation *model.Attribute // relatedEntity or relatedEntities, to the class of the source that has this condition
	From     *Source
	// Asked is what the lens is asked for: the relation, or the alias that leads through it (S-296); nil when the program chose it.
	Asked *model.Attribute
}

// Union holds for entities that are in one of the sources, all of the same class (O-331).
type Union struct{ Sources []*Source }

// Except holds for entities that are not in the source, which is of the same class (O-332).
type Except struct{ Source *Source }

func (*Reached) condition() {}
func (*Union) condition()   {}
func (*Except) condition()  {}

func (r *resolver) union(u *Union) (*node, error) {
	kids := make([]*node, 0, len(u.Sources))
	for _, s := range u.Sources {
		kid, err := r.within(&Within{Source: s})
		if err != nil {
			return nil, err
		}
		if kid == nil {
			return nil, nil // all entities
		}
		kids = append(kids, kid)
	}
	if len(kids) == 0 {
		return r.never(), nil
	}
	return &node{kind: orNode, kids: kids}, nil
}

func (r *resolver) except(e *Except) (*node, error) {
	kid, err := r.within(&Within{Source: e.Source})
	if err != nil {
		return nil, err
	}
	if kid == nil {
		return r.never(), nil
	}
	return &node{kind: notNode, kids: []*node{kid}}, nil
}

func (r *resolver) never() *node { return target{at: r.root, attr: r.root.class.Key[0]}.is(neverTest) }

func (r *resolver) reached(c *Reached) (*node, error) {
	a := c.Relation
	if a == nil || a.Target != r.root.class || c.From == nil || c.From.Class != a.Class || a.ForeignKey == nil || a.LinkedKey == nil {
		return nil, fmt.Errorf("a relation that leads to %s is needed", r.root.class.Name)
	}
	if r.depth++; r.depth > maxWithin {
		return nil, r.fail(TooComplex, 0, "more than %d selections within selections", maxWithin)
	}
	defer func() { r.depth-- }()
	if err := r.askFor(c.Asked); err != nil {
		return nil, err
	}
	outer := r.root
	r.root = &ref{class: c.From.Class}
	inner, err := r.selection(c.From, c.From.Limit >= 0 || c.From.Offset > 0)
	r.root = outer
	if err != nil {
		return nil, err
	}
	here, there := a.LinkedKey, a.ForeignKey
	if a.Kind == model.RelatedEntities {
		here, there = there, here
	}
	return &node{at: outer, attr: here, test: amongTest, within: inner, column: there}, nil
}

// askFor asks the lens for what a projection goes through; nil: for nothing.
func (r *resolver) askFor(a *model.Attribute) error {
	r.text, r.trusted = "", a == nil
	if a == nil {
		return nil
	}
	if !r.visible(a) {
		return &Error{Kind: UnknownAttribute, Class: a.Class.Name, Attribute: a.Name, Msg: fmt.Sprintf("attribute %q not found in dataclass %s", a.Name, a.Class.Name)}
	}
	return r.use(a)
}

// among asks whether a column is one of the values that another selection has in a column. A window stands in a table of its own,
// because not every database takes LIMIT directly in IN.
func (w *writer) among(n *node) {
	before, after := " IN (", ")"
	if n.within.windowed() {
		before, after = " IN (SELECT * FROM (", ") w)"
	}
	w.writeColumn(n.at, n.attr)
	w.write(before)
	w.selection(n.within, []target{{at: n.within.root, attr: n.column}}, n.within.windowed())
	w.write(after)
	n.within.root.bound = false
}

// numbers is true when the one whole number that is the key is in the list.
func (r *resolver) numbers(list []int64) (*node, error) {
	key := r.root.class.Key
	if len(key) != 1 || !key[0].Type.Integer() {
		return nil, fmt.Errorf("the key of %s is not one whole number", r.root.class.Name)
	}
	t := target{at: r.root, attr: key[0]}
	if len(list) == 0 {
		return t.is(neverTest), nil
	}
	return t.is(inTest, list), nil
}

// reverse turns a sort around, the key that completes it included.
func reverse(terms []term) {
	for i := range terms {
		terms[i].descending = !terms[i].descending
	}
}
