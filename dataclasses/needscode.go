package dataclasses

import (
	"slices"

	"github.com/ordago/ordago/internal/query"
	"github.com/ordago/ordago/internal/sqlplan"
	"github.com/ordago/ordago/model"
)

// noteCalculated lists the names under which queries reach calculated attributes, so that a query without them is decided by SQL alone.
func (ds *DataStore) noteCalculated() {
	ds.calculatedNames = map[string]bool{}
	for _, c := range ds.classes {
		ds.evaluates = ds.evaluates || len(c.formulas) > 0
		for _, a := range c.model.Attributes {
			if a.Kind == model.Calculated || a.Kind == model.Alias && a.Path[len(a.Path)-1].Kind == model.Calculated {
				ds.calculatedNames[a.Name] = true
				ds.evaluates = true
			}
		}
	}
}

// mayNeedCode reports whether a source has a formula, or names what may be a calculated attribute.
func (ds *DataStore) mayNeedCode(s *sqlplan.Source) bool {
	if slices.ContainsFunc(s.Order, func(item query.OrderItem) bool { return ds.mayBeCalculated(item.Path) }) {
		return true
	}
	return slices.ContainsFunc(s.Conditions, func(c sqlplan.Condition) bool {
		switch c := c.(type) {
		case *sqlplan.Query:
			return c.Query.Where != nil && ds.conditionMayNeedCode(c.Query.Where)
		case *sqlplan.Within:
			return ds.mayNeedCode(c.Source)
		case *sqlplan.Except:
			return ds.mayNeedCode(c.Source)
		case *sqlplan.Reached:
			return ds.mayNeedCode(c.From)
		case *sqlplan.Union:
			return slices.ContainsFunc(c.Sources, ds.mayNeedCode)
		}
		return false
	})
}

func (ds *DataStore) conditionMayNeedCode(n query.Node) bool {
	switch n := n.(type) {
	case *query.And:
		return slices.ContainsFunc(n.Operands, ds.conditionMayNeedCode)
	case *query.Or:
		return slices.ContainsFunc(n.Operands, ds.conditionMayNeedCode)
	case *query.Not:
		return ds.conditionMayNeedCode(n.Operand)
	case *query.Comparison:
		return ds.mayBeCalculated(n.Path)
	}
	return true
}

func (ds *DataStore) mayBeCalculated(p query.Path) bool {
	return p.Placeholder != nil || slices.ContainsFunc(p.Steps, func(s query.Step) bool { return ds.calculatedNames[s.Name] })
}
