package sqlplan

import (
	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/model"
)

// Calculated is asked for conditions and sorts on calculated attributes. Its answers are the program's, so the lens is
// not asked for what they use. It must be safe for concurrent use.
type Calculated interface {
	// Query returns the query that replaces "attribute op value" (O-165, O-455). Its paths begin at the entity that
	// has the attribute; its order is not looked at. value is nil for null, else string, bool, int64, float64,
	// model.Day, time.Time or time.Duration, and for IN a []any of these; "@" is the wildcard in texts.
	// nil, nil: none is declared, the getter must be evaluated, see [Planner.Split].
	Query(a *model.Attribute, op query.Op, value any) (*Query, error)
	// Order returns the criteria that replace a sort by the attribute (O-457). nil, nil: none is declared.
	Order(a *model.Attribute, descending bool) ([]query.OrderItem, error)
}

// Option changes a planner that [New] makes.
type Option func(*Planner)

// WithCalculated lets conditions and sorts use calculated attributes. Without it, or with nil, they are refused as unsupported.
func WithCalculated(c Calculated) Option {
	return func(p *Planner) { p.calculated = c }
}

// WithFormulas lets queries in code name formulas (O-141): known reports whether the program has registered one of that
// name for the class. Without it formulas are refused as unsupported.
func WithFormulas(known func(class *model.Class, name string) bool) Option {
	return func(p *Planner) { p.formulas = known }
}

// Formula names a registered formula; it is the value of a placeholder that stands alone (O-140, O-141).
type Formula struct{ Name string }

// Call is a part of a condition that Go code must decide for each entity: a formula, or a comparison of a calculated
// attribute that has no query function.
type Call struct {
	Formula string // "" for a calculated attribute
	Args    any    // of a formula: settings.args (O-143)

	Attribute *model.Attribute // nil for a formula
	Op        query.Op
	Value     any // as [Calculated] is given it
}
