package sqlplan

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// PlanNode is a query plan (O-162), or a part of one: what the caller asked, and what an index may help with.
// Its JSON is {"And": […]}, {"item": "…"} or {"item": "…", "subquery": […]}. The zero value is the plan of a query
// without conditions.
type PlanNode struct {
	Operator string     // "And", "Or" or "Not", of Nodes; "" for an item
	Item     string     // "[index : Employee.age ] > 30", "Employee.name = h@", or "[Join on Table : …]" of a subquery
	Nodes    []PlanNode // what Operator joins, or what must hold of the related rows of the join
}

// MarshalJSON implements json.Marshaler.
func (n PlanNode) MarshalJSON() ([]byte, error) {
	switch {
	case n.Operator != "":
		return json.Marshal(map[string][]PlanNode{n.Operator: n.Nodes})
	case n.Item == "":
		return []byte("{}"), nil
	case n.Nodes != nil:
		return json.Marshal(struct {
			Item     string     `json:"item"`
			Subquery []PlanNode `json:"subquery"`
		}{n.Item, n.Nodes})
	}
	return json.Marshal(struct {
		Item string `json:"item"`
	}{n.Item})
}

// PathStep is a step of what was executed (O-163). One SQL statement decides a whole query: the first step has its time
// and count, those below it say what it consisted of and have neither.
type PathStep struct {
	Description string     `json:"description"`
	Time        *int64     `json:"time,omitempty"` // milliseconds
	Records     *int       `json:"recordsfounds,omitempty"`
	Steps       []PathStep `json:"steps,omitempty"`
}

// ExecutedPath is a queryPath (O-163).
type ExecutedPath struct {
	Steps []PathStep `json:"steps"`
}

// Path is queryPath for a plan that was executed in one statement: how long it took and how many entities it found.
func (n PlanNode) Path(took time.Duration, records int) ExecutedPath {
	step, milliseconds := n.step(), took.Milliseconds()
	step.Time, step.Records = &milliseconds, &records
	return ExecutedPath{Steps: []PathStep{step}}
}

func (n PlanNode) step() PathStep {
	s := PathStep{Description: n.Item}
	switch {
	case n.Operator != "":
		s.Description = strings.ToUpper(n.Operator)
	case n.Item == "":
		s.Description = "all entities"
	}
	for _, inner := range n.Nodes {
		s.Steps = append(s.Steps, inner.step())
	}
	return s
}

// Explain describes how the conditions of a source would be decided (O-162). Conditions of the program, such as
// restrictions, are left out: they are not the caller's to see. The errors are those of [Planner.Check], without ErrResidual.
func (p *Planner) Explain(s *Source, l Lens) (PlanNode, error) {
	r := p.resolver(s, l)
	if _, err := r.selection(s, true); err != nil {
		return PlanNode{}, err
	}
	return connect("And", r.explainSource(s)), nil
}

// connect makes one node of several; one alone needs no operator.
func connect(operator string, nodes []PlanNode) PlanNode {
	switch len(nodes) {
	case 0:
		return PlanNode{}
	case 1:
		return nodes[0]
	}
	return PlanNode{Operator: operator, Nodes: nodes}
}

func (r *resolver) explainSource(s *Source) []PlanNode {
	var nodes []PlanNode
	for _, c := range s.Conditions {
		switch c := c.(type) {
		case *Query:
			if !c.Trusted && c.Query.Where != nil {
				r.reading(c)
				nodes = append(nodes, r.explain(s.Class, c.Query.Where))
			}
		case *Keys:
			nodes = append(nodes, PlanNode{Item: fmt.Sprintf("[index : %s.%s ] in %d keys", s.Class.Name, s.Class.Key[0].Name, len(c.List)+len(c.Numbers))})
		case *Related:
			nodes = append(nodes, PlanNode{Item: fmt.Sprintf("%s in %d values", r.relatedBy(c.Attribute), len(c.Values))})
		case *Within:
			nodes = append(nodes, r.explainSource(c.Source)...)
		case *Union:
			nodes = append(nodes, r.explainUnion(c)...)
		case *Except:
			if inner := r.explainSource(c.Source); len(inner) > 0 {
				nodes = append(nodes, PlanNode{Operator: "Not", Nodes: []PlanNode{connect("And", inner)}})
			}
		}
	}
	return nodes
}

// explainUnion is one node, or none if nothing is known of one of the sources.
func (r *resolver) explainUnion(u *Union) []PlanNode {
	nodes := make([]PlanNode, len(u.Sources))
	for i, s := range u.Sources {
		inner := r.explainSource(s)
		if len(inner) == 0 {
			return nil
		}
		nodes[i] = connect("And", inner)
	}
	return []PlanNode{connect("Or", nodes)}
}

// relatedBy names the attribute that entities are related by, if the caller may know it.
func (r *resolver) relatedBy(a *model.Attribute) string {
	if !r.shownTo(a) {
		return a.Class.Name
	}
	return indexed(a, query.In)
}

// shownTo reports whether an attribute that the caller did not name may be named to it.
func (r *resolver) shownTo(a *model.Attribute) bool {
	return (r.lens.Visible == nil || r.lens.Visible(a)) && (r.lens.Use == nil || r.lens.Use(a) == nil)
}

// explain describes a condition as it was written.
func (r *resolver) explain(class *model.Class, n query.Node) PlanNode {
	switch n := n.(type) {
	case *query.And:
		return connect("And", r.explainAll(class, n.Operands))
	case *query.Or:
		return connect("Or", r.explainAll(class, n.Operands))
	case *query.Not:
		return PlanNode{Operator: "Not", Nodes: []PlanNode{r.explain(class, n.Operand)}}
	case *query.Comparison:
		return r.explainComparison(class, n)
	case *query.Formula:
		if n.Placeholder != nil {
			return PlanNode{Item: class.Name + ": formula " + placeholderName(n.Placeholder)}
		}
		return PlanNode{Item: class.Name + ": formula " + n.Text}
	}
	return PlanNode{}
}

func (r *resolver) explainAll(class *model.Class, operands []query.Node) []PlanNode {
	nodes := make([]PlanNode, len(operands))
	for i, n := range operands {
		nodes[i] = r.explain(class, n)
	}
	return nodes
}

// explainComparison nests a subquery for each relation of the path. The path has been resolved before, so it is known.
func (r *resolver) explainComparison(class *model.Class, c *query.Comparison) PlanNode {
	steps, err := r.steps(c.Path)
	if err != nil {
		return PlanNode{}
	}
	return r.explainSteps(class, steps, c)
}

func (r *resolver) explainSteps(class *model.Class, steps []query.Step, c *query.Comparison) PlanNode {
	a := class.Attribute(steps[0].Name)
	if a == nil {
		return PlanNode{}
	}
	value := " " + c.Op.String() + " " + r.shown(c.Value)
	if a.Target != nil && a.ForeignKey != nil && len(steps) > 1 {
		return PlanNode{Item: r.explainJoin(a), Nodes: []PlanNode{r.explainSteps(a.Target, steps[1:], c)}}
	}
	if len(steps) == 1 {
		return PlanNode{Item: indexed(a, c.Op) + value}
	}
	return PlanNode{Item: class.Name + "." + query.Path{Steps: steps}.String() + value}
}

func (r *resolver) explainJoin(a *model.Attribute) string {
	join := "[Join on Table : " + a.Target.Name + " : " + a.Class.Name + "." + a.Name
	if key := joinKey(a); r.shownTo(key) {
		join += " = " + a.Target.Name + "." + key.Name
	}
	return join + "]"
}

func joinKey(a *model.Attribute) *model.Attribute {
	if a.Kind == model.RelatedEntities {
		return a.ForeignKey
	}
	return a.LinkedKey
}

// indexed names an attribute, and says whether an index can decide the comparison.
func indexed(a *model.Attribute, op query.Op) string {
	column := a
	if a.Kind == model.RelatedEntity {
		column = a.ForeignKey
	}
	name := a.Class.Name + "." + a.Name
	if op == query.Keyword && column != nil && column.Keywords {
		return "[keyword index : " + name + " ]"
	}
	if column == nil || op == query.Keyword || negative(op) || !column.Indexed && !column.Identifying && !column.Unique {
		return name
	}
	return "[index : " + name + " ]"
}

// shown is the value of a comparison, shortened: what the caller has written or passed.
func (r *resolver) shown(o query.Operand) string {
	switch o := o.(type) {
	case query.Literal:
		return shortened(o.Text)
	case *query.List:
		return "[" + strconv.Itoa(len(o.Items)) + " values]"
	case *query.Placeholder:
		raw, _ := r.find(o)
		if list, ok := asList(raw); ok {
			return "[" + strconv.Itoa(len(list)) + " values]"
		}
		if v, ok := accepted(raw); ok {
			return shortened(fmt.Sprint(plain(v)))
		}
		return placeholderName(o)
	}
	return ""
}
